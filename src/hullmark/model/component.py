"""The component graph: what a system is made of and how the parts hang together, every claim with its evidence.

Ids are stable: they are made of kinds, namespaces and names, never of numbers that a new file would shift.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, Protocol

from hullmark.model.resource import Resource
from hullmark.model.workload import Evidence, PodSet, Workload
from hullmark.text.lazy import cached_property
from hullmark.text.source import Place


class ComponentKind(Enum):
    """What a component is."""

    WORKLOAD = "workload"
    SERVICE = "service"
    ROUTE = "route"
    DATA_STORE = "data-store"
    MODEL = "model"
    SECRET = "secret"  # noqa: S105 - a word, not a password
    CONFIG = "config"
    IDENTITY = "identity"
    MANAGED_SERVICE = "managed-service"
    EXTERNAL = "external"
    BOUNDARY = "trust-boundary"

    __hash__ = object.__hash__  # members are single; the inherited one is a call in Python for every look-up


class EdgeKind(Enum):
    """How one component relates to another; read as *source kind target*."""

    CALLS = "calls"
    ROUTES = "routes"
    LOADS_MODEL = "loads-model"
    READS = "reads"
    WRITES = "writes"
    MOUNTS = "mounts"
    TRAINS = "trains"
    EVALUATES = "evaluates"
    PROMOTES = "promotes"
    SERVES = "serves"
    DEPENDS_ON = "depends-on"
    RUNS_AS = "runs-as"
    MAY_REACH = "may-reach"

    __hash__ = object.__hash__


@dataclass(frozen=True, eq=False, slots=True)
class Component:
    """One part of the system.

    ``declared`` is false for what is only mentioned: nothing in the scan defines it. ``zone`` is the id of the trust
    boundary it lies in. A step of a pipeline and a service of a pipeline object are workloads of their own, with the
    whole as ``parent``. ``place`` is where it is declared, else where it is mentioned first.
    """

    id: str
    kind: ComponentKind
    label: str
    namespace: str = ""
    zone: str = ""
    place: Place | None = None
    resource: Resource | None = None
    workload: Workload | None = None
    podset: PodSet | None = None
    parent: str = ""
    declared: bool = True
    facts: Mapping[str, str] = field(default_factory=dict)

    def told(self, more: Mapping[str, str]) -> Component:
        """The same with more facts; `dataclasses.replace` takes five times as long, and graphs are told much."""
        return Component(
            self.id, self.kind, self.label, self.namespace, self.zone, self.place, self.resource, self.workload,
            self.podset, self.parent, self.declared, {**self.facts, **more},
        )  # fmt: skip


class Edge(NamedTuple):
    """One relation with what says so.

    ``certain`` is false for what is concluded rather than written; ``unknown`` says what could not be told about it.
    """

    kind: EdgeKind
    source: str
    target: str
    evidence: tuple[Evidence, ...]
    certain: bool = True
    unknown: str = ""
    facts: Mapping[str, str] = {}


class Power(NamedTuple):
    """What an identity may do that matters, in plain words.

    ``kind`` is the word to ask for (``read-secrets``, ``run-pods``, ``become-admin``…). ``namespace`` is where it
    holds, and empty if ``everywhere`` says so or the binding names none; ``names`` are the objects it is limited to,
    empty for all.
    """

    kind: str
    text: str
    namespace: str
    everywhere: bool
    names: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    unknown: str = ""


@dataclass(frozen=True, eq=False)
class Graph:
    """All components and edges of an architecture, with the look-ups that readers need."""

    components: tuple[Component, ...] = ()
    edges: tuple[Edge, ...] = ()
    powers: Mapping[str, tuple[Power, ...]] = field(default_factory=dict)
    """What each identity may do, by its id; an identity that may do nothing of note is not in it."""

    @cached_property
    def by_id(self) -> Mapping[str, Component]:
        """Components by id."""
        return {c.id: c for c in self.components}

    @cached_property
    def _out(self) -> Mapping[str, list[Edge]]:
        found: dict[str, list[Edge]] = {}
        for edge in self.edges:
            found.setdefault(edge.source, []).append(edge)
        return found

    @cached_property
    def _into(self) -> Mapping[str, list[Edge]]:
        found: dict[str, list[Edge]] = {}
        for edge in self.edges:
            found.setdefault(edge.target, []).append(edge)
        return found

    @cached_property
    def _of(self) -> Mapping[Resource | PodSet, Component]:
        """Later entries win, so that an object's own component comes before its parts."""
        parts: dict[Resource | PodSet, Component] = {c.podset: c for c in self.components if c.podset is not None}
        wholes: dict[Resource | PodSet, Component] = {
            c.resource: c for c in reversed(self.components) if c.resource is not None and not c.parent
        }
        for component in self.components:
            if component.workload is not None and not component.parent:
                wholes[component.workload.resource] = component
                wholes.update(dict.fromkeys(component.workload.podsets, component))
        return {**wholes, **parts}

    @cached_property
    def _parts(self) -> Mapping[str, int]:
        return Counter(c.parent for c in self.components if c.parent and c.kind is ComponentKind.WORKLOAD)

    def parts(self, component: str) -> int:
        """How many programs of their own a workload is made of: the steps of a pipeline, say; 0 if it is one itself."""
        return self._parts.get(component, 0)

    def of(self, thing: Resource | PodSet | Workload) -> Component | None:
        """The component that stands for an object, a workload or a pod set (the part, where it is one)."""
        return self._of.get(thing.resource if isinstance(thing, Workload) else thing)

    def out(self, component: str, *kinds: EdgeKind) -> Iterator[Edge]:
        """The edges that leave a component, of these kinds or all."""
        return (e for e in self._out.get(component, ()) if not kinds or e.kind in kinds)

    def into(self, component: str, *kinds: EdgeKind) -> Iterator[Edge]:
        """The edges that lead to a component, of these kinds or all."""
        return (e for e in self._into.get(component, ()) if not kinds or e.kind in kinds)

    def kinds(self, *kinds: ComponentKind) -> Iterator[Component]:
        """The components of these kinds, in order."""
        return (c for c in self.components if c.kind in kinds)


class Drawing(Protocol):
    """A graph that is drawn in two steps, each when it is first asked for."""

    @property
    def wiring(self) -> Graph:
        """How the parts hang together, without what network policies say unless that is known already."""

    @property
    def graph(self) -> Graph:
        """All of it."""


def together(graphs: tuple[Graph, ...]) -> Graph:
    """Several graphs as one; of components with one id the first is kept."""
    components: dict[str, Component] = {}
    edges: dict[tuple[EdgeKind, str, str], Edge] = {}
    powers: dict[str, tuple[Power, ...]] = {}
    for graph in graphs:
        for component in graph.components:
            components.setdefault(component.id, component)
        for edge in graph.edges:
            edges.setdefault((edge.kind, edge.source, edge.target), edge)
        powers = {**graph.powers, **powers}
    return Graph(tuple(components.values()), tuple(edges.values()), powers)
