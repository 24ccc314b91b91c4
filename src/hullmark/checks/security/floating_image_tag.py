"""Image tag moves.

With no tag, or one such as `latest`, `main` or `nightly`, the next restart may bring another program: another CUDA,
another engine, another tokenizer. Answers change without a release, a rollback is not one, replicas of one server
disagree, and whoever can push to the registry runs code next to your weights. After an incident nobody can say what
ran.

To fix it, name a version, and better its digest (`image:1.4.2@sha256:…`). Dates and commits in a tag are versions
(`nightly-20260115`); so are Google's deep learning containers, which have theirs in the name. A tag beside a digest
is a comment and may say anything. References that a template or a kustomization fills in leave the question open.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:latest  # finding: image 'vllm/vllm-openai:latest' has the moving tag 'latest'
    - name: proxy
      image: localhost:5000/proxy  # finding: image 'localhost:5000/proxy' has no tag
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.18.0
    - name: proxy
      image: registry.example/proxy:latest@sha256:4f1d6f2e1c3b5a7988e0d1c2b3a4958677665544332211000ffeeddccbbaa998
```

```yaml unknown
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  containers:
    - name: vllm
      image: "{{ .Values.image }}"
```

See [Images](https://kubernetes.io/docs/concepts/containers/images/#image-names), OWASP [LLM03:2025 Supply
Chain](https://genai.owasp.org/llmrisk/llm032025-supply-chain/) and MITRE ATLAS [AML.T0010.004, container
registry](https://atlas.mitre.org/techniques/AML.T0010.004).
"""

from collections.abc import Iterator

from hullmark.checks.security._images import floats, undecided
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import Severity
from hullmark.model.truth import Undecided


@check(Container, severity=Severity.MEDIUM, compose="")
def floating_image_tag(container: Container, arch: Architecture) -> Iterator[Finding]:
    image = container.image
    if container.built or (not image.text and (container.workload.template or "image" in container.workload.injected)):
        return
    if reason := undecided(image):
        raise Undecided(reason)
    if floats(image):
        what = f"has the moving tag '{image.tag}'" if image.tag else "has no tag"
        yield Finding(
            f"image '{image.text}' {what}",
            container.at("image"),
            label="means another image tomorrow",
            advice="name a version, or better its digest",
        )
