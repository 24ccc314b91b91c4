"""Pods stay on a dead node for good.

A node that is not heard of gets a taint, and pods that do not tolerate it are deleted after five minutes, so that others take their place. A toleration for everything
(`operator: Exists` without a key) tolerates that taint too, and without `tolerationSeconds` for ever: nothing takes the place of the pods until the object of the node is
deleted, which no controller does as long as the machine exists.

It is mostly meant for other taints, such as those of accelerator nodes. Who names `node.kubernetes.io/unreachable` without seconds means it, as on boxes at the edge that are often
out of reach; one with seconds beside the general one is the one that counts. DaemonSets tolerate dead nodes by design. Pods of StatefulSets are not replaced before the
node is gone anyway, and runs and bare Pods are not asked.

To see it happen: `hullmark simulate PATH --scenario node`.

To fix it, name the taints that are meant, such as `nvidia.com/gpu`, or give the toleration for `node.kubernetes.io/unreachable` its seconds.

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
      tolerations:
        - operator: Exists  # finding: pods of 'chat' tolerate a dead node for ever, so nothing takes their place
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
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
        - key: nvidia.com/gpu
          operator: Exists
        - key: node.kubernetes.io/unreachable
          operator: Exists
          effect: NoExecute
          tolerationSeconds: 30
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
```

See [Taint-based evictions](https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions).
"""

from collections.abc import Iterator

from hullmark.checks.resilience._tolerations import unreachable
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Severity
from hullmark.model.workload import PodSet

_STAY = frozenset({"StatefulSet", "Pod"})


@check(PodSet, severity=Severity.MEDIUM)
def endless_toleration(podset: PodSet, _arch: Architecture) -> Iterator[Finding]:
    workload = podset.workload
    if workload.lifetime != "service" or workload.ref.kind in _STAY:
        return
    found = list(unreachable(podset))
    general = [toleration for toleration, _ in found if not toleration.get("key")]
    if general and all(seconds is None for _, seconds in found):
        yield Finding(
            f"pods of '{workload.name}' tolerate a dead node for ever, so nothing takes their place",
            general[0].at("operator"),
            advice="name the taints that are meant, or add tolerationSeconds",
        )
