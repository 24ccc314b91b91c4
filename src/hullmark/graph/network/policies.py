"""Which policies have a say about which pod sets, by index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from hullmark.graph import policies as isolation
from hullmark.graph import policy_kinds
from hullmark.graph.index import Pods
from hullmark.graph.network import admin, cilium, native
from hullmark.graph.network.rules import Peer, Policy, Rule, Side, Spaces, Truth, both, carries
from hullmark.graph.selection import BUILT_IN, set_by_controller
from hullmark.model.architecture import Architecture
from hullmark.model.resource import Resource
from hullmark.model.selectors import EVERYTHING
from hullmark.model.workload import PodSet


class Held(NamedTuple):
    """A policy's hold on a pod set in one direction; ``certain`` is None where it may not select it."""

    policy: Policy
    side: Side
    certain: Truth


By = Mapping[tuple[PodSet, str], list[Held]]
"""Holds by pod set and direction."""

_CALICO = ("projectcalico.org", "crd.projectcalico.org")


def policies(arch: Architecture, pods: Pods, spaces: Spaces) -> By:
    """Every hold of every policy of a scan."""
    found: dict[tuple[PodSet, str], list[Held]] = {}
    unseen = Unseen(arch)
    for resource in arch.kinds(*isolation.KINDS):
        for policy in _read(resource):
            for podset, certain in _selected(policy, pods, spaces, unseen):
                _file(found, policy, podset, certain)
    for podset, hold, directions in isolation.operators(arch.workloads):
        side = Side((Rule("allow", (Peer(unknown="an operator makes its rules"),), None, podset.node),))
        policy = Policy(
            hold.resource,
            "namespace",
            EVERYTHING,
            None,
            side if 0 in directions else None,
            side if 1 in directions else None,
        )
        _file(found, policy, podset, certain=True)
    return found


def _file(found: dict[tuple[PodSet, str], list[Held]], policy: Policy, podset: PodSet, certain: Truth) -> None:
    sides: tuple[tuple[Literal["ingress", "egress"], Side | None], ...] = (
        ("ingress", policy.ingress),
        ("egress", policy.egress),
    )
    for direction, side in sides:
        if side is not None:
            found.setdefault((podset, direction), []).append(Held(policy, side, certain))


def _read(resource: Resource) -> Iterator[Policy]:
    group = resource.ref.group
    if group in native.GROUPS:
        yield native.read(resource)
    elif group == cilium.GROUP:
        yield from cilium.read(resource)
    elif group == admin.GROUP:
        yield admin.read(resource)
    elif group in _CALICO:
        yield from _dark(resource)


def _dark(resource: Resource) -> Iterator[Policy]:
    """Calico's policies are read for what they select; what their rules do in which order is not evaluated."""
    reason = f"Calico's {resource.ref.kind} '{resource.ref.name}' is not evaluated"
    for known in policy_kinds.policies(resource):
        side = Side(())
        yield Policy(
            resource,
            "namespace",
            known.selector or EVERYTHING,
            EVERYTHING if known.namespace is None else None,
            None if known.ingress is None else side,
            None if known.egress is None else side,
            unknown=reason,
        )


def _selected(policy: Policy, pods: Pods, spaces: Spaces, unseen: Unseen) -> Iterator[tuple[PodSet, Truth]]:
    """The pod sets a policy selects, or may."""
    if policy.spaces is None:
        chosen = pods.select(policy.pods, policy.resource.ref.namespace, policy.resource)
        for podset in chosen.podsets:
            yield podset, both(carries(policy.pods, podset), isolation.certain(policy.resource, podset, pods) or None)
    else:
        for podset in pods.everywhere(policy.pods, policy.resource):
            there = spaces.selected(policy.spaces, podset.workload.namespace)
            if there is not False:
                yield podset, both(carries(policy.pods, podset), there)
    for podset in unseen.candidates(policy):
        if not policy.pods.matches(podset.labels) and carries(policy.pods, podset) is None:
            space = podset.workload.namespace
            if policy.spaces is None or spaces.selected(policy.spaces, space) is not False:
                yield podset, None


class Unseen:
    """Pod sets on which somebody may put labels that nobody sees, by namespace."""

    def __init__(self, arch: Architecture) -> None:
        self._all: dict[str, list[PodSet]] = {}
        self._custom: dict[str, list[PodSet]] = {}
        for podset in arch.links:
            if not podset.workload.template:
                space, group = podset.workload.namespace, podset.workload.ref.group
                self._all.setdefault(space, []).append(podset)
                if group not in BUILT_IN:
                    self._custom.setdefault(space, []).append(podset)

    def candidates(self, policy: Policy) -> Iterator[PodSet]:
        """Those a policy may select for a label it does not see: their operator's, or a controller's of Kubernetes."""
        selector = policy.pods
        if selector.unknown or any(set_by_controller(k) for k in selector.keys):
            listed = self._all
        elif any("/" in k for k in selector.keys):
            listed = self._custom
        else:
            return
        if policy.spaces is None:
            yield from listed.get(policy.resource.ref.namespace, ())
        else:
            for podsets in listed.values():
                yield from podsets
