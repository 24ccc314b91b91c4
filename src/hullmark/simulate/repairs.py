"""What to change first: candidate repairs, each simulated again and ranked by what it saves for what it costs.

A repair changes what the simulation starts from; everything fails once more, and what services lose in a year is
compared under the same draws of the rates (common random numbers), so that the interval is that of the difference.
What is compared is first order: single failures, and the drains of upgrades.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hullmark.model.checkpoints import ettr
from hullmark.model.rates import HOURS_PER_YEAR, Rate
from hullmark.model.workload import PodSet
from hullmark.simulate.availability import DRAWS, Cause, causes, draws, together
from hullmark.simulate.candidates import Repair, candidates
from hullmark.simulate.drain import Drain
from hullmark.simulate.recovery import Speeds, started
from hullmark.simulate.services import Service
from hullmark.simulate.setting import Course, Setting
from hullmark.simulate.training import DAYS, expected

UPGRADES = 3
"""Times a year that every pool is drained, node by node: as often as Kubernetes has minor releases
(https://kubernetes.io/releases/release/). A service that a drain leaves short is taken to miss what it needs for as long
as one of its pods takes to start, once a drain: at least that."""

MINUTES = HOURS_PER_YEAR * 60

_WORK = 60_000_000
"""Nodes times pods times failures that are simulated for repairs (some 15 s); the most hurt services come first."""

_MOST, _STEPS = 200, 5
_WORTH = 1.0
"""Minutes a year, alone and for a point of cost, below which nothing is proposed."""


class Loss(NamedTuple):
    """What a service misses in a year, in minutes: by failures, and for certain (by drains, or for want of a place)."""

    failures: float
    certain: float

    @property
    def total(self) -> float:
        """Both."""
        return self.failures + self.certain


@dataclass(frozen=True)
class Ranked:
    """A repair and what it changes.

    ``saved`` are the minutes a year that services are no longer short of what they need, with ``low`` and ``high`` the
    95 % interval for what is not known of the rates; ``hours`` the accelerator-hours a month that become progress in
    training. ``freed`` counts the failures that no longer leave a service short by themselves.
    """

    repair: Repair
    saved: float
    low: float
    high: float
    hours: float
    freed: int

    @property
    def worth(self) -> float:
        """What it saves for a point of its cost: minutes a year, or accelerator-hours a month in training."""
        return (self.saved + self.hours) / self.repair.cost.points


class Step(NamedTuple):
    """A repair of the plan, and the minutes a year that all services together miss after it."""

    ranked: Ranked
    left: float


@dataclass(frozen=True)
class Plan:
    """What to change first.

    ``ranked`` are repairs by what each saves alone for what it costs; ``steps`` the best of them one after the other,
    each chosen with those before it made. ``lost`` are the minutes a year that all services together miss as they are,
    ``left_out`` candidates that were too many to be simulated.
    """

    ranked: tuple[Ranked, ...] = ()
    steps: tuple[Step, ...] = ()
    lost: float = 0.0
    left_out: int = 0


class _Tried(NamedTuple):
    setting: Setting
    course: Course
    losses: Mapping[PodSet, Loss]
    total: float
    hours: float


def plan(setting: Setting, course: Course) -> Plan:
    """Rank what could be changed, and put the best together."""
    base = _tried(setting, course)
    room = _room(course)
    found = _first(base)
    ranked = tuple(_ranking(base, found[:room]))
    return Plan(ranked, tuple(_steps(base, ranked, room)), base.total, len(found[room:]))


def _first(tried: _Tried) -> list[Repair]:
    """The candidates, those of the services that lose most first."""
    lost = {s.name: tried.losses[s.member.podset].total for s in tried.course.services if _lasts(s)}
    return sorted(candidates(tried.setting, tried.course), key=lambda repair: -lost.get(repair.subject, 0.0))


def _steps(base: _Tried, ranked: Sequence[Ranked], room: int) -> Iterator[Step]:
    """The best repair, then the best of those that are left or come up once it is made, and so on."""
    useless = {_key(r) for r in _first(base)} - {_key(one.repair) for one in ranked[: 2 * _STEPS]}
    now = base
    for number in range(_STEPS):
        left = [r for r in _first(now) if _key(r) not in useless][: room // _STEPS]
        best = ranked[0] if number == 0 and ranked else next(_ranking(now, left), None)
        if best is None or best.worth < _WORTH:
            return
        now = _tried(best.repair.change(now.setting))
        yield Step(best, now.total)


def _key(repair: Repair) -> tuple[str, str]:
    return repair.kind, repair.subject


def _room(course: Course) -> int:
    """How many candidates there is time for."""
    work = course.standing.cluster.size * len(course.standing.fleet.pods) * max(len(course.blasts), 1)
    return min(_WORK // max(work, 1), _MOST)


def _tried(setting: Setting, course: Course | None = None) -> _Tried:
    ran = setting.run() if course is None else course
    losses = {s.member.podset: _loss(setting, ran, s) for s in ran.services if _lasts(s)}
    return _Tried(setting, ran, losses, math.fsum(loss.total for loss in losses.values()), _progress(setting, ran))


def _progress(setting: Setting, course: Course) -> float:
    """The accelerator-hours a month that are progress in training."""
    total = 0.0
    for run, facts, _ in expected(course.standing, course.services, course.blasts, setting.starts, []):
        share = run.progress if run.name in setting.tuned else run.progress_as_written
        if not run.saves and run.restart is not None and run.name not in setting.tuned:
            share = ettr((facts.days or DAYS) * 24, 0.0, run.restart, run.between)
        total += run.devices * 720 * (share or 0.0)
    return total


def _lasts(service: Service) -> bool:
    return service.member.workload.lifetime == "service"


def _loss(setting: Setting, course: Course, service: Service) -> Loss:
    if _stuck(course, service):
        return Loss(0.0, MINUTES)
    counted = causes(service, 0, course.hits)
    share = together(counted, {c.rate.name: c.rate.per_hour for c in counted}) if counted else 0.0
    return Loss(share * MINUTES, _drained(setting, course.drains, service))


def _stuck(course: Course, service: Service) -> bool:
    """Whether it has too few pods before anything fails."""
    return course.standing.serving(service.member) < service.needs[0].pods


def _drained(setting: Setting, drains: Sequence[Drain], service: Service) -> float:
    bandwidth = setting.topology.bandwidth
    start = started(setting.starts[service.member], Speeds(bandwidth.registry, bandwidth.models, bandwidth.shared))
    first = service.needs[0].name
    hit = sum(service.name in d.blocked or any(s is service and n == first for s, n, _ in d.short) for d in drains)
    return UPGRADES * hit * max(start.total, 1.0) / 60


def _ranking(base: _Tried, found: Sequence[Repair]) -> Iterator[Ranked]:
    """Repairs that save something, the best first."""
    tried = [(repair, _tried(repair.change(base.setting))) for repair in found]
    ranked = [r for r in (_compared(base, after, repair) for repair, after in tried) if r.saved + r.hours >= _WORTH]
    yield from sorted(ranked, key=lambda r: (-r.worth, -r.saved, r.repair.subject, r.repair.kind))


def _compared(base: _Tried, after: _Tried, repair: Repair) -> Ranked:
    low, high = _interval(base, after)
    freed = _single(base) - _single(after)
    return Ranked(repair, base.total - after.total, low, high, after.hours - base.hours, freed)


def _single(tried: _Tried) -> int:
    return sum(i.times[0] > 0 for b in tried.course.blasts for i in b.impacts if _lasts(i.service))


def _interval(base: _Tried, after: _Tried) -> tuple[float, float]:
    """Where 95 % of the draws of the rates put what is saved."""
    fixed = math.fsum(
        tried.losses[podset].certain * sign for tried, sign in ((base, 1), (after, -1)) for podset in tried.losses
    )
    pairs = []
    for old in base.course.services:
        if _lasts(old):
            new = next(s for s in after.course.services if s.member.podset is old.member.podset)
            pair = _causes(base.course, old), _causes(after.course, new)
            if pair[0] != pair[1]:
                pairs.append(pair)
    rates = {c.rate.name: c.rate for pair in pairs for counted in pair for c in counted}
    if not rates:
        return fixed, fixed
    saved = []
    for values in _drawn(rates):
        lost = math.fsum(together(old, values) - together(new, values) for old, new in pairs)
        saved.append(fixed + lost * MINUTES)
    saved.sort()
    return saved[round(_DRAWN * 0.025)], saved[round(_DRAWN * 0.975) - 1]


def _causes(course: Course, service: Service) -> Counter[Cause]:
    return Counter() if _stuck(course, service) else causes(service, 0, course.hits)


_DRAWN = DRAWS // 4
"""Draws for a difference: its interval is narrower than those of what is compared, and is printed in two digits."""


def _drawn(rates: Mapping[str, Rate]) -> Iterator[dict[str, float]]:
    names = sorted(rates)
    for values in zip(*(draws(rates[name])[:_DRAWN] for name in names), strict=True):
        yield dict(zip(names, values, strict=True))
