"""Compose projects in the graph: services by their names, the networks they share, and how far what they publish reaches.

A name is resolved for those on a network with the one it stands for; what is on internal networks only has no way out.
https://docs.docker.com/reference/compose-file/networks/#internal
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hullmark.graph.components.draft import Why
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.services import MadeServices
from hullmark.graph.components.zones import CLUSTER, INTERNET
from hullmark.graph.compose import is_internal, names_of, networks_of
from hullmark.model.component import Component, ComponentKind, EdgeKind, Graph
from hullmark.model.terms import Platform, Reach
from hullmark.model.truth import string
from hullmark.model.wording import said
from hullmark.model.workload import PodSet, Workload


def _workloads(scene: Scene) -> Iterator[Workload]:
    return (w for w in scene.arch.workloads if w.platform is Platform.COMPOSE and w.lifetime == "service")


def named_services(scene: Scene, made: MadeServices) -> None:
    """Every service that runs on, as what others call by its names; any of its ports answers, declared or not."""
    for workload in _workloads(scene):
        resource, answers = workload.resource, tuple(names_of(workload))
        component = scene.draft.id_of(ComponentKind.SERVICE, resource)
        ports = (str(port.number) for podset in workload.podsets for port, _ in podset.ports)
        facts = {
            "kind": workload.ref.kind,
            "made-by": "Compose",
            "names": ", ".join(answers),
            "ports": ", ".join(ports),
        }
        zone = scene.zones.namespace(workload.namespace)
        shown = {key: value for key, value in facts.items() if value}
        scene.draft.add(
            Component(
                component,
                ComponentKind.SERVICE,
                answers[0],
                workload.namespace,
                zone,
                resource.place,
                resource,
                facts=shown,
            )
        )
        made.add(resource, answers, component, ())
        why = Why(f"answers to '{answers[0]}' on its networks", resource.place)
        scene.draft.edge(EdgeKind.ROUTES, component, scene.owner(workload), why)


def entries(scene: Scene) -> None:
    """From where each service can be reached, and what it can reach itself."""
    for workload in _workloads(scene):
        for podset in workload.podsets:
            _entry(scene, podset)
            _networks(scene, podset)


def _entry(scene: Scene, podset: PodSet) -> None:
    exposure = scene.arch.around(podset).exposure
    if exposure.reach > Reach.CLUSTER and exposure.path:
        hop = exposure.path[0]
        asks = exposure.authenticated or ("unknown" if exposure.unknown else "no")
        why = Why(hop.text, hop.place, not exposure.unknown, exposure.unknown, {"authenticated": asks})
        scene.draft.edge(EdgeKind.MAY_REACH, scene.zones.of_reach(exposure.reach), scene.owner(podset), why)


def _networks(scene: Scene, podset: PodSet) -> None:
    workload, owner = podset.workload, scene.owner(podset)
    for name in networks_of(workload):
        place = workload.at("spec", "networks", name)
        zone = scene.zones.network(workload.namespace, name)
        for source, target in ((zone, owner), (owner, zone)):
            scene.draft.edge(EdgeKind.MAY_REACH, source, target, Why(f"is on network '{name}'", place))
    mode = string(workload.resource.spec, "networkMode")
    if mode != "none" and not is_internal(workload):
        why = Why("is not on internal networks only", None)
        for zone in (INTERNET, CLUSTER) if mode == "host" else (INTERNET,):
            scene.draft.edge(EdgeKind.MAY_REACH, owner, scene.zones.basic(zone), why)


def in_its_words(graph: Graph) -> Graph:
    """A graph of Compose projects, told in the words of Compose."""
    edges = (
        edge._replace(evidence=tuple(e._replace(text=said(e.text)) for e in edge.evidence), unknown=said(edge.unknown))
        for edge in graph.edges
    )
    told = (replace(c, facts={k: said(v) if k == "type" else v for k, v in c.facts.items()}) for c in graph.components)
    return replace(graph, components=tuple(told), edges=tuple(edges))
