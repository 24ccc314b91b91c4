"""What can fail in a simulation event by event, and when it does: renewal processes, each with random numbers of its own.

A hazard works for an exponential time and is then broken for a lognormal one. Its random numbers depend on seed, stretch
and its own name alone, so that two variants of a system see the same failures wherever they have the same hazards (common
random numbers).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from hullmark.simulate.blast import Blast
from hullmark.simulate.dependencies import Network
from hullmark.simulate.faults import Failure
from hullmark.simulate.overlap.system import HOLDING, System, regional, spoken
from hullmark.simulate.topology import ThirdParty

SPREAD = 1.0
"""The standard deviation of the logarithm of times to mend, whose mean stays what the rate says: assumed. Two of three
then take between a quarter and one and two thirds of the mean."""


CONTROL = "the control plane"
"""The name under which outages of the control plane, during which nothing is decided, are kept."""


@dataclass(frozen=True, eq=False)
class Hazard:
    """Something that fails ``per_hour`` times while it works, and takes so many hours to mend in the mean.

    ``notice`` are those of them that do not vary, from its announcement to the failure. ``failure`` is what it takes from
    the cluster, if anything; ``lost`` are units that are down meanwhile (third parties), ``holds`` the names of services
    whose pods do not come back meanwhile.
    """

    name: str
    per_hour: float
    hours: float
    failure: Failure | None = None
    lost: tuple[int, ...] = ()
    holds: frozenset[str] = frozenset()
    notice: float = 0.0

    @property
    def often(self) -> float:
        """How many times an hour it fails in the long run, the time counted in which it is being mended."""
        return 1 / (1 / self.per_hour + self.hours)

    @property
    def held(self) -> frozenset[str]:
        """Who is held up: services, and the control plane itself (`CONTROL`)."""
        alone = self.failure is not None and self.failure.kind == "control-plane"
        return self.holds | {CONTROL} if alone else self.holds

    @property
    def takes(self) -> bool:
        """Whether pods or their room are lost while it is broken."""
        return self.failure is not None and bool(self.failure.nodes or self.failure.pods)


class Outage(NamedTuple):
    """A hazard that is broken, in seconds since the stretch began."""

    start: float
    end: float
    hazard: Hazard


class Coming:
    """Outages that are still to come, in their order."""

    def __init__(self, outages: Sequence[Outage] = (), at: int = 0) -> None:
        self._outages, self.at = outages, at

    @property
    def time(self) -> float:
        """When the next one begins."""
        return self._outages[self.at].start if self.at < len(self._outages) else math.inf

    def next(self) -> Outage:
        """The next one, which has come by that."""
        self.at += 1
        return self._outages[self.at - 1]


def hazards(blasts: Sequence[Blast], network: Network, parties: Sequence[ThirdParty], system: System) -> list[Hazard]:
    """Everything simulated that fails at a known rate and is mended in a known time."""
    mine: dict[str, list[int]] = {}
    for index, unit in enumerate(system.units):
        mine.setdefault(unit.name, []).append(index)
    shared = {region: tuple(unit for unit, _ in lost) for region, lost in regional(parties, mine).items()}
    every = frozenset(network.services)
    found = []
    for blast in blasts:
        failure, rate = blast.failure, blast.failure.rate
        if rate is None or not rate.per_hour or not rate.repair_hours:
            continue
        held = every if failure.kind in HOLDING else frozenset[str]()
        held = frozenset(network.waits[failure.name]) if failure.name in network.waits else held
        lost = tuple(mine.get(failure.name, ())) if failure.kind == "third-party" else ()
        lost = shared.pop(failure.name, ()) if failure.kind == "region" else lost
        holds = held if failure.kind in {*HOLDING, "third-party"} else frozenset[str]()
        notice = failure.notice / 3600
        hours = notice + rate.repair_hours
        found.append(Hazard(spoken(failure), rate.per_hour, hours, failure, lost, holds, notice))
    return [*found, *_elsewhere(blasts, shared)]


def _elsewhere(blasts: Sequence[Blast], shared: Mapping[str, tuple[int, ...]]) -> Iterator[Hazard]:
    """Regions of third parties in which nothing of one's own runs."""
    rate = next((b.failure.rate for b in blasts if b.failure.kind == "region" and b.failure.rate), None)
    for name, lost in shared.items():
        if rate is not None and len(lost) > 1:
            yield Hazard(f"region {name}", rate.per_hour, rate.repair_hours, lost=lost)


def history(known: Iterable[Hazard], seconds: float, seed: str, spread: float = SPREAD) -> list[Outage]:
    """All outages that begin within a stretch in which everything works at first, in the order of their beginnings."""
    found = []
    for hazard in known:
        random = Random(f"{seed} {hazard.name}")  # noqa: S311 - repeatable
        time = random.expovariate(hazard.per_hour) * 3600
        while time < seconds:
            end = time + mending(hazard, random, spread)
            found.append(Outage(time, end, hazard))
            time = end + random.expovariate(hazard.per_hour) * 3600
    return sorted(found, key=lambda outage: outage.start)


def mending(hazard: Hazard, random: Random, spread: float) -> float:
    """Seconds until it works again: lognormal with its mean, after its notice; always the mean without ``spread``."""
    if not spread:
        return hazard.hours * 3600
    mean = hazard.hours - hazard.notice
    return 3600 * (hazard.notice + random.lognormvariate(math.log(mean) - spread**2 / 2, spread))


class Calm:
    """When pods can come back: not while the control plane, or what they start from, is down."""

    def __init__(self, outages: Iterable[Outage] = ()) -> None:
        self._starts: dict[str, list[float]] = {}
        self._ends: dict[str, list[float]] = {}
        for outage in outages:
            for name in outage.hazard.held:
                starts, ends = self._starts.setdefault(name, []), self._ends.setdefault(name, [])
                if ends and outage.start <= ends[-1]:
                    ends[-1] = max(ends[-1], outage.end)
                else:
                    starts.append(outage.start)
                    ends.append(outage.end)

    def after(self, name: str, time: float) -> float:
        """The first moment from ``time`` on at which nothing holds up the pods of a service."""
        starts = self._starts.get(name)
        if not starts:
            return time
        at = bisect_right(starts, time) - 1
        return max(time, self._ends[name][at]) if at >= 0 else time

    def back(self, name: str, sent: float, up: float) -> float:
        """When a pod serves that was to start at ``sent`` and to serve at ``up``."""
        begun = self.after(name, sent)
        return self.after(name, begun + up - sent)
