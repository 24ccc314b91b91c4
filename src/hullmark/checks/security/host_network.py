"""Pod uses the network of its node.

With `hostNetwork` every port the program opens is open on the node's own addresses, network policies do not hold for
the pod on most clusters, and it reaches what listens on the node's loopback and the cloud's metadata service, often
with the node's credentials. A model server or a Ray head in such a pod is as exposed as the node is.

Multi-node training over InfiniBand or RoCE is the honest reason: where the pod asks for an RDMA or EFA device, the
finding is low. Better is a secondary network (Multus, SR-IOV, DRANET) that gives the pod the fast interface and
nothing else. Device plugins, drivers and exporters of accelerators are left out.

To fix it, drop the field and publish what must be reachable with a Service; if the fabric needs it, waive it with the
reason.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: server
spec:
  selector:
    matchLabels: {app: server}
  template:
    metadata:
      labels: {app: server}
    spec:
      hostNetwork: true  # finding: pods of 'server' use the network of their node
      containers:
        - name: vllm
          image: registry.example/vllm:0.18.0
```

```yaml fixed
apiVersion: apps/v1
kind: Deployment
metadata:
  name: server
spec:
  selector:
    matchLabels: {app: server}
  template:
    metadata:
      labels: {app: server}
    spec:
      hostNetwork: false
      containers:
        - name: vllm
          image: registry.example/vllm:0.18.0
```

See [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) (*Baseline*, host
namespaces), [network policies and hostNetwork
pods](https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-and-hostnetwork-pods)
and CIS Kubernetes Benchmark v1.12 5.2.5.
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding, Fix
from hullmark.model.terms import ORDINARY, Severity
from hullmark.model.workload import PodSet
from hullmark.text.edit import put
from hullmark.text.tree import mapping


@check(
    PodSet,
    severity=Severity.MEDIUM,
    roles=ORDINARY,
    compose="publish the ports that others need, on 127.0.0.1 where the host is enough",
)
def host_network(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    if podset.host_network:
        edits = put(podset.node, ("hostNetwork",), value=False)
        yield Finding(
            f"pods of '{podset.workload.name}' use the network of their node",
            podset.at("hostNetwork"),
            fix=Fix.of("give the pods a network of their own", edits),
            label="opens its ports on the node and sidesteps network policies",
            severity=Severity.LOW if _has_fabric(podset) else None,
        )


def _has_fabric(podset: PodSet) -> bool:
    """Whether it asks for a device of a collective-communication fabric."""
    names = (n for c in podset.containers for n in mapping(c.node.value, "resources", "limits"))
    return any("rdma" in name or name.endswith(("/efa", "/ib")) for name in names)
