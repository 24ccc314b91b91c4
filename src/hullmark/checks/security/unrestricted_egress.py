"""Pod may connect to anything.

What an AI workload loads is code in all but name: weights, notebooks, tools, prompts from strangers. When one of them turns on you, open egress is how
data leaves, and how the cloud's metadata service at 169.254.169.254 is asked for credentials.

A policy counts when it lies in the pod's namespace, selects it and lists Egress.

To fix it, add a policy with `policyTypes: [Egress]` that allows DNS and the hosts it needs: object store, hub mirror, model gateway.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: agent  # finding: no network policy limits where 'agent' connects to
  namespace: agents
spec:
  selector:
    matchLabels: {app: agent}
  template:
    metadata:
      labels: {app: agent}
    spec:
      containers:
        - name: agent
          image: registry.example/agent:2.1.0
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: agent
  namespace: agents
spec:
  selector:
    matchLabels: {app: agent}
  template:
    metadata:
      labels: {app: agent}
    spec:
      containers:
        - name: agent
          image: registry.example/agent:2.1.0
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: agent
  namespace: agents
spec:
  podSelector:
    matchLabels: {app: agent}
  policyTypes: [Egress]
  egress:
    - to:
        - namespaceSelector:
            matchLabels: {kubernetes.io/metadata.name: gateway}
```

See [Network policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-deny-all-egress-traffic).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import ORDINARY, Severity, Theme
from hullmark.model.truth import Undecided
from hullmark.model.workload import PodSet


@check(PodSet, severity=Severity.LOW, roles=ORDINARY, absence=Theme.NETWORK)
def unrestricted_egress(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    isolation = arch.around(podset).egress
    if isolation.isolated is None:
        raise Undecided("whether a network policy selects these pods is not known")
    name = podset.workload.name
    if not isolation.isolated:
        yield Finding(
            f"no network policy limits where '{name}' connects to",
            podset.workload.at(),
            advice="add a NetworkPolicy for Egress",
        )
    elif isolation.open:
        yield Finding(
            f"the network policies of '{name}' let it connect to anything",
            isolation.policies[0].node.at("spec", "egress"),
            advice="name the destinations in 'to'",
        )
