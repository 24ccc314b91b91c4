"""Container opens a port on its node.

A `hostPort` publishes the container on the address of whatever node it lands on, past Services, routes and their
authentication. Model APIs and dashboards (vLLM, Ollama, Ray, Jupyter) have no authentication of their own unless told
so. It also keeps a second replica off the node.

To fix it, drop the field and use a Service. Pods that use the node's network altogether are reported by
`host-network` alone. Device plugins, drivers and exporters of accelerators are left out.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: ollama
spec:
  containers:
    - name: ollama
      image: registry.example/ollama:0.17.1
      ports:
        - containerPort: 11434
          hostPort: 11434  # finding: container 'ollama' opens port 11434 on its node
```

```yaml fixed
apiVersion: v1
kind: Pod
metadata:
  name: ollama
spec:
  containers:
    - name: ollama
      image: registry.example/ollama:0.17.1
      ports:
        - containerPort: 11434
```

See [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) (*Baseline*, host
ports) and CIS Kubernetes Benchmark v1.12 5.2.12.
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding, Fix
from hullmark.model.terms import ORDINARY, Severity
from hullmark.model.truth import number
from hullmark.text.edit import remove


@check(Container, severity=Severity.MEDIUM, roles=ORDINARY, covered_by=("host-network",))
def host_port(container: Container, arch: Architecture) -> Iterator[Finding]:
    if container.podset.host_network:
        return
    for port in container.node.children("ports"):
        opened = number(port.value, "hostPort")
        if opened:
            edits = remove(port, ("hostPort",))
            yield Finding(
                f"container '{container.name}' opens port {opened} on its node",
                port.at("hostPort"),
                fix=Fix.of("do not open the port on the node", edits),
                label="reachable at the node's address",
                advice="publish the port with a Service",
            )
