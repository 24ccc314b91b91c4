"""Workload for internal use is open to anybody.

Its purpose says that your own people use it, and a load balancer or a route without authentication lets in everybody else. Either the purpose is out of date, and with it every assessment that was made of
it, or somebody published the workload by mistake.

The purpose is checked when it begins with the word `internal`, alone or before a colon. Behind authentication a workload may well be on the internet and for your own people only; that is not found. TorchServe
may ask for tokens of its own, so it is unknown.

To fix it, make the Service a ClusterIP or its load balancer an internal one, put authentication in front, or declare the purpose it has now.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ranking
  annotations:
    hullmark.dev/purpose: "internal: ranks tickets for the support team"
spec:
  selector:
    matchLabels: {app: ranking}
  template:
    metadata:
      labels: {app: ranking}
    spec:
      containers:
        - name: api
          image: registry.example/ranking:1.4.2
---
apiVersion: v1
kind: Service
metadata:
  name: ranking
spec:
  type: LoadBalancer  # finding: 'ranking' is for internal use, and open to anybody
  selector: {app: ranking}
  ports:
    - port: 8000
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ranking
  annotations:
    hullmark.dev/purpose: "internal: ranks tickets for the support team"
spec:
  selector:
    matchLabels: {app: ranking}
  template:
    metadata:
      labels: {app: ranking}
    spec:
      containers:
        - name: api
          image: registry.example/ranking:1.4.2
---
apiVersion: v1
kind: Service
metadata:
  name: ranking
spec:
  selector: {app: ranking}
  ports:
    - port: 8000
```

See NIST SP 800-53 [AC-3, access enforcement](https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final) and [Service
types](https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Reach, Severity
from hullmark.model.truth import Undecided
from hullmark.model.workload import Workload


@check(Workload, severity=Severity.HIGH, compose="")
def exposed_internal_workload(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    declared = arch.declared(workload)
    if declared.use != "internal":
        return
    exposure = arch.exposure(workload)
    if exposure.reach < Reach.PUBLIC or exposure.authenticated:
        return
    if exposure.unknown:
        raise Undecided(exposure.unknown)
    if any(c.engine == "torchserve" for c in workload.containers):
        raise Undecided("whether TorchServe asks for its own tokens is not looked at here")
    hops = exposure.path
    yield Finding(
        f"'{workload.name}' is for internal use, and open to anybody",
        hops[0].place if hops else workload.resource.place,
        related=(
            *((hop.place, hop.text) for hop in hops[1:]),
            (declared.said["purpose"].place, "the purpose that is declared"),
        ),
        advice="close it, put authentication in front, or declare the purpose it has now",
    )
