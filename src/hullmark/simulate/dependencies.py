"""Which service needs which: calls of the component graph, and what an ``slo.yaml`` says instead.

A call is *hard* until somebody says otherwise: no configuration tells whether a program survives the loss of what it
calls. Two exceptions follow `hullmark.simulate.faults`: a workload that calls several model APIs is taken to do with one
of them, and telemetry stops nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from hullmark.graph.components.hosts import HUB, LLM, TELEMETRY
from hullmark.model.component import Component, ComponentKind, EdgeKind, Graph
from hullmark.model.errors import HullmarkError, suggestion
from hullmark.simulate.services import Service, spoken
from hullmark.simulate.slo import Journey, Kind, Promised, Relied, Said, Slo
from hullmark.simulate.topology import Objective, ThirdParty
from hullmark.text.source import Place

_HARMLESS = frozenset({"", TELEMETRY, HUB, "cluster API"})
"""Categories of services of others that nobody stops without, or whose loss is a failure of its own."""


class Dependency(NamedTuple):
    """Unit ``source`` relies on ``targets`` (several only for *one_of*); ``declared`` says whether a file says so."""

    source: str
    kind: Kind
    targets: tuple[str, ...]
    declared: bool = False
    capacity: float = 1.0


class Through(NamedTuple):
    """A journey with the names of the units on its path."""

    journey: Journey
    units: tuple[str, ...]


@dataclass(frozen=True)
class Network:
    """Who relies on whom. Units are services by their titles, and third parties by the names of their failures.

    ``said`` is what the file says of a service, by its title; ``waits`` are the services whose pods cannot start while a
    third party is down, by its name (those it does not hold are all or none, by its kind).
    """

    services: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    journeys: tuple[Through, ...] = ()
    said: Mapping[str, Said] | None = None
    waits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def _by_source(self) -> Mapping[str, list[Dependency]]:
        found: dict[str, list[Dependency]] = {}
        for dependency in self.dependencies:
            if dependency.kind in ("hard", "one_of"):
                found.setdefault(dependency.source, []).append(dependency)
        return found

    @cached_property
    def _by_target(self) -> Mapping[str, list[Dependency]]:
        found: dict[str, list[Dependency]] = {}
        for dependencies in self._by_source.values():
            for dependency in dependencies:
                for target in dependency.targets:
                    found.setdefault(target, []).append(dependency)
        return found

    def needed(self, source: str) -> Iterator[tuple[str, ...]]:
        """What a unit cannot do without: sets of units of which one must work."""
        return (dependency.targets for dependency in self._by_source.get(source, ()))

    def users(self, target: str) -> tuple[str, ...]:
        """The units that stop without a unit directly."""
        return tuple(d.source for d in self._by_target.get(target, ()) if d.kind == "hard")

    def broken(self, lost: Collection[str]) -> tuple[Journey, ...]:
        """The journeys that do not work when these units do not."""
        gone = self.down(lost)
        return tuple(through.journey for through in self.journeys if gone.intersection(through.units))

    def down(self, lost: Collection[str]) -> frozenset[str]:
        """All that stops when these units do, down every chain; of a circle nobody stops unless something outside it does."""
        found, waiting = set(lost), list(lost)
        while waiting:
            for dependency in self._by_target.get(waiting.pop(), ()):
                if dependency.source not in found and all(target in found for target in dependency.targets):
                    found.add(dependency.source)
                    waiting.append(dependency.source)
        return frozenset(found)


def network(
    slo: Slo,
    known: Sequence[Service],
    graph: Graph,
    parties: Sequence[ThirdParty],
    objectives: Sequence[Objective] = (),
) -> Network:
    """The network of these services; ``objectives`` hold for services and journeys of which the file says none.

    Raises:
        HullmarkError: a name means no service or several, or services need each other by declaration.
    """
    naming = _Naming(known, graph, parties)
    said = _said(slo, naming)
    promised = dict(_promised(objectives, said, slo, naming))
    declared = [d for title, one in said.items() for d in _declared(title, one, naming)]
    _refuse_circles(declared, [r for one in said.values() for r in one.relies])
    spoken = {(d.source, target) for d in declared for target in d.targets}
    derived = [d for service in known for d in _derived(service, naming) if (d.source, d.targets[0]) not in spoken]
    merged = [*declared, *_grouped(derived, naming)]
    journeys = tuple(
        Through(
            replace(j, promised=j.promised or promised.get(j.name)),
            tuple(naming.service(*each) for each in zip(j.path, j.places, strict=True)),
        )
        for j in slo.journeys
    )
    seen = [f"{id_} {label}".lower() for id_, label in naming.outside.items()]
    unseen = (p.name for p in parties if not any(p.name.lower() in text for text in seen))
    outside = dict.fromkeys([*naming.outside.values(), *unseen])
    waits = dict(_waits(known, declared, naming))
    return Network(tuple(s.name for s in known), tuple(outside), tuple(merged), journeys, said, waits)


def _waits(
    known: Sequence[Service], declared: Sequence[Dependency], naming: _Naming
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Who waits for each hub or declared third party: those who load a model that is kept there, and who says so."""
    found: dict[str, dict[str, None]] = {label: {} for label in naming.hubs.values()}
    for dependency in declared:
        if dependency.kind == "start_only":
            found.setdefault(dependency.targets[0], {})[dependency.source] = None
    graph = naming.graph
    for service in known:
        for component in filter(None, {graph.of(service.member.podset), graph.of(service.member.workload)}):
            for model in graph.out(component.id, EdgeKind.LOADS_MODEL):
                for edge in graph.out(model.target, EdgeKind.DEPENDS_ON):
                    if edge.target in naming.hubs:
                        found[naming.hubs[edge.target]][service.name] = None
    for name, services in found.items():
        yield name, tuple(services)


class _Naming:
    """What names mean."""

    def __init__(self, known: Sequence[Service], graph: Graph, parties: Sequence[ThirdParty]) -> None:
        self.graph, self.parties = graph, parties
        self.names: dict[str, dict[str, None]] = {}
        self.plain: list[str] = []
        self.titles = {service.name for service in known}
        self.component: dict[str, list[str]] = {}
        for service in known:
            for name in spoken(service.member):
                self.names.setdefault(name, {})[service.name] = None
            self.plain.append(service.member.workload.name)
            component = graph.of(service.member.workload)
            if component is not None:
                self.component.setdefault(component.id, []).append(service.name)
        self.apis: set[str] = set()
        self.hubs = {c.id: c.label for c in graph.kinds(ComponentKind.EXTERNAL) if c.facts.get("category") == HUB}
        self.outside = dict(self._outside())

    def _outside(self) -> Iterator[tuple[str, str]]:
        """Third parties of the graph, component by component, by the names of their failures."""
        for component in self.graph.kinds(ComponentKind.EXTERNAL, ComponentKind.MANAGED_SERVICE):
            own = next((p for p in self.parties if p.name.lower() in f"{component.id} {component.label}".lower()), None)
            if own is None and component.facts.get("category", "") in _HARMLESS:
                continue
            if component.facts.get("category") == HUB:
                continue
            if component.facts.get("category") == LLM:
                self.apis.add(component.label)
            yield component.id, component.label

    def service(self, name: str, place: Place) -> str:
        """The title of the only service of a name."""
        found = tuple(self.names.get(name, ()))
        if len(found) == 1:
            return found[0]
        if found:
            raise HullmarkError(f"'{name}' is the name of several services", f"write one of {', '.join(found)}", place)
        hint = suggestion(name, self.plain) if self.plain else "no service was found in the scan"
        raise HullmarkError(f"there is no service '{name}'", hint, place)

    def target(self, name: str, place: Place) -> str:
        """The unit a dependency names: a service, or a third party by its name or host."""
        if name in self.names:
            return self.service(name, place)
        everything = {**self.outside, **self.hubs}
        labels = {label for id_, label in everything.items() if name.lower() in f"{id_} {label}".lower()}
        if len(labels) == 1:
            return labels.pop()
        if len(labels) > 1:
            raise HullmarkError(
                f"'{name}' means several third parties", f"write one of {', '.join(sorted(labels))}", place
            )
        if any(party.name == name for party in self.parties):
            return name
        words = [*self.plain, *self.outside.values(), *(p.name for p in self.parties)]
        hint = suggestion(name, words) if words else "declare it under 'third_parties'"
        raise HullmarkError(f"there is no service or third party '{name}'", hint, place)

    def behind(self, component: Component) -> Iterator[str]:
        """The units that a called component stands for."""
        if component.id in self.outside:
            yield self.outside[component.id]
        yield from self.component.get(component.id, ())
        if component.kind in (ComponentKind.SERVICE, ComponentKind.ROUTE):
            for edge in self.graph.out(component.id, EdgeKind.ROUTES):
                yield from self.component.get(edge.target, ())


def _said(slo: Slo, naming: _Naming) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for one in slo.services:
        other = found.setdefault(naming.service(one.name, one.place), one)
        if other is not one:
            raise HullmarkError(f"'{other.name}' and '{one.name}' are one service", "say all of it once", one.place)
    return found


def _promised(
    objectives: Sequence[Objective], said: dict[str, Said], slo: Slo, naming: _Naming
) -> Iterator[tuple[str, Promised]]:
    """What the topology promises of journeys; what it promises of services is added to what is said of them."""
    journeys = {journey.name for journey in slo.journeys}
    for objective in objectives:
        promise = Promised(objective.target, objective.window, objective.place)
        if objective.journey in journeys:
            yield objective.journey, promise
            continue
        title = naming.service(objective.journey, objective.place)
        one = said.get(title) or Said(objective.journey, None, None, share=False, relies=(), place=objective.place)
        said[title] = replace(one, promised=one.promised or promise)


def _declared(title: str, said: Said, naming: _Naming) -> Iterator[Dependency]:
    kinds: dict[str, Kind] = {}
    for relied in said.relies:
        targets = tuple(naming.target(name, relied.place) for name in relied.names)
        for name, target in zip(relied.names, targets, strict=True):
            if relied.kind != "start_only" and kinds.setdefault(target, relied.kind) != relied.kind:
                text = f"'{said.name}' has '{name}' as '{kinds[target]}' and as '{relied.kind}'"
                raise HullmarkError(text, "leave one of them out", relied.place)
        if title in targets:
            raise HullmarkError(f"'{said.name}' needs itself", "name what it calls", relied.place)
        if relied.kind == "start_only" and targets[0] in naming.titles:
            text = f"'{relied.names[0]}' is a service of the scan, and only third parties can be 'start_only'"
            raise HullmarkError(text, "say 'hard' or 'soft'", relied.place)
        yield Dependency(title, relied.kind, targets, declared=True, capacity=relied.capacity)


def _refuse_circles(declared: Sequence[Dependency], relies: Sequence[Relied]) -> None:
    """Hard dependencies that come back to where they begin would stop or stand for ever together: a mistake."""
    hard: dict[str, list[tuple[str, Place]]] = {}
    for dependency, relied in zip(declared, relies, strict=True):
        if dependency.kind == "hard":
            hard.setdefault(dependency.source, []).append((dependency.targets[0], relied.place))
    done: set[str] = set()
    for start, first in hard.items():
        path, stack = [start], [iter(first)]
        while stack:
            found = next(stack[-1], None)
            if found is None:
                stack.pop()
                done.add(path.pop())
            elif found[0] in path:
                circle = " → ".join([*path[path.index(found[0]) :], found[0]])
                hint = "one of them starts first: make the other way round 'start_only', 'soft' or 'ignores'"
                raise HullmarkError(f"hard dependencies go in a circle: {circle}", hint, found[1])
            elif found[0] not in done:
                path.append(found[0])
                stack.append(iter(hard.get(found[0], ())))


def _derived(service: Service, naming: _Naming) -> Iterator[Dependency]:
    """What a service is seen to call."""
    podset = service.member.podset
    components = dict.fromkeys(filter(None, (naming.graph.of(podset), naming.graph.of(podset.workload))))
    found: dict[str, None] = {}
    for component in components:
        for edge in naming.graph.out(component.id, EdgeKind.CALLS):
            target = naming.graph.by_id.get(edge.target)
            found.update(dict.fromkeys(naming.behind(target) if target is not None else ()))
    for name in found:
        if name != service.name:
            yield Dependency(service.name, "hard", (name,))


def _grouped(derived: Iterable[Dependency], naming: _Naming) -> Iterator[Dependency]:
    """The same with the model APIs of one caller as alternatives."""
    apis: dict[str, list[str]] = {}
    for dependency in derived:
        if dependency.targets[0] in naming.apis:
            apis.setdefault(dependency.source, []).append(dependency.targets[0])
        else:
            yield dependency
    for source, names in apis.items():
        yield Dependency(source, "hard" if len(names) == 1 else "one_of", tuple(names))
