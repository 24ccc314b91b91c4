"""Model API is public and asks nobody who they are.

Inference engines do not authenticate callers by themselves. Reachable from outside, the endpoint is free compute for strangers, lets them copy the model's behaviour,
and exposes every hole of the engine before any password is asked.

Reported is what a public route, load balancer or node port reaches without authentication on the way: at the route, in the mesh, in a proxy in the pod, or in the engine's own key.
Internal load balancers and routes that are only visible in the cluster are not public. What is public by its kind's default (KServe without `cluster-local`) depends on the
cluster's gateway and is said with less confidence.

To fix it, make the Service `ClusterIP`, and let a gateway that checks tokens be the only way in.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
---
apiVersion: v1
kind: Service
metadata:
  name: chat
spec:
  type: LoadBalancer  # finding: anyone can call model server 'chat' from outside
  selector: {app: chat}
  ports:
    - port: 8000
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
---
apiVersion: v1
kind: Service
metadata:
  name: chat
spec:
  selector: {app: chat}
  ports:
    - port: 8000
```

See [vLLM: security](https://docs.vllm.ai/en/stable/usage/security.html) and
[OWASP LLM10:2025 Unbounded Consumption](https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Confidence, Reach, Severity
from hullmark.model.truth import Undecided
from hullmark.model.workload import Workload


@check(Workload, severity=Severity.CRITICAL, roles=SERVING)
def unauthenticated_public_model(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    exposure = arch.exposure(workload)
    if exposure.reach is not Reach.PUBLIC or exposure.authenticated:
        return
    if exposure.unknown:
        raise Undecided(exposure.unknown)
    place = exposure.path[0].place if exposure.path else workload.at()
    routes = [r for p in workload.podsets for r in arch.around(p).routes if r.reach is Reach.PUBLIC]
    by_default = bool(routes) and all(r.resource is workload.resource for r in routes)
    yield Finding(
        f"anyone can call model server '{workload.name}' from outside",
        place,
        severity=Severity.HIGH if by_default else None,
        confidence=Confidence.MEDIUM if by_default else None,
        related=tuple((hop.place, hop.text) for hop in exposure.path[1:]),
        advice="make the Service ClusterIP and put a gateway that checks tokens before it",
    )
