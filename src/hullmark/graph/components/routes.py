"""Ways in: routes and gateways to services, and who stands before them."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.graph.applications import host_ports
from hullmark.graph.authentication import Fronts
from hullmark.graph.components.draft import Why
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.services import MadeServices, service_named
from hullmark.graph.components.workloads import BESIDE
from hullmark.graph.istio import Mesh
from hullmark.graph.listeners import Listeners
from hullmark.graph.routes import ways
from hullmark.graph.ways import Way
from hullmark.model.architecture import Route
from hullmark.model.component import ComponentKind, EdgeKind
from hullmark.model.grants import GATEWAY_API, Grants, Referred
from hullmark.model.reach import service_reach
from hullmark.model.resource import Resource
from hullmark.model.terms import Platform, Reach
from hullmark.model.truth import Undecided, string
from hullmark.model.workload import PodSet
from hullmark.text.source import Place
from hullmark.text.tree import items

_BACKENDS = frozenset({"Service", "InferencePool", "ServiceImport"})


def routes(scene: Scene, made: MadeServices) -> None:
    """Every route to what it leads to, and every entry from where it can be reached."""
    arch = scene.arch
    fronts, mesh = Fronts(arch.by_kind, scene.chains), Mesh(arch.by_kind, scene.pods)
    listeners = Listeners(arch.kinds("Namespace"))
    grants = Grants(arch.kinds("ReferenceGrant"), complete=arch.complete)
    for way in ways(arch.by_kind, arch.workloads, fronts, mesh, scene.pods):
        if way.podsets:
            _own_way(scene, way)
        else:
            _route(scene, made, way, listeners)
    for service in arch.kinds("Service"):
        if not service.ref.group:
            _published(scene, service)
    for podset in scene.podsets():
        _on_node(scene, podset)
    for route in list(scene.draft.all(ComponentKind.ROUTE)):
        if route.resource is not None:
            _certificates(scene, route.id, route.resource, grants)


def _own_way(scene: Scene, way: Way) -> None:
    """A way that an operator opens: to the Services it makes, else straight to the pods."""
    route = way.route
    plain = scene.draft.id_of(ComponentKind.SERVICE, route.resource)
    made = (
        plain,
        *(f"{plain}/{part}" for part in BESIDE.get(f"{route.resource.ref.kind}.{route.resource.ref.group}", ())),
    )
    found = [target for target in made if target in scene.draft] or [scene.owner(way.podsets[0].workload)]
    for target in found:
        _enter(scene, route.reach, target, way.kind, route.place, _authentication(route))


def _route(scene: Scene, services: MadeServices, way: Way, listeners: Listeners) -> None:
    route, resource = way.route, way.route.resource
    made = scene.object(ComponentKind.ROUTE, resource)
    if way.kind in _BACKENDS:
        seen = (resource, route.place)
        if way.kind == "Service":
            target = service_named(scene, services, route.target, way.namespace, seen)
        else:
            target = scene.mentioned(ComponentKind.SERVICE, way.kind, route.target, way.namespace, *seen)
        where = f"{route.host}{route.path}" or "/"
        facts = {"host": route.host, "path": route.path, "port": route.port, **_tls(route), **_authentication(route)}
        text = f"'{where}' leads to port {route.port}" if route.port else f"'{where}' leads there"
        certain = not route.unknown
        scene.draft.edge(EdgeKind.ROUTES, made, target, Why(text, route.place, certain, route.unknown, facts))
    scene.tell(made, host=route.host, **_authentication(route), refused="" if way.kind else _refused(way))
    entrances = list(_gateways(scene, resource, listeners))
    for gateway, why in entrances:
        scene.draft.edge(EdgeKind.ROUTES, gateway, made, why)
    for entrance in [g for g, _ in entrances] or [made]:
        component = scene.draft.get(entrance)
        _enter(scene, route.reach, entrance, f"{component.facts['kind']} '{component.label}'", component.place, {})


def _refused(way: Way) -> str:
    return f"it does not lead to '{way.route.target}': {way.route.unknown}"


def _gateways(scene: Scene, route: Resource, listeners: Listeners) -> Iterator[tuple[str, Why]]:
    """The Gateways of the scan that a route is attached to, of the Gateway API or of Istio."""
    text = f"{route.ref.kind} is attached to it"
    if route.ref.kind == "VirtualService":
        for index, name in enumerate(items(route.spec, "gateways")):
            if isinstance(name, str) and name != "mesh":
                space, slash, short = name.rpartition("/")
                gateway = scene.find("Gateway", short, space if slash else route.ref.namespace, route)
                if gateway is not None and gateway.ref.group == "networking.istio.io":
                    place = route.node.at("spec", "gateways", index)
                    yield scene.object(ComponentKind.ROUTE, gateway), Why(text, place)
        return
    for parent in (*route.node.children("spec", "parentRefs"), *route.node.children("spec", "targetRefs")):
        if string(parent.value, "kind") in ("", "Gateway"):
            space = string(parent.value, "namespace") or route.ref.namespace
            gateway = scene.find("Gateway", string(parent.value, "name"), space, route)
            if gateway is not None and gateway.ref.group == GATEWAY_API:
                consent = listeners.admits(gateway, route, parent.value)
                if consent.given is not False:
                    certain = bool(consent.given)
                    yield scene.object(ComponentKind.ROUTE, gateway), Why(text, parent.at("name"), certain, consent.why)
                else:
                    scene.tell(
                        scene.object(ComponentKind.ROUTE, route),
                        refused=f"it is not attached to Gateway '{gateway.ref.name}': {consent.why}",
                    )


def _enter(scene: Scene, reach: Reach, target: str, text: str, place: Place | None, facts: dict[str, str]) -> None:
    """Who can reach an entry from outside the cluster."""
    if reach > Reach.CLUSTER:
        scene.draft.edge(EdgeKind.MAY_REACH, scene.zones.of_reach(reach), target, Why(text, place, facts=facts))


def _published(scene: Scene, service: Resource) -> None:
    reach, how = service_reach(service)
    target = scene.draft.id_of(ComponentKind.SERVICE, service)
    _enter(scene, reach, target, how, service.node.at("spec", "type"), {})


def _on_node(scene: Scene, podset: PodSet) -> None:
    if podset.workload.lifetime == "task" or podset.workload.template or podset.workload.platform is Platform.COMPOSE:
        return
    target = scene.owner(podset)
    container = host_ports(podset)
    if container is not None:
        text = f"host port of container '{container.name}'"
        _enter(scene, Reach.PUBLIC, target, text, container.at("ports"), {})
    try:
        shared = podset.host_network
    except Undecided:
        shared = False
    if shared:
        _enter(scene, Reach.INTERNAL, target, "shares the node's network", podset.at("hostNetwork"), {})


def _tls(route: Route) -> dict[str, str]:
    return {"tls": {True: "yes", False: "no", None: "unknown"}[route.tls]}


def _authentication(route: Route) -> dict[str, str]:
    return {"authenticated": "unknown" if route.authenticated is None else route.authenticated or "no"}


def _certificates(scene: Scene, component: str, resource: Resource, grants: Grants) -> None:
    """The Secrets with the certificates of an Ingress or Gateway."""
    found: list[tuple[str, str, Place]] = [
        (string(t.value, "secretName"), "", t.at("secretName")) for t in resource.node.children("spec", "tls")
    ]
    found += [
        (string(s.value, "tls", "credentialName"), "", s.at("tls", "credentialName"))
        for s in resource.node.children("spec", "servers")
    ]
    found += [
        (string(ref.value, "name"), string(ref.value, "namespace"), ref.at("name"))
        for listener in resource.node.children("spec", "listeners")
        for ref in listener.children("tls", "certificateRefs")
        if string(ref.value, "kind") in ("", "Secret")
    ]
    for name, space, place in found:
        if name:
            consent = grants.permits(resource, Referred("", "Secret", name, space or resource.ref.namespace))
            if consent.given is False:
                scene.tell(component, refused=f"it gets no certificate from Secret '{name}': {consent.why}")
                continue
            secret = scene.mentioned(
                ComponentKind.SECRET, "Secret", name, space or resource.ref.namespace, resource, place
            )
            why = Why("its certificate", place, bool(consent.given), consent.why)
            scene.draft.edge(EdgeKind.READS, component, secret, why)
