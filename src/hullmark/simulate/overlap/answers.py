"""What is found out about failures that overlap, service by service and journey by journey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

TRIALS = 200_000
"""States that are drawn by default."""

Notice = Callable[[int, int], None]
"""Is told how many states were looked at, of how many."""


class Interval(NamedTuple):
    """Where a number lies with 95 % confidence."""

    low: float
    high: float


class Contribution(NamedTuple):
    """What the failures of these groups, broken at the same time, add: a share of time and its part of the whole."""

    groups: tuple[str, ...]
    unavailability: float
    part: float
    per_year: float


class Cut(NamedTuple):
    """Parts that together, and none of them less, leave something down; ``alike`` are cuts of the same groups.

    ``probability`` is of all of them together, ``parts`` is the likeliest.
    """

    groups: tuple[str, ...]
    parts: tuple[str, ...]
    alike: int
    probability: float

    @property
    def order(self) -> int:
        """How many parts it takes."""
        return len(self.parts)


class Weight(NamedTuple):
    """How much a part matters: Birnbaum's I = E[U|down] - E[U|up], criticality I·q/U, risk achievement E[U|down]/U.

    All by the cuts of up to three parts that it is in, whose chances are small enough to be added (M. Rausand and
    A. Høyland, "System Reliability Theory", 2nd ed., Wiley 2004, chapter 5).
    """

    part: str
    birnbaum: float
    criticality: float
    achievement: float


class Verdict(NamedTuple):
    """An objective and whether it is kept: the chance that a window loses no more than its budget (seconds).

    ``spent`` is the share of the budget that is used in the mean.
    """

    target: float
    window: float
    budget: float
    chance: float
    spent: float


@dataclass(frozen=True)
class Answer:
    """How much of the time something is down. Shares of time; ``mean_minutes`` is how long an outage lasts.

    ``unavailability`` is None where nothing was seen down, or less than can be told: it is ``below`` then.
    ``alone`` leaves out what it depends on. ``sampling`` is the interval of the estimate with rates as they are, ``rates``
    that of what is not known of the rates. ``never`` says that it is short before anything fails.
    """

    name: str
    need: str
    journey: bool
    unavailability: float | None
    below: float
    alone: float | None
    sampling: Interval
    rates: Interval
    degraded: float | None = None
    per_year: float = 0.0
    mean_minutes: float | None = None
    contributions: tuple[Contribution, ...] = ()
    cuts: tuple[Cut, ...] = ()
    weights: tuple[Weight, ...] = ()
    verdict: Verdict | None = None
    users: float | None = None
    never: bool = False


@dataclass(frozen=True)
class Overlaps:
    """All answers and how they were got.

    ``states`` were looked at, of which ``sampled`` at random; ``broken`` is the chance of each number of broken parts.
    What three and more do together is seen from a share of time of ``resolution`` on (three by the number of draws; J. A. Hanley and
    A. Lippman-Hand 1983, "If nothing goes wrong, is everything all right?", https://doi.org/10.1001/jama.1983.03330370053031).
    """

    answers: tuple[Answer, ...]
    states: int
    sampled: int
    seed: int
    broken: tuple[float, ...]
    resolution: float
    uncounted: tuple[str, ...]
