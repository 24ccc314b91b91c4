"""Container adds Linux capabilities.

Capabilities are root's rights in pieces. Some are as good as root on the node (`SYS_ADMIN`, `SYS_MODULE`,
`SYS_PTRACE`…), some reach far (`NET_ADMIN`, `NET_RAW`), some a container has by default anyway. Added to a model
server or a trainer, they are there for whoever gets in through a crafted model or request.

Not reported: `NET_BIND_SERVICE`, which even the *Restricted* standard allows, and `IPC_LOCK` where the pod uses RDMA
or EFA devices, which have to pin memory; elsewhere `IPC_LOCK` is a low finding. `SYS_PTRACE` is for debugging and
profiling (`py-spy`, Nsight): attach an ephemeral container for that instead. Device plugins and drivers are left out,
privileged containers too: they have all capabilities.

To fix it, remove the capability; use the accelerator's device plugin for devices, and a sidecar or an init container
of its own where a network has to be set up.

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
        capabilities:
          add:
            - SYS_ADMIN  # finding: container 'train' adds capability 'SYS_ADMIN'
            - IPC_LOCK
      resources:
        limits:
          rdma/ib: 1
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: gateway
spec:
  containers:
    - name: gateway
      image: registry.example/gateway:2.0.1
      securityContext:
        capabilities:
          drop: [ALL]
          add: [NET_BIND_SERVICE]
```

See [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) (*Baseline*,
capabilities), [capabilities(7)](https://man7.org/linux/man-pages/man7/capabilities.7.html), CIS Kubernetes Benchmark v1.12
5.2.8 and 5.2.9, and MITRE ATLAS [AML.T0105, escape to host](https://atlas.mitre.org/techniques/AML.T0105).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import ORDINARY, Severity
from hullmark.text.tree import items, mapping

_AS_ROOT = frozenset(
    {
        "ALL", "BPF", "DAC_READ_SEARCH", "MAC_ADMIN", "MAC_OVERRIDE", "SYS_ADMIN", "SYS_BOOT", "SYS_MODULE",
        "SYS_PTRACE", "SYS_RAWIO",
    }
)  # fmt: skip
"""Each has a known way to the node's root, or switches its protection off."""

_FAR = frozenset(
    {
        "AUDIT_CONTROL", "CHECKPOINT_RESTORE", "NET_ADMIN", "NET_RAW", "PERFMON", "SYSLOG", "SYS_RESOURCE", "SYS_TIME",
    }
)  # fmt: skip
_DEFAULT = frozenset(
    {
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
        "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    }
)  # fmt: skip
"""The *Baseline* standard's list: what a container runtime gives by itself, save NET_RAW."""


@check(
    Container,
    severity=Severity.HIGH,
    roles=ORDINARY,
    covered_by=("privileged-container",),
    compose="remove it from cap_add",
)
def added_capability(container: Container, arch: Architecture) -> Iterator[Finding]:
    if container.privileged or container.windows:
        return
    keys = ("securityContext", "capabilities", "add")
    for index, written in enumerate(items(container.node.value, *keys)):
        name = written.upper().removeprefix("CAP_") if isinstance(written, str) else ""
        severity = _severity(name, container)
        if severity is not None:
            message = f"container '{container.name}' adds capability '{name}'"
            yield Finding(message, container.at(*keys, index), severity=severity, advice="remove the capability")


def _severity(name: str, container: Container) -> Severity | None:
    if not name or name in _DEFAULT or (name == "IPC_LOCK" and _pins_memory(container)):
        return None
    if name in _AS_ROOT:
        return Severity.CRITICAL if name in ("ALL", "SYS_ADMIN", "SYS_MODULE") else Severity.HIGH
    return Severity.MEDIUM if name in _FAR else Severity.LOW


def _pins_memory(container: Container) -> bool:
    """Whether it uses a fabric for collective communication, whose libraries register memory."""
    wanted = [
        *mapping(container.node.value, "resources", "limits"),
        *mapping(container.node.value, "resources", "requests"),
    ]
    fabric = any("rdma" in name or name.endswith(("/efa", "/ib")) or "infiniband" in name for name in wanted)
    return fabric or any(name.startswith(("NCCL_IB", "UCX_", "FI_", "NCCL_NET")) for name in container.environment)
