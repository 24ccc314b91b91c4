"""Whom listeners of the Gateway API let attach: routes of some kinds and namespaces.

A route that no listener admits is not attached, and serves nobody (https://gateway-api.sigs.k8s.io/reference/api-spec/main/spec/,
``AllowedRoutes``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hullmark.graph.network.rules import Spaces, Truth, selector_of
from hullmark.model.grants import GIVEN, Consent
from hullmark.model.resource import Resource
from hullmark.model.truth import is_placeholder, string
from hullmark.text.tree import Node, Value, dig, items

_MADE = {"AIGatewayRoute": "HTTPRoute", "MCPRoute": "HTTPRoute"}
"""Routes that are carried out by another kind, https://aigateway.envoyproxy.io/docs/concepts/architecture/control-plane."""


class Listeners:
    """Listeners, with what is known of the namespaces that they choose from."""

    def __init__(self, namespaces: Iterable[Resource]) -> None:
        self._spaces = Spaces(namespaces, ())

    def admits(self, gateway: Resource, route: Resource, parent: Value) -> Consent:
        """Whether a listener of a gateway lets a route attach by this reference: its first yes counts."""
        listeners = list(_meant(gateway, parent))
        if not listeners:
            named = string(parent, "sectionName") or str(dig(parent, "port") or "")
            written = bool(items(gateway.spec, "listeners")) and bool(named)
            return Consent(given=False, why=f"it has no listener '{named}'") if written else GIVEN
        answers = [self._admitted(gateway, route, listener) for listener in listeners]
        if any(a.given for a in answers):
            return GIVEN
        return next((a for a in answers if a.given is None), answers[0])

    def _admitted(self, gateway: Resource, route: Resource, listener: Node) -> Consent:
        kind, name = _MADE.get(route.ref.kind, route.ref.kind), string(listener.value, "name")
        kinds = [string(k, "kind") for k in items(listener.value, "allowedRoutes", "kinds")]
        if kinds and kind not in kinds and not any(is_placeholder(k) for k in kinds):
            return Consent(given=False, why=f"listener '{name}' admits no {kind}")
        here, there = route.ref.namespace, gateway.ref.namespace
        wanted = string(listener.value, "allowedRoutes", "namespaces", "from") or "Same"
        if wanted == "All" or (here == there and wanted == "Same"):
            return GIVEN
        doubt = Consent(None, f"whether listener '{name}' admits routes of namespace '{here}' is not known")
        if wanted == "Same":
            if not here or not there:
                return GIVEN
            known: Truth = None if is_placeholder(here) or is_placeholder(there) else False
        elif wanted == "Selector":
            selector = selector_of(dig(listener.value, "allowedRoutes", "namespaces", "selector"))
            known = None if selector is None else self._spaces.selected(selector, here)
        else:
            known = False if wanted == "None" else None
        refused = f"listener '{name}' admits no routes of namespace '{here}'"
        return GIVEN if known else doubt if known is None else Consent(given=False, why=refused)


def _meant(gateway: Resource, parent: Value) -> Iterator[Node]:
    """The listeners that a reference means: all, or those of a name or port."""
    section, port = string(parent, "sectionName"), dig(parent, "port")
    for listener in gateway.node.children("spec", "listeners"):
        name = string(listener.value, "name")
        named = not section or section == name or is_placeholder(section) or is_placeholder(name)
        other = dig(listener.value, "port")
        if named and (port == other or not (isinstance(port, int) and isinstance(other, int))):
            yield listener
