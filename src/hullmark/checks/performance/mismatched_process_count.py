"""Launcher and pods disagree about processes or nodes.

With more processes than devices, the extra ranks stop at "invalid device ordinal"; with more nodes in the launcher than pods in the manifest, the rendezvous waits for
peers that do not exist until it times out. Fewer leave accelerators idle.

Only literal values are compared. TPU and Neuron devices hold several cores each and MIG slices are parts of a device, so these are left out, and so is an elastic run's number of
nodes.

To fix it, make processes a node equal to devices a pod, and nodes equal to the pods that take part.

```yaml bad
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: tune
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 2
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example/tuner:1.2.0
              command:
                - torchrun
                - --nnodes=3  # finding: the launcher of 'tune' expects 3 nodes, but 2 pods take part
                - --nproc_per_node=4  # finding: the launcher of 'tune' starts 4 processes a node, but a pod has 1 device
                - train.py
              resources:
                limits: {nvidia.com/gpu: 1}
```

```yaml good
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: tune
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 2
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example/tuner:1.2.0
              command:
                - torchrun
                - --nnodes=2
                - --nproc_per_node=4
                - train.py
              resources:
                limits: {nvidia.com/gpu: 4}
```

See [torchrun](https://docs.pytorch.org/docs/stable/elastic/run.html).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import TRAINERS, Role, Severity
from hullmark.model.truth import natural
from hullmark.model.workload import Setting, TrainingFacts, Workload
from hullmark.text.tree import dig

_ROLES = TRAINERS | {Role.EVALUATION, Role.BATCH_INFERENCE}


@check(Workload, severity=Severity.HIGH, roles=_ROLES)
def mismatched_process_count(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    facts = workload.training
    if facts is None:
        return
    yield from _processes(workload, facts)
    yield from _nodes(workload, facts)


def _processes(workload: Workload, facts: TrainingFacts) -> Iterator[Finding]:
    setting = facts.processes_per_node
    wanted = _whole(setting)
    counts = {
        p.accelerator_count
        for p in workload.podsets
        if p.accelerators and all(a.vendor in ("nvidia", "amd") and "mig" not in a.resource for a in p.accelerators)
    }
    if setting is None or wanted is None or len(counts) != 1:
        return
    devices = counts.pop()
    if devices and wanted != devices:
        noun = "device" if devices == 1 else "devices"
        yield Finding(
            f"the launcher of '{workload.name}' starts {wanted} processes a node, but a pod has {devices} {noun}",
            setting.place,
        )


def _nodes(workload: Workload, facts: TrainingFacts) -> Iterator[Finding]:
    setting = facts.nodes
    wanted = _whole(setting)
    if setting is None or wanted is None or dig(workload.resource.spec, "elasticPolicy") is not None:
        return
    taking_part = [p for p in workload.podsets if p.accelerators] or list(workload.podsets)
    if any(p.replicas.wanted is None for p in taking_part):
        return
    pods = sum(p.replicas.wanted or 0 for p in taking_part)
    if pods and pods != wanted:
        noun = "pod takes" if pods == 1 else "pods take"
        yield Finding(
            f"the launcher of '{workload.name}' expects {wanted} nodes, but {pods} {noun} part", setting.place
        )


def _whole(setting: Setting | None) -> int | None:
    return natural(setting.value) if setting is not None else None
