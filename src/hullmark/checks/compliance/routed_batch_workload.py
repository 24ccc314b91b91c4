"""Batch work has a route.

Its purpose says that it works through data by itself, and an Ingress or another route leads callers to it. Then it is a service: it needs authentication, limits, probes and an objective, and
whoever assessed it as batch work looked at something else.

The purpose is checked when it begins with the word `batch`, alone or before a colon. A route may lead to no more than a page that shows progress, so this is less sure.

To fix it, remove the route, or declare the purpose it has now.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: scoring
  annotations:
    hullmark.dev/purpose: batch
spec:
  selector:
    matchLabels: {app: scoring}
  template:
    metadata:
      labels: {app: scoring}
    spec:
      containers:
        - name: api
          image: registry.example/scoring:1.4.2
---
apiVersion: v1
kind: Service
metadata:
  name: scoring
spec:
  selector: {app: scoring}
  ports:
    - port: 8000
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: scoring
spec:
  rules:
    - host: scoring.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:  # finding: 'scoring' is declared batch work, and a route leads to it
                name: scoring
                port: {number: 8000}
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: scoring
  annotations:
    hullmark.dev/purpose: batch
spec:
  selector:
    matchLabels: {app: scoring}
  template:
    metadata:
      labels: {app: scoring}
    spec:
      containers:
        - name: api
          image: registry.example/scoring:1.4.2
---
apiVersion: v1
kind: Service
metadata:
  name: scoring
spec:
  selector: {app: scoring}
  ports:
    - port: 8000
```

See [Ingress](https://kubernetes.io/docs/concepts/services-networking/ingress/) and the NIST [AI Risk Management
Framework](https://www.nist.gov/itl/ai-risk-management-framework), MAP 1.1, on intended purposes.
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Confidence, Severity
from hullmark.model.truth import Undecided
from hullmark.model.workload import Workload


@check(Workload, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM, compose="")
def routed_batch_workload(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    declared = arch.declared(workload)
    routes = [route for podset in workload.podsets for route in arch.around(podset).routes]
    if declared.use == "batch" and routes:
        routes.sort(key=lambda route: bool(route.unknown))
        if routes[0].unknown:
            raise Undecided(routes[0].unknown)
        yield Finding(
            f"'{workload.name}' is declared batch work, and a route leads to it",
            routes[0].place,
            related=((declared.said["purpose"].place, "the purpose that is declared"),),
            advice="remove the route, or declare the purpose it has now",
        )
