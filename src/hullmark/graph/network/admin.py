"""The policies of cluster administrators: AdminNetworkPolicy, BaselineAdminNetworkPolicy and their successor.

The rules of the tier ``Admin`` come first, then NetworkPolicies, then those of ``Baseline``; within a tier the lowest
priority number wins, within a policy the first rule. A rule whose peer has no known field fails closed: it allows
nobody, and denies everyone (https://network-policy-api.sigs.k8s.io/api-overview/ and ``apis/`` of
kubernetes-sigs/network-policy-api: v1alpha1, v1alpha2).
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.graph.network.native import ports
from hullmark.graph.network.rules import Action, Peer, Policy, Ports, Rule, Side, selector_of
from hullmark.model.resource import Resource
from hullmark.model.selectors import EVERYTHING, Selector
from hullmark.model.truth import string
from hullmark.text.tree import Node, Value, dig, items

GROUP = "policy.networking.k8s.io"
"""The API group of all three kinds."""

_ACTIONS: dict[str, Action] = {"Allow": "allow", "Accept": "allow", "Deny": "deny", "Pass": "pass"}


def read(resource: Resource) -> Policy:
    """A policy of one of the three kinds."""
    spec = resource.spec
    baseline = resource.ref.kind == "BaselineAdminNetworkPolicy" or string(spec, "tier") == "Baseline"
    priority = dig(spec, "priority")
    known = isinstance(priority, int) and not isinstance(priority, bool)
    pods, spaces = _subject(dig(spec, "subject"))
    return Policy(
        resource,
        "baseline" if baseline else "admin",
        pods,
        spaces,
        _side(resource, "ingress", "from"),
        _side(resource, "egress", "to"),
        priority if known else 0,
        "" if known or resource.ref.kind == "BaselineAdminNetworkPolicy" else "its priority is not written out",
    )


def _subject(subject: Value) -> tuple[Selector, Selector]:
    unreadable = Selector(unknown="it has no subject")
    pods = dig(subject, "pods")
    if pods is not None:
        return _or(dig(pods, "podSelector"), EVERYTHING), _or(dig(pods, "namespaceSelector"), EVERYTHING)
    return EVERYTHING, _or(dig(subject, "namespaces"), unreadable)


def _or(value: Value, otherwise: Selector) -> Selector:
    found = selector_of(value)
    return otherwise if found is None else found


def _side(resource: Resource, direction: str, field: str) -> Side | None:
    rules = tuple(_rules(resource, direction, field))
    return Side(rules, closes=False) if rules else None


def _rules(resource: Resource, direction: str, field: str) -> Iterator[Rule]:
    for rule in resource.node.children("spec", direction):
        action = _ACTIONS.get(string(rule.value, "action"))
        if action is None:
            continue
        peers = [_peer(p) for p in items(rule.value, field)]
        if any(p is None for p in peers) and action != "allow":
            yield Rule("deny", None, None, rule)
            continue
        listed = [p for p in peers if p is not None]
        yield Rule(action, tuple(one for p in listed for one in p), tuple(_ports(rule)) or None, rule)


def _peer(peer: Value) -> list[Peer] | None:
    """A peer, one entry an address block or name; None if it has no known field."""
    if (spaces := selector_of(dig(peer, "namespaces"))) is not None:
        return [Peer(pods=EVERYTHING, spaces=spaces)]
    if (pods := dig(peer, "pods")) is not None:
        return [
            Peer(pods=_or(dig(pods, "podSelector"), EVERYTHING), spaces=_or(dig(pods, "namespaceSelector"), EVERYTHING))
        ]
    if blocks := [n for n in items(peer, "networks") if isinstance(n, str)]:
        return [Peer(block=n) for n in blocks]
    if domains := [n for n in items(peer, "domainNames") if isinstance(n, str)]:
        return [Peer(domain=n) for n in domains]
    return [Peer(nodes=True)] if dig(peer, "nodes") is not None else None


def _ports(rule: Node) -> Iterator[Ports]:
    for entry in items(rule.value, "ports"):
        if name := string(entry, "namedPort"):
            yield Ports(name=name)
        for field, first, last in (("portNumber", "port", "port"), ("portRange", "start", "end")):
            if (found := dig(entry, field)) is not None:
                yield ports(string(found, "protocol") or "TCP", dig(found, first), dig(found, last))
    for entry in items(rule.value, "protocols"):
        if name := string(entry, "destinationNamedPort"):
            yield Ports(name=name)
        for protocol in ("tcp", "udp", "sctp"):
            if (found := dig(entry, protocol)) is not None:
                port = dig(found, "destinationPort")
                span = dig(port, "range")
                number = dig(port, "number") if span is None else dig(span, "start")
                yield ports(protocol.upper(), number, dig(span, "end"))
