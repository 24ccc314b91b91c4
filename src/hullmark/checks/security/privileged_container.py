"""Container runs in privileged mode.

A privileged container holds every Linux capability and sees the devices of its host: whoever takes it over owns the
node, its accelerators, and every model and secret that is mounted there. Init and ephemeral containers count too.

Accelerator workloads do not need it: the device plugin hands devices to unprivileged containers. Fabrics for collective
communication (EFA, InfiniBand) have device plugins too; pinning memory needs the capability `IPC_LOCK`, not privilege.
Device plugins, drivers and exporters themselves are left out: they work on the node.

To fix it, set `privileged: false` or drop the field, and ask for what is really needed: a device through
`resources.limits`, a capability through `securityContext.capabilities.add`, a kernel setting through the pod's
`securityContext.sysctls` or the node's configuration. The fix counts as safe only for containers that get a device
from a plugin or run a known engine, and mount nothing of the node.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: trainer
spec:
  containers:
    - name: train
      image: registry.example/train:1.4.2
      securityContext:
        privileged: true  # finding: container 'train' is privileged
```

```yaml fixed
apiVersion: v1
kind: Pod
metadata:
  name: trainer
spec:
  containers:
    - name: train
      image: registry.example/train:1.4.2
      securityContext:
        privileged: false
```

```yaml unknown
apiVersion: v1
kind: Pod
metadata:
  name: trainer
spec:
  containers:
    - name: train
      image: registry.example/train:1.4.2
      securityContext:
        privileged: ${PRIVILEGED}  # unknown: 'privileged' is a placeholder that is filled in elsewhere
```

See [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) (*Baseline*), CIS
Kubernetes Benchmark v1.12 5.2.2 and MITRE ATLAS [AML.T0105, escape to host](https://atlas.mitre.org/techniques/AML.T0105).
"""

from collections.abc import Iterator

from hullmark.checks.security._hostpath import node_mounts
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding, Fix
from hullmark.model.terms import ORDINARY, Safety, Severity
from hullmark.text.edit import put


@check(
    Container,
    severity=Severity.CRITICAL,
    roles=ORDINARY,
    compose="drop privileged; ask for a GPU under deploy.resources.reservations.devices, for others under devices",
)
def privileged_container(container: Container, arch: Architecture) -> Iterator[Finding]:
    if container.privileged:
        edits = put(container.node, ("securityContext", "privileged"), value=False)
        needless = (container.accelerators or container.engine) and not any(node_mounts(container))
        yield Finding(
            f"container '{container.name}' is privileged",
            container.at("securityContext", "privileged"),
            fix=Fix.of("set privileged to false", edits, Safety.SAFE if needless else Safety.UNSAFE),
            label="gives the whole node to this container",
        )
