"""All replicas have to be in one zone.

A required pod affinity over zones places a pod only where the pods it names already are. The first replica picks a zone and all others follow it: the loss of that zone takes all of
them, and none may be made anywhere else while its volume or cache is gone with it.

Counted is `requiredDuringSchedulingIgnoredDuringExecution` over the zone label for services of two replicas and more. A preferred affinity keeps traffic in the zone just as well
and gives way when the zone is lost. Runs whose pods talk to each other all the time belong into one zone.

To see it happen: `hullmark simulate PATH --scenario zone`.

To fix it, prefer the zone (`preferredDuringSchedulingIgnoredDuringExecution`), and have what is needed in each of them.

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
      affinity:
        podAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - topologyKey: topology.kubernetes.io/zone  # finding: all 3 replicas of 'chat' have to be in one zone
              labelSelector:
                matchLabels: {app: model-cache}
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
  replicas: 3
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      affinity:
        podAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 100
              podAffinityTerm:
                topologyKey: topology.kubernetes.io/zone
                labelSelector:
                  matchLabels: {app: model-cache}
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
```

See [Inter-pod affinity and anti-affinity](https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity).
"""

from collections.abc import Iterator

from hullmark.checks.resilience._copies import copies
from hullmark.checks.resilience._zones import zonal
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.selectors import label_selector
from hullmark.model.terms import Severity
from hullmark.model.workload import PodSet
from hullmark.text.tree import Node


@check(PodSet, severity=Severity.LOW)
def single_zone_affinity(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    least = copies(podset, arch)
    if least is None or least < 2:
        return
    terms = podset.node.children("affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    for term in terms:
        if zonal(term.get("topologyKey")) and not _everywhere(term, podset, arch):
            text = f"all {least} replicas of '{podset.workload.name}' have to be in one zone"
            yield Finding(text, term.at("topologyKey"), advice="prefer the zone instead")
            return


def _everywhere(term: Node, podset: PodSet, arch: Architecture) -> bool:
    """Whether the pods that it follows are in the scan and may be in several zones: more than one, not tied themselves."""
    selector = label_selector(term.get("labelSelector"))
    if selector is None or selector.unknown or selector.placeholder or selector.matches(podset.labels):
        return False
    followed = [
        p
        for w in arch.workloads
        if w.namespace == podset.workload.namespace
        for p in w.podsets
        if p is not podset and selector.matches(p.labels)
    ]
    return any((arch.around(p).replicas.least or 0) > 1 or p.workload.lifetime == "daemon" for p in followed)
