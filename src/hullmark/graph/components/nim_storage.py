"""Where NIMs keep their models: the claims that NVIDIA's operator makes and mounts.

A claim without a name of its own is called after its object, and a NIM mounts the claim of the cache that it names
(``GetPVCName`` in ``api/apps/v1alpha1/nimcache_types.go`` and ``internal/controller/nimservice_controller.go`` of
https://github.com/NVIDIA/k8s-nim-operator).
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.graph.components.draft import Why
from hullmark.graph.components.references import part_of
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.volumes import claim_store, use_claim
from hullmark.model.truth import Undecided, flag, string
from hullmark.model.workload import Workload
from hullmark.text.tree import Node

_GROUP = "apps.nvidia.com"


def nim_storage(scene: Scene) -> None:
    """Every claim that a NIM or its cache keeps models in."""
    for workload in scene.arch.workloads:
        if workload.ref.group == _GROUP:
            for name, storage in _storages(workload):
                _stored(scene, workload, name, storage)


def _storages(workload: Workload) -> Iterator[tuple[str, Node]]:
    """The storage of an object or, of a pipeline, of each of its services, with the name that its claim is made from."""
    node = workload.resource.node
    owners = [(workload.name, node)]
    if workload.ref.kind == "NIMPipeline":
        owners = [(string(s.value, "name"), s) for s in node.children("spec", "services")]
    for name, owner in owners:
        storage = owner.child("spec", "storage")
        if name and storage is not None:
            yield name, storage


def _stored(scene: Scene, workload: Workload, name: str, storage: Node) -> None:
    near, user = workload.resource, part_of(scene, workload, storage.path)
    try:
        created, read_only = flag(storage.value, "pvc", "create") is True, flag(storage.value, "readOnly") is True
    except Undecided:
        return
    if created and not string(storage.value, "pvc", "name"):
        place = storage.at("pvc", "create")
        store = claim_store(scene, f"{name}-pvc", near.ref.namespace, near, place)
        scene.tell(store, made_by=f"the operator of {workload.ref.kind}")
        use_claim(scene, user, store, Why("the operator makes a claim for its models", place))
    cache = string(storage.value, "nimCache", "name")
    found = scene.find("NIMCache", cache, near.ref.namespace, near) if cache else None
    if found is not None and found.node.get("spec", "storage", "pvc") is not None:
        place = storage.at("nimCache", "name")
        claim = string(found.node.value, "spec", "storage", "pvc", "name") or f"{cache}-pvc"
        store = claim_store(scene, claim, found.ref.namespace, found, place)
        use_claim(scene, user, store, Why(f"the claim of cache '{cache}'", place), writes=not read_only)
