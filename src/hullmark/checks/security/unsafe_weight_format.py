"""Weights are loaded by unpickling.

Pickle, and what is built on it (`.pt`, `.bin`, `.pkl`, `.joblib`, TorchServe archives), runs whatever its author put in. Loading such a file is running it.

Weights from a public hub or a plain URL weigh more than those of a registry of your own. Classical models (scikit-learn, XGBoost by pickle) have hardly another format: there it is a matter of
provenance, and of low severity.

To fix it, use safetensors, ONNX or GGUF.

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
        - --model=example-org/old-model-7b
        - --load-format=pt  # finding: container 'vllm' unpickles the weights it loads
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
        - --load-format=safetensors
```

See [Hub: pickle scanning](https://huggingface.co/docs/hub/security-pickle) and [PyTorch: security](https://github.com/pytorch/pytorch/security/policy).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Role, Severity
from hullmark.model.truth import string
from hullmark.model.workload import Workload

_ROLES = SERVING | {Role.BATCH_INFERENCE, Role.EVALUATION}
_SUFFIXES = (".pt", ".pth", ".pkl", ".pickle", ".joblib", ".ckpt", ".mar")
_CLASSICAL = frozenset({"sklearn", "xgboost", "lightgbm"})
_PUBLIC = frozenset({"hub", "http"})


@check(Workload, severity=Severity.MEDIUM, roles=_ROLES)
def unsafe_weight_format(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    for container in workload.containers:
        if (container.argv.flag("--load-format") or "") in ("pt", "npcache"):
            public = any(m.scheme in _PUBLIC for m in container.models)
            yield Finding(
                f"container '{container.name}' unpickles the weights it loads",
                container.argv.place("--load-format"),
                severity=Severity.HIGH if public else None,
            )
    for model in workload.models:
        if model.id.lower().endswith(_SUFFIXES):
            yield Finding(
                f"model '{model.id}' is a pickle",
                model.place,
                severity=Severity.HIGH if model.scheme in _PUBLIC else None,
            )
    framework = string(workload.resource.spec, "predictor", "model", "modelFormat", "name")
    if workload.ref.kind == "InferenceService" and framework in _CLASSICAL:
        yield Finding(
            f"format '{framework}' of '{workload.name}' is loaded by unpickling",
            workload.at("spec", "predictor", "model", "modelFormat", "name"),
            severity=Severity.LOW,
        )
