"""Builds the component graph: what the system is made of, how its parts hang together, and what says so.

Every builder works by look-ups in the indexes of the scene; none compares pairs.
"""

from __future__ import annotations

from hullmark.graph.components.apis import apis
from hullmark.graph.components.calls import asked, calls, external_names
from hullmark.graph.components.compose import entries, in_its_words, named_services
from hullmark.graph.components.eventing import eventing
from hullmark.graph.components.gateways import gateways
from hullmark.graph.components.given import given
from hullmark.graph.components.identities import identities
from hullmark.graph.components.kserve_parts import kserve_parts
from hullmark.graph.components.kserve_storage import kserve_storage, trained_models
from hullmark.graph.components.models import models
from hullmark.graph.components.mounts import mounts
from hullmark.graph.components.nim_models import nim_models
from hullmark.graph.components.nim_storage import nim_storage
from hullmark.graph.components.pipelines import pipelines
from hullmark.graph.components.pooled import pooled
from hullmark.graph.components.reach import judged, reach
from hullmark.graph.components.references import references
from hullmark.graph.components.resolve import Resolver
from hullmark.graph.components.routes import routes
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.services import made_services, services
from hullmark.graph.components.stores import Stores, sharing
from hullmark.graph.components.workloads import workloads
from hullmark.graph.index import Pods
from hullmark.model.architecture import Architecture
from hullmark.model.component import Graph
from hullmark.text.lazy import cached_property


def components(arch: Architecture) -> Graph:
    """The component graph of an architecture."""
    return Drawn(arch).graph


class Drawn:
    """The component graph of an architecture in two steps; ``pods`` is the index of its pods where that is at hand."""

    def __init__(self, arch: Architecture, pods: Pods | None = None) -> None:
        self._arch, self._pods = arch, pods
        self._whole: Graph | None = None

    @cached_property
    def _scene(self) -> Scene:
        return _wired(Scene(self._arch, self._pods))

    @cached_property
    def wiring(self) -> Graph:
        """How the parts hang together, without what network policies say unless that is known already."""
        return self._whole or _finished(self._scene)

    @cached_property
    def graph(self) -> Graph:
        """All of it."""
        judged(self._scene, reach(self._scene))
        entries(self._scene)
        self._whole = _finished(self._scene)
        del self._scene
        return self._whole


def _wired(scene: Scene) -> Scene:
    """A scene with all drawn but what network policies say."""
    for namespace in scene.arch.kinds("Namespace"):
        if not namespace.ref.group:
            scene.zones.namespace(namespace.ref.name, namespace)
    workloads(scene)
    services(scene)
    made = made_services(scene)
    named_services(scene, made)
    routes(scene, made)
    kserve_parts(scene)
    mounts(scene)
    identities(scene)
    stores = Stores(scene)
    resolver = Resolver(scene, made)
    external_names(scene, resolver)
    called = calls(scene, resolver, stores)
    asked(called)
    gateways(called)
    eventing(called)
    nim_models(scene, models(scene))
    kserve_storage(called)
    trained_models(scene)
    pooled(scene)
    references(scene)
    given(scene)
    nim_storage(scene)
    pipelines(called)
    sharing(scene)
    apis(scene)
    return scene


def _finished(scene: Scene) -> Graph:
    graph = scene.draft.finish()
    return in_its_words(graph) if scene.composed else graph
