"""The component graph as JSON: every part and every relation with what says so, also what pictures leave out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hullmark.model.component import Component, Edge, Graph, Power
from hullmark.model.workload import Evidence
from hullmark.report.places import spot
from hullmark.report.visible import visible


def plain(graph: Graph) -> dict[str, Any]:
    """A graph as lists of components and edges; ``parent`` and ``zone`` are ids of components."""
    return {
        "components": [_component(c, graph.powers.get(c.id, ())) for c in graph.components],
        "edges": [_edge(e) for e in graph.edges],
    }


def _component(component: Component, powers: Iterable[Power]) -> dict[str, Any]:
    return {
        "id": visible(component.id),
        "kind": component.kind.value,
        "label": visible(component.label),
        "namespace": visible(component.namespace),
        "zone": visible(component.zone),
        "parent": visible(component.parent),
        "declared": component.declared,
        **spot(component.place),
        "facts": _facts(component.facts),
        "powers": [
            {
                "kind": power.kind,
                "text": visible(power.text),
                "unknown": visible(power.unknown),
                "evidence": _evidence(power.evidence),
            }
            for power in powers
        ],
    }


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "kind": edge.kind.value,
        "source": visible(edge.source),
        "target": visible(edge.target),
        "certain": edge.certain,
        "unknown": visible(edge.unknown),
        "facts": _facts(edge.facts),
        "evidence": _evidence(edge.evidence),
    }


def _facts(facts: Mapping[str, str]) -> dict[str, str]:
    return {name: visible(value) for name, value in facts.items()}


def _evidence(evidence: Iterable[Evidence]) -> list[dict[str, Any]]:
    return [{"text": visible(piece.text), **spot(piece.place)} for piece in evidence]
