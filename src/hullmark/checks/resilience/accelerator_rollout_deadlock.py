"""Rolling update waits for an accelerator that is never free.

By default a Deployment starts a new pod before it stops an old one, and with up to three replicas it stops none until the new one is ready. Where all accelerators
are taken, the new pod stays Pending for want of one and the rollout never ends.

An autoscaled pool may add a node, which no manifest shows; so this is a finding of medium severity, unless a ReadWriteOnce volume makes it certain. A
LeaderWorkerSet replaces whole groups and by default adds none; vLLM's production stack makes an ordinary Deployment. Other operators' rollouts are not judged.

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
from hullmark.model.workload import PodSet, Workload
from hullmark.text.tree import Node, Value, dig

_QUARTER = "25%"
_STACK = ("spec", "deploymentConfig")
_SINGLE = frozenset({"ReadWriteOnce", "ReadWriteOncePod"})


@check(Workload, severity=Severity.MEDIUM, kinds=("Deployment", "LeaderWorkerSet", "VLLMRuntime"))
def accelerator_rollout_deadlock(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    rolling, (more, fewer) = _strategy(workload)
    surge, gone = _or(dig(rolling, "maxSurge"), more), _or(dig(rolling, "maxUnavailable"), fewer)
    if surge in (0, "0%") or not workload.podsets:
        return
    devices = _devices(workload)
    if devices:
        yield from _deadlock(workload, arch, devices, surge, gone)


def _strategy(workload: Workload) -> tuple[Value, tuple[Value, Value]]:
    """The bounds of a rolling update as written, and their defaults: how many more pods, how many fewer."""
    node = workload.resource.node
    if workload.ref.kind == "LeaderWorkerSet":
        return node.get("spec", "rolloutStrategy", "rollingUpdateConfiguration"), (0, 1)
    if workload.ref.kind == "VLLMRuntime":
        named = string(node.value, *_STACK, "deploymentStrategy") or string(node.value, *_STACK, "deployStrategy")
        return None, (0, 1) if named == "Recreate" else (_QUARTER, _QUARTER)
    if string(node.value, "spec", "strategy", "type") == "Recreate":
        return None, (0, 1)
    return node.get("spec", "strategy", "rollingUpdate"), (_QUARTER, _QUARTER)


def _deadlock(workload: Workload, arch: Architecture, devices: int, surge: Value, gone: Value) -> Iterator[Finding]:
    copies = _copies(workload, arch)
    extra, fewer = _pods(surge, copies, up=True), _pods(gone, copies, up=False)
    if not copies or not extra or fewer:
        return
    podset = workload.podsets[0]
    locked = any(c.access_modes and set(c.access_modes) <= _SINGLE for c in arch.around(podset).claims.values())
    noun = "accelerator" if extra * devices == 1 else "accelerators"
    above = _STACK if workload.ref.kind == "VLLMRuntime" else ("spec",)
    yield Finding(
        f"a rollout of '{workload.name}' needs {extra * devices} more {noun} before it gives one back",
        workload.resource.node.at(*above, "replicas"),
        severity=Severity.HIGH if locked else None,
        advice="set maxSurge: 0 and maxUnavailable: 1"
        if copies > 1
        else "set strategy.type to Recreate, or keep one device spare",
    )


def _or(value: Value, default: Value) -> Value:
    return default if value is None else value


def _devices(workload: Workload) -> int:
    """The accelerators of one copy: a pod, or a whole group of a LeaderWorkerSet."""
    node = workload.resource.node
    if workload.ref.kind == "VLLMRuntime":
        written = node.get(*_STACK, "resources", "gpu")
        return (
            written if isinstance(written, int) and not isinstance(written, bool) else natural(str(written or "")) or 0
        )
    counted = {p: p.accelerator_count for p in workload.podsets if p.accelerators}
    if workload.ref.kind != "LeaderWorkerSet":
        return sum(counted.values()) if len(workload.podsets) == 1 else 0
    return sum(count * _in_group(podset, node) for podset, count in counted.items())


def _in_group(podset: PodSet, node: Node) -> int:
    """How many pods of this template one group has."""
    size = _or(node.get("spec", "leaderWorkerTemplate", "size"), 1)
    if not isinstance(size, int):
        raise Undecided("the size of a group is not known")
    if podset.name == "leader":
        return 1
    return size - (node.get("spec", "leaderWorkerTemplate", "leaderTemplate") is not None)


def _copies(workload: Workload, arch: Architecture) -> int:
    if workload.ref.kind == "LeaderWorkerSet":
        copies = _or(workload.resource.node.get("spec", "replicas"), 1)
    else:
        copies = arch.around(workload.podsets[0]).replicas.wanted
    if not isinstance(copies, int):
        raise Undecided("the number of replicas is not known")
    return copies


def _pods(bound: Value, replicas: int, *, up: bool) -> int:
    """A rollout bound in pods: a percentage of the replicas; surge rounds up, unavailable down."""
    if isinstance(bound, int):
        return bound
    if isinstance(bound, str) and bound.endswith("%") and (percent := natural(bound[:-1])) is not None:
        share = replicas * percent / 100
        return ceil(share) if up else floor(share)
    raise Undecided("a bound of the rolling update is not known")
