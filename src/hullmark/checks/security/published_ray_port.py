"""Ray's control ports are published outside the cluster.

The dashboard accepts jobs, the client port accepts code, GCS accepts workers: each is remote execution on every node of the Ray cluster, open to whoever finds the address.

Publishing the serving port (8000) is fine and is not reported here.

To fix it, route only the serving port, keep `headGroupSpec.serviceType: ClusterIP`, and reach the dashboard by `kubectl port-forward`.

```yaml bad
apiVersion: ray.io/v1
kind: RayCluster
metadata:
  name: shared
spec:
  headGroupSpec:
    serviceType: LoadBalancer  # finding: the control ports of Ray cluster 'shared' are published by a LoadBalancer
    template:
      spec:
        containers:
          - name: head
            image: rayproject/ray:2.52.0
```

```yaml good
apiVersion: ray.io/v1
kind: RayCluster
metadata:
  name: shared
spec:
  headGroupSpec:
    serviceType: ClusterIP
    template:
      spec:
        containers:
          - name: head
            image: rayproject/ray:2.52.0
```

```yaml bad
apiVersion: ray.io/v1
kind: RayCluster
metadata:
  name: shared
spec:
  headGroupSpec:
    template:
      spec:
        containers:
          - name: head
            image: rayproject/ray:2.52.0
---
apiVersion: v1
kind: Service
metadata:
  name: dashboard
spec:
  selector:
    ray.io/cluster: shared
    ray.io/node-type: head
  ports:
    - port: 8265
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: dashboard
spec:
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: dashboard, port: {number: 8265}}}  # finding: port 8265 of Ray cluster 'shared' is published
```

See [Ray: security](https://docs.ray.io/en/latest/ray-security/index.html).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Reach, Severity
from hullmark.model.truth import flag, string
from hullmark.model.workload import Workload
from hullmark.text.source import Key
from hullmark.text.tree import mapping

_SPECS: dict[str, tuple[Key, ...]] = {
    "RayCluster": ("spec",),
    "RayService": ("spec", "rayClusterConfig"),
    "RayJob": ("spec", "rayClusterSpec"),
    "RayCronJob": ("spec", "jobTemplate", "rayClusterSpec"),
}
_PORTS = frozenset(
    {"8265", "10001", "6379", "52365", "dashboard", "client", "gcs", "gcs-server", "redis", "dashboard-agent"}
)


@check(Workload, severity=Severity.CRITICAL, kinds=tuple(_SPECS))
def published_ray_port(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    path = (*_SPECS[workload.ref.kind], "headGroupSpec")
    head = mapping(workload.resource.node.value, *path)
    node = workload.resource.node
    kind = string(head, "serviceType")
    if kind in ("LoadBalancer", "NodePort"):
        yield Finding(
            f"the control ports of Ray cluster '{workload.name}' are published by a {kind}",
            node.at(*path, "serviceType"),
        )
    if flag(head, "enableIngress"):
        yield Finding(
            f"the dashboard of Ray cluster '{workload.name}' is published by an Ingress",
            node.at(*path, "enableIngress"),
        )
    for podset in workload.podsets:
        for route in arch.around(podset).routes:
            if route.port in _PORTS and route.reach >= Reach.INTERNAL and route.resource is not workload.resource:
                yield Finding(
                    f"port {route.port} of Ray cluster '{workload.name}' is published",
                    route.place,
                    severity=Severity.HIGH if route.authenticated else None,
                )
