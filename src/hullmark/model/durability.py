"""Whether what is written to a path outlives the pod, its node and its object (DURABLE)."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from hullmark.model.architecture import Architecture, Claim
from hullmark.model.container import Container
from hullmark.model.terms import Platform
from hullmark.model.truth import is_placeholder, string
from hullmark.text.regex import regex
from hullmark.text.source import Place


class Keeping(Enum):
    """What keeps the bytes, from best to worst; `UNKNOWN` where that cannot be told."""

    OBJECT_STORE = "object store"
    VOLUME = "persistent volume"
    NODE_VOLUME = "persistent volume on one node"
    HOST_PATH = "directory of the node"
    DELETED_WITH_OBJECT = "claim that is deleted with its object"
    EPHEMERAL_VOLUME = "volume that is deleted with the pod"
    EMPTY_DIR = "emptyDir"
    CONTAINER_LAYER = "container's own layer"
    UNKNOWN = "unknown"


class Durability(NamedTuple):
    """What keeps what is written to a path. ``place`` is where that is declared: the mount, else the container.

    ``claim`` is the claim behind it, where there is one.
    """

    keeping: Keeping
    place: Place
    claim: Claim | None = None

    @property
    def durable(self) -> bool | None:
        """Whether it outlives the pod on whatever node the next one runs; None when not known."""
        if self.keeping is Keeping.UNKNOWN:
            return None
        return self.keeping in (Keeping.OBJECT_STORE, Keeping.VOLUME, Keeping.NODE_VOLUME)

    @property
    def node_bound(self) -> bool:
        """Whether it is lost with its node."""
        return self.keeping in (Keeping.NODE_VOLUME, Keeping.HOST_PATH)


_REMOTE = regex(r"(?:s3a?|gs|gcs|abfss?|wasbs?|hdfs|oss|hf|az|azure|adl|http|https)://", re.IGNORECASE)
_NODE_PROVISIONERS = frozenset({
    "rancher.io/local-path", "kubernetes.io/no-provisioner", "microk8s.io/hostpath", "k8s.io/minikube-hostpath",
    "openebs.io/local", "local.csi.openebs.io", "topolvm.io", "hostpath.csi.k8s.io", "local", "hostPath",
})  # fmt: skip
"""Provisioners (and volume types) whose volumes lie on one node."""

_NETWORK_TYPES = frozenset({
    "nfs", "cephfs", "azureFile", "glusterfs", "fc", "iscsi", "rbd", "gcePersistentDisk", "awsElasticBlockStore",
    "azureDisk", "portworxVolume", "vsphereVolume", "cinder",
})  # fmt: skip
"""Inline volume types that lie outside the node."""


def durability(arch: Architecture, container: Container, path: str) -> Durability:
    """What keeps what a container writes to a path or URL.

    A relative path lands in the container's own layer; so does an absolute one that no mount covers.
    """
    if _REMOTE.match(path):
        return Durability(Keeping.OBJECT_STORE, container.at())
    if is_placeholder(path) or "$" in path or not path:
        return Durability(Keeping.UNKNOWN, container.at())
    mount = container.mount_for(path) if path.startswith("/") else None
    if mount is None:
        return Durability(Keeping.CONTAINER_LAYER, container.at())
    claim = arch.around(container.podset).claims.get(string(mount.node.value, "name"))
    place = mount.node.at("mountPath")
    if claim is not None:
        return Durability(_of_claim(claim), place, claim)
    if mount.type == "hostPath" and container.workload.platform is Platform.COMPOSE:
        return Durability(Keeping.VOLUME, place)  # its one host is where everything lies
    return Durability(
        _of_volume(mount.type, "" if mount.volume is None else string(mount.volume.value, "csi", "driver")), place
    )


def _of_claim(claim: Claim) -> Keeping:
    if not claim.retained:
        return Keeping.DELETED_WITH_OBJECT
    return Keeping.NODE_VOLUME if claim.provisioner in _NODE_PROVISIONERS else Keeping.VOLUME


def _of_volume(type_: str, driver: str) -> Keeping:
    if type_ == "csi":
        return Keeping.NODE_VOLUME if driver in _NODE_PROVISIONERS else Keeping.VOLUME
    if type_ in _NETWORK_TYPES:
        return Keeping.VOLUME
    named = {"emptyDir": Keeping.EMPTY_DIR, "ephemeral": Keeping.EPHEMERAL_VOLUME, "hostPath": Keeping.HOST_PATH}
    return named.get(type_, Keeping.UNKNOWN)
