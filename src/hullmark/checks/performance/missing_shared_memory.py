"""Several processes share 64 MiB of shared memory.

Ranks of a tensor-parallel server or a training run, and the workers of a data loader, exchange tensors through `/dev/shm`. A container gets 64 MiB of it
unless it mounts more, so NCCL fails at start or the loader dies of a bus error hours later.

Operators that mount it by themselves (KubeRay, the NIM operator, KServe's presets, KubeAI, Dynamo) are not asked for it, nor are TPUs and Neuron devices, which do
not need it, nor a single process on a single GPU. Loader processes are told from a flag of the trainer, with less confidence.

To fix it, mount an `emptyDir` of medium `Memory` there, with a `sizeLimit` well below the container's memory limit, since its pages count as the container's.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: chat
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.11.0
      args: [--model=mistralai/Mistral-Small-24B-Instruct-2501, --tensor-parallel-size=2]
      resources:
        limits:
          nvidia.com/gpu: 2  # finding: container 'vllm' runs on 2 GPUs with 64 MiB of shared memory
          memory: 32Gi
      volumeMounts:
        - name: cache
          mountPath: /cache
  volumes:
    - name: cache
      emptyDir: {}
```

```yaml fixed
apiVersion: v1
kind: Pod
metadata:
  name: chat
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.11.0
      args: [--model=mistralai/Mistral-Small-24B-Instruct-2501, --tensor-parallel-size=2]
      resources:
        limits:
          nvidia.com/gpu: 2
          memory: 32Gi
      volumeMounts:
        - name: cache
          mountPath: /cache
        - name: shm
          mountPath: /dev/shm
  volumes:
    - name: cache
      emptyDir: {}
    - name: shm
      emptyDir:
        medium: Memory
        sizeLimit: 8Gi
```

See [vLLM: deploying with Kubernetes](https://docs.vllm.ai/en/stable/deployment/k8s/) and
[PyTorch: shared memory in containers](https://github.com/pytorch/pytorch#using-pre-built-images).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import LONG_RUNNING, check
from hullmark.model.container import SHARED_MEMORY, Container
from hullmark.model.demand import parallelism
from hullmark.model.finding import Finding, Fix
from hullmark.model.quantity import GIB, quantity
from hullmark.model.terms import TRAINERS, Confidence, Role, Safety, Severity
from hullmark.model.truth import Undecided, flag, natural
from hullmark.text.edit import append, join
from hullmark.text.source import Place

_ENGINES = frozenset({"vllm", "tgi", "sglang", "triton", "huggingface-server"})
_ROLES = TRAINERS | {Role.NOTEBOOK, Role.EVALUATION}
_LOADERS = ("--dataloader-num-workers", "--num-workers", "--workers")
"""How trainers of PyTorch are told how many processes read data for each of theirs."""


@check(
    Container,
    severity=Severity.HIGH,
    containers=LONG_RUNNING,
    compose="set shm_size",
)
def missing_shared_memory(container: Container, arch: Architecture) -> Iterator[Finding]:
    serving = container.engine in _ENGINES
    trains = container.podset.role in _ROLES or container.workload.role in _ROLES
    if not (serving or trains) or _has_memory(container):
        return
    found = _sharing(container)
    if found is None:
        return
    what, place, confidence = found
    if container.completed and "image" in container.workload.injected and not container.image.text:
        if container.engine == "huggingface-server":
            return  # KServe's own runtime mounts it
        raise Undecided("the runtime that completes this container may mount shared memory")
    yield Finding(
        f"container '{container.name}' {what} with 64 MiB of shared memory",
        place,
        fix=_fix(container),
        severity=None if serving else Severity.MEDIUM,
        confidence=confidence,
        advice="mount an emptyDir of medium Memory at /dev/shm",
    )


def _has_memory(container: Container) -> bool:
    """Whether it has more than the default, or nothing that counts on it."""
    workload, podset = container.workload, container.podset
    return (
        workload.template
        or "dev-shm" in workload.injected
        or (workload.training is not None and workload.training.benchmark)
        or flag(podset.node.value, "hostIPC") is True
        or container.mount_for(SHARED_MEMORY) is not None
    )


def _sharing(container: Container) -> tuple[str, Place, Confidence | None] | None:
    """What makes several processes of the container share memory, and where that is said."""
    devices = container.accelerators
    if not devices or any(a.vendor not in ("nvidia", "amd", "unknown") for a in devices):
        return None
    gpus = sum(a.count or 0 for a in devices if a.vendor != "unknown")
    if gpus > 1:
        return f"runs on {gpus} GPUs", devices[0].place, None
    if not gpus and any(a.vendor == "unknown" for a in devices):
        raise Undecided(f"which devices '{devices[0].resource}' stands for is not known")
    ranks = parallelism(container)
    if ranks is not None and int(ranks.value) > 1:
        return f"runs {ranks.value} ranks", ranks.place, None
    facts = container.workload.training
    started = None if facts is None else facts.processes_per_node
    if started is not None and (natural(started.value) or 0) > 1 and started.container in (None, container):
        return f"starts {started.value} processes", started.place, None
    readers = container.argv.flag(*_LOADERS)
    if facts is not None and readers is not None and (natural(readers) or 0) > 0:
        return "reads data in several processes", container.argv.place(*_LOADERS), Confidence.MEDIUM
    for device in devices:
        if device.count is None:
            raise Undecided(f"how many '{device.resource}' the container gets is not known")
    return None


def _fix(container: Container) -> Fix | None:
    """A quarter of the memory limit, at most 15 GiB, as the KServe and NIM presets have it in practice."""
    limit = quantity(container.limit("memory") or "")
    size = 15 if limit is None else min(15, int(limit / 4 / GIB))
    if size < 1 or "shm" in container.podset.volumes:
        return None
    volume = {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": f"{size}Gi"}}
    edits = join(
        append(container.node, ("volumeMounts",), {"name": "shm", "mountPath": SHARED_MEMORY}),
        append(container.podset.node, ("volumes",), volume),
    )
    return Fix.of("mount memory at /dev/shm", edits, Safety.SAFE)
