"""Ollama's API is open to the whole cluster.

Ollama has no authentication. Besides answering, its API creates, copies, pushes and deletes models: any pod that reaches port 11434 can replace the model that others talk to, or send one
out.

Listening on all interfaces is what the image does anyway and says nothing; what counts is who can connect. A server isolated by a NetworkPolicy, or behind something that
authenticates, is not reported.

To fix it, admit only the user interface or gateway by a NetworkPolicy on port 11434.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ollama  # finding: any pod can use and change the models of 'ollama'
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
      ports:
        - port: 11434
```

See [Ollama: authentication](https://docs.ollama.com/api/authentication).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Reach, Severity
from hullmark.model.truth import Undecided
from hullmark.model.workload import Workload


@check(Workload, severity=Severity.HIGH, roles=SERVING, engines=("ollama",))
def shared_ollama_api(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    exposure = arch.exposure(workload)
    if exposure.reach < Reach.CLUSTER or exposure.authenticated or not workload.podsets:
        return
    isolation = [arch.around(p).ingress.isolated for p in workload.podsets]
    if None in isolation:
        raise Undecided("whether a network policy selects these pods is not known")
    if not all(isolation):
        yield Finding(
            f"any pod can use and change the models of '{workload.name}'",
            workload.at(),
            advice="admit only the user interface or gateway by a NetworkPolicy",
        )
