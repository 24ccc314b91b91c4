"""What can be broken at the same time, and who stops then: the model that every estimator draws from.

A *part* is a single failure that was simulated. While it is broken it goes through *windows*: first all pods it takes are
away, later fewer. It works for 1/λ hours in the mean, then goes through its windows, then works again (an alternating
renewal process), so that it is in a window of h hours for the share λh / (1 + λT) of the time, T hours being all of
them. The *odds* of a window against a part that works are therefore λh, which makes other rates a matter of weights.

A *unit* is a service with one of its needs, or a third party. It is down while too few of its pods serve, or while
something it cannot do without is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from hullmark.model.rates import Rate
from hullmark.simulate.blast import Blast
from hullmark.simulate.dependencies import Network
from hullmark.simulate.faults import Failure
from hullmark.simulate.services import Service
from hullmark.simulate.slo import Promised
from hullmark.simulate.topology import ThirdParty, Topology

HOLDING = frozenset({"control-plane", "start-only"})
"""Kinds of failures that keep what stopped from coming back; they stop nobody but those that lead by a lease."""

Lost = tuple[tuple[int, int], ...]
"""The pods that are away: the index of a unit, and a bit for each of its pods."""


class Window(NamedTuple):
    """A stretch of hours while a part is broken, and who is away meanwhile."""

    hours: float
    lost: Lost


@dataclass(frozen=True)
class Part:
    """Something that fails ``per_hour`` times while it works.

    ``rate`` names what the rate is known by: parts of one rate are uncertain together. ``held`` are the pods that stay
    away as long as something holds up their return; ``holds`` are the units whose return this part holds up.
    """

    name: str
    group: str
    rate: str
    per_hour: float
    windows: tuple[Window, ...]
    held: Lost = ()
    holds: tuple[int, ...] = ()

    @property
    def hours(self) -> float:
        """How long it is broken at a time."""
        return math.fsum(window.hours for window in self.windows)

    @property
    def odds(self) -> float:
        """The odds of being broken: λT."""
        return self.per_hour * self.hours

    @property
    def share(self) -> float:
        """The share of time it is broken: λT / (1 + λT)."""
        return self.odds / (1 + self.odds)


class Unit(NamedTuple):
    """A service with a need of it (``label`` is the need's name), or a third party. ``away`` are pods that never serve."""

    name: str
    pods: int
    need: int
    away: int = 0
    label: str = ""


class Asked(NamedTuple):
    """Something whose availability is asked: all these units must be up, ``alone`` with whatever they depend on or not.

    With ``of``, the index of another entry, it is that entry's degradation: one of these is down, and the entry is up.
    """

    name: str
    units: tuple[int, ...]
    alone: bool = False
    of: int = -1


@dataclass(frozen=True)
class System:
    """All of it. ``needs`` are pairs of a unit and the units of which it needs one; ``rates`` are those of the parts."""

    units: tuple[Unit, ...]
    parts: tuple[Part, ...]
    needs: tuple[tuple[int, tuple[int, ...]], ...]
    asked: tuple[Asked, ...]
    rates: Mapping[str, Rate]
    uncounted: tuple[str, ...] = ()


def system(
    topology: Topology,
    blasts: Sequence[Blast],
    network: Network,
    services: Sequence[Service],
    unplaced: Mapping[str, Sequence[int]],
) -> System:
    """The model of what was simulated; ``unplaced`` are the pods that never run, by service.

    A failure whose rate or end is unknown is not in it, and named in ``uncounted``.
    """
    units, mine = _units(network, services, unplaced)
    needs = tuple(
        (index, tuple(mine[t][0] for t in targets))
        for name, indexes in mine.items()
        for targets in network.needed(name)
        if all(t in mine for t in targets)
        for index in indexes
    )
    parts, uncounted = _parts(topology, blasts, mine, network)
    asked = [Asked(unit.name, (index,)) for index, unit in enumerate(units) if unit.name not in network.outside]
    journeys = [
        Asked(t.journey.name, tuple(mine[name][0] for name in t.units if name in mine)) for t in network.journeys
    ]
    alone = [Asked(a.name, a.units, alone=True) for a in asked]
    main = [*asked, *journeys]
    soft = [Asked(a.name, lost, of=i) for i, a in enumerate(main) if (lost := _soft(a, units, network, mine))]
    rates = {b.failure.rate.name: b.failure.rate for b in blasts if b.failure.rate is not None}
    return System(tuple(units), tuple(parts), needs, (*main, *alone, *soft), rates, tuple(uncounted))


def _units(
    network: Network, services: Sequence[Service], unplaced: Mapping[str, Sequence[int]]
) -> tuple[list[Unit], dict[str, list[int]]]:
    """Services with their needs and third parties, and which of them have a name."""
    units = [
        Unit(s.name, s.pods, n.pods, sum(1 << i for i in unplaced.get(s.name, ())), n.name)
        for s in services
        if s.member.workload.lifetime == "service"
        for n in s.needs
    ]
    mine: dict[str, list[int]] = {}
    for index, unit in enumerate(units):
        mine.setdefault(unit.name, []).append(index)
    for name in network.outside:
        if name not in mine:
            mine[name] = [len(units)]
            units.append(Unit(name, 1, 1))
    return units, mine


def _soft(asked: Asked, units: Sequence[Unit], network: Network, mine: Mapping[str, Sequence[int]]) -> tuple[int, ...]:
    """What it goes on without, with less."""
    names = {units[unit].name for unit in asked.units}
    return tuple(
        mine[target][0]
        for dependency in network.dependencies
        if dependency.kind == "soft" and dependency.source in names
        for target in dependency.targets
        if target in mine
    )


def _parts(
    topology: Topology, blasts: Sequence[Blast], mine: Mapping[str, Sequence[int]], network: Network
) -> tuple[list[Part], list[str]]:
    parts: list[Part] = []
    uncounted: list[str] = []

    def held(failure: Failure, otherwise: tuple[int, ...]) -> tuple[int, ...]:
        who = network.waits.get(failure.name)
        return otherwise if who is None else tuple(unit for name in who for unit in mine.get(name, ()))

    outage = max((b.failure.repair or 0.0 for b in blasts if b.failure.kind in HOLDING), default=0.0)
    together = regional(topology.third_parties, mine)
    regions = {b.failure.name for b in blasts if b.failure.kind == "region"}
    for blast in blasts:
        failure = blast.failure
        if failure.rate is None or failure.repair is None:
            if blast.impacts:
                uncounted.append(f"{failure.kind} '{failure.name}'")
        elif failure.kind == "third-party":
            lost = tuple((unit, 1) for unit in mine.get(failure.name, ()))
            parts.append(_part(failure, failure.rate, (Window(failure.repair / 3600, lost),), held(failure, ())))
        elif failure.kind in HOLDING:
            everybody = tuple(sorted({unit for units in mine.values() for unit in units}))
            stops = tuple(_windows(blast, mine, 0.0, failure.repair, ()))
            windows = stops or (Window(failure.repair / 3600, ()),)
            parts.append(_part(failure, failure.rate, windows, held(failure, everybody)))
        else:
            also = together.get(failure.name, ()) if failure.kind == "region" else ()
            windows = tuple(_windows(blast, mine, outage, failure.repair, also))
            if windows:
                parts.append(_part(failure, failure.rate, windows))
    region = next((b.failure.rate for b in blasts if b.failure.kind == "region" and b.failure.rate), None)
    for name, lost in together.items():
        if name not in regions and region is not None and len(lost) > 1:
            window = Window(region.repair_hours, lost)
            group = "regions of third parties"
            parts.append(Part(f"region {name}", group, region.name, region.per_hour, (window,), lost))
    return [p for p in parts if p.odds > 0], uncounted


def spoken(failure: Failure) -> str:
    """How a failure is called as a part."""
    return f"{_SPOKEN.get(failure.kind, failure.kind)} {failure.name}"


def _part(failure: Failure, rate: Rate, windows: tuple[Window, ...], holds: tuple[int, ...] = ()) -> Part:
    return Part(spoken(failure), failure.group, rate.name, rate.per_hour, windows, _all(windows), holds)


_SPOKEN = {
    "third-party": "provider",
    "start-only": "provider",
    "control-plane": "control plane",
    "reclaim": "reclaim of",
    "crash": "crash of",
    "hang": "hang of",
}


def _all(windows: Iterable[Window]) -> Lost:
    found: dict[int, int] = {}
    for window in windows:
        for unit, pods in window.lost:
            found[unit] = found.get(unit, 0) | pods
    return tuple(found.items())


def _windows(
    blast: Blast, mine: Mapping[str, Sequence[int]], outage: float, repair: float, also: Lost
) -> Iterator[Window]:
    """The stretches between the moments at which somebody goes or comes back, and one more in which nobody is away.

    They end when the last pod serves, which may be long after the mending: it has its model to load then. In that last
    one, as long as an outage of what starts pods, the pods are away only if such an outage is going on: they were not
    back when it began.
    """
    gone = [
        (unit, 1 << pod, down, up)
        for impact in blast.impacts
        for pod, down, up in impact.absences
        for unit in mine.get(impact.service.name, ())
    ]
    gone += [(unit, pods, 0.0, repair) for unit, pods in also]
    moments = sorted({0.0, *(t for _, _, down, up in gone for t in (down, up))})
    for start, end in pairwise(moments):
        lost: dict[int, int] = {}
        for unit, pods, down, up in gone:
            if down <= start and up >= end:
                lost[unit] = lost.get(unit, 0) | pods
        yield Window((end - start) / 3600, tuple(lost.items()))
    rest = min(outage, repair - moments[-1])
    if gone and rest > 0:
        yield Window(rest / 3600, ())


def regional(parties: Sequence[ThirdParty], mine: Mapping[str, Sequence[int]]) -> dict[str, Lost]:
    """The third parties that go down with a region, by region."""
    found: dict[str, Lost] = {}
    for party in parties:
        if party.region:
            units = [u for name, us in mine.items() if party.name.lower() in name.lower() for u in us]
            found[party.region] = (*found.get(party.region, ()), *((unit, 1) for unit in units))
    return found


def is_journey(system: System, row: int) -> bool:
    """Whether what is asked is a journey rather than a service."""
    asked = system.asked[row]
    return len(asked.units) != 1 or system.units[asked.units[0]].name != asked.name


def objectives(system: System, network: Network) -> dict[int, Promised]:
    """Objectives by row: of journeys, and of services for the need that is said or else for one pod."""
    by_journey = {t.journey.name: t.journey.promised for t in network.journeys}
    found: dict[int, Promised] = {}
    seen: set[str] = set()
    for row, asked in enumerate(system.asked):
        if asked.alone or asked.of >= 0:
            continue
        promised = by_journey.get(asked.name) if is_journey(system, row) else None
        said = (network.said or {}).get(asked.name)
        if promised is None and said is not None and asked.name not in seen:
            promised = said.promised
        seen.add(asked.name)
        if promised is not None:
            found[row] = promised
    return found
