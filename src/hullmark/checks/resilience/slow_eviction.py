"""A lost node takes much of an inference service away for six minutes.

Kubernetes waits 300 s before it replaces pods of a node that is not heard of, after the 40 to 50 s until it notices. A replica of a model server is a large share of its
capacity, and its replacement has a model to load besides.

Only services that users reach from outside the cluster are asked, with at most three replicas, so that one is at least a third of what serves. A value that is written, even
300, is somebody's decision and is fine; so are pods of a StatefulSet, which are not replaced before the node's object is gone, and single replicas of which another check tells.
Waiting much less than 20 s makes short interruptions of a node's network costly: every one of them loads models anew.

To see it happen: `hullmark simulate PATH --scenario node`; in it each replacement waits through *evict*.

To fix it, add a toleration for `node.kubernetes.io/unreachable` (and `not-ready`) with `tolerationSeconds` of 20 to 60.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  replicas: 2
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:  # finding: the loss of a node takes 1 of 2 replicas of 'chat' away for 300 s before it is replaced
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          ports:
            - containerPort: 8000
---
apiVersion: v1
kind: Service
metadata:
  name: chat
spec:
  type: LoadBalancer
  selector: {app: chat}
  ports:
    - port: 80
      targetPort: 8000
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  replicas: 2
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      tolerations:
        - key: node.kubernetes.io/unreachable
          operator: Exists
          effect: NoExecute
          tolerationSeconds: 30
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          ports:
            - containerPort: 8000
---
apiVersion: v1
kind: Service
metadata:
  name: chat
spec:
  type: LoadBalancer
  selector: {app: chat}
  ports:
    - port: 80
      targetPort: 8000
```

See [Taint-based evictions](https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions).
"""

from collections.abc import Iterator

from hullmark.checks.resilience._copies import copies
from hullmark.checks.resilience._tolerations import unreachable
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Reach, Severity
from hullmark.model.truth import Undecided
from hullmark.model.workload import PodSet

_FEW = 3
"""Up to so many replicas one of them is much of the capacity."""


@check(PodSet, severity=Severity.LOW, roles=SERVING)
def slow_eviction(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    workload = podset.workload
    least = copies(podset, arch)
    if least is None or not 2 <= least <= _FEW or workload.ref.kind == "StatefulSet":
        return
    exposure = arch.around(podset).exposure
    if exposure.reach <= Reach.CLUSTER or any(True for _ in unreachable(podset)):
        return
    if exposure.least <= Reach.CLUSTER:
        raise Undecided(exposure.unknown)
    yield Finding(
        f"the loss of a node takes 1 of {least} replicas of '{workload.name}' away for 300 s before it is replaced",
        podset.at("tolerations"),
        advice="tolerate node.kubernetes.io/unreachable for 20 to 60 s",
    )
