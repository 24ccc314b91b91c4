"""Replicas may all share one node.

The scheduler spreads replicas only as a preference among many. Two replicas on one node fail together with its driver, its kernel or its rack;
with accelerator nodes that hold eight devices each, packing on one is the likely case, not the rare one.

A topology spread constraint or an anti-affinity counts when its selector matches the pods themselves. A constraint that selects other pods, or those of another
namespace, spreads nothing. Pods that take a port of their node are apart anyway, and pods that make one engine together count as one replica.
Where not all replicas find eight GPUs on one node, it says how many do; pods of more than four share only rare nodes, which is a low finding.

To see it happen: `hullmark simulate PATH --scenario node`.

To fix it, add a `topologySpreadConstraints` entry over `kubernetes.io/hostname`, `ScheduleAnyway` where accelerators are scarce.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  replicas: 3
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:  # finding: all 3 replicas of 'chat' may land on one node
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  replicas: 3
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {app: chat}
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
```

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  replicas: 3
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:  # finding: the spread constraints of 'chat' select other pods
            matchLabels: {app: chta}
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
```

See [Pod topology spread constraints](https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/).
"""

from collections.abc import Iterator

from hullmark.checks.resilience._copies import copies
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.selectors import label_selector
from hullmark.model.terms import Severity, Theme
from hullmark.model.truth import Undecided
from hullmark.model.workload import PodSet
from hullmark.text.source import Key
from hullmark.text.tree import Node

_HELD = 8
"""GPUs of the largest common node; few have more (https://cloud.google.com/compute/docs/accelerator-optimized-machines lists one of sixteen)."""


@check(PodSet, severity=Severity.MEDIUM, absence=Theme.AVAILABILITY)
def unspread_replicas(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    least, name = copies(podset, arch), podset.workload.name
    if least is None or least < 2 or _collide(podset):
        return
    rules = list(_rules(podset))
    if not rules:
        fit = _HELD // max(_whole(podset), 1)
        near = min(least, max(fit, 2))
        yield Finding(
            f"{'all' if near == least else f'{near} of'} {least} replicas of '{name}' may land on one node"
            + ("" if fit > 1 else f" of more than {_HELD} accelerators"),
            podset.at("topologySpreadConstraints"),
            severity=None if fit > 1 else Severity.LOW,
            advice="add topologySpreadConstraints over kubernetes.io/hostname",
        )
    elif not any(_applies(rule, podset) for rule in rules):
        yield Finding(
            f"the spread constraints of '{name}' select other pods",
            rules[0].key("labelSelector"),
            advice="select labels that the pods themselves carry",
        )


def _whole(podset: PodSet) -> int:
    """How many whole GPUs one pod takes; parts of them and devices of other sorts say nothing about the node."""
    held = (a for c in podset.containers for a in c.accelerators if a.resource in ("nvidia.com/gpu", "amd.com/gpu"))
    return sum(a.count or 0 for a in held)


def _collide(podset: PodSet) -> bool:
    """Whether two pods cannot share a node, because they take a port of it."""
    ports = [port for c in podset.containers for port in c.node.children("ports")]
    return any(port.get("hostPort") for port in ports) or (podset.host_network and bool(ports))


def _rules(podset: PodSet) -> Iterator[Node]:
    """Everything that keeps pods apart: spread constraints and the terms of anti-affinity, required or preferred."""
    yield from podset.node.children("topologySpreadConstraints")
    apart: tuple[Key, ...] = ("affinity", "podAntiAffinity")
    yield from podset.node.children(*apart, "requiredDuringSchedulingIgnoredDuringExecution")
    for term in podset.node.children(*apart, "preferredDuringSchedulingIgnoredDuringExecution"):
        if (inner := term.child("podAffinityTerm")) is not None:
            yield inner


def _applies(rule: Node, podset: PodSet) -> bool:
    """Whether a rule is about the pods themselves: in their namespace, with their labels; no selector selects nothing."""
    selector = label_selector(rule.get("labelSelector"))
    namespaces = rule.get("namespaces")
    if isinstance(namespaces, list) and namespaces and rule.get("namespaceSelector") is None:
        own = podset.workload.namespace
        if not own:
            raise Undecided("the namespace of the pods is not known, and their anti-affinity names some")
        if own not in namespaces:
            return False
    if selector is None:
        return False
    if selector.unknown or selector.placeholder:
        raise Undecided("which pods the spread constraints select is not known")
    return selector.matches(podset.labels)
