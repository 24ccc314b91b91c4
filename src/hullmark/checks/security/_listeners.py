"""Which routes a Gateway's listener lets in, and whether they do more than send the client to HTTPS.

https://gateway-api.sigs.k8s.io/docs/concepts/api-overview/#attaching-routes-to-gateways
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.text.tree import Node, Value, dig, items

_API = "gateway.networking.k8s.io"
_ROUTES = ("HTTPRoute", "GRPCRoute", "AIGatewayRoute", "MCPRoute")


def secured(listener: Node) -> bool:
    """Whether a listener takes TLS: it ends it (HTTPS), ends it or passes it on (TLS)."""
    return string(listener.value, "protocol").upper() in ("HTTPS", "TLS")


def attached(gateway: Resource, listener: Node, arch: Architecture) -> Iterator[Resource]:
    """The routes of the scan that attach to a listener: those that name it, or no listener of its Gateway."""
    for route in arch.kinds(*_ROUTES):
        if route.ref.group in (_API, "aigateway.envoyproxy.io") and _hosts_meet(route, listener):
            parents = items(route.spec, "parentRefs") or items(route.spec, "targetRefs")
            if any(_is(parent, route, gateway, listener) for parent in parents):
                yield route


def forwards(route: Resource) -> bool:
    """Whether some rule of a route does something else than redirect to HTTPS."""
    rules = list(route.node.children("spec", "rules"))
    return not rules or any(not _redirects(rule) for rule in rules)


def _redirects(rule: Node) -> bool:
    return any(string(f, "requestRedirect", "scheme") == "https" for f in items(rule.value, "filters"))


def _is(parent: Value, route: Resource, gateway: Resource, listener: Node) -> bool:
    space = string(parent, "namespace") or route.ref.namespace
    section, port = string(parent, "sectionName"), dig(parent, "port")
    return (
        (string(parent, "kind") or "Gateway") == "Gateway"
        and string(parent, "name") == gateway.ref.name
        and (not space or not gateway.ref.namespace or space == gateway.ref.namespace)
        and section in ("", string(listener.value, "name"))
        and port in (None, listener.get("port"))
    )


def _hosts_meet(route: Resource, listener: Node) -> bool:
    pattern = string(listener.value, "hostname")
    hosts = [h for h in items(route.spec, "hostnames") if isinstance(h, str)]
    return not pattern or not hosts or any(_meet(pattern, host) for host in hosts)


def _meet(one: str, other: str) -> bool:
    """Whether two names have a host in common; a wildcard stands for one label and more."""
    if one == other:
        return True
    if one.startswith("*."):
        return other.endswith(one[1:]) or (other.startswith("*.") and one.endswith(other[1:]))
    return other.startswith("*.") and one.endswith(other[1:])
