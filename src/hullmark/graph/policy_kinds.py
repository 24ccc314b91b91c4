"""The kinds of network policy, read into one shape: what is selected, and what holds in either direction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from hullmark.graph.calico import calico_selector
from hullmark.model.resource import Resource
from hullmark.model.selectors import EVERYTHING, Selector, label_selector
from hullmark.model.truth import string
from hullmark.text.tree import Node, Value, dig, items

_WORLD = frozenset({"0.0.0.0/0", "::/0"})
"""Everyone, as address blocks; exceptions from it still leave nearly everyone."""


class Side(NamedTuple):
    """What a policy says about one direction: its rules, and whether one of them allows everyone."""

    rules: tuple[Node, ...]
    open: bool


class Policy(NamedTuple):
    """A network policy of any kind. ``namespace`` is None for one that holds in all namespaces.

    ``spaces`` selects those namespaces by the label every namespace carries (its name); None selects all.
    ``unknown`` says why it cannot be read.
    """

    resource: Resource
    selector: Selector | None
    namespace: str | None
    ingress: Side | None
    egress: Side | None
    spaces: Selector | None = None
    unknown: str = ""

    @property
    def named(self) -> bool:
        """Whether it picks namespaces."""
        return self.spaces is not None

    def reaches(self, namespace: str) -> bool:
        """Whether it may hold in a namespace (its other labels are not known)."""
        if self.spaces is None or not namespace:
            return True
        return self.spaces.matches({"kubernetes.io/metadata.name": namespace})


def policies(resource: Resource) -> Iterator[Policy]:
    """The policies an object holds; none if it is of another group than the kind's own."""
    group = resource.ref.group
    if group in ("networking.k8s.io", "extensions"):
        yield _native(resource)
    elif group == "cilium.io":
        yield from _cilium(resource)
    elif group == "policy.networking.k8s.io":
        yield _admin(resource)
    elif group in ("projectcalico.org", "crd.projectcalico.org"):
        yield _calico(resource)


# -- networking.k8s.io: https://kubernetes.io/docs/concepts/services-networking/network-policies/ ----


def _native(resource: Resource) -> Policy:
    spec = resource.spec
    selector = label_selector(dig(spec, "podSelector")) or EVERYTHING
    listed = items(spec, "policyTypes")
    egress = "Egress" in listed if listed else bool(items(spec, "egress"))
    ingress = "Ingress" in listed if listed else True
    return Policy(
        resource,
        selector,
        resource.ref.namespace,
        _side(resource, "ingress", _open_ingress) if ingress else None,
        _side(resource, "egress", _open_egress) if egress else None,
    )


def _side(resource: Resource, direction: str, is_open: Callable[[Value], bool]) -> Side:
    rules = tuple(resource.node.children("spec", direction))
    return Side(rules, any(is_open(r.value) for r in rules))


def _open_ingress(rule: Value) -> bool:
    peers = items(rule, "from")
    return not peers or any(_everyone(p) for p in peers)


def _open_egress(rule: Value) -> bool:
    """Rules that only let name look-ups out do not open anything."""
    peers = items(rule, "to")
    ports = [dig(p, "port") for p in items(rule, "ports")]
    if ports and all(port in (53, "53", "dns", "dns-tcp") for port in ports):
        return False
    return not peers or any(_everyone(p) for p in peers)


def _everyone(peer: Value) -> bool:
    if string(peer, "ipBlock", "cidr") in _WORLD:
        return True
    pods = label_selector(dig(peer, "podSelector"))
    return label_selector(dig(peer, "namespaceSelector")) == EVERYTHING and pods in (None, EVERYTHING)


# -- cilium.io: https://docs.cilium.io/en/stable/security/policy/ ------------------------------------


def _cilium(resource: Resource) -> Iterator[Policy]:
    specs = [n for n in (resource.node.child("spec"),) if n is not None]
    for spec in (*specs, *resource.node.children("specs")):
        selector = label_selector(spec.get("endpointSelector"))
        wide = resource.ref.kind == "CiliumClusterwideNetworkPolicy"
        if selector is None:
            if spec.get("nodeSelector") is None:
                yield Policy(resource, None, None, None, None, unknown="it has no endpoint selector")
            continue
        yield Policy(
            resource,
            _unprefixed(selector),
            None if wide else resource.ref.namespace,
            _cilium_side(spec, "ingress"),
            _cilium_side(spec, "egress"),
            _spaces(selector) if wide else None,
        )


_SPACE = "io.kubernetes.pod.namespace"


def _plain(key: str) -> str:
    return key.removeprefix("k8s:").removeprefix("any:")


def _unprefixed(selector: Selector) -> Selector:
    """Without label sources (``k8s:app``) and without the pseudo label for the namespace."""
    pairs = tuple((_plain(k), v) for k, v in selector.pairs if _plain(k) != _SPACE)
    expressions = tuple(e._replace(key=_plain(e.key)) for e in selector.expressions if _plain(e.key) != _SPACE)
    return Selector(pairs, expressions, selector.unknown)


def _spaces(selector: Selector) -> Selector | None:
    name = "kubernetes.io/metadata.name"
    pairs = tuple((name, v) for k, v in selector.pairs if _plain(k) == _SPACE)
    expressions = tuple(e._replace(key=name) for e in selector.expressions if _plain(e.key) == _SPACE)
    return Selector(pairs, expressions) if pairs or expressions else None


def _cilium_side(spec: Node, direction: Literal["ingress", "egress"]) -> Side | None:
    """A direction with rules, allowing or denying, is closed but for them, unless default deny is switched off."""
    rules = tuple(spec.children(direction))
    if spec.get("enableDefaultDeny", direction) is False or not (rules or items(spec.value, f"{direction}Deny")):
        return None
    prefix = "from" if direction == "ingress" else "to"
    return Side(rules, any(_cilium_open(r.value, prefix) for r in rules))


def _cilium_open(rule: Value, prefix: str) -> bool:
    blocks = {string(b, "cidr") for b in items(rule, f"{prefix}CIDRSet")}
    blocks.update(c for c in items(rule, f"{prefix}CIDR") if isinstance(c, str))
    entities = [e for e in items(rule, f"{prefix}Entities") if isinstance(e, str)]
    return "all" in entities or "world" in entities or bool(blocks & _WORLD)


# -- policy.networking.k8s.io: https://network-policy-api.sigs.k8s.io/ -------------------------------


def _admin(resource: Resource) -> Policy:
    """An admin policy isolates where a rule denies; what it passes on is left to the others."""
    pods, spaces = dig(resource.spec, "subject", "pods"), dig(resource.spec, "subject", "namespaces")
    selector = label_selector(dig(pods, "podSelector")) if pods is not None else EVERYTHING
    where = label_selector(dig(pods, "namespaceSelector") if pods is not None else spaces)
    other = where is not None and any(k != "kubernetes.io/metadata.name" for k in where.keys)
    return Policy(
        resource,
        selector,
        None,
        _denying(resource, "ingress"),
        _denying(resource, "egress"),
        None if where is not None and not where.keys else where,
        "labels of namespaces are not known" if other else "" if where else "it has no subject",
    )


def _denying(resource: Resource, direction: str) -> Side | None:
    rules = tuple(resource.node.children("spec", direction))
    return Side(rules, open=False) if any(string(r.value, "action") == "Deny" for r in rules) else None


# -- projectcalico.org: https://docs.tigera.io/calico/latest/reference/resources/networkpolicy --------


def _calico(resource: Resource) -> Policy:
    spec = resource.spec
    wide = resource.ref.kind == "GlobalNetworkPolicy"
    types = items(spec, "types")
    has_egress, has_ingress = bool(items(spec, "egress")), bool(items(spec, "ingress"))
    ingress = "Ingress" in types if types else has_ingress or not has_egress
    egress = "Egress" in types if types else has_egress
    selector = calico_selector(string(spec, "selector"))
    unknown = selector.unknown or ("labels of namespaces are not known" if string(spec, "namespaceSelector") else "")
    return Policy(
        resource,
        selector,
        None if wide else resource.ref.namespace,
        _side(resource, "ingress", _calico_open("source")) if ingress else None,
        _side(resource, "egress", _calico_open("destination")) if egress else None,
        unknown=unknown,
    )


def _calico_open(end: str) -> Callable[[Value], bool]:
    def is_open(rule: Value) -> bool:
        peer = dig(rule, end)
        narrowed = isinstance(peer, dict) and any(v for k, v in peer.items() if k not in ("ports", "notPorts"))
        world = any(n in _WORLD for n in items(peer, "nets") if isinstance(n, str))
        return string(rule, "action") == "Allow" and (not narrowed or world)

    return is_open
