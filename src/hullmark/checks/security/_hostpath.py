"""Directories of the node: which of them give the node away."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import NamedTuple

from hullmark.model.container import SHARED_MEMORY, Container, Mount
from hullmark.model.truth import is_placeholder, string
from hullmark.model.workload import PodSet
from hullmark.text.tree import Node

_SENSITIVE = (
    "/etc", "/proc", "/sys", "/boot", "/dev", "/root", "/bin", "/sbin", "/lib", "/lib64", "/usr/bin", "/usr/sbin",
    "/usr/lib", "/usr/local/bin", "/opt/cni", "/var/lib/kubelet", "/var/lib/docker",
    "/var/lib/containerd", "/var/lib/containers", "/var/lib/rancher", "/var/lib/etcd", "/var/lib/k0s",
)  # fmt: skip
"""With everything below them: configuration and keys of the node and its kubelet, devices, programs of root."""

_ABOVE = ("/", "/usr", "/usr/local", "/opt", "/var", "/var/lib", "/home")
"""Only as a whole, because they hold the others."""

_HARMLESS = (
    "/etc/localtime", "/etc/timezone", "/etc/machine-id", "/etc/os-release", "/etc/hostname", "/etc/ssl/certs",
    "/etc/pki/ca-trust", "/etc/ca-certificates", "/usr/lib/ssl", "/lib/modules", "/usr/lib/modules", "/sys/class",
    "/sys/devices", "/sys/fs/cgroup",
)  # fmt: skip
"""What every process may read anyway; harmless when mounted read-only."""

_PRIVATE = frozenset({".ssh", ".aws", ".kube", ".azure", ".gcloud", ".docker"})
_SOCKETS = frozenset(
    {
        "docker.sock",
        "containerd.sock",
        "crio.sock",
        "cri-dockerd.sock",
        "dockershim.sock",
        "podman.sock",
        "buildkitd.sock",
    }
)
_SOCKET_FOLDERS = frozenset(
    {
        "/run", "/run/containerd", "/run/crio", "/run/podman", "/run/docker", "/run/buildkit", "/run/k3s",
        "/run/k3s/containerd", "/run/k0s", "/run/cri-dockerd",
    }
)  # fmt: skip

_SHARED = (SHARED_MEMORY, "/run/shm", "/var/run/shm")
"""Where a node has its shared memory, by all names of it."""


class NodeMount(NamedTuple):
    """A directory or file of the node as a container sees it; its path is normalised and includes ``subPath``."""

    mount: Mount
    path: str

    @property
    def known(self) -> bool:
        """Whether the path is written out."""
        return bool(self.path) and not is_placeholder(self.path)

    @property
    def is_runtime_socket(self) -> bool:
        """Whether it is the container runtime's socket, or a folder that has it."""
        path = self.path.removeprefix("/var") if self.path.startswith("/var/run") else self.path
        pipe = path.replace("/", "\\").lower()
        return (
            path in _SOCKET_FOLDERS
            or path.rpartition("/")[2] in _SOCKETS
            or "\\pipe\\docker" in pipe
            or "\\pipe\\containerd" in pipe
        )

    @property
    def is_shared_memory(self) -> bool:
        """Whether it is the shared memory of the node, or a directory in it."""
        return _below(self.path, _SHARED)

    @property
    def is_sensitive(self) -> bool:
        """Whether whoever has it can read the node's secrets or, written to, take the node over."""
        if self.path in _ABOVE or not _PRIVATE.isdisjoint(self.path.split("/")):
            return True
        if self.mount.read_only and _below(self.path, _HARMLESS):
            return False
        return _below(self.path, _SENSITIVE) or (not self.mount.read_only and self.path == "/var/log")


def node_mounts(container: Container) -> Iterator[NodeMount]:
    """What a container mounts from its node."""
    for mount in container.mounts:
        if mount.volume is not None and mount.volume.get("hostPath") is not None:
            path = string(mount.volume.value, "hostPath", "path")
            inner = string(mount.node.value, "subPath")
            yield NodeMount(mount, normal(f"{path}/{inner}" if inner else path))


def shared_memory(podset: PodSet) -> Iterator[tuple[Node, bool]]:
    """The volumes that are the node's shared memory (true), or another directory of it in that place (false)."""
    there = {
        string(m.node.value, "name") for c in podset.containers for m in c.mounts if normal(m.path) == SHARED_MEMORY
    }
    parts = {
        string(m.mount.node.value, "name") for c in podset.containers for m in node_mounts(c) if m.is_shared_memory
    }
    for name, volume in podset.volumes.items():
        path = string(volume.value, "hostPath", "path")
        if name in parts or _below(normal(path), _SHARED):
            yield volume, True
        elif path and name in there:
            yield volume, False


def normal(path: str) -> str:
    """A path without ``..``, doubled and trailing slashes; the empty path stays empty."""
    if not path or is_placeholder(path):
        return path
    return normpath(path).replace("//", "/")


def _below(path: str, roots: tuple[str, ...]) -> bool:
    return any(path == root or path.startswith(root + "/") for root in roots)
