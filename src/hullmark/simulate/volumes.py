"""Where the volumes of pods can be reached, and what becomes of them when a node or zone is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from hullmark.model.architecture import Architecture, Claim
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.model.workload import PodSet
from hullmark.simulate.effective import Assumption
from hullmark.simulate.placement.reading import node_term
from hullmark.simulate.placement.shape import REGION, ZONE, Requirement, Volume
from hullmark.text.tree import items, mapping

Reach = Literal["anywhere", "region", "zone", "node", "unknown"]
"""How far a volume can follow its pod."""

_PROVISIONERS: Mapping[str, Reach] = {
    "ebs.csi.aws.com": "zone",
    "kubernetes.io/aws-ebs": "zone",
    "pd.csi.storage.gke.io": "zone",
    "kubernetes.io/gce-pd": "zone",
    "disk.csi.azure.com": "zone",
    "kubernetes.io/azure-disk": "zone",
    "cinder.csi.openstack.org": "zone",
    "csi.vsphere.vmware.com": "zone",
    "local": "node",
    "hostPath": "node",
    "kubernetes.io/no-provisioner": "node",
    "rancher.io/local-path": "node",
    "topolvm.io": "node",
    "efs.csi.aws.com": "anywhere",
    "fsx.csi.aws.com": "zone",
    "filestore.csi.storage.gke.io": "zone",
    "gcsfuse.csi.storage.gke.io": "anywhere",
    "file.csi.azure.com": "anywhere",
    "blob.csi.azure.com": "anywhere",
    "nfs.csi.k8s.io": "anywhere",
    "nfs": "anywhere",
    "cephfs": "anywhere",
    "azureFile": "anywhere",
    "rook-ceph.rbd.csi.ceph.com": "anywhere",
    "rook-ceph.cephfs.csi.ceph.com": "anywhere",
    "driver.longhorn.io": "anywhere",
    "s3.csi.aws.com": "anywhere",
}
"""How far volumes of a provisioner reach by default. Sources: the drivers' documentation, and
https://kubernetes.io/docs/setup/best-practices/multiple-zones/#storage-access-for-zones for the clouds' disks."""

_REGIONAL = {"replication-type": "regional-pd", "skuName": "ZRS", "skuname": "ZRS", "storageaccounttype": "ZRS"}
"""Parameters of storage classes that make disks regional, by what their values contain."""


class Volumes(NamedTuple):
    """The claims of a pod set taken together.

    ``terms`` are the nodes from which each can be reached as far as that is fixed, ``singles`` the claims for one pod
    alone, ``reach`` the narrowest of their reaches once they are bound, and ``attached`` whether one is attached to one
    node at a time (ReadWriteOnce), which a dead node delays.
    """

    terms: tuple[Volume, ...] = ()
    singles: frozenset[str] = frozenset()
    reach: Reach = "anywhere"
    attached: bool = False


_ORDER: tuple[Reach, ...] = ("anywhere", "region", "unknown", "zone", "node")


def volumes(podset: PodSet, arch: Architecture, noted: list[Assumption]) -> Volumes:
    """What the claims of a pod set mean for where its pods can be."""
    claims = arch.around(podset).claims
    namespace = podset.workload.namespace
    terms = tuple(t for c in claims.values() for t in _terms(c, arch))
    reaches = [_reach(c, arch) for c in claims.values()]
    for claim, reach in zip(claims.values(), reaches, strict=True):
        if reach == "unknown":
            who = f"{podset.workload.ref.kind} '{podset.workload.name}'"
            text = f"{who}: volume '{claim.name}' is reachable from one zone, because nothing in the scan tells"
            noted.append(Assumption(text, None if claim.claim is None else claim.claim.place))
    singles = {f"{namespace}/{c.name}" for c in claims.values() if "ReadWriteOncePod" in c.access_modes and c.claim}
    attached = any({"ReadWriteOnce", "ReadWriteOncePod"} & set(c.access_modes) for c in claims.values())
    narrowest = max((*reaches, _ORDER[0]), key=_ORDER.index)
    return Volumes(terms, frozenset(singles), narrowest, attached)


def _terms(claim: Claim, arch: Architecture) -> Iterator[Volume]:
    """Node terms of the bound volume, or the topologies its class allows."""
    volume = _volume(claim, arch)
    if volume is not None:
        listed = items(volume.spec, "nodeAffinity", "required", "nodeSelectorTerms")
        if listed:
            yield Volume(tuple(node_term(t) for t in listed))
        for key in (ZONE, REGION):
            if key in volume.labels:
                yield Volume(((Requirement(key, "In", tuple(volume.labels[key].split("__"))),),), "zone")
        return
    found = arch.find("StorageClass", "", claim.storage_class) if claim.storage_class else None
    allowed = items(found.node.value, "allowedTopologies") if found is not None else ()
    if allowed:
        terms = tuple(
            tuple(
                Requirement(string(e, "key"), "In", tuple(str(v) for v in items(e, "values")))
                for e in items(topology, "matchLabelExpressions")
            )
            for topology in allowed
        )
        yield Volume(terms, "unbound")


def _volume(claim: Claim, arch: Architecture) -> Resource | None:
    name = "" if claim.claim is None else string(claim.claim.spec, "volumeName")
    return arch.find("PersistentVolume", "", name) if name else None


def _reach(claim: Claim, arch: Architecture) -> Reach:
    found = arch.find("StorageClass", "", claim.storage_class) if claim.storage_class else None
    parameters = mapping(found.node.value, "parameters") if found is not None else {}
    reach = _PROVISIONERS.get(claim.provisioner, "unknown")
    if reach == "zone" and any(word in str(parameters.get(key, "")) for key, word in _REGIONAL.items()):
        return "region"
    if reach == "unknown" and {"ReadWriteMany", "ReadOnlyMany"} & set(claim.access_modes):
        return "anywhere"
    return reach
