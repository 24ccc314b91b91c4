"""Code from a model repository is executed.

With this switch the engine downloads Python from the repository of the model and runs it, with the pod's token, network and accelerators. Whoever can push there, today or later, is in.

Most architectures are built into the engines and need no such code. A pinned commit makes the risk one of a single review, and lowers the severity.

To fix it, drop the switch; where the architecture needs it, pin `--revision` and `--code-revision` to commits, or serve from a mirror of your own.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: chat
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.11.0
      args:
        - --model=example-org/custom-moe-7b
        - --trust-remote-code  # finding: container 'vllm' runs code from the repository of 'example-org/custom-moe-7b'
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: chat
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.11.0
      args:
        - --model=mistralai/Mistral-7B-Instruct-v0.3
        - --trust-remote-code=false
```

See [Transformers: security policy](https://github.com/huggingface/transformers/blob/main/SECURITY.md) and
[vLLM: engine arguments](https://docs.vllm.ai/en/stable/configuration/engine_args.html).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import Severity
from hullmark.text.source import Place

_FALSE = frozenset({"false", "0", "no"})
_VARIABLES = ("TRUST_REMOTE_CODE", "NIM_TRUST_CUSTOM_CODE", "HF_TRUST_REMOTE_CODE", "HF_HUB_TRUST_REMOTE_CODE")


@check(Container, severity=Severity.HIGH)
def trusted_remote_code(container: Container, arch: Architecture) -> Iterator[Finding]:
    place = _switch(container)
    if place is None:
        return
    models = [m for m in container.models if m.scheme == "hub"]
    if container.models and not models:
        return  # weights and code come from a volume, bucket or image of one's own
    which = f"the repository of '{models[0].id}'" if models else "the model's repository"
    pinned = bool(models) and all(m.pinned for m in models)
    yield Finding(
        f"container '{container.name}' runs code from {which}",
        place,
        severity=Severity.MEDIUM if pinned else None,
        related=((models[0].place, "the model"),) if models else (),
        advice="drop the switch, or pin --revision and --code-revision to commits",
    )


def _switch(container: Container) -> Place | None:
    said = container.argv.flag("--trust-remote-code")
    if said is not None and said.lower() not in _FALSE:
        return container.argv.place("--trust-remote-code")
    for name in _VARIABLES:
        value = container.env(name)
        if value and value.lower() not in _FALSE:
            return container.environment[name].node.at("value")
    return None
