"""Autoscalers and what they scale."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from hullmark.graph.index import TARGET, Pods
from hullmark.model.architecture import Selection
from hullmark.model.resource import Resource
from hullmark.model.truth import Undecided, is_placeholder, number, string
from hullmark.model.workload import PodSet, Replicas
from hullmark.text.tree import Value, mapping


class Kind(NamedTuple):
    """A kind of autoscaler: where it names its target and its bounds, and the defaults of those."""

    group: str
    target: tuple[str, ...]
    least: tuple[str, ...]
    most: tuple[str, ...]
    default_least: int
    default_most: int | None
    horizontal: bool = True


_KINDS = {
    "HorizontalPodAutoscaler": Kind(
        "autoscaling", ("spec", "scaleTargetRef"), ("spec", "minReplicas"), ("spec", "maxReplicas"), 1, None
    ),
    "ScaledObject": Kind(
        "keda.sh", ("spec", "scaleTargetRef"), ("spec", "minReplicaCount"), ("spec", "maxReplicaCount"), 0, 100
    ),
    "HTTPScaledObject": Kind(
        "http.keda.sh", ("spec", "scaleTargetRef"), ("spec", "replicas", "min"), ("spec", "replicas", "max"), 0, 100
    ),
    "VerticalPodAutoscaler": Kind("autoscaling.k8s.io", ("spec", "targetRef"), (), (), 0, None, horizontal=False),
}
"""https://kubernetes.io/docs/reference/kubernetes-api/autoscaling/horizontal-pod-autoscaler-v2/,
https://keda.sh/docs/latest/reference/scaledobject-spec/, and KEDA's HTTP add-on."""

_SCALABLE = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"})
"""Kinds whose absence can be told; what others make is their operators' secret."""


def autoscalers(
    by_kind: Mapping[str, Sequence[Resource]], pods: Pods
) -> Iterator[tuple[Resource, Selection, Callable[[Replicas], Replicas] | None]]:
    """Every autoscaler with what it scales and what it makes of a number of replicas (None for nothing)."""
    for kind, about in _KINDS.items():
        scalers = [r for r in by_kind.get(kind, ()) if r.ref.group == about.group]
        for scaler in scalers:
            yield scaler, _selection(scaler, about, pods), _bounds(scaler, about) if about.horizontal else None


def _selection(scaler: Resource, about: Kind, pods: Pods) -> Selection:
    target = mapping(scaler.node.value, *about.target)
    name = string(target, "name")
    kind = string(target, "kind") or "Deployment"
    if not name or is_placeholder(name):
        return Selection((), (), "what it scales is not written out")
    group = string(target, "apiVersion").rpartition("/")[0]

    def fits(podset: PodSet) -> bool:
        return not group or podset.workload.ref.group == group

    hits = pods.having(TARGET, f"{kind}/{name}", scaler.ref.namespace, scaler, fits)
    if hits.podsets:
        return Selection(hits.podsets)
    if kind not in _SCALABLE:
        return Selection((), (), f"what {kind} '{name}' makes is not known")
    if not pods.populated(scaler.ref.namespace):
        where = f" of namespace '{scaler.ref.namespace}'" if scaler.ref.namespace else ""
        return Selection((), (), f"the scan holds no workload{where}")
    return Selection((), tuple(_near(kind, name, pods, scaler)))


def _near(kind: str, name: str, pods: Pods, scaler: Resource) -> Iterator[tuple[PodSet, str]]:
    for other in sorted(_SCALABLE - {kind}):
        for podset in pods.having(TARGET, f"{other}/{name}", scaler.ref.namespace, scaler).podsets:
            yield podset, f"{other} '{name}' is not a {kind}"
    for podset in pods.elsewhere(TARGET, f"{kind}/{name}", scaler):
        yield podset, f"{kind} '{name}' is in namespace '{podset.workload.namespace}'"


def _bounds(scaler: Resource, about: Kind) -> Callable[[Replicas], Replicas]:
    least = _count(scaler.node.value, about.least, about.default_least)
    most = _count(scaler.node.value, about.most, about.default_most)

    def bounded(own: Replicas) -> Replicas:
        wanted = least if own.source == "default" or own.wanted is None else own.wanted
        if wanted is not None and least is not None:
            wanted = max(wanted, least)
        if wanted is not None and most is not None:
            wanted = min(wanted, most)
        return Replicas(wanted, least, most, f"{scaler.ref.kind} {scaler.ref.name}")

    return bounded


def _count(value: Value, keys: tuple[str, ...], default: int | None) -> int | None:
    try:
        found = number(value, *keys)
    except Undecided:
        return None
    return default if found is None else found
