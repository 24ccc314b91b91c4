"""Builds the architecture: everything that was read, recognised and joined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from hullmark.graph.autoscaling import autoscalers
from hullmark.graph.disruption import budgets
from hullmark.graph.identity import identity, power
from hullmark.graph.index import Chains, Names, Pods
from hullmark.graph.policies import NOT_ISOLATED, isolations
from hullmark.graph.selection import Selections
from hullmark.graph.services import pools, services
from hullmark.model.architecture import Architecture, Importance, Links, Selection
from hullmark.model.resource import Resource
from hullmark.model.terms import Impact
from hullmark.model.workload import PodSet, Replicas
from hullmark.recognise.recognition import recognise

K = TypeVar("K")
V = TypeVar("V")


def build(resources: Sequence[Resource]) -> Architecture:
    """The architecture of these resources."""
    workloads = recognise(resources)
    by_kind = _grouped((r.ref.kind, r) for r in resources)
    chains = Chains()
    pods = Pods(chains, workloads)
    selections = Selections(pods, resources)

    selected_services = dict(services(by_kind.get("Service", ()), selections))
    selected_pools = dict(pools(by_kind.get("InferencePool", ()), selections))
    selected_budgets = dict(budgets(by_kind.get("PodDisruptionBudget", ()), selections))
    isolated = isolations(by_kind, workloads, selections)
    scaled = {scaler: (selection, bounds) for scaler, selection, bounds in autoscalers(by_kind, pods)}
    bounds_by = _by_podset({s: sel for s, (sel, b) in scaled.items() if b is not None})
    granted = power(by_kind, pods)
    accounts = Names(chains, by_kind.get("ServiceAccount", ()))
    services_by, budgets_by = _by_podset(selected_services), _by_podset(selected_budgets)

    links = {}
    for workload in workloads:
        for podset in workload.podsets:
            scalers = bounds_by.get(podset, ())
            links[podset] = Links(
                services=services_by.get(podset, ()),
                ingress=isolated.ingress.get(podset, NOT_ISOLATED),
                egress=isolated.egress.get(podset, NOT_ISOLATED),
                budgets=budgets_by.get(podset, ()),
                scalers=scalers,
                replicas=_replicas(podset, [b for s in scalers if (b := scaled[s][1]) is not None]),
                identity=identity(podset, accounts, granted),
            )
    return Architecture(
        resources=tuple(resources),
        workloads=workloads,
        by_kind=by_kind,
        links=links,
        selections={
            **selected_services,
            **selected_pools,
            **selected_budgets,
            **isolated.selections,
            **{s: sel for s, (sel, _) in scaled.items()},
        },
        importance={w: Importance(Impact.LOW, ()) for w in workloads},
        grants=granted.bindings,
        rules=granted.rules,
        index={(r.ref.kind, r.ref.namespace, r.ref.name): r for r in reversed(resources)},
        by_name=_grouped(((r.ref.kind, r.ref.name), r) for r in resources),
    )


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def _by_podset(selections: Mapping[Resource, Selection]) -> dict[PodSet, tuple[Resource, ...]]:
    return _grouped((podset, resource) for resource, s in selections.items() for podset in s.podsets)


def _replicas(podset: PodSet, bounds: list[Callable[[Replicas], Replicas]]) -> Replicas:
    """What an autoscaler makes of the declared number. One that scales a whole object of several pod sets is its operator's matter."""
    if not bounds or len(podset.workload.podsets) > 1:
        return podset.replicas
    return bounds[0](podset.replicas)
