"""Network policies: which pods they isolate, in which direction, and whether a rule lets everyone through.

A policy counts for the pods of its own namespace only. Where one side leaves its namespace out, both must stand in
one file to count for certain; else isolation is not known. AuthorizationPolicies of a mesh authenticate, they do not
isolate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hullmark.graph.index import Pods
from hullmark.graph.policy_kinds import Policy, Side, policies
from hullmark.graph.selection import Selections
from hullmark.model.architecture import Isolation, Selection
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.model.workload import PodSet, Workload
from hullmark.text.tree import dig


class Hold(NamedTuple):
    """One policy's hold on a pod set; ``certain`` is false where a namespace left out makes it a guess."""

    resource: Resource
    side: Side
    certain: bool


class Isolations(NamedTuple):
    """The isolation of pod sets in both directions; absent ones are not isolated."""

    ingress: Mapping[PodSet, Isolation]
    egress: Mapping[PodSet, Isolation]
    selections: Mapping[Resource, Selection]


def isolations(
    by_kind: Mapping[str, Sequence[Resource]], workloads: Sequence[Workload], selections: Selections
) -> Isolations:
    """Everything the policies of a scan isolate."""
    holds: tuple[dict[PodSet, list[Hold]], dict[PodSet, list[Hold]]] = ({}, {})
    selected: dict[Resource, Selection] = {}
    for resource in _resources(by_kind):
        for policy in policies(resource):
            selection = _select(policy, selections)
            before = selected.get(resource)
            selected[resource] = selection if before is None else _merged(before, selection)
            for podset in selection.podsets:
                sure = _surely(policy, podset, selections.pods)
                for side, held in zip((policy.ingress, policy.egress), holds, strict=True):
                    if side is not None:
                        held.setdefault(podset, []).append(Hold(resource, side, sure))
    for podset, hold, directions in operators(workloads):
        for direction in directions:
            holds[direction].setdefault(podset, []).append(hold)
    ingress, egress = ({p: _joined(h) for p, h in held.items()} for held in holds)
    return Isolations(ingress, egress, selected)


KINDS = (
    "NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "AdminNetworkPolicy",
    "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy", "GlobalNetworkPolicy",
)  # fmt: skip
"""Every kind of network policy that is read."""


def _resources(by_kind: Mapping[str, Sequence[Resource]]) -> Iterator[Resource]:
    for kind in KINDS:
        yield from by_kind.get(kind, ())


def _select(policy: Policy, selections: Selections) -> Selection:
    if policy.unknown or policy.selector is None:
        return Selection((), (), policy.unknown or "what it selects cannot be read")
    if policy.namespace is None:
        found = selections.pods.everywhere(policy.selector, policy.resource)
        return Selection(tuple(p for p in found if policy.reaches(p.workload.namespace)))
    return selections.of(policy.resource, policy.selector)


def _merged(one: Selection, other: Selection) -> Selection:
    podsets = tuple(dict.fromkeys((*one.podsets, *other.podsets)))
    return Selection(podsets, () if podsets else (*one.near, *other.near), one.unknown or other.unknown)


def _surely(policy: Policy, podset: PodSet, pods: Pods) -> bool:
    if policy.namespace is None:
        return bool(podset.workload.namespace) or not policy.named
    return certain(policy.resource, podset, pods)


def certain(policy: Resource, podset: PodSet, pods: Pods) -> bool:
    """Whether a namespaced policy and a pod set are surely in one namespace."""
    if policy.ref.namespace == podset.workload.namespace:
        return True
    return pods.chains.of(policy)[0] == pods.chains.of(podset.workload.resource)[0]


def _joined(holds: list[Hold]) -> Isolation:
    certain = [h for h in holds if h.certain]
    return Isolation(
        True if certain else None,
        tuple(dict.fromkeys(h.resource for h in holds)),
        tuple(rule for h in holds for rule in h.side.rules),
        any(h.side.open for h in certain or holds),
    )


_RAY_MODES = {"DenyAll": (0, 1), "DenyAllIngress": (0,), "DenyAllEgress": (1,)}
"""KubeRay 1.7, https://docs.ray.io/en/master/kuberay/user-guides/network-policy.html."""

_RAY_CLUSTERS = {
    "RayCluster": ("spec",),
    "RayService": ("spec", "rayClusterConfig"),
    "RayJob": ("spec", "rayClusterSpec"),
}


def operators(workloads: Sequence[Workload]) -> Iterator[tuple[PodSet, Hold, tuple[int, ...]]]:
    """Policies that an operator makes because its object says so."""
    for workload in workloads:
        path = _RAY_CLUSTERS.get(workload.ref.kind)
        if path is None or dig(workload.resource.node.value, *path, "networkPolicy") is None:
            continue
        mode = string(workload.resource.node.value, *path, "networkPolicy", "mode")
        for podset in workload.podsets:
            yield podset, Hold(workload.resource, Side((), open=False), certain=True), _RAY_MODES.get(mode, (0, 1))
