"""What a graph must not repeat: passwords in URLs, keys in their queries, tokens in their paths.

Values of manifests end up in labels, ids and evidence, and a graph is drawn, printed and handed on. So all of it passes
through here when the graph is finished, whatever builder it came from.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from functools import lru_cache

from hullmark.model.component import Component, Edge, EdgeKind, Graph
from hullmark.model.credentials import tokens
from hullmark.model.workload import Evidence
from hullmark.text.regex import regex

_USER = regex(r"(?<=://)[^\s/'\"]{0,512}@")
_QUERY = regex(r"([?&;][A-Za-z0-9_.~%-]{1,64}=)[^&;\s'\"]+")


def _loud(text: str) -> bool:
    """Whether a text may hold a URL, or the rest of one whose scheme was taken off."""
    return "://" in text or "?" in text


def veiled(text: str) -> str:
    """A text without what its URLs must not show. What stands outside of URLs is never a value."""
    return _shown(text) if _loud(text) else text


@lru_cache(maxsize=4096)
def _shown(text: str) -> str:
    if "@" in text:
        text = _USER.sub("***@", text)
    if "=" in text:
        text = _QUERY.sub(r"\1***", text)
    return without_tokens(text)


@lru_cache(maxsize=4096)
def without_tokens(text: str) -> str:
    """A text without the tokens that their issuer's shape gives away."""
    for token in tokens(text):
        text = text.replace(token.text, f"{token.text[:3]}…")
    return text


def veil(graph: Graph) -> Graph:
    """A graph without them. Components that differ only in them become one, as do edges."""
    components: dict[str, Component] = {}
    renamed: set[str] = set()
    for component in graph.components:
        shown = _component(component)
        components.setdefault(shown.id, shown)
        if shown.id != component.id:
            renamed.add(component.id)
    powers = {veiled(identity): found for identity, found in graph.powers.items()}
    return Graph(tuple(components.values()), _edges(graph.edges, renamed), powers)


def _edges(edges: tuple[Edge, ...], renamed: Set[str]) -> tuple[Edge, ...]:
    shown = tuple([e if _clean(e, renamed) else _edge(e) for e in edges])
    if shown == edges:
        return shown
    once: dict[tuple[EdgeKind, str, str], Edge] = {}
    for edge in shown:
        once.setdefault((edge.kind, edge.source, edge.target), edge)
    return tuple(once.values())


def _component(component: Component) -> Component:
    texts = (component.id, component.label, component.namespace, component.zone, *component.facts.values())
    if not _loud(" ".join(texts)):
        return component
    return replace(
        component,
        id=veiled(component.id),
        label=veiled(component.label),
        namespace=veiled(component.namespace),
        parent=veiled(component.parent),
        zone=veiled(component.zone),
        facts=_facts(component.facts),
    )


def _clean(edge: Edge, renamed: Set[str]) -> bool:
    """Whether nothing of an edge has to go: neither from the ids of its ends, which are components', nor from its texts."""
    if renamed and (edge.source in renamed or edge.target in renamed):
        return False
    for piece in edge.evidence:
        if _loud(piece.text) and _shown(piece.text) != piece.text:
            return False
    return not edge.facts or not any(_loud(value) and _shown(value) != value for value in edge.facts.values())


def _edge(edge: Edge) -> Edge:
    evidence = tuple(Evidence(veiled(e.text), e.place) for e in edge.evidence)
    source, target = veiled(edge.source), veiled(edge.target)
    return edge._replace(source=source, target=target, evidence=evidence, facts=_facts(edge.facts))


def _facts(facts: Mapping[str, str]) -> dict[str, str]:
    return {key: veiled(value) for key, value in facts.items()}
