"""CiliumNetworkPolicy and its clusterwide form, https://docs.cilium.io/en/stable/security/policy/.

They are enforced together with NetworkPolicies: a pod that any of them selects is closed in that direction but for
what one of them allows, and a deny rule wins over every allow rule. Rules about requests (HTTP, Kafka, DNS) narrow
what an open connection may carry; the connection itself may be opened.
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.graph.network.native import ports
from hullmark.graph.network.rules import NAME_LABEL, Action, Peer, Policy, Ports, Rule, Side, selector_of
from hullmark.model.resource import Resource
from hullmark.model.selectors import EVERYTHING, Expression, Selector
from hullmark.model.truth import string
from hullmark.text.tree import Node, Value, dig, items

GROUP = "cilium.io"
"""The API group of both kinds."""

_SPACE = "io.kubernetes.pod.namespace"
_SPACE_LABELS = "io.cilium.k8s.namespace.labels."
_DERIVED = ("io.cilium.", "reserved:", "cidr:", "fqdn:")
"""Labels that Cilium derives from other things than the pod's own labels."""


def read(resource: Resource) -> Iterator[Policy]:
    """The policies an object holds: one ``spec``, several ``specs``. Those for nodes are left out."""
    wide = resource.ref.kind == "CiliumClusterwideNetworkPolicy"
    for spec in (*filter(None, (resource.node.child("spec"),)), *resource.node.children("specs")):
        selector = selector_of(spec.get("endpointSelector"))
        if selector is None:
            if spec.get("nodeSelector") is None:
                yield Policy(
                    resource, "namespace", EVERYTHING, _home(wide=wide), None, None, 0, "it has no endpoint selector"
                )
            continue
        pods, spaces = _split(selector, _home(wide=wide))
        yield Policy(
            resource,
            "namespace",
            pods,
            spaces,
            _side(spec, "ingress", "from", wide=wide),
            _side(spec, "egress", "to", wide=wide),
        )


def _home(*, wide: bool) -> Selector | None:
    """The namespaces that a selector means which names none: the policy's own, or all."""
    return EVERYTHING if wide else None


def _split(selector: Selector, home: Selector | None) -> tuple[Selector, Selector | None]:
    """The part about pods and the part about namespaces of an endpoint selector."""
    pairs = [(_plain(k), v) for k, v in selector.pairs]
    expressions = [e._replace(key=_plain(e.key)) for e in selector.expressions]
    own = [k for k in (*(k for k, _ in pairs), *(e.key for e in expressions)) if not _of_space(k)]
    derived = "it selects by what Cilium derives" if any(k.startswith(_DERIVED) for k in own) else ""
    pods = Selector(
        tuple(p for p in pairs if not _of_space(p[0])),
        tuple(e for e in expressions if not _of_space(e.key)),
        selector.unknown or derived,
    )
    spaces = Selector(
        tuple((_space_key(k), v) for k, v in pairs if _of_space(k)),
        tuple(Expression(_space_key(e.key), e.operator, e.values) for e in expressions if _of_space(e.key)),
    )
    return pods, spaces if spaces != EVERYTHING else home


def _plain(key: str) -> str:
    return key.removeprefix("k8s:").removeprefix("any:").removeprefix("k8s.").removeprefix("any.")


def _of_space(key: str) -> bool:
    return key == _SPACE or key.startswith(_SPACE_LABELS)


def _space_key(key: str) -> str:
    return NAME_LABEL if key == _SPACE else key.removeprefix(_SPACE_LABELS)


def _side(spec: Node, direction: str, prefix: str, *, wide: bool) -> Side | None:
    """A direction. It is closed as soon as it has a rule, allowing or denying, unless default deny is switched off."""
    rules = [
        _rule(node, action, prefix, wide=wide)
        for field, action in _FIELDS
        for node in spec.children(f"{direction}{field}")
    ]
    if not rules:
        return None
    return Side(tuple(rules), closes=spec.get("enableDefaultDeny", direction) is not False)


_FIELDS: tuple[tuple[str, Action], ...] = (("", "allow"), ("Deny", "deny"))


def _rule(node: Node, action: Action, prefix: str, *, wide: bool) -> Rule:
    written = [f for f in _PEERS if dig(node.value, f"{prefix}{f}") is not None]
    peers = tuple(p for f in written for p in _peers(node, prefix, f, wide=wide)) if written else None
    listed = [p for rule in items(node.value, "toPorts") for p in items(rule, "ports")]
    found = tuple(_port(p) for p in listed) or None
    if found is None and items(node.value, "icmps"):
        found = (Ports("ICMP"),)
    return Rule(action, peers, found, node)


_PEERS = ("Endpoints", "Entities", "CIDR", "CIDRSet", "FQDNs", "Services", "Groups", "Nodes", "Requires")
"""What may follow ``from`` and ``to``; where several do, any of them is enough."""


def _peers(rule: Node, prefix: str, field: str, *, wide: bool) -> Iterator[Peer]:
    for value in items(rule.value, f"{prefix}{field}"):
        if field == "Endpoints":
            selector = selector_of(value)
            pods, spaces = _split(EVERYTHING if selector is None else selector, _home(wide=wide))
            yield Peer(pods=pods, spaces=spaces)
        elif field == "Entities":
            yield from _entity(value)
        elif field == "CIDR" and isinstance(value, str):
            yield Peer(block=value, outside=True)
        elif field == "CIDRSet" and string(value, "cidr"):
            yield Peer(block=string(value, "cidr"), excluded=_texts(value, "except"), outside=True)
        elif field == "FQDNs":
            yield Peer(domain=string(value, "matchName") or string(value, "matchPattern") or "*")
        elif field == "Nodes":
            yield Peer(nodes=True)
        else:
            yield Peer(unknown=f"'{prefix}{field}' is not followed")


def _texts(value: Value, key: str) -> tuple[str, ...]:
    return tuple(t for t in items(value, key) if isinstance(t, str))


def _entity(name: Value) -> Iterator[Peer]:
    """Entities, https://docs.cilium.io/en/stable/security/policy/layer3/#entities-based."""
    if name == "all":
        yield Peer(pods=EVERYTHING, spaces=EVERYTHING)
        yield Peer(outside=True)
    elif name == "cluster":
        yield Peer(pods=EVERYTHING, spaces=EVERYTHING)
    elif name in ("world", "world-ipv4", "world-ipv6"):
        yield Peer(outside=True)
    elif name in ("host", "remote-node", "kube-apiserver", "health"):
        yield Peer(nodes=True)


def _port(entry: Value) -> Ports:
    protocol = string(entry, "protocol").upper()
    port = dig(entry, "port")
    return ports("" if protocol == "ANY" else protocol, None if port in ("0", 0) else port, dig(entry, "endPort"))
