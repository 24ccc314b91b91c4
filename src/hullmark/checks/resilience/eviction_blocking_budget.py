"""Disruption budget never lets a pod go.

A budget that allows no eviction turns every node drain into a wait without end: upgrades of nodes and drivers stop at this node, and an
administrator who is in a hurry deletes the budget, or the pod, by hand.

It is so with `maxUnavailable: 0`, and with a `minAvailable` that is all there is: 100 %, or as many as the workload has replicas. Percentages
round up. Where an autoscaler sets the number, its minimum counts. Over a run that ends by itself such a budget is only a note: it may be meant, and the drain goes on afterwards.

To see it happen: `hullmark simulate PATH` drains every pool node by node and says which budget blocks it.

To fix it, say `maxUnavailable: 1`, and run at least two replicas of what must stay up.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  namespace: ml
spec:
  replicas: 1
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
  minAvailable: 1  # finding: 'chat' must keep 1 of 1 pods, so none can ever be evicted
  selector:
    matchLabels: {app: chat}
```

```yaml bad
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: chat
  namespace: ml
spec:
  maxUnavailable: 0  # finding: 'chat' lets no pod be evicted
  selector:
    matchLabels: {app: chat}
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

See [Disruptions](https://kubernetes.io/docs/concepts/workloads/pods/disruptions/) and
[rounding of percentages](https://kubernetes.io/docs/tasks/run-application/configure-pdb/#rounding-logic-when-specifying-percentages).
"""

from collections.abc import Iterator
from math import ceil

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity
from hullmark.model.truth import Undecided, natural
from hullmark.text.regex import regex
from hullmark.text.tree import Value, dig

_PERCENT = regex(r"(\d{1,3})%")
_ADVICE = "say maxUnavailable: 1 instead, and run as many pods as may miss one"


@check(Resource, severity=Severity.MEDIUM, kinds=("PodDisruptionBudget",))
def eviction_blocking_budget(budget: Resource, arch: Architecture) -> Iterator[Finding]:
    most, least = dig(budget.spec, "maxUnavailable"), dig(budget.spec, "minAvailable")
    name, podsets = budget.ref.name, arch.selected(budget).podsets
    blocking = "maxUnavailable" if most in (0, "0", "0%") else "minAvailable" if least == "100%" else ""
    if blocking:
        ends = bool(podsets) and all(p.workload.lifetime == "task" for p in podsets)
        yield Finding(
            f"'{name}' lets no pod be evicted",
            budget.node.at("spec", blocking),
            label="every drain waits for the run" if ends else "every drain waits",
            severity=Severity.LOW if ends else None,
            advice=_ADVICE,
        )
    elif least is not None and most is None:
        yield from _against_replicas(budget, least, arch)


def _against_replicas(budget: Resource, least: Value, arch: Architecture) -> Iterator[Finding]:
    selection = arch.selected(budget)
    pods = 0
    for podset in selection.podsets:
        replicas = arch.around(podset).replicas.least
        if replicas is None:
            raise Undecided(f"how many replicas '{podset.workload.name}' has is not known")
        pods += replicas
    if selection.unknown and not pods:
        raise Undecided(selection.unknown)
    if pods and (kept := _kept(least, pods)) >= pods:
        yield Finding(
            f"'{budget.ref.name}' must keep {kept} of {pods} pods, so none can ever be evicted",
            budget.node.at("spec", "minAvailable"),
            related=tuple((p.workload.at(), f"{arch.around(p).replicas.least} pods") for p in selection.podsets),
            label="every drain waits",
            advice=_ADVICE,
        )


def _kept(least: Value, pods: int) -> int:
    if isinstance(least, int):
        return least
    if isinstance(least, str) and (percent := _PERCENT.fullmatch(least)) and (share := natural(percent[1])) is not None:
        return ceil(pods * share / 100)
    if isinstance(least, str) and (written := natural(least)) is not None:
        return written
    raise Undecided("'minAvailable' is neither a number nor a percentage")
