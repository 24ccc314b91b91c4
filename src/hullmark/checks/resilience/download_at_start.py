"""Every start downloads the model again.

Weights that come from a public hub at each start make recovery depend on that hub: when it is slow, limits rates or is down, a replaced pod does not come back, and
an autoscaler that adds replicas adds waiting, while accelerators idle for minutes.

An init container that fetches them counts as well. An `emptyDir` is no cache: it goes with the pod; a volume that is mounted elsewhere than downloads go does not help. Under an autoscaler it is severe. Models under two gigabytes are not
worth the trouble and are not reported, nor is a server whose cache directory lies on a volume that outlives the pod, one that is set offline, or a model that an operator
caches (NIMCache, KServe's LocalModelCache, KubeAI's `cacheProfile`).

To see it happen: `hullmark simulate PATH --scenario node` shows how long a replacement fetches and loads, and `--scenario registry` what waits for whom.

To fix it, fill a volume with a loader Job and mount it read-only, or ship the weights as an OCI image volume; then set `HF_HUB_OFFLINE=1`.

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
          image: vllm/vllm-openai:v0.11.0
          args:
            - --model=mistralai/Mistral-Small-24B-Instruct-2501  # finding: container 'vllm' downloads 'mistralai/Mistral-Small-24B-Instruct-2501' at every start
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
          image: vllm/vllm-openai:v0.11.0
          args:
            - --model=mistralai/Mistral-Small-24B-Instruct-2501
          env:
            - name: HF_HOME
              value: /models
          volumeMounts:
            - name: models
              mountPath: /models
      volumes:
        - name: models
          persistentVolumeClaim:
            claimName: models
```

See [Hugging Face Hub: environment variables](https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables) and
[image volumes](https://kubernetes.io/docs/concepts/storage/volumes/#image).
"""

import re
from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container, ModelReference
from hullmark.model.demand import weights_gigabytes
from hullmark.model.durability import Keeping, durability
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Role, Severity, Theme
from hullmark.model.truth import Undecided, string
from hullmark.text.regex import regex

_PULLING = ("hub", "ollama", "ngc", "http")
_SMALL_GIGABYTES = 2.0
_SMALL_NAMES = regex(
    r"whisper-(?:tiny|base|small|medium)|dialogpt|distil|(?:^|[/-])(?:gpt2|bert|roberta|t5|opt-1)|minilm|mpnet",
    re.IGNORECASE,
)
"""Families whose models are small although their names hold no number of parameters."""

_FLAGS = ("--download-dir", "--huggingface-hub-cache", "--cache-dir")
_VARIABLES = (
    "HF_HOME",
    "HF_HUB_CACHE",
    "HUGGINGFACE_HUB_CACHE",
    "TRANSFORMERS_CACHE",
    "OLLAMA_MODELS",
    "NIM_CACHE_PATH",
)
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_DEFAULTS = {
    "tgi": ("/data",),
    "tei": ("/data",),
    "ollama": ("/root/.ollama",),
    "nim": ("/opt/nim/.cache",),
}
"""Where the engines' own images keep what they download; elsewhere it is the hub library's default."""
_HUB_DEFAULT = ("/root/.cache/huggingface", "/root/.cache", "/home/vllm/.cache/huggingface")
_LOADERS = ("--local-dir", "--cache-dir")
"""Where ``hf download`` puts files (https://huggingface.co/docs/huggingface_hub/guides/cli)."""
_LOST = frozenset({Keeping.EMPTY_DIR, Keeping.CONTAINER_LAYER, Keeping.EPHEMERAL_VOLUME})


@check(
    Container,
    severity=Severity.MEDIUM,
    roles=SERVING,
    containers=("app", "init"),
    absence=Theme.AVAILABILITY,
    compose="keep the cache of downloads in a named volume",
)
def download_at_start(container: Container, arch: Architecture) -> Iterator[Finding]:
    workload = container.workload
    idle = container.kind == "app" and not container.accelerators and any(c.accelerators for c in workload.containers)
    if workload.lifetime == "task" or idle:
        return  # what has no accelerator beside others that do (a Ray head) does not load the model
    if any((container.env(name) or "").lower() in ("1", "true", "yes", "on") for name in _OFFLINE):
        return
    for model in container.models:
        if model.scheme not in _PULLING or _small(model, container):
            continue
        if _kept_by_operator(container, model, arch) or _cached(container, arch):
            return
        yield Finding(
            f"container '{container.name}' downloads '{model.id}' at every start",
            model.place,
            severity=Severity.HIGH if arch.around(container.podset).scalers else None,
            advice="load it from a volume that outlives the pod",
        )


def _small(model: ModelReference, container: Container) -> bool:
    """Whether a model is not worth the trouble: by its size, or because nothing says that it is large.

    Ollama's models carry the size in their tag and are quantised to four bits unless that says otherwise.
    """
    name = f"{model.id}-{model.revision}" if model.scheme == "ollama" else model.id
    if model.scheme == "ollama" and not re.search(r"fp16|bf16|q[58]", name):
        name += "-q4"
    size = weights_gigabytes(name)
    if size is not None:
        return size < _SMALL_GIGABYTES
    embeds = container.podset.role is Role.EMBEDDING or container.workload.role is Role.EMBEDDING
    return embeds or _SMALL_NAMES.search(name) is not None


def _kept_by_operator(container: Container, model: ModelReference, arch: Architecture) -> bool:
    """Whether fields of the object, or a cache of its operator, keep the model on nodes or volumes."""
    spec, kind = container.workload.resource.node, container.workload.ref.kind
    if kind == "Model":
        return bool(string(spec.value, "spec", "cacheProfile"))
    if kind in ("NIMService", "NIMPipeline"):
        name = container.podset.name
        own = next((s for s in spec.children("spec", "services") if string(s.value, "name") == name), spec)
        return any(own.get("spec", "storage", field) is not None for field in ("nimCache", "pvc", "hostPath"))
    if kind not in ("InferenceService", "LLMInferenceService"):
        return kind == "VLLMRuntime" and spec.get("spec", "storageConfig", "enabled") is True
    return any(
        source and (source == model.id or source.startswith(f"{model.id}/") or model.id.startswith(f"{source}/"))
        for cache in arch.kinds("LocalModelCache", "LocalModelNamespaceCache")
        for source in (string(cache.spec, "sourceModelUri").partition("://")[2],)
    )


def _cached(container: Container, arch: Architecture) -> bool:
    """Whether the directory that downloads go to outlives the pod on its node at least."""
    flags = _FLAGS if container.kind == "app" else (*_FLAGS, *_LOADERS)
    said = container.argv.flag(*flags) or next((v for n in _VARIABLES if (v := container.env(n))), None)
    if said is None and not container.environment_known:
        raise Undecided("where downloads go may be set in a ConfigMap or Secret that was not read")
    places = (said,) if said else _DEFAULTS.get(container.engine, _HUB_DEFAULT)
    if any((mount := container.mount_for(place)) is not None and mount.type == "image" for place in places):
        return True  # the model is in the image that is mounted there
    kept = {durability(arch, container, place).keeping for place in places}
    if Keeping.UNKNOWN in kept and kept <= {*_LOST, Keeping.UNKNOWN}:
        raise Undecided("what keeps the directory of downloads is not known")
    return not kept <= _LOST
