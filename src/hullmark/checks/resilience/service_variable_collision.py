"""Service gives an engine a port that is none.

Kubernetes adds variables for every Service of the namespace to every pod: a Service called `vllm` makes `VLLM_PORT=tcp://10.0.0.7:8000`. vLLM reads a variable of that name as its port and stops at start. It only shows
at the next restart, because the variables are those of Services that were there before the pod.

A pod that sets the variable itself, or has `enableServiceLinks: false`, is safe.

To fix it, set `enableServiceLinks: false`; nothing in DNS depends on it.

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
        - name: vllm  # finding: service 'vllm' sets VLLM_PORT in container 'vllm' to an address
          image: vllm/vllm-openai:v0.11.0
---
apiVersion: v1
kind: Service
metadata:
  name: vllm
spec:
  selector: {app: chat}
  ports:
    - port: 8000
```

```yaml fixed
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
      enableServiceLinks: false
---
apiVersion: v1
kind: Service
metadata:
  name: vllm
spec:
  selector: {app: chat}
  ports:
    - port: 8000
```

See [vLLM: environment variables](https://docs.vllm.ai/en/stable/configuration/env_vars.html) and
[accessing Services by environment variables](https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import LONG_RUNNING, check
from hullmark.model.container import Container
from hullmark.model.finding import Finding, Fix
from hullmark.model.terms import Safety, Severity
from hullmark.model.truth import flag
from hullmark.text.edit import put

_SERVICE, _VARIABLE = "vllm", "VLLM_PORT"


@check(Container, severity=Severity.HIGH, engines=("vllm",), containers=LONG_RUNNING)
def service_variable_collision(container: Container, arch: Architecture) -> Iterator[Finding]:
    podset = container.podset
    if flag(podset.node.value, "enableServiceLinks") is False or _VARIABLE in container.environment:
        return
    service = arch.find("Service", container.workload.namespace, _SERVICE)
    if service is None or service.ref.namespace != container.workload.namespace:
        return
    edits = put(podset.node, ("enableServiceLinks",), value=False)
    yield Finding(
        f"service '{_SERVICE}' sets {_VARIABLE} in container '{container.name}' to an address",
        container.node.at(),
        fix=Fix.of("set enableServiceLinks to false", edits, Safety.SAFE),
        related=((service.place, "the Service"),),
    )
