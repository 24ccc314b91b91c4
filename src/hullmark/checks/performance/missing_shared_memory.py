"""Several processes share 64 MiB of shared memory.

Ranks of a tensor-parallel server or a training run, and the workers of a data loader, exchange tensors through `/dev/shm`. A container gets 64 MiB of it
unless it mounts more, so NCCL fails at start or the loader dies of a bus error hours later.

Operators that mount it by themselves (KubeRay, the NIM operator, KServe's LLM presets) are not asked for it, nor are TPUs and Neuron devices, which do not need
it, nor a single process on a single GPU.

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

See [vLLM: deploying with Kubernetes](https://docs.vllm.ai/en/stable/deployment/k8s.html) and
[PyTorch: multiprocessing best practices](https://docs.pytorch.org/docs/stable/notes/multiprocessing.html).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import LONG_RUNNING, check
from hullmark.model.container import Container
from hullmark.model.finding import Finding, Fix
from hullmark.model.quantity import GIB, quantity
from hullmark.model.terms import TRAINERS, Role, Safety, Severity
from hullmark.model.truth import flag
from hullmark.text.edit import append, join

_ENGINES = frozenset({"vllm", "tgi", "sglang", "triton", "huggingface-server"})
_SHM = "/dev/shm"  # noqa: S108 - where POSIX shared memory is, not a place for temporary files
_ROLES = TRAINERS | {Role.NOTEBOOK, Role.EVALUATION}


@check(Container, severity=Severity.HIGH, containers=LONG_RUNNING)
def missing_shared_memory(container: Container, arch: Architecture) -> Iterator[Finding]:
    workload, podset = container.workload, container.podset
    gpus = sum(a.count or 0 for a in container.accelerators if a.vendor in ("nvidia", "amd"))
    if gpus < 2 or not (container.engine in _ENGINES or podset.role in _ROLES or workload.role in _ROLES):
        return
    if workload.template or "dev-shm" in workload.injected or (workload.training and workload.training.benchmark):
        return
    if flag(podset.node.value, "hostIPC") or any(m.path.rstrip("/") == _SHM for m in container.mounts):
        return
    serving = container.engine in _ENGINES
    yield Finding(
        f"container '{container.name}' runs on {gpus} GPUs with 64 MiB of shared memory",
        container.accelerators[0].place,
        fix=_fix(container),
        severity=None if serving else Severity.MEDIUM,
        advice="mount an emptyDir of medium Memory at /dev/shm",
    )


def _fix(container: Container) -> Fix | None:
    """A quarter of the memory limit, at most 15 GiB, as the KServe and NIM presets have it in practice."""
    limit = quantity(container.limit("memory") or "")
    size = 15 if limit is None else min(15, int(limit / 4 / GIB))
    if size < 1 or "shm" in container.podset.volumes:
        return None
    volume = {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": f"{size}Gi"}}
    edits = join(
        append(container.node, ("volumeMounts",), {"name": "shm", "mountPath": _SHM}),
        append(container.podset.node, ("volumes",), volume),
    )
    return Fix.of("mount memory at /dev/shm", edits, Safety.SAFE)
