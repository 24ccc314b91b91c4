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
        """The steps from a stand; of very many, those that begin a cheapest way from there to some prize.

        Whoever gets there wins the same by the same ways, so the others are looked at once and not for every entry. A
        prize counts twice, with two components: it may be denied to who comes in at the first of them.
        """
        every = leaving(stand)
        if len(every) <= _MANY:
            return every
        order, came = _walk(stand, 0, leaving)
        first: set[int] = set()
        owners: dict[Prize, set[str]] = {}
        for there in order:
            for gain in winning(there):
                known = owners.setdefault(gain.prize, set())
                if len(known) < 2 and gain.of not in known:
                    known.add(gain.of)
                    first.update(id(step) for step in _back(there, came)[:1])
        return tuple(step for step in every if id(step) in first)

    for entry in sorted(entries, key=lambda e: e.cost):
        for path in _from(entry, promising, winning):
            way = path.prize, tuple(step.target for step in path.steps)
            if not path.steps or way not in seen:
                found.append(path)
            seen.add(way)
    return sorted(found, key=lambda path: (-path.prize.weight, path.cost, path.components))


def _from(entry: Entry, leaving: Steps, prizes: Prizes) -> Iterable[Path]:
    won: dict[Prize, tuple[Stand, Gain]] = {}
    order, came = _walk(entry.stand, entry.cost, leaving)
    for stand in order:
        for gain in prizes(stand):
            if gain.of != entry.stand.component or gain.prize.kind not in entry.given:
                won.setdefault(gain.prize, (stand, gain))
    for prize, (stand, gain) in won.items():
        yield Path(entry, tuple(_back(stand, came)), prize, gain.evidence)


def _walk(start: Stand, cost: int, leaving: Steps) -> tuple[Iterable[Stand], dict[Stand, Step]]:
    """Everything that can be got to, the cheapest first, and by which step each was."""
    best: dict[Stand, int] = {start: cost}
    came: dict[Stand, Step] = {}
    queue: list[tuple[int, int, Stand]] = [(cost, 0, start)]
    order, done = 0, dict[Stand, None]()
    while queue:
        cost, _, stand = heappop(queue)
        if stand in done:
            continue
        done[stand] = None
        for step in leaving(stand):
            total = cost + step.cost
            if total < best.get(step.target, total + 1):
                best[step.target], came[step.target] = total, step
                order += 1
                heappush(queue, (total, order, step.target))
    return done, came


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
