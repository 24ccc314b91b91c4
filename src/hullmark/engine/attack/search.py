"""The cheapest way from any entry to every prize: Dijkstra's algorithm over stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from heapq import heappop, heappush

from hullmark.engine.attack.path import Entry, Gain, Hold, Path, Prize, Stand, Step

_MANY = 256
"""From how many steps on only those are followed by which something is won."""

Steps = Callable[[Stand], Iterable[Step]]
Prizes = Callable[[Stand], Iterable[Gain]]


def search(entries: Sequence[Entry], steps: Steps, prizes: Prizes) -> list[Path]:
    """For each entry and prize the cheapest way, heavy prizes and cheap ways first.

    An entry that needs more than another is left out where both lead to one prize over the same stands. Whoever controls
    a component can also use and reach it.
    """
    found: list[Path] = []
    seen: set[tuple[Prize, tuple[Stand, ...]]] = set()
    leaving = cache(lambda stand: tuple(_leaving(stand, steps)))
    winning = cache(lambda stand: tuple(prizes(stand)))

    @cache
    def promising(stand: Stand) -> tuple[Step, ...]:
        """The steps from a stand; of very many, those that begin the cheapest way from there to some prize.

        Whoever gets there wins the same by the same ways, so the others are looked at once and not for every entry.
        """
        every = leaving(stand)
        if len(every) <= _MANY:
            return every
        first = {id(path.steps[0]) for path in _from(Entry(stand, ""), leaving, winning) if path.steps}
        return tuple(step for step in every if id(step) in first)

    for entry in sorted(entries, key=lambda e: e.cost):
        for path in _from(entry, promising, winning):
            way = path.prize, tuple(step.target for step in path.steps)
            if not path.steps or way not in seen:
                found.append(path)
            seen.add(way)
    return sorted(found, key=lambda path: (-path.prize.weight, path.cost, path.components))


def _from(entry: Entry, leaving: Steps, prizes: Prizes) -> Iterable[Path]:
    best: dict[Stand, int] = {entry.stand: entry.cost}
    came: dict[Stand, Step] = {}
    queue: list[tuple[int, int, Stand]] = [(entry.cost, 0, entry.stand)]
    order, done = 0, set[Stand]()
    won: dict[Prize, tuple[Stand, Gain]] = {}
    while queue:
        cost, _, stand = heappop(queue)
        if stand in done:
            continue
        done.add(stand)
        for gain in prizes(stand):
            if gain.of != entry.stand.component or gain.prize.kind not in entry.given:
                won.setdefault(gain.prize, (stand, gain))
        for step in leaving(stand):
            total = cost + step.cost
            if total < best.get(step.target, total + 1):
                best[step.target], came[step.target] = total, step
                order += 1
                heappush(queue, (total, order, step.target))
    for prize, (stand, gain) in won.items():
        yield Path(entry, tuple(_back(stand, came)), prize, gain.evidence)


def _leaving(stand: Stand, steps: Steps) -> Iterable[Step]:
    """The steps from a stand, and those that less would allow too."""
    for hold in range(stand.hold, -1, -1):
        lesser = stand._replace(hold=Hold(hold))
        for step in steps(lesser):
            yield step if lesser == stand else step._replace(source=stand)


def _back(stand: Stand, came: dict[Stand, Step]) -> list[Step]:
    way: list[Step] = []
    while stand in came:
        way.append(came[stand])
        stand = came[stand].source
    return way[::-1]
