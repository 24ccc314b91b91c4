"""What pods are given: Secrets and ConfigMaps as variables and files, image credentials, volumes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hullmark.graph.components.draft import Why
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.volumes import claim_store, volume_store
from hullmark.model.component import ComponentKind, EdgeKind
from hullmark.model.container import Container, Mount
from hullmark.model.truth import string
from hullmark.model.workload import PodSet
from hullmark.text.source import Place
from hullmark.text.tree import Node, dig, items

_KINDS = {"ConfigMap": ComponentKind.CONFIG, "Secret": ComponentKind.SECRET}


class Given(NamedTuple):
    """One mention of a Secret or ConfigMap: its kind and name, how it is used, and where that is written."""

    of: str
    name: str
    edge: EdgeKind
    text: str
    place: Place


def mounts(scene: Scene) -> None:
    """Everything pods are given, and what else is declared of its kinds."""
    for of, kind in _KINDS.items():
        for resource in scene.arch.kinds(of):
            if not resource.ref.group:
                scene.object(kind, resource)
    for claim in scene.arch.kinds("PersistentVolumeClaim"):
        if not claim.ref.group:
            claim_store(scene, claim.ref.name, claim.ref.namespace, claim, claim.place)
    for podset in scene.podsets():
        owner = scene.owner(podset)
        for given in _given(podset):
            made = scene.named(_KINDS[given.of], given.of, given.name, podset, given.place)
            scene.draft.edge(given.edge, owner, made, Why(given.text, given.place))
        for container in podset.containers:
            for mount in container.mounts:
                _mounted(scene, owner, container, mount)


_FILES = frozenset({"configMap", "secret", "projected", "csi"})


def _given(podset: PodSet) -> Iterator[Given]:
    for container in podset.containers:
        yield from _variables(container)
    for name, volume in podset.volumes.items():
        if isinstance(volume.value, dict) and not _FILES.isdisjoint(volume.value):
            yield from _files(podset, name, volume)
    for entry in podset.node.children("imagePullSecrets"):
        if name := string(entry.value, "name"):
            yield Given("Secret", name, EdgeKind.READS, "pulls its images with it", entry.at("name"))


def _variables(container: Container) -> Iterator[Given]:
    called = f"container '{container.name}'"
    for entry in container.node.children("envFrom"):
        for field, of in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            if name := string(entry.value, field, "name"):
                yield Given(of, name, EdgeKind.READS, f"all variables of {called}", entry.at(field, "name"))
    for index, entry in enumerate(items(container.node.value, "env")):
        source = container.node.child("env", index, "valueFrom") if dig(entry, "valueFrom") is not None else None
        if source is None:
            continue
        for field, of in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            if name := string(source.value, field, "name"):
                text = f"variable '{string(entry, 'name')}' of {called}"
                yield Given(of, name, EdgeKind.READS, text, source.at(field, "name"))


def _files(podset: PodSet, name: str, volume: Node) -> Iterator[Given]:
    where = ", ".join(
        f"'{m.path}' of container '{c.name}'"
        for c in podset.containers
        for m in c.mounts
        if m.volume is not None and m.volume.value is volume.value
    )
    text = f"volume '{name}' at {where}" if where else f"volume '{name}', which no container mounts"
    projected = volume.children("projected", "sources") if volume.get("projected") is not None else ()
    for source in (volume, *projected):
        if found := string(source.value, "configMap", "name"):
            yield Given("ConfigMap", found, EdgeKind.MOUNTS, text, source.at("configMap", "name"))
        for key in ("secretName", "name"):
            if found := string(source.value, "secret", key):
                yield Given("Secret", found, EdgeKind.MOUNTS, text, source.at("secret", key))
                break
    if found := string(volume.value, "csi", "nodePublishSecretRef", "name"):
        yield Given("Secret", found, EdgeKind.READS, text, volume.at("csi", "nodePublishSecretRef", "name"))


def _mounted(scene: Scene, owner: str, container: Container, mount: Mount) -> None:
    """A volume that outlives the pod: whoever mounts it reads it, and may write it unless that is ruled out."""
    found = volume_store(scene, container, mount)
    if found is None:
        return
    store, writable = found
    place = mount.node.at("mountPath")
    where = f"'{mount.path}' of container '{container.name}'"
    facts = {"path": mount.path, "read-only": "no" if writable else "yes"}
    scene.draft.edge(EdgeKind.MOUNTS, owner, store, Why(f"mounted at {where}", place, facts=facts))
    claim = scene.arch.around(container.podset).claims.get(string(mount.node.value, "name"))
    if mount.volume is not None and claim is not None and not claim.made:
        why = Why("the claim behind the volume", mount.volume.at("persistentVolumeClaim", "claimName"))
        scene.draft.edge(EdgeKind.MOUNTS, owner, store, why)
    scene.draft.edge(EdgeKind.READS, owner, store, Why(f"mounted at {where}", place))
    if writable:
        why = Why(f"mounted for writing at {where}", place, certain=False)
        scene.draft.edge(EdgeKind.WRITES, owner, store, why)
