"""Counts what is seen of each row in stretches of years, as far as estimates and their intervals need it."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hullmark.simulate.sequence.bounds import Weighed
from hullmark.simulate.sequence.spells import Course
from hullmark.simulate.sequence.sweep import Span
from hullmark.simulate.slo import Promised

TOGETHER = 86_400.0
"""Outages less than a day apart count as one event of their interval; all those of one spell do anyway, because one long
repair may be behind them all."""

SHORTEST = 3_600.0
"""Seconds of a window that is looked at; shorter ones would be too many."""


@dataclass
class Tally:
    """One row. ``lost`` and ``begun`` are seconds and outages of events, ``sizes`` the seconds of single outages.

    ``more`` and ``less`` are by how much crowded spells differ between the two courses; ``apart`` are the seconds lost
    in the one in which each failure recovers by itself. Of so many ``windows`` those that lose something lose the
    ``used`` seconds; ``missed_apart`` lose more than the budget in that other course.
    """

    promised: Promised | None = None
    lost: Weighed = field(default_factory=Weighed)
    begun: Weighed = field(default_factory=Weighed)
    sizes: Weighed = field(default_factory=Weighed)
    more: Weighed = field(default_factory=Weighed)
    less: Weighed = field(default_factory=Weighed)
    apart: float = 0.0
    used: list[float] = field(default_factory=list)
    windows: int = 0
    missed_apart: int = 0

    def add(self, together: Sequence[Span], apart: Sequence[Span], course: Course, end: float) -> None:
        """Count one stretch that ended then."""
        self._count(together, course.spells)
        self.apart += sum(up - down for down, up in apart)
        if together != apart:
            self._compare(together, apart, course.crowded)
        if self.promised is not None and self.promised.window >= SHORTEST:
            whole, budget = int(end // self.promised.window), self.promised.budget
            self.windows += whole
            self.used += _used(together, self.promised.window, whole)
            self.missed_apart += sum(lost > budget for lost in _used(apart, self.promised.window, whole))

    def _count(self, spans: Sequence[Span], spells: Sequence[Span]) -> None:
        seconds, number, last, known = 0.0, 0, -math.inf, -1
        for down, up in spans:
            spell = bisect_right(spells, (down, math.inf)) - 1
            inside = spell >= 0 and down <= spells[spell][1]
            if down - last > TOGETHER and not (inside and spell == known):
                self._event(seconds, number)
                seconds, number = 0.0, 0
            seconds, number, last, known = seconds + up - down, number + 1, up, spell
            self.sizes.add(up - down)
        self._event(seconds, number)

    def _event(self, seconds: float, number: int) -> None:
        if number:
            self.lost.add(seconds)
            self.begun.add(number)

    def _compare(self, together: Sequence[Span], apart: Sequence[Span], crowded: Sequence[float]) -> None:
        """What differs, by the crowded spell that it follows."""
        changes, edge = [0.0] * (len(crowded) + 1), (0.0, *crowded, math.inf)
        for sign, spans in ((1, together), (-1, apart)):
            for down, up in spans:
                for at in range(bisect_right(crowded, down), bisect_right(crowded, up) + 1):
                    edges = edge[at], edge[at + 1]
                    changes[at] += sign * max(min(up, edges[1]) - max(down, edges[0]), 0.0)
        for change in changes:
            if abs(change) > 1e-3:  # rounding of times is far less
                (self.more if change > 0 else self.less).add(abs(change))


def _used(spans: Sequence[Span], window: float, whole: int) -> Iterable[float]:
    """The seconds that windows lose, without those that lose nothing."""
    used: dict[int, float] = {}
    for down, up in spans:
        for at in range(int(down // window), min(int(up // window) + 1, whole)):
            lost = min(up, (at + 1) * window) - max(down, at * window)
            if lost > 0:
                used[at] = used.get(at, 0.0) + lost
    return used.values()
