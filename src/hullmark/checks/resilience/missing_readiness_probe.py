"""Container behind a Service is never asked whether it is ready.

Without a readiness probe a pod receives requests from the moment its process starts: a model server that loads weights for minutes answers with
errors all that time, at every rollout, restart and scale-out.

Kinds whose operator adds the probe are not asked for it, nor are jobs, sidecars of other products, or pods that no Service sends requests to. A Service with
`publishNotReadyAddresses` does not wait for anybody. One probe speaks for the whole pod.

To see it happen: `hullmark simulate PATH --scenario rollout` rolls out a version that does not work; without the probe it takes all pods.

To fix it, probe the path that says the model is loaded (`/health` of vLLM and TGI, `/v2/health/ready` of Triton, `/v1/health/ready` of NIM).

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
        - name: vllm  # finding: container 'vllm' receives requests without a readiness probe
          image: vllm/vllm-openai:v0.11.0
          ports:
            - containerPort: 8000
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
          ports:
            - containerPort: 8000
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

See [Liveness, readiness and startup probes](https://kubernetes.io/docs/concepts/workloads/pods/probes/#readiness-probe).
"""

from collections.abc import Iterator

from hullmark.checks.resilience._probes import unprobed
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Severity, Theme
from hullmark.model.workload import PodSet


@check(
    PodSet,
    severity=Severity.MEDIUM,
    absence=Theme.PROBES,
    compose="add a healthcheck whose test asks for what says that the service is ready",
)
def missing_readiness_probe(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    container = unprobed(podset, arch, "readinessProbe", "readiness-probe")
    services = arch.around(podset).services
    waited = not services or any(s.node.get("spec", "publishNotReadyAddresses") is not True for s in services)
    if container is not None and waited:
        yield Finding(
            f"container '{container.name}' receives requests without a readiness probe",
            container.at("healthcheck" if container.node.get("healthcheck") is not None else "readinessProbe"),
            advice=f"probe the path that says {'the model is loaded' if podset.role in SERVING else 'it can answer'}",
        )
