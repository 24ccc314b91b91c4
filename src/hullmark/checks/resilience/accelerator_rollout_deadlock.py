"""Rolling update waits for an accelerator that is never free.

By default a Deployment starts a new pod before it stops an old one, and with up to three replicas it stops none until the new one is ready. Where all accelerators
are taken, the new pod stays Pending for want of one and the rollout never ends.

An autoscaled pool may add a node, which no manifest shows; so this is a finding of medium severity, unless a ReadWriteOnce volume makes it certain.

To fix it, set `maxSurge: 0` and `maxUnavailable: 1` with two or more replicas; with one, `strategy.type: Recreate`, which means downtime.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  replicas: 2  # finding: a rollout of 'chat' needs 1 more accelerator before it gives one back
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
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  replicas: 2
  strategy:
    rollingUpdate:
      maxSurge: 0
      maxUnavailable: 1
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
```

See [Deployment: rolling update](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment).
"""

from collections.abc import Iterator
from math import ceil, floor

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Severity
from hullmark.model.truth import Undecided, natural, string
from hullmark.model.workload import Workload
from hullmark.text.tree import Value, dig


@check(Workload, severity=Severity.MEDIUM, kinds=("Deployment",))
def accelerator_rollout_deadlock(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    node = workload.resource.node
    if len(workload.podsets) != 1 or string(node.value, "spec", "strategy", "type") == "Recreate":
        return
    podset = workload.podsets[0]
    if not podset.accelerators:
        return
    devices, replicas = podset.accelerator_count, podset.replicas.wanted
    if replicas is None:
        raise Undecided("the number of replicas is not known")
    rolling = dig(node.value, "spec", "strategy", "rollingUpdate")
    surge = _pods(dig(rolling, "maxSurge"), replicas, up=True)
    gone = _pods(dig(rolling, "maxUnavailable"), replicas, up=False)
    if devices and replicas and surge and not gone:
        locked = any(
            "ReadWriteOnce" in c.access_modes and len(c.access_modes) == 1 for c in arch.around(podset).claims.values()
        )
        noun = "accelerator" if surge * devices == 1 else "accelerators"
        yield Finding(
            f"a rollout of '{workload.name}' needs {surge * devices} more {noun} before it gives one back",
            workload.resource.node.at("spec", "replicas"),
            severity=Severity.HIGH if locked else None,
            advice="set maxSurge: 0 and maxUnavailable: 1"
            if replicas > 1
            else "set strategy.type to Recreate, or keep one device spare",
        )


def _pods(bound: Value, replicas: int, *, up: bool) -> int:
    """A rollout bound in pods: a quarter by default; surge rounds up, unavailable down."""
    if bound is None:
        bound = "25%"
    if isinstance(bound, int):
        return bound
    if isinstance(bound, str) and bound.endswith("%") and (percent := natural(bound[:-1])) is not None:
        share = replicas * percent / 100
        return ceil(share) if up else floor(share)
    raise Undecided("a bound of the rolling update is not known")
