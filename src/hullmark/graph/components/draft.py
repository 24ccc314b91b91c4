"""The graph while it is being drawn: components once each, edges once each with all that says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hullmark.graph.components.veil import veil
from hullmark.model.component import Component, ComponentKind, Edge, EdgeKind, Graph, Power
from hullmark.model.resource import Resource
from hullmark.model.workload import Evidence
from hullmark.text.source import Place

_MOST_EVIDENCE = 8
"""Pieces of evidence kept for one edge."""

NO_NAMESPACE = "-"
"""What stands in ids for a namespace that is left out."""


class Why(NamedTuple):
    """What says so: a text and where it stands; empty facts are left out."""

    text: str
    place: Place | None
    certain: bool = True
    unknown: str = ""
    facts: Mapping[str, str] = {}


_Key = tuple[EdgeKind, str, str]


class Draft:
    """Collects components and edges."""

    def __init__(self) -> None:
        self._components: dict[str, Component] = {}
        self._edges: dict[_Key, Edge] = {}
        self._by_kind: defaultdict[EdgeKind, list[_Key]] = defaultdict(list)
        self._ids: dict[tuple[ComponentKind, int], str] = {}
        self.powers: dict[str, tuple[Power, ...]] = {}

    def __contains__(self, component: str) -> bool:
        return component in self._components

    def get(self, component: str) -> Component:
        """A component by its id."""
        return self._components[component]

    def all(self, kind: ComponentKind) -> Iterator[Component]:
        """The components of a kind so far, in order."""
        return (c for c in list(self._components.values()) if c.kind is kind)

    def id_of(self, kind: ComponentKind, resource: Resource) -> str:
        """The id of an object's component: unique also where a scan holds several variants of the object."""
        key = (kind, id(resource))
        known = self._ids.get(key)
        if known is not None:
            return known
        ref = resource.ref
        plain = made = identify(kind, ref.namespace, ref.kind, ref.name)
        number = 1
        while made in self._components and self._components[made].declared:
            made = f"{plain}@{resource.file}" + (f":{number}" if number > 1 else "")
            number += 1
        self._ids[key] = made
        return made

    def known(self, kind: ComponentKind, resource: Resource) -> str:
        """The id of an object's component if it has been asked for before; else empty."""
        return self._ids.get((kind, id(resource)), "")

    def add(self, component: Component) -> str:
        """Add a component unless one of its id is there; what is declared replaces what was only mentioned."""
        known = self._components.get(component.id)
        if known is None or (component.declared and not known.declared):
            self._components[component.id] = component
        return component.id

    def replace(self, component: Component) -> None:
        """Put a component in the place of the one with its id."""
        self._components[component.id] = component

    def object(self, kind: ComponentKind, resource: Resource, zone: str, facts: Mapping[str, str] | None = None) -> str:
        """The component of an object of the scan."""
        key = (kind, id(resource))
        if key in self._ids:
            return self._ids[key]
        made = self.id_of(kind, resource)
        label, space = resource.ref.name, resource.ref.namespace
        component = Component(
            made, kind, label, space, zone, resource.place, resource, facts={"kind": resource.ref.kind, **(facts or {})}
        )
        return self.add(component)

    def edge(self, kind: EdgeKind, source: str, target: str, why: Why) -> None:
        """Add an edge, or further evidence for it; one certain piece makes it certain."""
        key = (kind, source, target)
        known = self._edges.get(key)
        if known is None:
            facts = {k: v for k, v in why.facts.items() if v} if why.facts else {}
            evidence = (Evidence(why.text, why.place),)
            self._edges[key] = Edge(kind, source, target, evidence, why.certain, why.unknown, facts)
            self._by_kind[kind].append(key)
        else:
            self._edges[key] = _joined(known, why)

    def edges(self, *kinds: EdgeKind) -> list[_Key]:
        """The edges of these kinds so far, in order."""
        if len(kinds) == 1:
            return list(self._by_kind[kinds[0]])
        return [key for key in self._edges if key[0] in kinds]

    def facts(self, edge: _Key) -> Mapping[str, str]:
        """The facts of an edge."""
        return self._edges[edge].facts

    def note(self, edge: _Key, more: Mapping[str, str]) -> None:
        """Add facts to an edge."""
        kind, source, target, evidence, certain, unknown, facts = self._edges[edge]
        self._edges[edge] = Edge(kind, source, target, evidence, certain, unknown, {**facts, **more})

    def finish(self) -> Graph:
        """The graph, without what it must not show."""
        return veil(Graph(tuple(self._components.values()), tuple(self._edges.values()), self.powers))


def _joined(edge: Edge, why: Why) -> Edge:
    """An edge with what else says so; of two values of a fact the first stays."""
    more = {k: v for k, v in why.facts.items() if v and k not in edge.facts} if why.facts else {}
    facts = {**edge.facts, **more} if more else edge.facts
    certain, unknown = (True, why.unknown) if why.certain and not edge.certain else (edge.certain, edge.unknown)
    evidence = edge.evidence
    if len(evidence) < _MOST_EVIDENCE and not any(_same(e, why) for e in evidence):
        evidence = (*evidence, Evidence(why.text, why.place))
    return Edge(edge.kind, edge.source, edge.target, evidence, certain, unknown, facts)


def _same(evidence: Evidence, why: Why) -> bool:
    """Whether a piece of evidence is known: through an alias the same lines are met on several paths."""
    if evidence.text != why.text or evidence.place is None or why.place is None:
        return evidence.text == why.text and evidence.place is why.place
    return evidence.place.span == why.place.span and evidence.place.source is why.place.source


def identify(kind: ComponentKind, namespace: str, *names: str) -> str:
    """The id of a namespaced component."""
    return "/".join((kind.value, namespace or NO_NAMESPACE, *names))
