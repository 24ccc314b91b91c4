"""The data stores behind volumes: claims, buckets, network shares, directories of nodes."""

from __future__ import annotations

from hullmark.graph.components.draft import Why, identify
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.zones import CLOUD, CLUSTER, INTERNAL
from hullmark.model.component import Component, ComponentKind, EdgeKind
from hullmark.model.container import Container, Mount
from hullmark.model.resource import Resource
from hullmark.model.truth import Undecided, flag, string
from hullmark.text.source import Place
from hullmark.text.tree import Node, items

_STORE = ComponentKind.DATA_STORE.value

BUCKET_DRIVERS = {
    "gcsfuse.csi.storage.gke.io": ("gs", ("bucketName",)),
    "s3.csi.aws.com": ("s3", ("bucketName",)),
    "blob.csi.azure.com": ("azure", ("storageAccount", "containerName")),
    "ossplugin.csi.alibabacloud.com": ("oss", ("bucket",)),
}
"""CSI drivers that mount buckets, and the volume attributes that name one.

https://cloud.google.com/kubernetes-engine/docs/how-to/cloud-storage-fuse-csi-driver-ephemeral,
https://github.com/awslabs/mountpoint-s3-csi-driver, https://github.com/kubernetes-sigs/blob-csi-driver.
"""


def volume_store(scene: Scene, container: Container, mount: Mount) -> tuple[str, bool] | None:
    """The store behind a mount and whether it is writable; None where nothing outlives the pod."""
    podset = container.podset
    name = string(mount.node.value, "name")
    claim = scene.arch.around(podset).claims.get(name)
    if claim is None and (mount.volume is None or not _kept(mount.volume)):
        return None
    read_only = mount.read_only or _read_only(mount.volume)
    if claim is not None and claim.made:
        made = _from_template(scene, container, name)
        return made, not read_only
    if claim is not None:
        place = mount.volume.at("persistentVolumeClaim", "claimName") if mount.volume is not None else mount.node.at()
        made = claim_store(scene, claim.name, podset.workload.namespace, podset.workload.resource, place)
        only_reads = bool(claim.access_modes) and set(claim.access_modes) <= {"ReadOnlyMany"}
        return made, not (read_only or only_reads)
    found = _inline(scene, mount.volume) if mount.volume is not None else None
    return None if found is None else (found, not read_only)


_KEPT = frozenset({"csi", "hostPath", "nfs"})
"""The volumes besides claims that outlive a pod."""


def _kept(volume: Node) -> bool:
    return isinstance(volume.value, dict) and not _KEPT.isdisjoint(volume.value)


def _read_only(volume: Node | None) -> bool:
    if volume is None:
        return False
    try:
        return any(flag(volume.value, k, "readOnly") is True for k in ("persistentVolumeClaim", "csi", "nfs"))
    except Undecided:
        return False


def claim_store(scene: Scene, name: str, namespace: str, near: Resource, place: Place) -> str:
    """The store of a claim that is named."""
    made = scene.mentioned(ComponentKind.DATA_STORE, "PersistentVolumeClaim", name, namespace, near, place)
    if "type" not in scene.draft.get(made).facts:
        claim = scene.find("PersistentVolumeClaim", name, namespace, near)
        scene.tell(made, type="volume")
        if claim is not None:
            _behind(scene, made, claim)
    return made


def use_claim(scene: Scene, user: str, store: str, why: Why, *, writes: bool = True) -> None:
    """What an operator mounts into the pods of an object is read there, and may be written unless that is ruled out."""
    scene.draft.edge(EdgeKind.MOUNTS, user, store, why)
    scene.draft.edge(EdgeKind.READS, user, store, why)
    if writes and scene.draft.get(store).facts.get("access-modes") != "ReadOnlyMany":
        scene.draft.edge(EdgeKind.WRITES, user, store, why._replace(certain=False))


def _behind(scene: Scene, store: str, claim: Resource) -> None:
    """What a claim says of itself, and the bucket behind a volume that is made by hand."""
    modes = ", ".join(m for m in items(claim.spec, "accessModes") if isinstance(m, str))
    scene.tell(store, access_modes=modes, storage_class=string(claim.spec, "storageClassName"))
    volume = scene.find("PersistentVolume", string(claim.spec, "volumeName"), "", claim)
    spec = None if volume is None else volume.node.child("spec")
    behind = None if spec is None else _inline(scene, spec)
    if behind is not None:
        place = claim.node.at("spec", "volumeName")
        scene.draft.edge(EdgeKind.DEPENDS_ON, store, behind, Why("what its volume is made of", place))


_FOR_RUNS = frozenset({"argoproj.io", "jobset.x-k8s.io", "trainer.kubeflow.org"})
"""Groups whose kinds make one claim of a template, which all pods of a run share; others make one for each pod."""


def _from_template(scene: Scene, container: Container, name: str) -> str:
    """The claims that are made from a template, as one store."""
    workload = container.workload
    made = identify(ComponentKind.DATA_STORE, workload.namespace, "PersistentVolumeClaim", f"{name}-{workload.name}")
    if made not in scene.draft:
        zone = scene.zones.namespace(workload.namespace)
        place = next((t.at("metadata", "name") for t in _templates(workload.resource, name)), workload.resource.place)
        each = "run" if workload.ref.group in _FOR_RUNS else "pod"
        facts = {"kind": "PersistentVolumeClaim", "type": "volume", "template": f"one for each {each}"}
        label = f"{name}-{workload.name}"
        scene.draft.add(Component(made, ComponentKind.DATA_STORE, label, workload.namespace, zone, place, facts=facts))
    return made


def _templates(resource: Resource, name: str) -> list[Node]:
    paths = (("spec", "volumeClaimTemplates"), ("spec", "leaderWorkerTemplate", "volumeClaimTemplates"))
    return [t for p in paths for t in resource.node.children(*p) if string(t.value, "metadata", "name") == name]


def _inline(scene: Scene, volume: Node) -> str | None:
    bucket = _bucket_of(scene, volume)
    if bucket is not None:
        return bucket
    if path := string(volume.value, "hostPath", "path"):
        place = volume.at("hostPath", "path")
        return _store(scene, f"host-path/{path.strip('/') or '/'}", path, CLUSTER, place, "directory of the node")
    if server := string(volume.value, "nfs", "server"):
        path = string(volume.value, "nfs", "path")
        place = volume.at("nfs", "server")
        return _store(scene, f"nfs/{server}{path}", f"{server}:{path}", INTERNAL, place, "network share")
    return None


def _bucket_of(scene: Scene, volume: Node) -> str | None:
    scheme, keys = BUCKET_DRIVERS.get(string(volume.value, "csi", "driver"), ("", ()))
    name = "/".join(string(volume.value, "csi", "volumeAttributes", k) for k in keys).strip("/")
    return bucket(scene, scheme, name, volume.at("csi", "volumeAttributes")) if name else None


def bucket(scene: Scene, scheme: str, name: str, place: Place | None) -> str:
    """The store of a bucket."""
    return _store(scene, f"bucket/{scheme}/{name}", name, CLOUD, place, "bucket")


def _store(scene: Scene, name: str, label: str, zone: str, place: Place | None, type_: str) -> str:
    made = f"{_STORE}/{name}"
    if made not in scene.draft:
        boundary = scene.zones.basic(zone)
        facts = {"type": type_}
        scene.draft.add(
            Component(made, ComponentKind.DATA_STORE, label, "", boundary, place, declared=False, facts=facts)
        )
    return made
