"""Checkpoints are written where they are lost with the pod.

The run saves checkpoints, so its author believes it can resume. But a path without a volume lies in the container's own layer, and an `emptyDir` goes with the pod:
after an eviction, a drained node or a spot reclaim the run starts from step zero.

A directory of the node counts as lost for runs of several pods, and as a risk for one; a claim on one node is a note. A relative path lies below the container's `workingDir`;
where the image's own directory may be a volume, the finding is said with less confidence. A fast path beside a lasting one, or a program that copies to an object store, is
fine. Benchmarks are not asked.

For Ray the entry point of a RayJob, its runtime environment and what `ray job submit` hands over count, for the pods with devices of the cluster they run on; and the
`storage_path` of a Ray Train `RunConfig` in code that the scan sees. What other code or a mounted configuration says is not read.

To fix it, write to a claim that outlives the pod or to an object store, and resume from there.

```yaml bad
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: tune
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 4
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example/tuner:1.2.0
              command:
                - torchrun
                - --nproc_per_node=8
                - train.py
                - --checkpoint_dir=/scratch/checkpoints  # finding: checkpoints in '/scratch/checkpoints' lie in an emptyDir and are lost with the pod
              resources:
                limits: {nvidia.com/gpu: 8}
              volumeMounts:
                - name: scratch
                  mountPath: /scratch
          volumes:
            - name: scratch
              emptyDir: {}
```

```yaml good
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: tune
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 4
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example/tuner:1.2.0
              command:
                - torchrun
                - --nproc_per_node=8
                - train.py
                - --checkpoint_dir=/checkpoints/tune
              resources:
                limits: {nvidia.com/gpu: 8}
              volumeMounts:
                - name: checkpoints
                  mountPath: /checkpoints
          volumes:
            - name: checkpoints
              persistentVolumeClaim:
                claimName: checkpoints
```

```yaml bad
apiVersion: ray.io/v1
kind: RayJob
metadata:
  name: tune
spec:
  entrypoint: python train.py --output-dir /scratch/tune  # finding: checkpoints in '/scratch/tune' lie in an emptyDir and are lost with the pod
  rayClusterSpec:
    headGroupSpec:
      template:
        spec:
          containers:
            - name: head
              image: rayproject/ray:2.52.0
    workerGroupSpecs:
      - groupName: gpu
        replicas: 4
        template:
          spec:
            containers:
              - name: worker
                image: rayproject/ray:2.52.0-gpu
                resources:
                  limits: {nvidia.com/gpu: 8}
                volumeMounts:
                  - name: scratch
                    mountPath: /scratch
            volumes:
              - name: scratch
                emptyDir: {}
```

See [Ray Train: persistent storage](https://docs.ray.io/en/latest/train/user-guides/persistent-storage.html), [Volumes: emptyDir](https://kubernetes.io/docs/concepts/storage/volumes/#emptydir) and
[PyTorch: saving and loading a general checkpoint](https://docs.pytorch.org/tutorials/recipes/recipes/saving_and_loading_a_general_checkpoint.html).
"""

import posixpath
from collections.abc import Iterator

from hullmark.checks.resilience._ray_jobs import in_code, ran_on
from hullmark.model.architecture import Architecture
from hullmark.model.argv import programs
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.durability import Durability, Keeping, durability
from hullmark.model.finding import Finding
from hullmark.model.ray import submits
from hullmark.model.terms import TRAINERS, Confidence, Severity
from hullmark.model.truth import Undecided, string
from hullmark.model.workload import Setting, TrainingFacts, Workload

_WHERE = {
    Keeping.CONTAINER_LAYER: "in the container's own layer and are lost with it",
    Keeping.EMPTY_DIR: "in an emptyDir and are lost with the pod",
    Keeping.EPHEMERAL_VOLUME: "in a volume that is deleted with the pod",
    Keeping.DELETED_WITH_OBJECT: "in a claim that is deleted with its object",
    Keeping.HOST_PATH: "on one node and are lost with it",
    Keeping.NODE_VOLUME: "in a claim on one node and are lost with it",
}
_MODEL = frozenset({"MODEL_PATH", "MODEL_DIR"})
"""Variables that may as well say where a model is read from."""

_COPIERS = {"aws": "s3", "gcloud": "storage", "gsutil": "", "rclone": "", "s5cmd": "", "azcopy": "", "mc": ""}
"""Programs that carry files to an object store, with the argument that makes them do so."""


@check(
    Workload,
    severity=Severity.HIGH,
    roles=TRAINERS,
    compose="write to a named volume, a directory of the host or an object store",
)
def ephemeral_checkpoint(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    facts = workload.training
    if facts is None or facts.benchmark:
        return
    handed = [s.container for s in facts.checkpoints if s.container is not None and submits(s.container)]
    if any(ran_on(container, arch) is None for container in handed):
        raise Undecided("the Ray cluster that the job is submitted to is not in the scan")
    if not any(c.accelerators for c in _running(workload, arch)):
        return
    seen: set[tuple[str, int]] = set()
    judged: list[tuple[Setting, Container, str, Durability]] = []
    for setting in (*facts.checkpoints, *in_code(workload, arch)):
        if setting.container is None or (setting.value, setting.place.span.start) in seen or _is_input(setting):
            continue
        seen.add((setting.value, setting.place.span.start))
        container = _writer(setting.container, arch)
        path = _absolute(setting.value, container)
        judged.append((setting, container, path, durability(arch, container, path)))
    if any(kept.durable and kept.keeping is not Keeping.NODE_VOLUME for _, _, _, kept in judged) or _copies(workload):
        return  # a fast tier beside a lasting one
    for setting, container, path, kept in judged:
        if kept.keeping in _WHERE:
            unsure = not path.startswith("/") and any(_may_cover(container))
            yield Finding(
                f"checkpoints in '{setting.value}' lie {_WHERE[kept.keeping]}",
                setting.place,
                severity=_severity(kept.keeping, facts, unsure=unsure),
                confidence=Confidence.MEDIUM if unsure else None,
                related=((kept.place, "the volume"),) if kept.keeping is not Keeping.CONTAINER_LAYER else (),
                advice="write to a claim that outlives the pod or to an object store",
            )


def _severity(keeping: Keeping, facts: TrainingFacts, *, unsure: bool) -> Severity | None:
    if keeping is Keeping.NODE_VOLUME:
        return Severity.LOW
    alone = keeping is Keeping.HOST_PATH and facts.gang_size == 1
    return Severity.MEDIUM if unsure or alone or keeping is Keeping.DELETED_WITH_OBJECT else None


def _running(workload: Workload, arch: Architecture) -> Iterator[Container]:
    """Its own containers, and those of the Ray clusters that it hands jobs to."""
    yield from workload.containers
    for container in workload.containers:
        cluster = ran_on(container, arch)
        yield from cluster.containers if cluster is not None else ()


def _writer(container: Container, arch: Architecture) -> Container:
    """The container that writes: a launcher without devices starts the program in the pods that have them."""
    if any(c.accelerators for c in container.podset.containers):
        return container
    return next((c for c in _running(container.workload, arch) if c.accelerators), container)


def _absolute(path: str, container: Container) -> str:
    """A relative path below the directory that the script changes to, or the container's working directory."""
    if path.startswith("/") or ":" in path or "$" in path:
        return path
    base = string(container.spec, "workingDir")
    for segment in container.argv.segments:
        if segment == container.argv.words:
            break
        if segment[0] == "cd" and len(segment) > 1:
            base = posixpath.join(base, segment[1])
    return posixpath.normpath(posixpath.join(base, path)) if base.startswith("/") else path


def _may_cover(container: Container) -> Iterator[str]:
    """Volumes that may lie over the image's own working directory."""
    for mount in container.mounts:
        if not mount.path.startswith(("/dev/", "/etc/", "/proc/", "/sys/", "/var/run/", "/run/")):
            yield mount.path


def _is_input(setting: Setting) -> bool:
    """Whether a variable rather says where a model comes from: the image, or a volume that something else fills."""
    container = setting.container
    if container is None or not any(
        name in _MODEL and variable.node.at("value") == setting.place
        for name, variable in container.environment.items()
    ):
        return False
    mount = container.mount_for(setting.value)
    if mount is None or mount.read_only:
        return True
    name = string(mount.node.value, "name")
    return any(
        string(m.node.value, "name") == name for c in container.podset.containers if c.kind == "init" for m in c.mounts
    )


def _copies(workload: Workload) -> bool:
    """Whether some container carries files to an object store while the run goes on or after it."""
    return any(
        _COPIERS.get(program) in ("", argument)
        and any("://" in word or program in ("rclone", "mc") for word in segment)
        for container in workload.containers
        if container.kind != "init"
        for segment in container.argv.segments
        for program, argument in programs(segment)
    )
