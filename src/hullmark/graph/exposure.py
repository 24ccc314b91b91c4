"""How far a pod set's API reaches (EXPOSURE, E0 to E4), with the path that proves it.

The widest way wins; between equally wide ones, the one without authentication. Sharing the node's network reaches
the network the nodes are in; publishing a port of the node is taken for public, as a node port is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from hullmark.graph.applications import host_ports, on_loopback
from hullmark.graph.authentication import Auth, strongest
from hullmark.graph.operators import operator_ways
from hullmark.graph.routes import Arrival
from hullmark.model.architecture import Exposure, Hop, Isolation, Route
from hullmark.model.reach import service_reach
from hullmark.model.resource import Resource
from hullmark.model.terms import Reach
from hullmark.model.truth import Undecided
from hullmark.model.workload import PodSet, Workload

Before = Callable[[PodSet, Resource | None], Sequence[Auth]]
"""What a request meets that comes to a pod set through a Service (None: to any port): the mesh, a proxy, the program's keys."""

IN_CLUSTER = Exposure(Reach.CLUSTER)
"""The exposure of pods that nothing publishes and nothing isolates."""


def exposure(
    podset: PodSet, services: Sequence[Resource], arrived: Sequence[Arrival], ingress: Isolation, before: Before
) -> Exposure:
    """The exposure of a pod set."""
    if (inside := on_loopback(podset)) is not None:
        return Exposure(Reach.LOOPBACK, (Hop(f"container '{inside.name}' listens on loopback", inside.at()),))
    ways = list(_published(podset, services, arrived, before))
    if ways:
        widest, sure = max(ways, key=_width), [w for w in ways if w.sure is None]
        if widest.sure is None:
            return widest
        return widest._replace(sure=max(w.reach for w in sure) if sure else _inside(ingress))
    inner = strongest(before(podset, services[0] if services else None)) or ""
    if ingress.isolated and not ingress.open:
        policy = ingress.policies[0]
        return Exposure(Reach.ISOLATED, (Hop(f"{policy.ref.kind} '{policy.ref.name}'", policy.place),), inner)
    if ingress.isolated is None:
        return Exposure(Reach.CLUSTER, (), "", "whether a network policy of another namespace isolates it is not known")
    path = tuple(Hop(f"Service '{s.ref.name}'", s.place) for s in services[:1])
    return Exposure(Reach.CLUSTER, path, inner) if path or inner else IN_CLUSTER


def _inside(ingress: Isolation) -> Reach:
    return Reach.ISOLATED if ingress.isolated and not ingress.open else Reach.CLUSTER


def without_pods(workloads: Sequence[Workload]) -> dict[Workload, Exposure]:
    """The exposure of workloads whose pods only their operators know, as far as their own objects publish them."""
    found: dict[Workload, list[Exposure]] = {}
    unseen = {workload.resource: workload for workload in workloads if not workload.podsets}
    for route, *_ in operator_ways(tuple(unseen.values())):
        found.setdefault(unseen[route.resource], []).append(
            _exposed(route.reach, (_hop(route),), [route.authenticated])
        )
    return {workload: max(ways, key=_width) for workload, ways in found.items()}


def _width(exposure: Exposure) -> tuple[int, bool, bool, bool]:
    return exposure.reach, not exposure.authenticated, exposure.sure is None, not exposure.unknown


def _hop(route: Route) -> Hop:
    return Hop(f"{route.resource.ref.kind} '{route.resource.ref.name}'", route.place)


def _published(
    podset: PodSet, services: Sequence[Resource], arrived: Sequence[Arrival], before: Before
) -> Iterator[Exposure]:
    yield from _on_node(podset, before)
    for service in services:
        reach, how = service_reach(service)
        if reach > Reach.CLUSTER:
            hop = Hop(f"{how} of Service '{service.ref.name}'", service.node.at("spec", "type"))
            yield _exposed(reach, (hop,), before(podset, service))
    for route, through in arrived:
        if route.reach > Reach.CLUSTER:
            second = () if through is None else (Hop(f"{through.ref.kind} '{through.ref.name}'", through.place),)
            service_only = through if through is not None and through.ref.kind == "Service" else None
            found = _exposed(route.reach, (_hop(route), *second), [route.authenticated, *before(podset, service_only)])
            yield found._replace(unknown=route.unknown, sure=Reach.CLUSTER) if route.unknown else found


def _on_node(podset: PodSet, before: Before) -> Iterator[Exposure]:
    if podset.workload.lifetime == "task":
        return
    container = host_ports(podset)
    if container is not None:
        hop = Hop(f"host port of container '{container.name}'", container.at("ports"))
        yield _exposed(Reach.PUBLIC, (hop,), before(podset, None))
    try:
        shared = podset.host_network
    except Undecided:
        shared = False
    if shared:
        hop = Hop("the node's network", podset.at("hostNetwork"))
        yield _exposed(Reach.INTERNAL, (hop,), before(podset, None))


def _exposed(reach: Reach, path: tuple[Hop, ...], answers: Sequence[Auth]) -> Exposure:
    authenticated = strongest(answers)
    unknown = "" if authenticated is not None else "what authenticates in front of it is not in the scan"
    return Exposure(reach, path, authenticated or "", unknown)
