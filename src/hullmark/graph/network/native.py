"""Kubernetes' own NetworkPolicy, https://kubernetes.io/docs/concepts/services-networking/network-policies/."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.graph.network.rules import Peer, Policy, Ports, Rule, Side, selector_of
from hullmark.model.resource import Resource
from hullmark.model.selectors import EVERYTHING
from hullmark.model.truth import natural, string
from hullmark.text.tree import Node, Value, dig, items

GROUPS = frozenset({"networking.k8s.io", "extensions"})
"""API groups that have served NetworkPolicy."""


def read(resource: Resource) -> Policy:
    """A NetworkPolicy. Without ``policyTypes`` it is about ingress, and about egress if it has such rules."""
    spec = resource.spec
    listed = items(spec, "policyTypes")
    egress = "Egress" in listed if listed else bool(items(spec, "egress"))
    ingress = "Ingress" in listed if listed else True
    return Policy(
        resource,
        "namespace",
        selector_of(dig(spec, "podSelector")) or EVERYTHING,
        None,
        _side(resource, "ingress", "from") if ingress else None,
        _side(resource, "egress", "to") if egress else None,
    )


def _side(resource: Resource, direction: str, field: str) -> Side:
    """An empty or missing list of peers means anyone; an empty or missing list of ports means all."""
    rules = [
        Rule("allow", tuple(_peers(rule, field)) or None, tuple(_ports(rule)) or None, rule)
        for rule in resource.node.children("spec", direction)
    ]
    return Side(tuple(rules))


def _peers(rule: Node, field: str) -> Iterator[Peer]:
    for peer in items(rule.value, field):
        cidr = string(peer, "ipBlock", "cidr")
        if cidr:
            yield Peer(block=cidr, excluded=tuple(e for e in items(peer, "ipBlock", "except") if isinstance(e, str)))
            continue
        pods, spaces = selector_of(dig(peer, "podSelector")), selector_of(dig(peer, "namespaceSelector"))
        if pods is None and spaces is None:
            yield Peer(unknown="a peer of the rule cannot be read")
        else:
            yield Peer(pods=pods or EVERYTHING, spaces=spaces)


def _ports(rule: Node) -> Iterator[Ports]:
    for entry in items(rule.value, "ports"):
        yield ports(string(entry, "protocol") or "TCP", dig(entry, "port"), dig(entry, "endPort"))


def ports(protocol: str, port: Value, end: Value = None) -> Ports:
    """Ports as most APIs write them: a number, a number with an end, or a name; absent for all of a protocol."""
    if port is None:
        return Ports(protocol)
    number = port if isinstance(port, int) and not isinstance(port, bool) else None
    if number is None and isinstance(port, str):
        number = natural(port)
        if number is None:
            return Ports(protocol, name=port)
    if number is None:
        return Ports(protocol, 1, 0)  # what is no port matches none
    return Ports(protocol, number, end if isinstance(end, int) and not isinstance(end, bool) else number)
