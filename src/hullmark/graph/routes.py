"""All routes of a scan, joined with the pods they lead to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hullmark.graph.authentication import Fronts, strongest
from hullmark.graph.gateway import Gateways
from hullmark.graph.index import Names, Pods
from hullmark.graph.ingress import ingress_ways
from hullmark.graph.istio import Mesh, istio_ways
from hullmark.graph.operators import operator_ways
from hullmark.graph.ways import Way
from hullmark.model.architecture import Route, Selection
from hullmark.model.resource import Resource
from hullmark.model.workload import PodSet, Workload


class Arrival(NamedTuple):
    """A route that leads to a pod set, and the object it went through (None for an operator's own)."""

    route: Route
    through: Resource | None


def arrivals(
    by_kind: Mapping[str, Sequence[Resource]],
    workloads: Sequence[Workload],
    selections: Mapping[Resource, Selection],
    fronts: Fronts,
    mesh: Mesh,
    pods: Pods,
) -> dict[PodSet, list[Arrival]]:
    """Every route by the pod sets it leads to."""
    chains = pods.chains
    backends = {
        "Service": Names(chains, (s for s in by_kind.get("Service", ()) if not s.ref.group)),
        "InferencePool": Names(chains, by_kind.get("InferencePool", ())),
    }
    found: dict[PodSet, list[Arrival]] = {}
    for way in ways(by_kind, workloads, fronts, mesh, pods):
        for podset in way.podsets:
            found.setdefault(podset, []).append(Arrival(way.route, None))
        names = None if way.podsets else backends.get(way.kind)
        backend = names.find(way.route.target, way.namespace, way.route.resource) if names is not None else None
        if backend is None or backend not in selections:
            continue
        route = way.route._replace(authenticated=strongest([way.route.authenticated, _at_service(backend, fronts)]))
        for podset in selections[backend].podsets:
            found.setdefault(podset, []).append(Arrival(route, backend))
    return found


def _at_service(backend: Resource, fronts: Fronts) -> str | None:
    attached = fronts.attached("Service", backend.ref.name, backend.ref.namespace, backend)
    return strongest([attached, fronts.annotated(backend)])


def ways(
    by_kind: Mapping[str, Sequence[Resource]], workloads: Sequence[Workload], fronts: Fronts, mesh: Mesh, pods: Pods
) -> Iterator[Way]:
    """Every way in that objects of a scan open."""
    yield from ingress_ways(by_kind, fronts)
    yield from Gateways(by_kind, pods.chains, fronts, complete=pods.complete).ways()
    yield from istio_ways(by_kind, pods.chains, mesh)
    yield from operator_ways(workloads)
