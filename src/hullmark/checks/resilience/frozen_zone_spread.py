"""A lost zone blocks its own replacements.

`whenUnsatisfiable: DoNotSchedule` over zones compares each zone with the emptiest one. After a zone is lost its nodes still stand in the cluster with a taint, and by
default (`nodeTaintsPolicy: Ignore`) the scheduler counts the dead zone as one with no pods: no other zone may then take a replacement, until somebody or the cloud
deletes the dead nodes. With `minDomains` as high as the number of zones not even that helps, because a zone that is missing counts as one with no pods too.

Zones are not in the manifests; three are assumed, so there is a finding from three pods for each `maxSkew` on. `nodeTaintsPolicy: Honor` leaves the dead nodes out as long
as the pods do not tolerate their taint. `ScheduleAnyway` only prefers, and a `minDomains` of two is met by the zones that are left. A constraint that does not select the pods themselves never counts them.

To see it happen: `hullmark simulate PATH --scenario zone` shows the replacements that stay pending and why.

To fix it, set `nodeTaintsPolicy: Honor` and leave `minDomains` out, or prefer with `ScheduleAnyway`.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  replicas: 6
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: DoNotSchedule  # finding: after the loss of a zone no replacement of 'chat' is placed while its dead nodes are listed
          labelSelector:
            matchLabels: {app: chat}
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
  replicas: 6
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: DoNotSchedule
          nodeTaintsPolicy: Honor
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
          minDomains: 3  # finding: after the loss of one of 3 zones no replacement of 'chat' is placed at all
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: DoNotSchedule
          nodeTaintsPolicy: Honor
          labelSelector:
            matchLabels: {app: chat}
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
```

See [Pod topology spread constraints](https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#spread-constraint-definition).
"""

from collections.abc import Iterator

from hullmark.checks.resilience._copies import copies
from hullmark.checks.resilience._zones import zonal
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.selectors import label_selector
from hullmark.model.terms import Confidence, Severity
from hullmark.model.workload import PodSet
from hullmark.text.tree import Node

_USUAL = 3
"""Zones that are assumed."""


@check(PodSet, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM)
def frozen_zone_spread(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    least, name = copies(podset, arch), podset.workload.name
    if least is None or least < 2:
        return
    for rule in podset.node.children("topologySpreadConstraints"):
        if not zonal(rule.get("topologyKey")) or rule.get("whenUnsatisfiable") != "DoNotSchedule":
            continue
        skew, domains = rule.get("maxSkew"), rule.get("minDomains")
        if not isinstance(skew, int) or not _about(rule, podset):
            continue
        if isinstance(domains, int) and domains >= _USUAL and least >= domains * skew:
            text = f"after the loss of one of {domains} zones no replacement of '{name}' is placed at all"
            yield Finding(
                text, rule.at("minDomains"), advice="leave minDomains out, or set it below the number of zones"
            )
        elif rule.get("nodeTaintsPolicy") != "Honor" and least >= _USUAL * skew:
            text = f"after the loss of a zone no replacement of '{name}' is placed while its dead nodes are listed"
            yield Finding(text, rule.at("whenUnsatisfiable"), advice="set nodeTaintsPolicy: Honor")


def _about(rule: Node, podset: PodSet) -> bool:
    """Whether it counts the pods themselves."""
    selector = label_selector(rule.get("labelSelector"))
    return (
        selector is not None and not selector.unknown and not selector.placeholder and selector.matches(podset.labels)
    )
