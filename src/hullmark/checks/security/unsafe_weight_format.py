"""Weights are in a format that runs code.

A pickle is a program: loading it runs what its author put into it. PyTorch checkpoints (`.pt`, `.pth`, `.bin`, `.ckpt`),
joblib files and model archives (`.mar`) are pickles or contain them; Keras files (`.keras`, `.h5`) may hold layers with
code. Whoever can replace the file runs code in the pod.

It is high where the file comes from a hub or a web server, medium where it comes from storage of your own: for classical
models pickles are customary, and then what counts is who may write to the bucket. KServe's `sklearn` and `pytorch` formats
and Seldon's servers for scikit-learn and MLflow load such files; those for XGBoost and LightGBM load the libraries' own
formats and are fine. So are safetensors, and `.bin` files that are GGML. Python that a serving container runs counts
where it calls `pickle.load`, `joblib.load` or `torch.load` without `weights_only=True`.

It is a step lower where the signature of the model is verified before it is loaded: by an init container that runs
`model_signing verify` or `cosign verify-blob`, or by sigstore's model validation operator for the model's path, unless it
lets unsigned files through. A label whose ModelValidation is not in the scan only makes the finding less certain.

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

See [model signing](https://github.com/sigstore/model-transparency), the [model validation
operator](https://github.com/sigstore/model-validation-operator), Hugging Face on [pickle scanning](https://huggingface.co/docs/hub/security-pickle), Seldon's [scikit-learn
server](https://docs.seldon.ai/seldon-core-1/configuration/servers/sklearn) and MITRE ATLAS
[AML.T0011.000, unsafe AI artifacts](https://atlas.mitre.org/techniques/AML.T0011.000).
"""

import re
from collections.abc import Callable, Iterator, Mapping

from hullmark.checks.security._signatures import verification
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.files import files, runs
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Confidence, Role, Severity
from hullmark.model.truth import string
from hullmark.model.workload import Workload
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import Node

_LOAD_FORMATS = ("pt", "npcache")
_SUFFIXES = (".pt", ".pth", ".bin", ".pkl", ".pickle", ".joblib", ".ckpt", ".mar", ".keras", ".h5", ".hdf5")
_GGML = regex(r"ggml|gguf|[._-]q\d_[\dk]", re.IGNORECASE)
"""Names of files in llama.cpp's formats, old and new."""

_FORMATS = ("sklearn", "pytorch")
"""KServe's formats whose built-in servers unpickle: scikit-learn's and TorchServe's. Its XGBoost and LightGBM servers
load ``.bst`` files with the library (python/lgbserver in kserve/kserve)."""

_RUNTIMES = ("", "kserve-sklearnserver", "kserve-mlserver", "kserve-torchserve")
_IMPLEMENTATIONS = ("SKLEARN_SERVER", "MLFLOW_SERVER")
_REQUIREMENTS = ("sklearn", "mlflow")
_NOT_PICKLED = frozenset({"llama-cpp", "localai", "openvino", "triton", "ollama"})
"""Engines whose ``.bin`` and ``.pt`` files are GGML, OpenVINO's weights or TorchScript."""

_CODE = regex(
    r"^[^#\n]*\b((?:c?pickle|cloudpickle|dill|joblib)\.loads?|torch\.load(?=\((?![^)\n]*weights_only\s*=\s*True)))\(",
    re.IGNORECASE | re.MULTILINE,
)
_Found = tuple[str, Place]


@check(Workload, severity=Severity.HIGH, roles=[*SERVING, Role.BATCH_INFERENCE], compose="")
def unsafe_weight_format(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    found = _by_flag(workload) or _by_name(workload) or _by_server(workload)
    if found is not None:
        foreign = any(m.scheme in ("hub", "http") for m in workload.models)
        verified = verification(workload, arch)
        signed = verified is not None and verified.sure
        yield Finding(
            f"weights are loaded in a format that runs code ('{found[0]}')",
            found[1],
            severity=_severity(foreign=foreign, signed=signed),
            confidence=Confidence.MEDIUM if verified is not None and not signed else None,
            related=((verified.place, "verifies their signature"),) if verified is not None else (),
            advice="convert them to safetensors, ONNX or GGUF",
        )
    for container in workload.containers:
        if (code := _by_code(container, arch)) is not None:
            yield Finding(
                f"container '{container.name}' loads a file with '{code[0]}'",
                code[1],
                severity=Severity.MEDIUM,
                advice="load safetensors, or with torch.load set weights_only=True",
            )


def _severity(*, foreign: bool, signed: bool) -> Severity | None:
    if signed:
        return Severity.MEDIUM if foreign else Severity.LOW
    return None if foreign else Severity.MEDIUM


def _by_flag(workload: Workload) -> _Found | None:
    for container in workload.containers:
        loaded = container.argv.flag("--load-format") or ""
        if loaded in _LOAD_FORMATS:
            return loaded, container.argv.place("--load-format")
    return None


def _by_name(workload: Workload) -> _Found | None:
    if _NOT_PICKLED & {workload.engine, *(c.engine for c in workload.containers)}:
        return None
    for model in workload.models:
        suffix = next((s for s in _SUFFIXES if model.id.lower().endswith(s)), "")
        if suffix and not _GGML.search(model.id.rpartition("/")[2]):
            return suffix, model.place
    return None


def _by_server(workload: Workload) -> _Found | None:
    """The format that the server an object chooses unpickles."""
    find = _SERVERS.get((workload.ref.group, workload.ref.kind))
    return None if find is None else find(workload)


def _by_kserve(workload: Workload) -> _Found | None:
    node, keys = workload.resource.node, ("spec", "predictor", "model")
    named = string(node.value, *keys, "modelFormat", "name")
    if named in _FORMATS and string(node.value, *keys, "runtime") in _RUNTIMES and workload.models:
        return named, workload.at(*keys, "modelFormat", "name")
    for old in _FORMATS:
        if string(node.value, "spec", "predictor", old, "storageUri"):
            return old, node.key("spec", "predictor", old)
    return None


def _by_seldon(workload: Workload) -> _Found | None:
    for predictor in workload.resource.node.children("spec", "predictors"):
        for graph in _graphs(predictor.child("graph")):
            if (named := string(graph.value, "implementation")) in _IMPLEMENTATIONS:
                return named, graph.at("implementation")
    return None


def _by_requirement(workload: Workload) -> _Found | None:
    for requirement in workload.resource.node.children("spec", "requirements"):
        if requirement.value in _REQUIREMENTS:
            return str(requirement.value), requirement.at()
    return None


def _graphs(graph: Node | None) -> Iterator[Node]:
    """A graph's node and those below it; manifests nest a few deep."""
    todo = [graph] if graph is not None else []
    while todo:
        found = todo.pop(0)
        yield found
        todo += list(found.children("children"))


def _by_code(container: Container, arch: Architecture) -> _Found | None:
    """Where Python that it runs unpickles."""
    if not container.long_running:
        return None
    for text in (container.argv.script, *(w for w in container.argv.words if "\n" in w or "load(" in w)):
        if found := _CODE.search(text):
            return found[1], container.at("args" if container.node.get("args") is not None else "command")
    for file in files(container, arch):
        if file.path.endswith(".py") and runs(container, file) and (found := _CODE.search(file.text.value)):
            return found[1], file.text.at()
    return None


_SERVERS: Mapping[tuple[str, str], Callable[[Workload], _Found | None]] = {
    ("serving.kserve.io", "InferenceService"): _by_kserve,
    ("serving.kubeflow.org", "InferenceService"): _by_kserve,
    ("machinelearning.seldon.io", "SeldonDeployment"): _by_seldon,
    ("mlops.seldon.io", "Model"): _by_requirement,
}
