"""Container requests no cpu or no memory.

The scheduler packs by requests. Without them a pod is placed where there is nothing left, is the first to be evicted when the node runs
short, and starves beside neighbours that did ask: an accelerator then idles behind a processor that cannot feed it.

A limit counts as a request, since the API server copies it; so do the pod's own `resources`, and the defaults of a LimitRange in the
namespace. An init container that ends before the others start shares what they asked for, so it is not asked again.

To fix it, set `resources.requests` to what the container uses when busy; for a model server, memory for the weights and then some.

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
          resources:  # finding: container 'vllm' requests no cpu and no memory
            limits:
              nvidia.com/gpu: 1
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
          resources:
            requests:
              cpu: "6"
            limits:
              nvidia.com/gpu: 1
              memory: 32Gi
```

See [Resource management for pods and containers](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/) and
[Limit ranges](https://kubernetes.io/docs/concepts/policy/limit-range/).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import LONG_RUNNING, check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.limits import defaulted
from hullmark.model.terms import Severity, Theme


@check(Container, severity=Severity.MEDIUM, containers=LONG_RUNNING, absence=Theme.RESOURCES)
def unset_resource_requests(container: Container, arch: Architecture) -> Iterator[Finding]:
    if "resources" in container.workload.injected:
        return
    missing = [
        name
        for name in ("cpu", "memory")
        if container.request(name) is None and not defaulted(arch, container.workload.namespace, name, "defaultRequest")
    ]
    if missing:
        yield Finding(
            f"container '{container.name}' requests no {' and no '.join(missing)}",
            container.at("resources", "requests", missing[0]),
            advice="set resources.requests to what the container uses when busy",
        )
