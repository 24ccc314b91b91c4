"""A store that decides by majority does not survive the loss of one part.

Such a store needs most of its members: two of three, three of five. With two members it needs both, and is down more often than one alone. With all members in two zones one zone
holds half of them or more, and its loss stops the store, whichever way they are spread: two zones are worse than one.

Counted are stores that are seen to form a cluster: etcd, ZooKeeper, Consul servers, Kafka's controllers, Redis Sentinel, MongoDB's replica sets, Elasticsearch, OpenSearch, and Qdrant and
Weaviate with clustering on, which go on answering without a majority but change no collection. A StatefulSet of two Qdrant pods without clustering is two stores. Zones
count only where affinity or the node selector names them; in how many zones the cluster has nodes is not in the manifests.

To see it happen: `hullmark simulate PATH --scenario zone`, or `--scenario node` for two members.

To fix it, run three members (or five) over three zones.

```yaml bad
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: etcd
spec:
  replicas: 2  # finding: the 2 members of 'etcd' are needed both: etcd answers only with most of its 2 members
  serviceName: etcd
  selector:
    matchLabels: {app: etcd}
  template:
    metadata:
      labels: {app: etcd}
    spec:
      containers:
        - name: etcd
          image: quay.io/coreos/etcd:v3.6.4
```

```yaml bad
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: qdrant
spec:
  replicas: 3
  serviceName: qdrant
  selector:
    matchLabels: {app: qdrant}
  template:
    metadata:
      labels: {app: qdrant}
    spec:
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms:
              - matchExpressions:
                  - key: topology.kubernetes.io/zone
                    operator: In
                    values: [europe-west4-a, europe-west4-b]  # finding: the 3 members of 'qdrant' stand in 2 zones, one of which holds most of them: Qdrant changes collections only with most of its 3 members
      containers:
        - name: qdrant
          image: qdrant/qdrant:v1.15.4
          env:
            - {name: QDRANT__CLUSTER__ENABLED, value: "true"}
```

```yaml good
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: etcd
spec:
  replicas: 3
  serviceName: etcd
  selector:
    matchLabels: {app: etcd}
  template:
    metadata:
      labels: {app: etcd}
    spec:
      containers:
        - name: etcd
          image: quay.io/coreos/etcd:v3.6.4
```

See [etcd: what is failure tolerance?](https://etcd.io/docs/v3.6/faq/#what-is-failure-tolerance) and
[Qdrant: horizontal scaling](https://qdrant.tech/documentation/scaling/horizontal-scaling/).
"""

from collections.abc import Iterator

from hullmark.checks.resilience._copies import counted_at
from hullmark.checks.resilience._zones import zonal
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.quorums import quorum
from hullmark.model.terms import Severity
from hullmark.model.workload import PodSet
from hullmark.text.source import Place

_TERMS = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")


@check(PodSet, severity=Severity.MEDIUM)
def fragile_quorum(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    count, name = arch.around(podset).replicas.wanted, podset.workload.name
    found = None if count is None else quorum(podset, count)
    if found is None:
        return
    why = found[1]
    if count == 2:
        yield Finding(
            f"the 2 members of '{name}' are needed both: {why}", counted_at(podset), advice="run three members"
        )
        return
    zones = list(_zones(podset))
    if len(zones) == 1 and len(zones[0][0]) == 2:
        text = f"the {count} members of '{name}' stand in 2 zones, one of which holds most of them: {why}"
        yield Finding(text, zones[0][1], advice="spread them over three zones")


def _zones(podset: PodSet) -> Iterator[tuple[frozenset[str], Place]]:
    """The zones that each term of required affinity allows; any of several terms would do."""
    for term in podset.node.children(*_TERMS):
        for rule in term.children("matchExpressions"):
            values = rule.get("values")
            if zonal(rule.get("key")) and rule.get("operator") == "In" and isinstance(values, list):
                yield frozenset(v for v in values if isinstance(v, str)), rule.at("values")
