"""Container runs in privileged mode.

A privileged container holds every Linux capability and sees the devices of its host: whoever takes it over owns the
node, its accelerators, and every model and secret that is mounted there.

Accelerator workloads do not need it: the device plugin hands devices to unprivileged containers. Fabrics for
collective communication (EFA, InfiniBand) have device plugins too; pinning memory needs the capability `IPC_LOCK`,
not privilege.

To fix it, set `privileged: false` or drop the field, and ask for what is really needed: a device through
`resources.limits`, a capability through `securityContext.capabilities.add`.

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
        privileged: ${PRIVILEGED}
```

See [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), profile
*Baseline*.
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding, Fix
from hullmark.model.terms import Safety, Severity
from hullmark.text.edit import put


@check(Container, severity=Severity.CRITICAL)
def privileged_container(container: Container, arch: Architecture) -> Iterator[Finding]:
    if container.privileged:
        edits = put(container.node, ("securityContext", "privileged"), value=False)
        yield Finding(
            f"container '{container.name}' is privileged",
            container.at("securityContext", "privileged"),
            fix=Fix.of("set privileged to false", edits, Safety.SAFE),
            label="gives the whole node to this container",
        )
