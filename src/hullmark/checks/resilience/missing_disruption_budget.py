"""Replicas may all be evicted at once.

A node upgrade or an autoscaler that consolidates drains nodes one after the other. Without a PodDisruptionBudget nothing keeps it from evicting
every replica within minutes, and each takes minutes more to load its model again.

Single replicas are another matter (a budget would only block the drain), as are jobs, daemons and the nodes of a Ray, Dask or Spark cluster. Pods that make one engine
together count as one replica. A budget in another namespace does not count, and is named when its labels match.

To see it happen: `hullmark simulate PATH` drains every pool node by node and says how few pods serve meanwhile.

To fix it, add a PodDisruptionBudget with `maxUnavailable: 1` and the workload's labels.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  namespace: ml
spec:
  replicas: 3  # finding: all 3 replicas of 'chat' may be evicted at once
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  namespace: ml
spec:
  replicas: 3
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: chat
  namespace: ml
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {app: chat}
```

See [Specifying a disruption budget](https://kubernetes.io/docs/tasks/run-application/configure-pdb/).
"""

from collections.abc import Iterator

from hullmark.checks.resilience._copies import copies, counted_at
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Severity, Theme
from hullmark.model.workload import PodSet
from hullmark.text.source import Place


@check(PodSet, severity=Severity.MEDIUM, absence=Theme.AVAILABILITY)
def missing_disruption_budget(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    workload, least = podset.workload, copies(podset, arch)
    if least is None or least < 2 or arch.around(podset).budgets:
        return
    related: list[tuple[Place, str]] = [
        (budget.place, f"this budget does not cover it: {why}")
        for budget, why in arch.near_misses(podset)
        if budget.ref.kind == "PodDisruptionBudget"
    ]
    yield Finding(
        f"all {least} replicas of '{workload.name}' may be evicted at once",
        counted_at(podset),
        related=tuple(related),
        advice="add a PodDisruptionBudget with maxUnavailable: 1",
    )
