"""Network policies of all kinds in one shape, and what can be said of a pod under them.

Answers are three-valued: True, False, and None for what the files cannot tell (labels of a namespace that is not in
the scan, labels that an operator puts on its pods, addresses of pods).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from hullmark.graph.selection import BUILT_IN, set_by_controller
from hullmark.model.resource import Resource
from hullmark.model.selectors import Selector, label_selector
from hullmark.model.workload import PodSet
from hullmark.text.tree import Node, Value

Truth = bool | None
Action = Literal["allow", "deny", "pass"]
Tier = Literal["admin", "namespace", "baseline"]

NAME_LABEL = "kubernetes.io/metadata.name"
"""The label every namespace carries: its name."""


class Ports(NamedTuple):
    """Ports of the destination: a range of numbers, or a name its containers give to one. No protocol means any."""

    protocol: str = ""
    first: int = 0
    last: int = 65_535
    name: str = ""


class Peer(NamedTuple):
    """The other end of a connection, as a rule describes it.

    ``pods`` selects pods by label, in the namespaces that ``spaces`` selects (None: in the policy's own). ``block`` is
    a range of addresses, with the ranges taken out of it; ``domain`` a name outside the cluster; ``outside`` limits a
    block to addresses beyond the cluster, and without a block is everyone there; ``nodes`` is the cluster's nodes.
    ``unknown`` says why nobody can tell whom it means.
    """

    pods: Selector | None = None
    spaces: Selector | None = None
    block: str = ""
    excluded: tuple[str, ...] = ()
    domain: str = ""
    outside: bool = False
    nodes: bool = False
    unknown: str = ""


class Rule(NamedTuple):
    """One rule: what happens to connections with these peers (None: anyone) on these ports (None: all)."""

    action: Action
    peers: tuple[Peer, ...] | None
    ports: tuple[Ports, ...] | None
    node: Node


class Side(NamedTuple):
    """One direction of a policy. ``closes`` says that what its rules do not allow is closed to the pods it selects."""

    rules: tuple[Rule, ...]
    closes: bool = True


class Policy(NamedTuple):
    """A policy of any kind: the pods it is about (``spaces`` None: of its own namespace) and its two directions.

    ``priority`` orders policies of the admin and baseline tiers, the lowest first. ``unknown`` is set for a kind or an
    object that is not evaluated: then nothing is known of what it selects.
    """

    resource: Resource
    tier: Tier
    pods: Selector
    spaces: Selector | None
    ingress: Side | None
    egress: Side | None
    priority: int = 0
    unknown: str = ""


def selector_of(value: Value) -> Selector | None:
    """A label selector as policies have them; one with a placeholder cannot be read."""
    found = label_selector(value)
    if found is not None and not found.unknown and found.placeholder:
        return found._replace(unknown=f"its selector holds the placeholder '{found.placeholder}'")
    return found


def both(one: Truth, other: Truth) -> Truth:
    """Whether both hold."""
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def carries(selector: Selector, podset: PodSet) -> Truth:
    """Whether a selector selects the pods of a pod set, whose operator may put further labels on them."""
    if selector.unknown:
        return None
    if selector.matches(podset.labels):
        return True if not selector.expressions or _settled(selector, podset) else None
    return None if _may_be_set(selector, podset) else False


def _settled(selector: Selector, podset: PodSet) -> bool:
    """Whether nothing that a controller adds can undo a match: only demands that a key is absent or differs could."""
    return not any(
        e.operator in ("NotIn", "DoesNotExist") and e.key not in podset.labels and _foreign(e.key, podset)
        for e in selector.expressions
    )


def _may_be_set(selector: Selector, podset: PodSet) -> bool:
    """Whether all that is missing are labels that a controller may set."""
    labels = podset.labels
    for key, value in selector.pairs:  # a loop, for this is asked of every pair of policy and pods
        if labels.get(key) != value and (key in labels or not _foreign(key, podset)):
            return False
    missing = [e.key for e in selector.expressions if not e.holds(labels)]
    return all(key not in labels and _foreign(key, podset) for key in missing)


def _foreign(key: str, podset: PodSet) -> bool:
    return set_by_controller(key) or ("/" in key and podset.workload.ref.group not in BUILT_IN)


class Spaces:
    """What is known of namespaces: their labels, all of them for those in the scan.

    ``used`` are the namespaces that objects of the scan lie in, whether or not they are in it themselves.
    """

    def __init__(self, namespaces: Iterable[Resource], used: Iterable[str]) -> None:
        self._labels: dict[str, Mapping[str, str]] = {
            n.ref.name: {NAME_LABEL: n.ref.name, **n.labels} for n in namespaces if not n.ref.group
        }
        self._bare = sorted(set(used) - self._labels.keys())
        self._by_label: dict[tuple[str, str], list[str]] = {}
        for name, labels in self._labels.items():
            for pair in labels.items():
                self._by_label.setdefault(pair, []).append(name)

    def matching(self, selector: Selector) -> list[str]:
        """The namespaces that a selector surely selects; those that only have a name can be selected by it alone."""
        listed = (self._by_label.get(pair, []) for pair in selector.pairs)
        first = min(listed, key=len, default=list(self._labels))
        bare = [n for k, n in selector.pairs if k == NAME_LABEL] if selector.pairs else self._bare
        return [n for n in dict.fromkeys((*first, *bare)) if self.selected(selector, n)]

    def hidden(self, selector: Selector) -> bool:
        """Whether a namespace of which only the name is known may be selected as well."""
        asked = [k for k in selector.keys_all if k != NAME_LABEL]
        named = any(k == NAME_LABEL for k, _ in selector.pairs)
        return bool(asked) and bool(self._bare) and not named

    def selected(self, selector: Selector, namespace: str) -> Truth:
        """Whether a selector selects a namespace; of one that is left out nothing is known."""
        if selector.unknown:
            return None
        if not selector.pairs and not selector.expressions:
            return True
        if not namespace:
            return None
        known = self._labels.get(namespace)
        if known is not None:
            return selector.matches(known)
        named = Selector(
            tuple(p for p in selector.pairs if p[0] == NAME_LABEL),
            tuple(e for e in selector.expressions if e.key == NAME_LABEL),
        )
        if not named.matches({NAME_LABEL: namespace}):
            return False
        return True if len(named.pairs) + len(named.expressions) == len(selector.keys_all) else None


@lru_cache(maxsize=4096)
def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """An address block; None for a text that is none."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


_PODS = tuple(ipaddress.ip_network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
_PODS_6 = (ipaddress.ip_network("fc00::/7"),)
"""Where addresses of pods lie: private ranges (RFC 1918, RFC 6598 as EKS and GKE use it, RFC 4193)."""


def holds_pods(block: str, excluded: tuple[str, ...]) -> Truth:
    """Whether an address block holds the address of a pod, which no manifest tells.

    True for everyone's block without exceptions, False for one that touches no private range.
    """
    found = network(block)
    if found is None:
        return None
    if found.prefixlen == 0:
        return None if any(_touches_pods(e) for e in excluded) else True
    return None if _touches_pods(block) else False


def _touches_pods(block: str) -> bool:
    found = network(block)
    if found is None:
        return True
    if isinstance(found, ipaddress.IPv4Network):
        return any(found.overlaps(private) for private in _PODS)
    return any(found.overlaps(private) for private in _PODS_6)


def reaches_out(block: str) -> bool:
    """Whether an address block reaches beyond private networks."""
    found = network(block)
    return found is not None and (found.prefixlen == 0 or found.is_global)
