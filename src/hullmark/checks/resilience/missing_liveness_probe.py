"""Server that hangs is never restarted.

Inference engines deadlock: a collective call waits for a rank that died, a CUDA error leaves the process running but mute. Without a liveness
probe such a pod stays "running" until a human looks.

Only long-running pods that a Service sends requests to are asked for it. A liveness probe that is too eager does more harm than none, so give
slow starters a startup probe first.

To see it happen: `hullmark simulate PATH --scenario hang`; without the probe a pod is away until somebody notices, an hour as assumed.

To fix it, probe a cheap path that does not depend on other services, with a generous `failureThreshold`.

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
        - name: vllm  # finding: container 'vllm' is not restarted when it hangs
          image: vllm/vllm-openai:v0.11.0
          readinessProbe:
            httpGet: {path: /health, port: 8000}
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
          readinessProbe:
            httpGet: {path: /health, port: 8000}
          livenessProbe:
            httpGet: {path: /health, port: 8000}
            failureThreshold: 6
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

See [Liveness, readiness and startup probes](https://kubernetes.io/docs/concepts/workloads/pods/probes/#liveness-probe).
"""

from collections.abc import Iterator

from hullmark.checks.resilience._probes import unprobed
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Severity, Theme
from hullmark.model.workload import PodSet


@check(PodSet, severity=Severity.LOW, absence=Theme.PROBES)
def missing_liveness_probe(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    container = unprobed(podset, arch, "livenessProbe", "liveness-probe")
    if container is not None:
        yield Finding(
            f"container '{container.name}' is not restarted when it hangs",
            container.at("livenessProbe"),
            advice="probe a cheap path with a generous failureThreshold",
        )
