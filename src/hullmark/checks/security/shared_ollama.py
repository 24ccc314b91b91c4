"""Ollama is shared without authentication.

Ollama asks nobody for a key, and its API does more than answer: it creates, copies, deletes and pushes models. Every pod
of the cluster that reaches the Service may change what all others are answered by.

It is a finding where a Service leads to it and neither a network policy nor a proxy stands in between. That it listens on
every address (`OLLAMA_HOST`) is the image's default and says nothing; loopback is safe. A public one is reported by
`unauthenticated-public-inference`.

To fix it, admit only its callers with a NetworkPolicy on port 11434, or put a proxy that authenticates in front. Hullmark
offers no fix of its own, because that policy is a new document and its callers may be elsewhere: review who calls it.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ollama
spec:
  selector:
    matchLabels: {app: ollama}
  template:
    metadata:
      labels: {app: ollama}
    spec:
      containers:
        - name: ollama
          image: ollama/ollama:0.17.1
---
apiVersion: v1
kind: Service
metadata:
  name: ollama  # finding: 'ollama' lets every pod create, push and delete models
spec:
  selector: {app: ollama}
  ports:
    - port: 11434
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ollama
spec:
  selector:
    matchLabels: {app: ollama}
  template:
    metadata:
      labels: {app: ollama}
    spec:
      containers:
        - name: ollama
          image: ollama/ollama:0.17.1
---
apiVersion: v1
kind: Service
metadata:
  name: ollama
spec:
  selector: {app: ollama}
  ports:
    - port: 11434
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ollama
spec:
  podSelector:
    matchLabels: {app: ollama}
  policyTypes: [Ingress]
  ingress:
    - from:
        - podSelector:
            matchLabels: {app: open-webui}
```

See Ollama's [authentication](https://docs.ollama.com/api/authentication) and [FAQ](https://docs.ollama.com/faq), and MITRE
ATLAS [AML.T0040](https://atlas.mitre.org/techniques/AML.T0040).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Reach, Severity
from hullmark.model.truth import Undecided
from hullmark.model.workload import Workload


@check(
    Workload,
    severity=Severity.HIGH,
    roles=SERVING,
    engines=["ollama"],
    compose="publish it on 127.0.0.1, or through a proxy that authenticates",
)
def shared_ollama(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    exposure = arch.exposure(workload)
    if exposure.reach not in (Reach.CLUSTER, Reach.INTERNAL) or exposure.authenticated or not exposure.path:
        return
    if exposure.unknown:
        raise Undecided(exposure.unknown)
    yield Finding(
        f"'{workload.name}' lets every pod create, push and delete models",
        exposure.path[0].place,
        label=f"reached through {exposure.path[0].text}",
        advice="review its callers and admit only these with a NetworkPolicy on port 11434",
    )
