"""Checkpoints are written where they are lost with the pod.

The run saves checkpoints, so its author believes it can resume. But a path without a volume lies in the container's own layer, and an `emptyDir` goes with the pod:
after an eviction, a drained node or a spot reclaim the run starts from step zero.

A directory of the node counts as lost for runs of several pods, and as a risk for one. Paths that may lie below the image's own working directory are
said with less confidence. Benchmarks are not asked.

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

See [Volumes: emptyDir](https://kubernetes.io/docs/concepts/storage/volumes/#emptydir) and
[PyTorch: saving and loading a general checkpoint](https://docs.pytorch.org/tutorials/recipes/recipes/saving_and_loading_a_general_checkpoint.html).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.durability import Keeping, durability
from hullmark.model.finding import Finding
from hullmark.model.terms import TRAINERS, Confidence, Severity
from hullmark.model.workload import Workload

_WHERE = {
    Keeping.CONTAINER_LAYER: "in the container's own layer and are lost with it",
    Keeping.EMPTY_DIR: "in an emptyDir and are lost with the pod",
    Keeping.EPHEMERAL_VOLUME: "in a volume that is deleted with the pod",
    Keeping.DELETED_WITH_OBJECT: "in a claim that is deleted with its object",
    Keeping.HOST_PATH: "on one node and are lost with it",
}


@check(Workload, severity=Severity.HIGH, roles=TRAINERS)
def ephemeral_checkpoint(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    facts = workload.training
    if facts is None or facts.benchmark or not any(c.accelerators for c in workload.containers):
        return
    seen: set[tuple[str, int]] = set()
    for setting in facts.checkpoints:
        if setting.container is None or (setting.value, setting.place.span.start) in seen:
            continue
        seen.add((setting.value, setting.place.span.start))
        kept = durability(arch, setting.container, setting.value)
        if kept.keeping not in _WHERE:
            continue
        relative = not setting.value.startswith("/")
        yield Finding(
            f"checkpoints in '{setting.value}' lie {_WHERE[kept.keeping]}",
            setting.place,
            severity=Severity.MEDIUM
            if kept.keeping in (Keeping.HOST_PATH, Keeping.DELETED_WITH_OBJECT) or relative
            else None,
            confidence=Confidence.MEDIUM if relative else None,
            related=((kept.place, "the volume"),) if kept.keeping is not Keeping.CONTAINER_LAYER else (),
            advice="write to a claim that outlives the pod or to an object store",
        )
