"""Image is named by tag alone.

A version tag is a promise that a registry does not keep: it can be pushed again, by its owner or by someone with his
token. A digest cannot. It is a low finding, because most registries' owners do keep the promise, and some are set to
(immutable tags), which a manifest cannot show.

To fix it, add the digest to the tag: `image:1.4.2@sha256:…`; tools such as Renovate keep both up to date. Large
images for accelerators gain twice, because with a digest the node's cached copy may be used without asking the
registry. Tags that move by design are reported by `floating-image-tag` instead.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.18.0  # finding: image 'vllm/vllm-openai:v0.18.0' is named by tag alone
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.18.0@sha256:4f1d6f2e1c3b5a7988e0d1c2b3a4958677665544332211000ffeeddccbbaa998
```

See [Images](https://kubernetes.io/docs/concepts/containers/images/#image-names) and MITRE ATLAS [AML.T0010.004,
container registry](https://atlas.mitre.org/techniques/AML.T0010.004).
"""

from collections.abc import Iterator

from hullmark.checks.security._images import floats, undecided
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import Severity, Theme
from hullmark.model.truth import Undecided


@check(Container, severity=Severity.LOW, absence=Theme.SUPPLY_CHAIN, compose="")
def undigested_image(container: Container, arch: Architecture) -> Iterator[Finding]:
    image = container.image
    if container.built or (not image.text and "image" in container.workload.injected):
        return
    if reason := undecided(image):
        raise Undecided(reason)
    if not image.digest and not floats(image):
        advice = "add the digest to the tag"
        yield Finding(f"image '{image.text}' is named by tag alone", container.at("image"), advice=advice)
