"""Models that NVIDIA's objects load without naming them: those of a cache, and those a customizer may tune.

A NIM whose image carries no model serves what its cache holds; a NemoCustomizer downloads the enabled targets of the
ConfigMap that it names (``config/samples/nemo`` of https://github.com/NVIDIA/k8s-nim-operator: ``targets`` of
``customizationTargets``, before 25.06 the entries of ``models``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hullmark.graph.components.draft import Why
from hullmark.graph.components.models import Models
from hullmark.graph.components.references import part_of
from hullmark.graph.components.scene import Scene
from hullmark.model.component import ComponentKind, EdgeKind
from hullmark.model.resource import Resource
from hullmark.model.terms import SERVING
from hullmark.model.truth import string
from hullmark.model.workload import Workload
from hullmark.recognise.embedded import whole
from hullmark.recognise.models import reference
from hullmark.text.tree import Map, Node

_GROUP = "apps.nvidia.com"
_CACHED = {"NIMService": (), "NIMPipeline": ("spec", "services")}
_TARGETS = frozenset({"customizationTargets", "models"})
_MOST_TARGETS = 500


def nim_models(scene: Scene, made: Models) -> None:
    """What caches and targets say beyond the objects themselves."""
    found = [w for w in scene.arch.workloads if w.ref.group == _GROUP]
    loads: dict[str, list[str]] = {}
    for _, source, model in scene.draft.edges(EdgeKind.LOADS_MODEL) if found else ():
        loads.setdefault(source, []).append(model)
    for workload in found:
        if workload.ref.kind in _CACHED:
            _cached(scene, workload, loads)
        elif workload.ref.kind == "NemoCustomizer":
            _tuned(scene, made, workload)


def _cached(scene: Scene, workload: Workload, loads: Mapping[str, list[str]]) -> None:
    path, near = _CACHED[workload.ref.kind], workload.resource
    for owner in near.node.children(*path) if path else (near.node,):
        user = part_of(scene, workload, (*owner.path, "spec"))
        name = string(owner.value, "spec", "storage", "nimCache", "name")
        cache = scene.find("NIMCache", name, near.ref.namespace, near) if name and user not in loads else None
        loader = None if cache is None else scene.arch.workload(cache)
        if loader is None:
            continue
        why = Why(f"the model of cache '{name}'", owner.at("spec", "storage", "nimCache", "name"))
        for model in loads.get(scene.owner(loader), ()):
            scene.draft.edge(EdgeKind.LOADS_MODEL, user, model, why)
            if scene.role(user) in SERVING:
                scene.draft.edge(EdgeKind.SERVES, user, model, why)


def _tuned(scene: Scene, made: Models, workload: Workload) -> None:
    near = workload.resource
    name = string(near.node.value, "spec", "modelConfig", "name")
    if not name:
        return
    place = near.node.at("spec", "modelConfig", "name")
    mentioned = scene.mentioned(ComponentKind.CONFIG, "ConfigMap", name, near.ref.namespace, near, place)
    scene.draft.edge(EdgeKind.READS, scene.owner(workload), mentioned, Why("models it may tune", place))
    config = scene.find("ConfigMap", name, near.ref.namespace, near)
    for target in _targets(scene, config) if config is not None else ():
        model = reference(target.get("model_uri"), target.at("model_uri"))
        if model is not None:
            made.loaded(scene.owner(workload), None, workload, model)


def _targets(scene: Scene, config: Resource) -> Iterator[Node]:
    for key, text in scene.texts(config):
        for document in whole(text) if key in _TARGETS else ():
            holder = document.node.child("targets") or document.node
            entries = list(holder.children())[:_MOST_TARGETS] if isinstance(holder.value, Map) else []
            yield from (e for e in entries if e.get("enabled") is True and isinstance(e.get("model_uri"), str))
