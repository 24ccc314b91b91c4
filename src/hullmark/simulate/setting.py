"""Everything a simulation starts from, as one value that can be changed and simulated again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from hullmark.model.component import Graph
from hullmark.model.rates import Rate
from hullmark.model.workload import PodSet
from hullmark.simulate.availability import Hits, hits
from hullmark.simulate.blast import Blast, blast
from hullmark.simulate.budgets import Promise
from hullmark.simulate.dependencies import Network
from hullmark.simulate.drain import Drain, drain
from hullmark.simulate.events import always
from hullmark.simulate.faults import UNUSED, WAITS, Failure, failures
from hullmark.simulate.pods import Fleet, Member
from hullmark.simulate.recovery import Start, timers
from hullmark.simulate.services import Need, Service, title
from hullmark.simulate.standing import Standing
from hullmark.simulate.topology import Topology

Asked = Callable[[Sequence[Failure], Standing, Sequence[Service]], Iterable[Failure]]
"""Which failures are simulated, of those that always are and whatever else there may be."""


class Course(NamedTuple):
    """What comes of a setting: its pods placed, each single failure (also by whom it hits), and the drain of each pool."""

    standing: Standing
    services: tuple[Service, ...]
    blasts: tuple[Blast, ...]
    drains: tuple[Drain, ...]
    hits: Hits


@dataclass(frozen=True)
class Setting:
    """What a simulation starts from.

    ``needs`` are by pod set and stay what they are when pods are added. ``spaces`` are the labels of
    namespaces, ``ties`` say who relies on whom. ``spared`` names services of others that nobody depends on alone,
    ``tuned`` training runs that save at the best interval.
    """

    topology: Topology
    fleet: Fleet
    promises: tuple[Promise, ...]
    starts: Mapping[Member, Start]
    needs: Mapping[PodSet, tuple[Need, ...]]
    graph: Graph
    ties: Network
    rates: Mapping[str, Rate]
    spaces: Mapping[str, Mapping[str, str]]
    spared: frozenset[str] = frozenset()
    tuned: frozenset[str] = frozenset()

    @property
    def services(self) -> tuple[Service, ...]:
        """The services of its members, each with its needs."""
        return tuple(Service(title(m), m, self.needs[m.podset]) for m in self.fleet.members if m.pods)

    def stand(self) -> Standing:
        """Its pods, placed before anything fails."""
        return Standing(self.topology, self.fleet, self.promises, self.spaces)

    def run(self, asked: Asked | None = None, standing: Standing | None = None) -> Course:
        """Let everything fail once and drain every pool, or let only what is ``asked`` for fail; its pods may ``stand`` already."""
        standing = standing or self.stand()
        known, clock = self.services, timers(self.topology.control_plane)
        plain = failures(self.topology, self.rates, self.graph, self.fleet.members)
        single = [self._told(failure, known) for failure in plain]
        every = asked(single, standing, known) if asked else (*single, *always(standing, self.rates, known))
        blasts = tuple(blast(standing, failure, known, clock, self.starts) for failure in every)
        drains = () if asked else tuple(drain(standing, pool, known) for pool in self.topology.pools)
        return Course(standing, known, blasts, drains, hits(blasts))

    def _told(self, failure: Failure, known: Sequence[Service]) -> Failure:
        """A failure of a third party with the users that the network tells."""
        if failure.kind != "third-party":
            return failure
        users = () if failure.name in self.spared else self.ties.users(failure.name)
        note = failure.note
        if note == UNUSED and (users or any(d for d in self.ties.dependencies if failure.name in d.targets)):
            note = WAITS if self.ties.waits.get(failure.name) and not users else ""
        return replace(failure, users=tuple(s.member for s in known if s.name in users), note=note)

    def changed(self, old: Member, new: Member, start: Start | None = None) -> Setting:
        """The same with one member in place of another, and perhaps another way to start."""
        members = tuple(new if member is old else member for member in self.fleet.members)
        starts = {new if m is old else m: s for m, s in self.starts.items()}
        if start is not None:
            starts[new] = start
        return replace(self, fleet=replace(self.fleet, members=members), starts=starts)

    def member(self, podset: PodSet) -> Member:
        """The member with the pods of a pod set."""
        return next(m for m in self.fleet.members if m.podset is podset)
