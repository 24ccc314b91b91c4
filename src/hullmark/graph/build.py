"""Builds the architecture: everything that was read, recognised and joined, by look-ups alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from hullmark.graph.applications import at_pod
from hullmark.graph.authentication import Auth, Fronts
from hullmark.graph.autoscaling import autoscalers
from hullmark.graph.behaviour import conclude
from hullmark.graph.calls import callers
from hullmark.graph.compose import Networks
from hullmark.graph.compose import exposure as composed
from hullmark.graph.declared import declarations
from hullmark.graph.disruption import budgets
from hullmark.graph.exposure import exposure, without_pods
from hullmark.graph.identity import Power, identity, power
from hullmark.graph.impact import importance
from hullmark.graph.index import Chains, Names, Pods
from hullmark.graph.istio import Mesh
from hullmark.graph.policies import Isolations, isolations
from hullmark.graph.proxies import proxied
from hullmark.graph.routes import Arrival, arrivals
from hullmark.graph.selection import Selections
from hullmark.graph.services import pools, services
from hullmark.graph.storage import Storage
from hullmark.model.architecture import NOT_ISOLATED, Architecture, Links, Selection
from hullmark.model.component import Drawing
from hullmark.model.declaration import Entry
from hullmark.model.resource import Resource
from hullmark.model.terms import Platform
from hullmark.model.truth import string
from hullmark.model.workload import PodSet, Replicas, Workload
from hullmark.recognise.embedded import expand
from hullmark.recognise.recognition import recognise
from hullmark.recognise.releases import released

K = TypeVar("K")
V = TypeVar("V")

Bounds = Callable[[Replicas], Replicas]


def build(resources: Sequence[Resource], *, complete: bool = False, declared: Sequence[Entry] = ()) -> Architecture:
    """The architecture of these resources, of those that lie inside them, and of the charts that they refer to.

    ``complete`` says that there are no others: what is referred to and not there is missing. ``declared`` is what is
    said about them elsewhere.
    """
    resources = released(expand(resources))
    workloads = _unowned(recognise(resources))
    by_kind = _grouped((r.ref.kind, r) for r in resources)
    pods = Pods(Chains(), workloads, complete=complete)
    selecting = Selections(pods, resources)
    routed = dict(services(by_kind.get("Service", ()), selecting))
    routed.update(pools(by_kind.get("InferencePool", ()), selecting))
    protected = dict(budgets(by_kind.get("PodDisruptionBudget", ()), selecting))
    isolated = isolations(by_kind, workloads, selecting)
    scaled = {scaler: (selection, bounds) for scaler, selection, bounds in autoscalers(by_kind, pods)}
    granted = power(by_kind, pods)
    mesh = Mesh(by_kind, pods)
    networks = Networks(workloads, by_kind.get("ConfigMap", ()))
    called = callers(workloads, by_kind, routed, pods.chains, networks)
    conclude(called, routed)
    around = _Around(
        _by_podset({s: found for s, found in routed.items() if s.ref.kind == "Service"}),
        {
            **arrivals(by_kind, workloads, routed, Fronts(by_kind, pods.chains), mesh, pods),
            **proxied(networks),
        },
        isolated,
        _by_podset(protected),
        _by_podset({s: found for s, (found, bounds) in scaled.items() if bounds is not None}),
        {s: bounds for s, (_, bounds) in scaled.items() if bounds is not None},
        granted,
        Names(pods.chains, by_kind.get("ServiceAccount", ())),
        Storage(by_kind, pods.chains),
        mesh,
        networks,
        Names(pods.chains, by_kind.get("ConfigMap", ())),
    )
    links = {p: _links(p, around) for w in workloads for p in w.podsets}
    arch = Architecture(
        resources=tuple(resources),
        workloads=workloads,
        by_kind=by_kind,
        links=links,
        selections={**routed, **protected, **isolated.selections, **{s: found for s, (found, _) in scaled.items()}},
        importance={},
        grants=granted.bindings,
        rules=granted.rules,
        index={(r.ref.kind, r.ref.namespace, r.ref.name): r for r in reversed(resources)},
        by_name=_grouped(((r.ref.kind, r.ref.name), r) for r in resources),
        callers=called,
        outside=without_pods(workloads),
        draw=partial(_drawn, pods=pods),
        declarations=declarations(resources, workloads, declared),
        complete=complete,
    )
    object.__setattr__(arch, "importance", {w: importance(w, arch) for w in workloads})
    return arch


def _unowned(workloads: tuple[Workload, ...]) -> tuple[Workload, ...]:
    """Workloads but those that another of the scan controls, as a Deployment does its ReplicaSets and they their pods.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
    """
    if not any(w.resource.node.get("metadata", "ownerReferences") for w in workloads):
        return workloads
    known = {_identity(w): (string(w.resource.node.value, "metadata", "uid"), _controller(w)) for w in workloads}

    def present(owner: _Identity, uid: str) -> bool:
        own = known[owner][0] if owner in known else ""
        return owner in known and (not uid or not own or uid == own)

    def owned(workload: Workload) -> bool:
        seen, (at, uid) = {_identity(workload)}, _controller(workload)
        while present(at, uid) and at not in seen and len(seen) <= _MOST_OWNERS:
            seen.add(at)
            at, uid = known[at][1]
        return len(seen) > 1 and not present(at, uid)  # objects that own each other would all go unseen

    return tuple(w for w in workloads if not owned(w))


_MOST_OWNERS = 16
"""Owners above one another that are followed; real ones are two or three."""

_Identity = tuple[str, str, str, str]
"""Group, kind, namespace and name."""


def _identity(workload: Workload) -> _Identity:
    return workload.ref.group, workload.ref.kind, workload.namespace, workload.name


def _controller(workload: Workload) -> tuple[_Identity, str]:
    """What controls a workload, and its ``uid`` if that is written; of no kind where nothing does."""
    for owner in workload.resource.node.children("metadata", "ownerReferences"):
        if owner.get("controller") is True:
            group = string(owner.value, "apiVersion").rpartition("/")[0]
            named = group, string(owner.value, "kind"), workload.namespace, string(owner.value, "name")
            return named, string(owner.value, "uid")
    return ("", "", "", ""), ""


def _drawn(arch: Architecture, pods: Pods) -> Drawing:
    """The component graph; what draws it is loaded only for scans that ask, since that costs as long as a small scan."""
    from hullmark.graph.components import Drawn

    return Drawn(arch, pods)


class _Around(NamedTuple):
    """What the links of pod sets are looked up in."""

    services: Mapping[PodSet, tuple[Resource, ...]]
    arrivals: Mapping[PodSet, list[Arrival]]
    isolated: Isolations
    budgets: Mapping[PodSet, tuple[Resource, ...]]
    scalers: Mapping[PodSet, tuple[Resource, ...]]
    bounds: Mapping[Resource, Bounds]
    granted: Power
    accounts: Names
    storage: Storage
    mesh: Mesh
    networks: Networks
    maps: Names

    def before(self, podset: PodSet, service: Resource | None) -> Sequence[Auth]:
        """What authenticates between a Service and the program of a pod set."""
        return [self.mesh.before(podset), at_pod(podset, service, _Beside(self.maps, podset.workload.resource))]


class _Beside(NamedTuple):
    """Finds the ConfigMaps that an object means."""

    maps: Names
    near: Resource

    def find(self, kind: str, namespace: str, name: str) -> Resource | None:
        return self.maps.find(name, namespace, self.near) if kind == "ConfigMap" else None


def _links(podset: PodSet, around: _Around) -> Links:
    found = around.services.get(podset, ())
    arrived = around.arrivals.get(podset, [])
    ingress = around.isolated.ingress.get(podset, NOT_ISOLATED)
    scalers = around.scalers.get(podset, ())
    return Links(
        services=found,
        routes=tuple(dict.fromkeys(a.route for a in arrived)),
        ingress=ingress,
        egress=around.isolated.egress.get(podset, NOT_ISOLATED),
        budgets=around.budgets.get(podset, ()),
        scalers=scalers,
        replicas=_replicas(podset, [around.bounds[s] for s in scalers]),
        identity=identity(podset, around.accounts, around.granted),
        claims=around.storage.claims(podset),
        exposure=composed(podset, around.networks, arrived, around.before(podset, None))
        if podset.workload.platform is Platform.COMPOSE
        else exposure(podset, found, arrived, ingress, around.before),
    )


def _replicas(podset: PodSet, bounds: list[Bounds]) -> Replicas:
    """What an autoscaler makes of the declared number.

    One that scales an object of several pod sets does so by rules of that object's operator: the declared number stays.
    """
    if not bounds or len(podset.workload.podsets) > 1:
        return podset.replicas
    return bounds[0](podset.replicas)


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def _by_podset(selections: Mapping[Resource, Selection]) -> dict[PodSet, tuple[Resource, ...]]:
    return _grouped((podset, resource) for resource, s in selections.items() for podset in s.podsets)
