"""Services, InferencePools and the pods behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from hullmark.graph.selection import Selections
from hullmark.model.architecture import Selection
from hullmark.model.resource import Resource
from hullmark.model.selectors import label_selector, map_selector
from hullmark.model.truth import string
from hullmark.text.regex import regex

_IN_CLUSTER = regex(r"([a-z0-9-]{1,63})\.([a-z0-9-]{1,63})\.svc(?:\.[a-z0-9.-]{1,200})?")
"""Names of Services, https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/."""


def services(resources: Iterable[Resource], selections: Selections) -> Iterator[tuple[Resource, Selection]]:
    """Every Service with what it selects: nothing, with the reason, where it has no selector.

    An ExternalName that is the name of another Service (the way across namespaces) selects what that one selects.
    """
    own = [service for service in resources if not service.ref.group]
    named: dict[tuple[str, str], list[Resource]] = {}
    for service in own:
        named.setdefault((service.ref.namespace, service.ref.name), []).append(service)
    for service in own:
        target, unknown = _meant(service, named)
        selector = None if target is None else map_selector(target.node.get("spec", "selector"))
        if target is None:
            yield service, Selection((), (), unknown)
        elif selector is None:
            yield service, Selection((), (), "it has no selector; its endpoints are kept by something else")
        else:
            yield service, selections.of(target, selector)


def _meant(service: Resource, named: Mapping[tuple[str, str], list[Resource]]) -> tuple[Resource | None, str]:
    """The Service whose selector counts: itself, or the one that it is another name of; else why there is none."""
    if string(service.spec, "type") != "ExternalName":
        return service, ""
    found = _IN_CLUSTER.fullmatch(string(service.spec, "externalName").rstrip(".").lower())
    if found is None:
        return None, "it stands for a name outside the cluster"
    others = [s for s in named.get((found[2], found[1]), ()) if string(s.spec, "type") != "ExternalName"]
    if len(others) != 1:
        return None, f"it stands for Service '{found[1]}' of namespace '{found[2]}', which is not in the scan once"
    return others[0], ""


def pools(resources: Iterable[Resource], selections: Selections) -> Iterator[tuple[Resource, Selection]]:
    """Every InferencePool with what it selects: ``matchLabels`` in v1, a plain map in v1alpha2."""
    for pool in resources:
        value = pool.node.get("spec", "selector")
        nested = isinstance(value, dict) and isinstance(value.get("matchLabels"), dict)
        selector = label_selector(value) if nested else map_selector(value)
        if selector is None:
            yield pool, Selection((), (), "it has no selector")
        else:
            yield pool, selections.of(pool, selector)
