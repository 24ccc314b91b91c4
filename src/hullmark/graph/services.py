"""Services, InferencePools and the pods behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hullmark.graph.selection import Selections
from hullmark.model.architecture import Selection
from hullmark.model.resource import Resource
from hullmark.model.selectors import label_selector, map_selector
from hullmark.model.truth import string


def services(resources: Iterable[Resource], selections: Selections) -> Iterator[tuple[Resource, Selection]]:
    """Every Service with what it selects: nothing, with the reason, where it has no selector."""
    for service in resources:
        if service.ref.group:
            continue
        selector = map_selector(service.node.get("spec", "selector"))
        if string(service.spec, "type") == "ExternalName":
            yield service, Selection((), (), "it stands for a name outside the cluster")
        elif selector is None:
            yield service, Selection((), (), "it has no selector; its endpoints are kept by something else")
        else:
            yield service, selections.of(service, selector)


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
