"""High objective hangs on one replica.

An objective of 99.9 % leaves 43 minutes in 30 days. One replica spends them on its own: each update and each drain of its node stops it until another one has loaded its model, and when a node dies, Kubernetes
waits five minutes before it even replaces the pod.

Objectives below 99.9 % are not found: what one replica comes to is for `hullmark simulate` to tell. Without an objective, `single-point-of-failure` tells of published services that run once. Replicas that make one engine together count as one. What scales to zero and may grow beyond one replica is not found.

To fix it, run two replicas on different nodes with a PodDisruptionBudget, or declare an objective that one replica can meet.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  annotations:
    hullmark.dev/slo: "99.9"
spec:
  replicas: 1  # finding: 'chat' is to be available 99.9 % of the time, with one replica
  template:
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  annotations:
    hullmark.dev/slo: "99.9"
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
```

See Google on [availability and error
budgets](https://cloud.google.com/blog/products/gcp/available-or-not-that-is-the-question-cre-life-lessons) and [Taint-based
evictions](https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions).
"""

from collections.abc import Iterator

from hullmark.checks.resilience._copies import copies, counted_at
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Severity, Theme
from hullmark.model.truth import Undecided
from hullmark.model.workload import PodSet

_HIGH = 99.9
"""The objective from which on one replica cannot be enough: a node that dies twice in a month, with a model to load, spends it."""


@check(PodSet, severity=Severity.MEDIUM, absence=Theme.AVAILABILITY)
def single_replica_objective(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    workload = podset.workload
    declared = arch.declared(workload)
    if (declared.objective or 0) < _HIGH or not (len(workload.podsets) == 1 or podset.role in SERVING):
        return
    replicas = arch.around(podset).replicas
    if workload.lifetime == "service" and replicas.least is None:
        raise Undecided(f"how many replicas of '{workload.name}' run is not known")
    least = copies(podset, arch)
    if least == 1 or (least == 0 and replicas.most == 1):
        said = declared.said["slo"]
        yield Finding(
            f"'{workload.name}' is to be available {said.word} of the time, with one replica",
            counted_at(podset),
            related=((said.place, "the objective that is declared"),),
            advice="run two replicas on different nodes, or declare an objective that one can meet",
        )
