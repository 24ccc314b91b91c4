"""Weights are in a format that runs code.

A pickle is a program: loading it runs what its author put into it. PyTorch checkpoints (`.pt`, `.pth`, `.bin`, `.ckpt`),
joblib files and model archives (`.mar`) are pickles or contain them. Whoever can replace the file runs code in the pod.

It is high where the file comes from a hub or a web server, medium where it comes from storage of your own: for classical
models pickles are customary, and then what counts is who may write to the bucket. KServe's `sklearn` and `pytorch` formats
load such files. `.bin` files for llama.cpp are not pickles.

To fix it, convert the weights to safetensors, ONNX or GGUF.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
          args:
            - --model=acme/chat-7b
            - --load-format=pt  # finding: weights are loaded in a format that runs code ('pt')
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
          args:
            - --model=acme/chat-7b
            - --load-format=safetensors
```

See Hugging Face on [pickle scanning](https://huggingface.co/docs/hub/security-pickle) and MITRE ATLAS
[AML.T0011.000, unsafe AI artifacts](https://atlas.mitre.org/techniques/AML.T0011.000).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Role, Severity
from hullmark.model.truth import string
from hullmark.model.workload import Workload
from hullmark.text.source import Place

_LOAD_FORMATS = ("pt", "npcache")
_SUFFIXES = (".pt", ".pth", ".bin", ".pkl", ".pickle", ".joblib", ".ckpt", ".mar")
_FORMATS = ("sklearn", "pytorch")
"""KServe's formats whose built-in servers unpickle: scikit-learn's and TorchServe's."""

_NOT_PICKLED = frozenset({"llama-cpp", "localai", "openvino", "triton"})
"""Engines whose ``.bin`` and ``.pt`` files are GGML, OpenVINO's weights or TorchScript."""


@check(Workload, severity=Severity.HIGH, roles=[*SERVING, Role.BATCH_INFERENCE])
def unsafe_weight_format(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    found = _found(workload)
    if found is not None:
        foreign = any(m.scheme in ("hub", "http") for m in workload.models)
        yield Finding(
            f"weights are loaded in a format that runs code ('{found[0]}')",
            found[1],
            severity=None if foreign else Severity.MEDIUM,
            advice="convert them to safetensors, ONNX or GGUF",
        )


def _found(workload: Workload) -> tuple[str, Place] | None:
    for container in workload.containers:
        loaded = container.argv.flag("--load-format") or ""
        if loaded in _LOAD_FORMATS:
            return loaded, container.argv.place("--load-format")
    if not _NOT_PICKLED & {workload.engine, *(c.engine for c in workload.containers)}:
        for model in workload.models:
            suffix = next((s for s in _SUFFIXES if model.id.lower().endswith(s)), "")
            if suffix:
                return suffix, model.place
    if workload.ref.kind == "InferenceService":
        keys = ("spec", "predictor", "model", "modelFormat", "name")
        named = string(workload.resource.node.value, *keys)
        runtime = string(workload.resource.node.value, *keys[:3], "runtime")
        if named in _FORMATS and not runtime and workload.models:
            return named, workload.at(*keys)
        for old in _FORMATS:
            if string(workload.resource.node.value, "spec", "predictor", old, "storageUri"):
                return old, workload.resource.node.key("spec", "predictor", old)
    return None
