"""Service named 'vllm' breaks vLLM's start.

Kubernetes tells every pod about the Services of its namespace by environment variables. One named `vllm` gives `VLLM_PORT` the
value `tcp://10.…:8000`, which vLLM reads as the port for its own processes, and it refuses to start. Because only Services that
exist before the pod are told, it works at first and fails at the next restart.

Other engines are not meant: a Service named `ollama` gives `OLLAMA_PORT`, which Ollama does not read. A headless Service
gives no variables. Pods that set `VLLM_PORT` themselves or have `enableServiceLinks: false` are safe.

To fix it, set `enableServiceLinks: false`, or give the Service another name.

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
      containers:  # finding: service 'vllm' sets 'VLLM_PORT' in the pods of 'chat'
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
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
          image: vllm/vllm-openai:v0.18.0
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

See vLLM's [environment variables](https://docs.vllm.ai/en/stable/configuration/env_vars/) and
[Service: environment variables](https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding, Fix
from hullmark.model.resource import Resource
from hullmark.model.terms import Safety, Severity
from hullmark.model.truth import flag, string
from hullmark.model.workload import PodSet
from hullmark.text.edit import put

_NAME = "vllm"
_VARIABLE = "VLLM_PORT"


@check(PodSet, severity=Severity.HIGH)
def vllm_service_variable_clash(podset: PodSet, arch: Architecture) -> Iterator[Finding]:
    hit = [c for c in podset.containers if c.engine == "vllm" and _VARIABLE not in c.environment]
    if not hit or flag(podset.node.value, "enableServiceLinks") is False:
        return
    service = next((s for s in arch.by_name.get(("Service", _NAME), ()) if _beside(s, podset, arch)), None)
    if service is not None:
        edits = put(podset.node, ("enableServiceLinks",), value=False)
        yield Finding(
            f"service '{_NAME}' sets '{_VARIABLE}' in the pods of '{podset.workload.name}'",
            podset.at("enableServiceLinks"),
            fix=Fix.of("set enableServiceLinks to false", edits, Safety.SAFE),
            related=((service.place, "the service"),),
            advice="set enableServiceLinks to false, or rename the service",
        )


def _beside(service: Resource, podset: PodSet, arch: Architecture) -> bool:
    """Whether its variables reach the pods: same namespace and, where none is written, the same folder."""
    if (
        service.ref.group
        or string(service.spec, "clusterIP") == "None"
        or string(service.spec, "type") == "ExternalName"
    ):
        return False
    if service in arch.around(podset).services:
        return True
    resource = podset.workload.resource
    if service.ref.namespace != resource.ref.namespace:
        return False
    return bool(service.ref.namespace) or service.file.rpartition("/")[0] == resource.file.rpartition("/")[0]
