"""From absences to outages of what is asked: services and journeys, with what they cannot do without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

from hullmark.simulate.overlap.system import System
from hullmark.simulate.placement.shape import Pod
from hullmark.simulate.sequence.hazards import Outage
from hullmark.simulate.sequence.world import Absence

MOST_KNOWN = 100_000
"""Sets of units for which is kept who is down with them."""

Span = tuple[float, float]
"""From when until when something is down."""

_Change = tuple[float, Pod | int, int]


class Sweep:
    """Goes through time once. ``rows`` are asked, by their index in the system; ``never`` those short from the start."""

    def __init__(self, system: System, pods: dict[Pod, str]) -> None:
        """Prepare for a system whose pods that have a place are of these services."""
        self.rows = [index for index, asked in enumerate(system.asked) if not asked.alone and asked.of < 0]
        units: dict[str, list[int]] = {}
        for index, unit in enumerate(system.units):
            units.setdefault(unit.name, []).append(index)
        self._units = {pod: tuple(units[name]) for pod, name in pods.items() if name in units}
        self._spare = [unit.pods - unit.away.bit_count() - unit.need for unit in system.units]
        self._needs, self._asked = system.needs, system.asked
        self._users: dict[int, list[int]] = {}
        for number, (_, targets) in enumerate(system.needs):
            for target in targets:
                self._users.setdefault(target, []).append(number)
        self._known: dict[frozenset[int], frozenset[int]] = {}
        first = frozenset(unit for unit, spare in enumerate(self._spare) if spare < 0)
        self.never = self._down(first)
        self._first = first

    def spans(self, absences: Iterable[Absence], outages: Iterable[Outage], end: float) -> list[list[Span]]:
        """When each row is down, up to the ``end``; rows that always are have no spans."""
        changes: list[_Change] = []
        for pod, down, _, up in absences:
            if pod in self._units:
                changes += ((down, pod, 1), (up, pod, -1))
        for outage in outages:
            for unit in outage.hazard.lost:
                changes += ((outage.start, unit, 1), (outage.end, unit, -1))
        changes.sort(key=itemgetter(0))
        found: list[list[Span]] = [[] for _ in self.rows]
        since: dict[int, float] = {}
        for time, rows in self._states(changes):
            if time >= end:
                break
            for row in since.keys() - rows:
                found[row].append((since.pop(row), time))
            for row in rows - since.keys():
                since[row] = time
        for row, start in since.items():
            found[row].append((start, end))
        return found

    def _states(self, changes: Sequence[_Change]) -> Iterable[tuple[float, frozenset[int]]]:
        """Which rows are down from when on."""
        times: Counter[Pod | int] = Counter()
        away: Counter[int] = Counter()
        gone = set(self._first)
        for time, group in groupby(changes, key=itemgetter(0)):
            touched: set[int] = set()
            for _, who, step in group:
                times[who] += step
                if times[who] == max(step, 0):
                    mine = (who,) if isinstance(who, int) else self._units[who]
                    for unit in mine:
                        away[unit] += step
                        touched.add(unit)
            before = len(gone), touched & gone
            for unit in touched:
                (gone.add if away[unit] > self._spare[unit] else gone.discard)(unit)
            if before != (len(gone), touched & gone):
                yield time, self._down(frozenset(gone)) - self.never

    def _down(self, gone: frozenset[int]) -> frozenset[int]:
        """The rows that are down when these units are short, by their position; with all that needs them."""
        found = self._known.get(gone)
        if found is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            lost, waiting = set(gone), list(gone)
            while waiting:
                for number in self._users.get(waiting.pop(), ()):
                    unit, targets = self._needs[number]
                    if unit not in lost and all(target in lost for target in targets):
                        lost.add(unit)
                        waiting.append(unit)
            positions = (p for p, row in enumerate(self.rows) if not lost.isdisjoint(self._asked[row].units))
            found = self._known[gone] = frozenset(positions)
        return found
