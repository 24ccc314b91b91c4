"""Every start downloads the model again.

Weights that come from a public hub at each start make recovery depend on that hub: when it is slow, limits rates or is down, a replaced pod does not come back, and
an autoscaler that adds replicas adds waiting, while accelerators idle for minutes.

An `emptyDir` is no cache: it goes with the pod. Models under two gigabytes are not worth the trouble and are not reported, nor is a server whose
cache directory lies on a volume that outlives the pod.

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

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.demand import weights_gigabytes
from hullmark.model.durability import Keeping, durability
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Severity, Theme
from hullmark.model.truth import Undecided

_PULLING = ("hub", "ollama")
_SMALL_GIGABYTES = 2.0
_FLAGS = ("--download-dir", "--huggingface-hub-cache", "--cache-dir")
_VARIABLES = ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "TRANSFORMERS_CACHE", "OLLAMA_MODELS")
_DEFAULTS = {
    "tgi": ("/data",),
    "tei": ("/data",),
    "ollama": ("/root/.ollama",),
}
"""Where the engines' own images keep what they download; elsewhere it is the hub library's default."""
_HUB_DEFAULT = ("/root/.cache/huggingface", "/root/.cache", "/home/vllm/.cache/huggingface")
_LOST = frozenset({Keeping.EMPTY_DIR, Keeping.CONTAINER_LAYER, Keeping.EPHEMERAL_VOLUME})


@check(Container, severity=Severity.MEDIUM, roles=SERVING, containers=("app",), absence=Theme.AVAILABILITY)
def download_at_start(container: Container, arch: Architecture) -> Iterator[Finding]:
    workload = container.workload
    if workload.lifetime == "task" or (not container.accelerators and any(c.accelerators for c in workload.containers)):
        return  # what has no accelerator beside others that do (a Ray head) does not load the model
    for model in container.models:
        size = weights_gigabytes(model.id)
        if model.scheme not in _PULLING or (size is not None and size < _SMALL_GIGABYTES):
            continue
        if _cached(container, arch):
            return
        yield Finding(
            f"container '{container.name}' downloads '{model.id}' at every start",
            model.place,
            advice="load it from a volume that outlives the pod",
        )


def _cached(container: Container, arch: Architecture) -> bool:
    """Whether the directory that downloads go to outlives the pod on its node at least."""
    said = container.argv.flag(*_FLAGS) or next((v for n in _VARIABLES if (v := container.env(n))), None)
    if said is None and not container.environment_known:
        raise Undecided("where downloads go may be set in a ConfigMap or Secret that was not read")
    places = (said,) if said else _DEFAULTS.get(container.engine, _HUB_DEFAULT)
    return any(durability(arch, container, place).keeping not in _LOST for place in places)
