"""Ways in through Istio, and what its policies authenticate.

https://istio.io/latest/docs/reference/config/networking/virtual-service/ and .../config/security/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from hullmark.graph.index import Chains, Names, Pods
from hullmark.graph.ways import MOST_WAYS, Way
from hullmark.model.architecture import Route
from hullmark.model.reach import inward
from hullmark.model.resource import Resource, strings
from hullmark.model.selectors import EVERYTHING, label_selector
from hullmark.model.terms import Reach
from hullmark.model.truth import string
from hullmark.model.workload import PodSet
from hullmark.text.tree import Node, Value, dig, items, mapping

_ROOT = "istio-system"
"""The root namespace: policies in it hold for the whole mesh."""


def istio_ways(by_kind: Mapping[str, Sequence[Resource]], chains: Chains, mesh: Mesh) -> Iterator[Way]:
    """Every way through VirtualServices that are attached to a gateway (others are for the mesh itself)."""
    gateways = Names(chains, (g for g in by_kind.get("Gateway", ()) if g.ref.group == "networking.istio.io"))
    for service in by_kind.get("VirtualService", ()):
        if service.ref.group == "networking.istio.io":
            names = [g for g in items(service.spec, "gateways") if isinstance(g, str) and g != "mesh"]
            if names:
                yield from islice(_ways(service, names, gateways, mesh), MOST_WAYS)


def _ways(service: Resource, names: list[str], gateways: Names, mesh: Mesh) -> Iterator[Way]:
    found = [_gateway(name, service, gateways) for name in names]
    reach, tls, secure = max(found, key=lambda f: f[0])
    authenticated = secure or mesh.at_gateways([g for n in names if (g := _find(n, service, gateways))])
    host = ", ".join(h for h in items(service.spec, "hosts") if isinstance(h, str))
    for section in ("http", "tls", "tcp"):
        for rule in service.node.children("spec", section):
            paths = [p for m in items(rule.value, "match") for p in _paths(m)] or ["/"]
            for target in rule.children("route"):
                name, space = _destination(target.value, service)
                for path in paths if name else ():
                    port = str(dig(target.value, "destination", "port", "number") or "")
                    made = Route(service, host, path, name, port, tls, authenticated, reach, target.at())
                    yield Way(made, "Service", space)


def _paths(match: Value) -> Iterator[str]:
    uri = mapping(match, "uri")
    yield next((v for v in uri.values() if isinstance(v, str)), "/")


def _destination(target: Value, service: Resource) -> tuple[str, str]:
    name, _, rest = string(target, "destination", "host").partition(".")
    return name, rest.partition(".")[0] or service.ref.namespace


def _find(name: str, service: Resource, gateways: Names) -> Resource | None:
    space, slash, short = name.rpartition("/")
    return gateways.find(short, space if slash else service.ref.namespace, service)


def _gateway(name: str, service: Resource, gateways: Names) -> tuple[Reach, bool | None, str]:
    """Reach, TLS and client certificates of a gateway; one that is not in the scan counts as public."""
    gateway = _find(name, service, gateways)
    if gateway is None:
        return (
            (Reach.CLUSTER if "local-gateway" in name else Reach.INTERNAL if inward(name) else Reach.PUBLIC),
            None,
            "",
        )
    selector = mapping(gateway.spec, "selector")
    internal = inward(name) or any(inward(v) for v in selector.values() if isinstance(v, str))
    servers = items(gateway.spec, "servers")
    modes = {string(s, "tls", "mode") for s in servers}
    secured = bool(modes) and "" not in modes
    mutual = bool(modes) and modes <= {"MUTUAL", "ISTIO_MUTUAL"}
    tls = True if secured else False if modes == {""} else None
    return Reach.INTERNAL if internal else Reach.PUBLIC, tls, "client certificates" if mutual else ""


class Mesh:
    """What a mesh's policies demand of requests: for pods they select, and at the gateways in front."""

    def __init__(self, by_kind: Mapping[str, Sequence[Resource]], pods: Pods) -> None:
        security = "security.istio.io"
        tokens = [r for r in by_kind.get("RequestAuthentication", ()) if r.ref.group == security]
        rules = [r for r in by_kind.get("AuthorizationPolicy", ()) if r.ref.group == security]
        self._before: dict[Subject, str] = {}
        have = {_where(t, s) for t in tokens for s in _subjects(t, pods)}
        for rule in rules:
            demands = _demands(rule)
            for subject in _subjects(rule, pods) if demands else ():
                if demands == "external" or _where(rule, subject) in have:
                    self._before.setdefault(subject, f"AuthorizationPolicy '{rule.ref.name}'")

    def before(self, podset: PodSet) -> str:
        """What the mesh demands before a pod set is reached; empty for nothing."""
        return self._before.get(podset, "")

    def at_gateways(self, gateways: Sequence[Resource]) -> str:
        """What the mesh demands at the gateways of a VirtualService; empty for nothing."""
        for gateway in gateways:
            for pair in strings(dig(gateway.spec, "selector")).items():
                if (found := self._before.get(pair)) is not None:
                    return found
        return ""


Subject = PodSet | tuple[str, str]
"""What a policy holds for: a pod set, or gateway pods by one of their labels (they are rarely in a scan)."""


def _subjects(policy: Resource, pods: Pods) -> list[Subject]:
    """What a policy selects; without a selector its whole namespace, or in the root namespace the mesh."""
    if items(policy.spec, "targetRefs") or dig(policy.spec, "targetRef") is not None:
        return []
    selector = label_selector(dig(policy.spec, "selector")) or EVERYTHING
    if policy.ref.namespace == _ROOT and selector == EVERYTHING:
        return list(pods.everywhere(EVERYTHING, policy))
    return [*pods.select(selector, policy.ref.namespace, policy).podsets, *selector.pairs]


def _where(policy: Resource, subject: Subject) -> object:
    return subject if isinstance(subject, PodSet) else (policy.ref.namespace, subject)


def _demands(policy: Resource) -> str:
    """``external`` for a policy that asks an external authorizer, ``token`` for one that demands a verified token."""
    action = string(policy.spec, "action") or "ALLOW"
    if action == "CUSTOM":
        return "external"
    rules = list(policy.node.children("spec", "rules"))
    if action == "DENY":
        return "token" if any(_denies_anonymous(r) for r in rules) else ""
    return "token" if rules and all(_asks_token(r) for r in rules) else ""


def _denies_anonymous(rule: Node) -> bool:
    return any("*" in items(s, "source", "notRequestPrincipals") for s in items(rule.value, "from"))


def _asks_token(rule: Node) -> bool:
    sources = items(rule.value, "from")
    named = bool(sources) and all(items(s, "source", "requestPrincipals") for s in sources)
    return named or any(string(w, "key").startswith("request.auth.") for w in items(rule.value, "when"))
