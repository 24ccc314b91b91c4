"""The steady-state availability of each service against independent single failures, in closed form.

A failure that happens λ times an hour and leaves a service short for τ hours makes it unavailable for the share
q = λτ / (1 + λτ) of the time (an alternating renewal process: up 1/λ, down τ in the mean). Independent failures in
series give A = Π(1 - q). Failures that overlap are left out, so services that survive every single failure have no
number here. Sources: B. Treynor and others, "The Calculus of Service Availability"
(https://queue.acm.org/detail.cfm?id=3096459), and AWS, "Availability and Beyond"
(https://docs.aws.amazon.com/whitepapers/latest/availability-and-beyond-improving-resilience/availability-and-beyond-improving-resilience.html).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import NamedTuple

from hullmark.model.rates import HOURS_PER_YEAR, Rate
from hullmark.simulate.blast import Blast, Impact
from hullmark.simulate.faults import Failure
from hullmark.simulate.pods import Member
from hullmark.simulate.services import Need, Service
from hullmark.simulate.standing import SEED

Hits = Mapping[Member, Sequence[tuple[Failure, Impact]]]
"""What failures do to the pods of each pod set."""

DRAWS = 2_000
"""Draws of the rates for the interval; its ends are then off by less than a tenth of its width."""


class Share(NamedTuple):
    """What one kind of failure adds: the share of time, its part of the whole, failures a year, and the rate's kind."""

    group: str
    unavailability: float
    part: float
    per_year: float
    kind: str


@dataclass(frozen=True)
class Availability:
    """How much of the time a service has what it needs, as far as single failures of infrastructure decide.

    ``unavailability`` is None where no single failure leaves it short. ``low`` and ``high`` are the 95 % interval of
    what is not known of the rates; rates that nobody gives an interval for are taken as they are (``fixed``).
    ``unbounded`` are failures whose end or rate is not known, which are not counted. ``lacking`` are the pods that are
    too few even before anything fails: it never has what it needs then.
    """

    service: Service
    need: Need
    unavailability: float | None
    low: float | None
    high: float | None
    per_year: float
    mean_minutes: float | None
    shares: tuple[Share, ...]
    fixed: tuple[str, ...]
    unbounded: tuple[str, ...]
    lacking: int = 0


class Cause(NamedTuple):
    """What leaves a service short: the group it is counted under, how often it happens, and for how many hours."""

    group: str
    rate: Rate
    hours: float


def unavailable(rate: float, hours: float) -> float:
    """The share of time that is lost to failures of a rate per hour, each of so many hours.

    >>> round(unavailable(0.01, 1.0), 6)
    0.009901
    """
    return rate * hours / (1 + rate * hours)


def in_series(shares: Iterable[float]) -> float:
    """The unavailability of what needs all of several independent parts.

    >>> round(in_series([1e-4] * 3), 10)
    0.00029997
    """
    return -math.expm1(math.fsum(math.log1p(-share) for share in shares))


def hits(blasts: Iterable[Blast]) -> Hits:
    """What failures do, by whom they do it to."""
    found: dict[Member, list[tuple[Failure, Impact]]] = {}
    for blast in blasts:
        for impact in blast.impacts:
            found.setdefault(impact.service.member, []).append((blast.failure, impact))
    return found


def availability(service: Service, known: Hits) -> tuple[Availability, ...]:
    """The availability of a service for each of its needs."""
    found = []
    for index, need in enumerate(service.needs):
        short = _short(service, index, known)
        unbounded = [f"{f.kind} '{f.name}'" for f, seconds in short if f.rate is None or math.isinf(seconds)]
        found.append(_availability(service, need, causes(service, index, known), tuple(unbounded)))
    return tuple(found)


def causes(service: Service, need: int, known: Hits) -> Counter[Cause]:
    """What leaves a service short of one of its needs (by index), as far as rate and end are known."""
    return Counter(
        Cause(failure.group, failure.rate, seconds / 3600)
        for failure, seconds in _short(service, need, known)
        if failure.rate is not None and failure.rate.per_hour and math.isfinite(seconds)
    )


def _short(service: Service, need: int, known: Hits) -> list[tuple[Failure, float]]:
    times = ((failure, impact.times[need]) for failure, impact in known.get(service.member, ()))
    return [(failure, seconds) for failure, seconds in times if seconds > 0]


def _availability(service: Service, need: Need, counted: Counter[Cause], unbounded: tuple[str, ...]) -> Availability:
    if not counted:
        return Availability(service, need, None, None, None, 0.0, None, (), (), unbounded)
    mean = together(counted, {c.rate.name: c.rate.per_hour for c in counted})
    frequency = math.fsum(c.rate.per_hour * n for c, n in counted.items())
    low, high = _interval(counted)
    return Availability(
        service,
        need,
        mean,
        low,
        high,
        frequency * HOURS_PER_YEAR,
        mean / frequency * 60 if frequency else None,
        tuple(_shares(counted)),
        tuple(sorted({c.rate.name for c in counted if c.rate.low is None and c.rate.shape is None})),
        unbounded,
    )


def together(counted: Counter[Cause], rates: Mapping[str, float]) -> float:
    """The share of time that is lost to independent causes, with these rates per hour."""
    return -math.expm1(-math.fsum(n * math.log1p(rates[c.rate.name] * c.hours) for c, n in counted.items()))


def _interval(counted: Counter[Cause]) -> tuple[float, float]:
    """Where 95 % of draws of the rates lie; one draw of a rate counts for all components that share it."""
    rates = {c.rate.name: c.rate for c in counted}
    names = sorted(rates)
    drawn = sorted(
        together(counted, dict(zip(names, values, strict=True)))
        for values in zip(*(draws(rates[name]) for name in names), strict=True)
    )
    return drawn[round(DRAWS * 0.025)], drawn[round(DRAWS * 0.975) - 1]


@cache
def draws(rate: Rate) -> tuple[float, ...]:
    """Draws of a rate, the same for every service."""
    random = Random(f"{SEED} {rate.name}")  # noqa: S311 - repeatable
    return tuple(rate.draw(random) for _ in range(DRAWS))


def _shares(counted: Counter[Cause]) -> Iterable[Share]:
    groups: dict[str, list[tuple[Cause, int]]] = {}
    for cause, number in counted.items():
        groups.setdefault(cause.group, []).append((cause, number))
    sums = {g: math.fsum(unavailable(c.rate.per_hour, c.hours) * n for c, n in own) for g, own in groups.items()}
    whole = math.fsum(sums.values())
    for group in sorted(groups, key=lambda g: (-sums[g], g)):
        own = groups[group]
        yearly = math.fsum(c.rate.per_year * n for c, n in own)
        yield Share(group, sums[group], sums[group] / whole, yearly, own[0][0].rate.kind)
