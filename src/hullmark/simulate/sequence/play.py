"""Plays years event by event and says what they show of each service and journey."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hullmark.model.errors import HullmarkError
from hullmark.model.rates import HOURS_PER_YEAR
from hullmark.simulate.blast import Blast
from hullmark.simulate.dependencies import Network
from hullmark.simulate.overlap.answers import Answer, Interval, Notice, Overlaps
from hullmark.simulate.overlap.system import System, is_journey, objectives
from hullmark.simulate.pods import Member
from hullmark.simulate.recovery import Start, timers
from hullmark.simulate.sequence.answers import Chronicle, Months, Record
from hullmark.simulate.sequence.bounds import difference, mean_of, proportion
from hullmark.simulate.sequence.hazards import SPREAD, hazards, history
from hullmark.simulate.sequence.spells import Spells
from hullmark.simulate.sequence.sweep import Sweep
from hullmark.simulate.sequence.tally import Tally
from hullmark.simulate.sequence.world import World
from hullmark.simulate.standing import Standing

STRETCH = 10.0
"""Years that are played one after the other; then everything works again and random numbers are others."""

MOST_WORK = 100_000_000
"""How much is done at most (`hullmark.simulate.sequence.world.World.work`): a minute or two of one core."""

MOST_FAILURES = 100_000
"""Failures a year that are followed at most: those of some thirty thousand nodes."""

YEAR = HOURS_PER_YEAR * 3600


class Stage(NamedTuple):
    """What is played on: a standing fleet, what single failures do to it, and who relies on whom."""

    standing: Standing
    starts: Mapping[Member, Start]
    blasts: Sequence[Blast]
    network: Network
    system: System


class Play(NamedTuple):
    """How it is played: so many ``years``, with times to mend that ``spread`` (`hullmark.simulate.sequence.hazards`)."""

    years: float
    seed: int = 0
    notice: Notice | None = None
    spread: float = SPREAD
    most: int = MOST_WORK


def play(stage: Stage, how: Play, overlaps: Overlaps | None = None) -> Chronicle:
    """What years event by event show; what ``overlaps`` estimate stands beside it.

    Raises:
        HullmarkError: so much fails that nobody could follow it.
    """
    scene = _Scene(stage, how)
    for number, years in enumerate(_stretches(how.years)):
        scene.stretch(years * YEAR, f"{how.seed} {number}")
        if how.notice is not None:
            how.notice(round(scene.seconds / YEAR), round(how.years))
        if scene.world.spent:
            break
    return scene.chronicle(overlaps)


def _stretches(years: float) -> Iterator[float]:
    whole, rest = divmod(years, STRETCH)
    yield from (STRETCH for _ in range(int(whole)))
    if rest:
        yield rest


class _Scene:
    """Everything that lasts from stretch to stretch."""

    def __init__(self, stage: Stage, how: Play) -> None:
        standing = stage.standing
        self.stage, self.how = stage, how
        self.world = World(standing, timers(standing.topology.control_plane), stage.starts)
        self.world.most = how.most
        self.spells = Spells(self.world)
        self.hazards = hazards(stage.blasts, stage.network, standing.topology.third_parties, stage.system)
        if (yearly := HOURS_PER_YEAR * math.fsum(hazard.often for hazard in self.hazards)) > MOST_FAILURES:
            hint = "correct the rates, or leave '--years' out"
            raise HullmarkError(f"{yearly:.3g} failures a year are too many to follow one by one", hint)
        self.sweep = Sweep(stage.system, {pod: self.world.names[standing.member[pod]] for pod in standing.body})
        promised = objectives(stage.system, stage.network)
        self.tallies = [Tally(promised.get(row)) for row in self.sweep.rows]
        self.seconds, self.failures, self.begun, self.crowded = 0.0, 0, 0, 0

    def stretch(self, seconds: float, seed: str) -> None:
        """Play one stretch and count what is seen in it."""
        outages = history(self.hazards, seconds, seed, self.how.spread)
        course = self.spells.course(outages)
        end = min(seconds, course.end)
        together, apart = (self.sweep.spans(some, outages, end) for some in (course.together, course.apart))
        for tally, one, other in zip(self.tallies, together, apart, strict=True):
            tally.add(one, other, course, end)
        self.seconds += end
        self.failures += sum(outage.start < end for outage in outages)
        self.begun += sum(start < end for start, _ in course.spells)
        self.crowded += sum(start < end for start in course.crowded)

    def chronicle(self, overlaps: Overlaps | None) -> Chronicle:
        """What all stretches together show."""
        known = {(a.name, a.need): a for a in overlaps.answers} if overlaps is not None else {}
        records = tuple(
            self._record(position, known.get(self._called(self.sweep.rows[position])))
            for position in range(len(self.tallies))
        )
        years = self.seconds / YEAR
        return Chronicle(records, years, self.how.years, self.how.seed, self.failures, self.begun, self.crowded)

    def _called(self, row: int) -> tuple[str, str]:
        asked, system = self.stage.system.asked[row], self.stage.system
        return asked.name, "" if is_journey(system, row) else system.units[asked.units[0]].label

    def _record(self, position: int, answer: Answer | None) -> Record:
        row, tally, seconds = self.sweep.rows[position], self.tallies[position], self.seconds
        longest = 3600 * max((hazard.hours for hazard in self.hazards), default=0.0)
        change = difference(tally.more, tally.less, longest)
        sizes = mean_of(tally.sizes)
        outages, years = tally.sizes.count, seconds / YEAR
        name, need = self._called(row)
        return Record(
            name,
            need,
            is_journey(self.stage.system, row),
            position in self.sweep.never,
            outages,
            tally.lost.total / seconds if outages else None,
            _scaled(tally.lost.interval(longest), seconds),
            outages / years if outages else None,
            _scaled(tally.begun.interval(1.0), years),
            tally.sizes.total / outages / 60 if outages else None,
            None if sizes is None else _scaled(sizes, 60.0),
            tally.apart / seconds,
            (tally.more.total - tally.less.total) / seconds,
            _scaled(change, seconds),
            tally.more.count + tally.less.count,
            None if answer is None else answer.unavailability,
            _months(tally, answer),
        )


def _scaled(interval: Interval, unit: float) -> Interval:
    return Interval(interval.low / unit, interval.high / unit)


def _months(tally: Tally, answer: Answer | None) -> Months | None:
    promised, used, count = tally.promised, sorted(tally.used), tally.windows
    if promised is None or not count:
        return None
    budget, quiet = promised.budget, count - len(used)
    kept = quiet + bisect_right(used, budget)
    late = math.ceil(0.95 * count) - 1 - quiet
    computed = answer.verdict.chance if answer is not None and answer.verdict is not None else None
    return Months(
        promised.target,
        promised.window,
        budget,
        count,
        kept,
        proportion(kept, count),
        count - tally.missed_apart,
        math.fsum(used) / count / budget,
        used[late] / budget if late >= 0 else 0.0,
        computed,
    )
