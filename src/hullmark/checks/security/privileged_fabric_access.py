"""Fast network is reached by privilege instead of a device plugin.

Collective communication over EFA, InfiniBand or RoCE needs a device and pinned memory, not the node. A training run that is privileged, or shares the host's network or
devices, to get at the fabric gives whoever poisons its code, data or model the whole node.

`IPC_LOCK` alone is fine, and a request for a fabric resource shows the right way. TPU slices and GPUDirect sidecars whose vendors demand host access are reported as notes.

To fix it, install the fabric's device plugin, request its resource (`vpc.amazonaws.com/efa`, `rdma/…`), and add the capability `IPC_LOCK`.

```yaml bad
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: tune
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 2
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example/tuner:1.2.0
              command: [torchrun, --nproc_per_node=8, train.py]
              securityContext:
                privileged: true  # finding: container 'pytorch' of distributed run 'tune' reaches the fabric by being privileged
              resources:
                limits: {nvidia.com/gpu: 8}
```

```yaml good
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: tune
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 2
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example/tuner:1.2.0
              command: [torchrun, --nproc_per_node=8, train.py]
              securityContext:
                capabilities:
                  drop: [ALL]
                  add: [IPC_LOCK]
              resources:
                limits: {nvidia.com/gpu: 8, rdma/hca_shared_devices: 1}
```

See [Device plugins](https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/device-plugins/) and
[Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import LONG_RUNNING, check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import TRAINERS, Severity
from hullmark.text.source import Place
from hullmark.text.tree import mapping

_DANGEROUS = frozenset({"SYS_ADMIN", "NET_ADMIN", "SYS_RAWIO"})
_FABRIC = ("vpc.amazonaws.com/efa", "rdma/", "nvidia.com/rdma", "networking.gke.io.networks/")
_VENDOR = ("tcpx", "tcpxo", "gpudirect", "gke-a3", "nccl-installer", "rxdm")
"""Images of Google's GPUDirect stack, whose documentation asks for host access."""


@check(Container, severity=Severity.HIGH, roles=TRAINERS, containers=LONG_RUNNING)
def privileged_fabric_access(container: Container, arch: Architecture) -> Iterator[Finding]:
    facts = container.workload.training
    distributed = facts is not None and (facts.processes_per_node or facts.nodes or (facts.gang_size or 0) > 1)
    if not distributed or _asks_for_fabric(container):
        return
    why = _privilege(container)
    if why is not None:
        how, place = why
        excused = any(a.vendor == "google" for a in container.accelerators) or any(
            v in container.image.text for v in _VENDOR
        )
        yield Finding(
            f"container '{container.name}' of distributed run '{container.workload.name}' reaches the fabric by {how}",
            place,
            severity=Severity.INFO if excused else None,
            advice="request the fabric's resource and add the capability IPC_LOCK",
        )


def _asks_for_fabric(container: Container) -> bool:
    resources = [*mapping(container.spec, "resources", "limits"), *mapping(container.spec, "resources", "requests")]
    return any(name.startswith(_FABRIC) for name in resources)


def _privilege(container: Container) -> tuple[str, Place] | None:
    podset = container.podset
    if container.privileged:
        return "being privileged", container.at("securityContext", "privileged")
    if podset.host_network:
        return "sharing the host's network", podset.at("hostNetwork")
    if _DANGEROUS & set(container.capabilities("add")):
        return "adding capabilities over the node", container.at("securityContext", "capabilities", "add")
    for mount in container.mounts:
        if mount.volume is not None and str(mount.volume.get("hostPath", "path") or "").startswith("/dev/infiniband"):
            return "mounting the node's devices", mount.node.at("mountPath")
    return None
