"""What years simulated event by event say of each service and journey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hullmark.simulate.overlap.answers import Interval


class Months(NamedTuple):
    """An objective in windows one after the other: ``kept`` in so many of them (``windows``).

    ``chance`` is the 95 % interval of keeping it, ``apart`` in how many it is kept where each failure recovers by itself,
    ``computed`` the chance by `hullmark.simulate.windows`. ``spent`` is the share of the budget (seconds) that a window
    uses in the mean, ``late`` the share that 19 of 20 stay within.
    """

    target: float
    window: float
    budget: float
    windows: int
    kept: int
    chance: Interval
    apart: int
    spent: float
    late: float
    computed: float | None


@dataclass(frozen=True)
class Record:
    """A service with one of its needs, or a journey. Shares of time; intervals are of 95 %, with rates as they are.

    ``unavailability``, ``per_year`` and ``minutes`` are None where no outage was seen in all years; intervals then say
    what it may be at most. ``apart`` is the unavailability by the same failures where each recovers by itself, ``more`` what competition
    adds to it (or takes from it), which ``differing`` of the crowded spells decided. ``estimated`` is what the estimators of
    failures that overlap say. ``never`` says that it is short before anything fails.
    """

    name: str
    need: str
    journey: bool
    never: bool
    outages: int
    unavailability: float | None
    sampling: Interval
    per_year: float | None
    often: Interval
    minutes: float | None
    lasting: Interval | None
    apart: float
    more: float
    difference: Interval
    differing: int
    estimated: float | None
    months: Months | None


@dataclass(frozen=True)
class Chronicle:
    """All records of so many ``years``, of the ``wanted`` ones.

    ``failures`` happened in them. A spell lasts from a failure that takes pods or their room until everything is as
    before; ``crowded`` are those in which another one came meanwhile.
    """

    records: tuple[Record, ...]
    years: float
    wanted: float
    seed: int
    failures: int
    spells: int
    crowded: int
