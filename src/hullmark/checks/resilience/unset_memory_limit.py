"""Container may use all the memory of its node.

A container without a memory limit that leaks, or that loads a larger model than planned, pushes the whole node out of memory, and the kernel
chooses which process dies: often a neighbour.

A cpu limit is *not* asked for: it throttles even when processors are idle, and practice is divided about it.

To fix it, set `resources.limits.memory`; for a model server a fifth above the weights plus four gigabytes is a fair start.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: embedder
spec:
  containers:
    - name: tei
      image: ghcr.io/huggingface/text-embeddings-inference:1.8
      resources:  # finding: container 'tei' has no memory limit
        requests: {cpu: "2", memory: 4Gi}
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: embedder
spec:
  containers:
    - name: tei
      image: ghcr.io/huggingface/text-embeddings-inference:1.8
      resources:
        requests: {cpu: "2", memory: 4Gi}
        limits: {memory: 6Gi}
```

See [Assign memory resources](https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import LONG_RUNNING, check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.limits import defaulted
from hullmark.model.terms import Severity, Theme


@check(
    Container,
    severity=Severity.MEDIUM,
    containers=LONG_RUNNING,
    absence=Theme.RESOURCES,
    compose="set deploy.resources.limits.memory, or mem_limit",
)
def unset_memory_limit(container: Container, arch: Architecture) -> Iterator[Finding]:
    if "resources" in container.workload.injected or container.limit("memory") is not None:
        return
    if not defaulted(arch, container.workload.namespace, "memory", "default"):
        yield Finding(
            f"container '{container.name}' has no memory limit",
            container.at("resources", "limits", "memory"),
            advice="set resources.limits.memory",
        )
