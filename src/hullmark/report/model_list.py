"""The models of a system for reviewers: where each lies, which version of it is named, and who does what with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hullmark.model.component import Component, ComponentKind, Edge, EdgeKind, Graph
from hullmark.report.snippet import address

_WORDS = {
    EdgeKind.TRAINS: "trained by",
    EdgeKind.EVALUATES: "evaluated by",
    EdgeKind.PROMOTES: "promoted by",
    EdgeKind.LOADS_MODEL: "loaded by",
    EdgeKind.SERVES: "served by",
}


class Known(NamedTuple):
    """A model in words: its name, what keeps it, the version that is named, who uses it, and where it is named first."""

    name: str
    kept: str
    version: str
    used: str
    place: str


def listed(graph: Graph) -> Iterator[Known]:
    """The models of a graph in its order."""
    for model in graph.kinds(ComponentKind.MODEL):
        edges = list(graph.into(model.id, *_WORDS))
        mounted = model.facts.get("scheme") in ("path", "pvc")
        place = address(model.place) if model.place is not None else ""
        yield Known(
            model.label, _kept(model, graph), _version(edges, mounted=mounted), "; ".join(_uses(edges, graph)), place
        )


def _kept(model: Component, graph: Graph) -> str:
    stores = [graph.by_id.get(edge.target) for edge in graph.out(model.id, EdgeKind.DEPENDS_ON)]
    return ", ".join(store.label for store in stores if store is not None) or "its pod"


def _version(edges: list[Edge], *, mounted: bool) -> str:
    """What those who load it name; several where they do not agree. A path has no versions."""
    found = (edge.facts for edge in edges if edge.kind is EdgeKind.LOADS_MODEL and not mounted)
    return ", ".join(dict.fromkeys(map(_named, found)))


def _named(facts: Mapping[str, str]) -> str:
    name = facts.get("digest") or facts.get("revision") or ""
    return name if facts.get("pinned") == "yes" else f"{name} (not pinned)" if name else "not pinned"


def _uses(edges: list[Edge], graph: Graph) -> Iterator[str]:
    for kind, words in _WORDS.items():
        names = dict.fromkeys(graph.by_id[e.source].label for e in edges if e.kind is kind and e.source in graph.by_id)
        if names:
            yield f"{words} {', '.join(names)}"
