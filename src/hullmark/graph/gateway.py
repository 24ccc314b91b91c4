"""Ways in through the Gateway API and the AI gateways built on it.

https://gateway-api.sigs.k8s.io/reference/api-spec/main/, https://aigateway.envoyproxy.io/docs/api/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from hullmark.graph.authentication import Auth, Fronts, strongest
from hullmark.graph.index import Chains, Names
from hullmark.graph.listeners import Listeners
from hullmark.graph.ways import MOST_WAYS, Way
from hullmark.model.architecture import Route
from hullmark.model.grants import GATEWAY_API, GIVEN, Consent, Grants, Referred
from hullmark.model.reach import gateway_reach
from hullmark.model.resource import Resource
from hullmark.model.terms import Reach
from hullmark.model.truth import string
from hullmark.text.tree import Node, Value, dig, items

_ROUTES = ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute")
_AI_ROUTES = ("AIGatewayRoute", "MCPRoute")
_MCP_AUTH = ("oauth", "apiKeyAuth", "jwt", "extAuth")


class Entrance(NamedTuple):
    """What the parents of a route make of it: TLS, reach, hosts, authentication, and why it may not be attached to them."""

    tls: bool | None
    reach: Reach
    hosts: tuple[str, ...]
    authenticated: Auth
    unknown: str = ""


class Gateways:
    """Routes of the Gateway API with the Gateways they are attached to."""

    def __init__(
        self, by_kind: Mapping[str, Sequence[Resource]], chains: Chains, fronts: Fronts, *, complete: bool
    ) -> None:
        self._by_kind = by_kind
        self._fronts = fronts
        self._grants = Grants(by_kind.get("ReferenceGrant", ()), complete=complete)
        self._listeners = Listeners(by_kind.get("Namespace", ()))
        self._gateways = Names(chains, (g for g in by_kind.get("Gateway", ()) if g.ref.group == GATEWAY_API))
        ai = "aigateway.envoyproxy.io"
        self._services = Names(chains, (s for s in by_kind.get("AIServiceBackend", ()) if s.ref.group == ai))
        self._backends = Names(chains, by_kind.get("Backend", ()))

    def ways(self) -> Iterator[Way]:
        """Every way through these kinds."""
        for kind in (*_ROUTES, *_AI_ROUTES):
            for route in self._by_kind.get(kind, ()):
                if route.ref.group in (GATEWAY_API, "aigateway.envoyproxy.io"):
                    yield from islice(self._route(route), MOST_WAYS)

    def _route(self, route: Resource) -> Iterator[Way]:
        entrance = self.entrance(route)
        attached = self._fronts.attached(route.ref.kind, route.ref.name, route.ref.namespace, route)
        if route.ref.kind == "AIGatewayRoute":  # it is implemented by an HTTPRoute of its name
            attached = attached or self._fronts.attached("HTTPRoute", route.ref.name, route.ref.namespace, route)
        picked = self._fronts.selected(route.ref.kind, route)
        own = [attached, picked, self._fronts.annotated(route), _own(route)]
        hosts = tuple(h for h in items(route.spec, "hostnames") if isinstance(h, str)) or entrance.hosts
        if route.ref.kind == "MCPRoute":
            rules: Sequence[Node] = (route.node.child("spec") or route.node,)
        else:
            rules = tuple(route.node.children("spec", "rules"))
        for rule in rules:
            authenticated = strongest([*own, entrance.authenticated, *self._filters(rule, route)])
            paths = list(_paths(rule)) or ["/"]
            for backend in rule.children("backendRefs"):
                consent = self._consent(route, backend.value)
                for path in paths:
                    for kind, name, space, port in self._targets(backend.value, route):
                        made = Route(
                            route, ", ".join(hosts), path, name, port, entrance.tls, authenticated,
                            entrance.reach, backend.at(), entrance.unknown or consent.why,
                        )  # fmt: skip
                        yield Way(made, "" if consent.given is False else kind, space)

    def _consent(self, route: Resource, backend: Value) -> Consent:
        """Whether a route may refer to a backend; of the AI gateway's routes its controller makes others."""
        if route.ref.group != GATEWAY_API:
            return GIVEN
        return self._grants.permits(route, Referred.of(backend, "Service", route))

    def entrance(self, route: Resource) -> Entrance:
        """The widest of a route's parents. A Service as parent is a mesh route and stays in the cluster.

        One that admits it to no listener is none.
        """
        parents = items(route.spec, "parentRefs") or items(route.spec, "targetRefs")
        found = [entrance for parent in parents if (entrance := self._parent(route, parent)) is not None]
        if not found:
            return Entrance(None, Reach.CLUSTER, (), "")
        reach = max(e.reach for e in found)
        widest = [e for e in found if e.reach == reach]
        weakest = None if any(e.authenticated is None for e in widest) else widest[0].authenticated
        if any(e.authenticated == "" for e in widest):
            weakest = ""
        tls = {e.tls for e in widest}
        hosts = tuple(dict.fromkeys(h for e in widest for h in e.hosts))
        unknown = "" if any(not e.unknown for e in widest) else widest[0].unknown
        return Entrance(tls.pop() if len(tls) == 1 else None, reach, hosts, weakest, unknown)

    def _parent(self, route: Resource, parent: Value) -> Entrance | None:
        kind, name = string(parent, "kind") or "Gateway", string(parent, "name")
        if kind == "Service":
            return Entrance(None, Reach.CLUSTER, (), "")
        space = string(parent, "namespace") or route.ref.namespace
        attached = self._fronts.attached(kind, name, space, route)
        gateway = self._gateways.find(name, space, route) if kind == "Gateway" else None
        if gateway is None:
            return Entrance(None, Reach.PUBLIC, (), attached)
        consent = self._listeners.admits(gateway, route, parent)
        if consent.given is False:
            return None
        section = string(parent, "sectionName")
        listeners = [ls for ls in items(gateway.spec, "listeners") if not section or string(ls, "name") == section]
        secured = {string(ls, "protocol").upper() in ("HTTPS", "TLS") for ls in listeners}
        hosts = tuple(h for ls in listeners if (h := string(ls, "hostname")))
        certificates = any(dig(ls, "tls", "frontendValidation") is not None for ls in listeners)
        answers = [attached, self._fronts.selected("Gateway", gateway), "client certificates" if certificates else ""]
        tls = secured.pop() if len(secured) == 1 else None
        return Entrance(tls, gateway_reach(gateway), hosts, strongest(answers), consent.why)

    def _filters(self, rule: Node, route: Resource) -> Iterator[Auth]:
        for found in items(rule.value, "filters"):
            kind, name = string(found, "extensionRef", "kind"), string(found, "extensionRef", "name")
            if kind == "Middleware":
                yield self._fronts.middleware(name, "", route)
            elif "auth" in kind.lower():
                yield f"{kind} '{name}'"

    def _targets(self, backend: Value, route: Resource) -> Iterator[tuple[str, str, str, str]]:
        """Kind, name, namespace and port of a backend; an AIServiceBackend is followed to where it leads."""
        name, kind = string(backend, "name"), string(backend, "kind")
        ai = route.ref.kind == "AIGatewayRoute" and kind in ("", "AIServiceBackend")
        space = string(backend, "namespace") or route.ref.namespace
        if not name:
            return
        if ai:
            service = self._services.find(name, space, route)
            if service is None:
                return
            backend, space = dig(service.spec, "backendRef"), service.ref.namespace
            name, kind = string(backend, "name"), string(backend, "kind")
        if kind == "Backend":
            yield from self._endpoints(name, space, route)
        elif name:
            yield kind or "Service", name, space, str(dig(backend, "port") or "")

    def _endpoints(self, name: str, space: str, route: Resource) -> Iterator[tuple[str, str, str, str]]:
        """Envoy Gateway's Backend names hosts; those of the cluster are Services."""
        backend = self._backends.find(name, space, route)
        for endpoint in items(backend.spec, "endpoints") if backend is not None else ():
            host = string(endpoint, "fqdn", "hostname")
            if ".svc" in host:
                service, _, rest = host.partition(".")
                yield "Service", service, rest.partition(".")[0], str(dig(endpoint, "fqdn", "port") or "")


def _own(route: Resource) -> Auth:
    """MCPRoute carries its own security policy."""
    policy = dig(route.spec, "securityPolicy") if route.ref.kind == "MCPRoute" else None
    found = next((f for f in _MCP_AUTH if dig(policy, f) is not None), "")
    return f"the route's security policy ({found})" if found else ""


def _paths(rule: Node) -> Iterator[str]:
    for match in items(rule.value, "matches"):
        path = string(match, "path", "value")
        service = string(match, "method", "service")
        yield path or (f"/{service}" if service else "/")
