"""Any pod of the cluster may connect.

Without a NetworkPolicy that selects it, a pod accepts connections from every other pod: a compromised notebook two namespaces away talks to the
model server, the vector store or the rendezvous port of a training run, and most of these ask for no password.

A policy counts when it lies in the pod's namespace, selects it, and lists the direction; a default-deny does. Cilium's, Calico's and the cluster-wide
Admin policies count as well. Pods on the host's network are out of reach of policies.

To fix it, add a NetworkPolicy that lets in only the callers you know, and a default-deny for the namespace.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: vectors  # finding: no network policy limits who connects to 'vectors'
  namespace: rag
spec:
  selector:
    matchLabels: {app: vectors}
  template:
    metadata:
      labels: {app: vectors}
    spec:
      containers:
        - name: qdrant
          image: qdrant/qdrant:v1.15.4
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: vectors
  namespace: rag
spec:
  selector:
    matchLabels: {app: vectors}
  template:
    metadata:
      labels: {app: vectors}
    spec:
      containers:
        - name: qdrant
          image: qdrant/qdrant:v1.15.4
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: rag
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
```

See [Network policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import ORDINARY, Severity, Theme
from hullmark.model.truth import Undecided
from hullmark.model.workload import PodSet


@check(PodSet, severity=Severity.MEDIUM, roles=ORDINARY, absence=Theme.NETWORK)
def unrestricted_ingress(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    isolation = arch.around(podset).ingress
    if isolation.isolated is None:
        raise Undecided("whether a network policy selects these pods is not known")
    name = podset.workload.name
    if not isolation.isolated:
        yield Finding(
            f"no network policy limits who connects to '{name}'", podset.workload.at(), advice="add a NetworkPolicy"
        )
    elif isolation.open:
        yield Finding(
            f"the network policies of '{name}' let everyone connect",
            isolation.policies[0].node.at("spec", "ingress"),
            advice="name the callers in 'from'",
        )
