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

See [Device plugins](https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/device-plugins/),
[EFA on EKS](https://docs.aws.amazon.com/eks/latest/userguide/node-efa.html) and
[Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import LONG_RUNNING, check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import TRAINERS, Severity
from hullmark.model.truth import flag, string
from hullmark.text.source import Place
from hullmark.text.tree import mapping

_DANGEROUS = frozenset({"SYS_ADMIN", "NET_ADMIN", "SYS_RAWIO", "ALL"})
_FABRIC = ("vpc.amazonaws.com/efa", "rdma/", "nvidia.com/rdma", "nvidia.com/hostdev", "networking.gke.io.networks/")
_DEVICES = ("/dev/infiniband", "/dev/nvidia")
_VENDOR = ("tcpx", "gpudirect", "gke-a3", "nccl-installer", "nccl-fastsocket", "rxdm")
"""Images of Google's GPUDirect stack, whose documentation asks for host access."""

_RENDEZVOUS = ("NCCL_", "GLOO_", "FI_", "MASTER_ADDR", "PET_", "MEGASCALE_", "JAX_COORDINATOR_", "UCX_")
"""Beginnings of variables by which the processes of a run find each other or their network (RDZV)."""


@check(Container, severity=Severity.HIGH, roles=TRAINERS, containers=LONG_RUNNING)
def privileged_fabric_access(container: Container, arch: Architecture) -> Iterator[Finding]:
    if not _distributed(container) or _asks_for_fabric(container):
        return
    why = _own_privilege(container) or _pod_privilege(container)
    if why is not None:
        how, place = why
        yield Finding(
            f"container '{container.name}' of distributed run '{container.workload.name}' reaches the fabric by {how}",
            place,
            severity=Severity.INFO if _required_by_vendor(container) else None,
            advice="request the fabric's resource and add the capability IPC_LOCK",
        )


def _distributed(container: Container) -> bool:
    facts = container.workload.training
    return facts is not None and bool(
        facts.processes_per_node
        or facts.nodes
        or facts.processes
        or (facts.gang_size or 0) > 1
        or any(name.startswith(_RENDEZVOUS) for name in container.environment)
    )


def _asks_for_fabric(container: Container) -> bool:
    resources = [*mapping(container.spec, "resources", "limits"), *mapping(container.spec, "resources", "requests")]
    return any(name.startswith(_FABRIC) or ("openshift.io/" in name and "sriov" in name) for name in resources)


def _required_by_vendor(container: Container) -> bool:
    """Whether the vendor's own manual asks for it: TPU slices, and pods with a sidecar of GPUDirect."""
    pod = container.podset.containers
    return any(a.vendor == "google" for a in container.accelerators) or any(
        v in c.image.text for c in pod for v in _VENDOR
    )


def _own_privilege(container: Container) -> tuple[str, Place] | None:
    if container.privileged:
        return "being privileged", container.at("securityContext", "privileged")
    if _DANGEROUS & set(container.capabilities("add")):
        return "adding capabilities over the node", container.at("securityContext", "capabilities", "add")
    for mount in container.mounts:
        if mount.volume is not None and string(mount.volume.value, "hostPath", "path").startswith(_DEVICES):
            return "mounting the node's devices", mount.node.at("mountPath")
    return None


def _pod_privilege(container: Container) -> tuple[str, Place] | None:
    """What the pod shares with its node, said once, of the container that computes."""
    podset = container.podset
    long = [c for c in podset.containers if c.long_running]
    if container is not next((c for c in long if c.accelerators), long[0]):
        return None
    if podset.host_network:
        return "sharing the host's network", podset.at("hostNetwork")
    if flag(podset.node.value, "hostIPC") is True:
        return "sharing the host's memory", podset.at("hostIPC")
    return None
