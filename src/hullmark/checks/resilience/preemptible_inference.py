"""Training may push inference off its accelerators.

When no accelerator is free, the scheduler deletes pods of lower priority to place one of a higher. A training run whose priority is above that of an inference service takes the
devices of users' requests, and gets the more of them the more it is restarted.

The priorities of both have to be known: from PriorityClass objects in the scan, from Kubernetes' own classes, or zero for pods without a class where no class of the scan
is the default. A class with `preemptionPolicy: Never` waits and is fine. Pods whose node selectors exclude each other never meet; nodes that taints keep apart are not
seen, so confidence is medium.

To see it happen: `hullmark simulate PATH` places pods by priority, and `--scenario node` shows whom the replacements push away.

To fix it, give inference the higher priority, or the run's class `preemptionPolicy: Never`.

```yaml bad
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata:
  name: research
value: 1000
---
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
          resources:
            limits: {nvidia.com/gpu: 1}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: tune
spec:
  template:
    spec:
      priorityClassName: research  # finding: 'tune' with priority 1000 may take the accelerators of 'chat', which has 0
      restartPolicy: Never
      containers:
        - name: pytorch
          image: registry.example/tuner:1.2.0
          command: [torchrun, --nproc_per_node=8, train.py]
          resources:
            limits: {nvidia.com/gpu: 8}
```

```yaml good
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata:
  name: research
value: 1000
preemptionPolicy: Never
---
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
          resources:
            limits: {nvidia.com/gpu: 1}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: tune
spec:
  template:
    spec:
      priorityClassName: research
      restartPolicy: Never
      containers:
        - name: pytorch
          image: registry.example/tuner:1.2.0
          command: [torchrun, --nproc_per_node=8, train.py]
          resources:
            limits: {nvidia.com/gpu: 8}
```

See [Pod priority and preemption](https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/).
"""

from collections.abc import Iterator
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, TRAINERS, Confidence, Severity
from hullmark.model.truth import string
from hullmark.model.workload import PodSet
from hullmark.text.tree import mapping

_OWN = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}
"""Classes every cluster has (https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/scheduling/v1/helpers.go)."""


@check(PodSet, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM, roles=TRAINERS)
def preemptible_inference(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    if not string(podset.node.value, "priorityClassName") or podset.workload.template:
        return
    own = _priority(podset, arch)
    if own is None or not own.preempts:
        return
    for workload in arch.workloads:
        if workload.role not in SERVING or workload.lifetime != "service" or workload.template:
            continue
        for other in workload.podsets:
            theirs = _priority(other, arch)
            if theirs is not None and theirs.value < own.value and _share(podset, other):
                text = (
                    f"'{podset.workload.name}' with priority {own.value} may take the accelerators of "
                    f"'{workload.name}', which has {theirs.value}"
                )
                advice = "give inference the higher priority"
                yield Finding(
                    text, podset.at("priorityClassName"), related=((other.at(), "may be pushed away"),), advice=advice
                )
                return


class _Priority(NamedTuple):
    value: int
    preempts: bool


def _priority(podset: PodSet, arch: Architecture) -> _Priority | None:
    """The priority of pods as admission gives it; None where it is not known."""
    name = string(podset.node.value, "priorityClassName")
    own = string(podset.node.value, "preemptionPolicy")
    if name in _OWN:
        return _Priority(_OWN[name], own != "Never")
    classes = list(arch.kinds("PriorityClass"))
    if name:
        found = next((c for c in classes if c.ref.name == name), None)
    else:
        found = next((c for c in classes if c.node.get("globalDefault") is True), None)
        if found is None:
            return _Priority(0, own != "Never")
    if found is None:
        return None
    value = found.node.get("value")
    policy = own or string(found.node.value, "preemptionPolicy")
    return _Priority(value, policy != "Never") if isinstance(value, int) else None


def _share(one: PodSet, other: PodSet) -> bool:
    """Whether both want devices of one resource, on nodes that may be the same."""
    resources = {a.resource for a in one.accelerators} & {a.resource for a in other.accelerators}
    mine, theirs = (mapping(p.node.value, "nodeSelector") for p in (one, other))
    return bool(resources) and all(theirs.get(key, value) == value for key, value in mine.items())
