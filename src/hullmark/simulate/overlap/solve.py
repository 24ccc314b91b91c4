"""From sums over states to answers: intervals, contributions, cuts, weights and verdicts, each checked against bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from random import Random

import numpy as np

from hullmark.model.gamma import NORMAL
from hullmark.simulate.dependencies import Network
from hullmark.simulate.overlap.answers import (
    TRIALS,
    Answer,
    Contribution,
    Cut,
    Interval,
    Notice,
    Overlaps,
    Verdict,
    Weight,
)
from hullmark.simulate.overlap.estimate import Signature, Sums, summed
from hullmark.simulate.overlap.states import broken, stratified
from hullmark.simulate.overlap.system import System, is_journey, objectives
from hullmark.simulate.overlap.table import Real, table
from hullmark.simulate.slo import Promised
from hullmark.simulate.windows import Outages, within

DRAWS = 200
"""Draws of all rates for the interval of what is not known of them."""

RESOLUTION = 1e-12
"""Shares of time below this are told as a bound: rounding and what the model leaves out are larger."""

FOCUS = 60
"""Rows whose cuts and weights are worked out where no objective says which matter."""

TOLD_CUTS, TOLD_WEIGHTS, TOLD_PART = 10, 8, 1e-3
"""Kinds of cuts and parts that are told, and the least contribution."""


def solve(
    system: System, network: Network, *, seed: int = 0, trials: int = TRIALS, notice: Notice | None = None
) -> Overlaps:
    """All answers of a system.

    Raises:
        RuntimeError: an estimate lies outside its bounds, which is our mistake.
    """
    arrays = table(system)
    promises = objectives(system, network)
    main = [i for i, asked in enumerate(system.asked) if not asked.alone and asked.of < 0]
    journeys = [i for i in main if len(system.asked) and is_journey(system, i)]
    focus = sorted({*journeys, *promises} or main[:FOCUS])
    random = np.random.Generator(np.random.SFC64(seed))
    sums = summed(arrays, stratified(arrays, random, trials), focus, notice, 2 * trials)
    counts = tuple(map(float, broken(arrays)))
    reader = _Reader(sums, max(1 - math.fsum(counts), 0.0), seed)
    answers = tuple(reader.answer(row, focus.index(row) if row in focus else None, promises.get(row)) for row in main)
    users = {t.journey.name: t.journey.users for t in network.journeys}
    answers = tuple(a if not a.journey else _with_users(a, users.get(a.name)) for a in answers)
    return Overlaps(answers, sums.states, sums.sampled, seed, counts, sums.resolution, system.uncounted)


def _with_users(answer: Answer, users: float | None) -> Answer:
    from dataclasses import replace

    return replace(answer, users=users)


class _Reader:
    """Reads sums row by row."""

    def __init__(self, sums: Sums, tail: float, seed: int) -> None:
        self.sums, self.system, self.tail = sums, sums.table.system, tail
        self.total, self.frequency = sums.unavailability, sums.frequency
        self.signatures = list(sums.begun)
        shape = len(self.signatures), len(self.total)  # both may be 0: where nothing runs all the time
        self.lost, self.rest, self.begun = (
            np.array([found.get(s, np.zeros(shape[1])) for s in self.signatures]).reshape(shape)
            for found in (sums.lost, sums.rest, sums.begun)
        )
        self.drawn = self._drawn(seed)
        asked = self.system.asked
        self.alone = {a.units: i for i, a in enumerate(asked) if a.alone}
        self.soft = {a.of: i for i, a in enumerate(asked) if a.of >= 0}

    def answer(self, row: int, focus: int | None, promised: Promised | None) -> Answer:
        sums, asked = self.sums, self.system.asked[row]
        journey = is_journey(self.system, row)
        need = "" if journey else self.system.units[asked.units[0]].label
        lost, begun = float(self.total[row]), float(self.frequency[row])
        error = NORMAL * math.sqrt(float(sums.variance[row]))
        high = min(max(lost, 0.0) + error + self.tail, 1.0)
        if sums.never[row]:
            nothing = Interval(1.0, 1.0)
            return Answer(asked.name, need, journey, None, 1.0, None, nothing, nothing, never=True)
        self._check(row, focus, lost)
        fair = lost > RESOLUTION
        below = RESOLUTION if self.sums.resolution == 0 else max(high, sums.resolution)
        alone = self.alone.get(asked.units)
        soft = self.soft.get(row)
        rated = [float(v) for v in np.quantile(self.drawn[:, row], (0.025, 0.975))]
        return Answer(
            asked.name,
            need,
            journey,
            lost if fair else None,
            below,
            None if alone is None else float(self.total[alone]),
            Interval(max(lost - error, 0.0), high),
            Interval(*rated),
            None if soft is None else float(self.total[soft]),
            begun * 8_766,
            lost / begun * 60 if fair and begun > 0 else None,
            tuple(self._contributions(row, lost)) if fair else (),
            self._cuts(focus) if focus is not None else (),
            tuple(self._weights(focus, lost)) if focus is not None and fair else (),
            None if promised is None else self._verdict(row, promised, lost if fair else below, fair=fair),
        )

    def _drawn(self, seed: int) -> Real:
        """The share of time each row is down under other rates: the weights of all states change by their odds."""
        groups = self.sums.groups
        names = sorted({rate for _, rate in groups})
        factor = {name: np.array(_draws(self.system, name, seed)) for name in names}
        nothing = np.zeros(DRAWS)
        for name in names:
            odds = np.array([p.odds for p in self.system.parts if p.rate == name])
            nothing += np.log1p(odds).sum() - np.log1p(factor[name][:, None] * odds).sum(1)
        ratios = np.ones((DRAWS, len(self.signatures)))
        for column, signature in enumerate(self.signatures):
            for group in signature:
                ratios[:, column] *= factor[groups[group][1]]
        drawn: Real = ratios @ self.lost + np.exp(nothing)[:, None] * (ratios @ self.rest)
        return drawn

    def _contributions(self, row: int, lost: float) -> list[Contribution]:
        found: dict[tuple[str, ...], list[float]] = {}
        for index, signature in enumerate(self.signatures):
            share, begun = float(self.lost[index, row]), float(self.begun[index, row])
            if share > 0:
                total = found.setdefault(self._names(signature), [0.0, 0.0])
                total[0] += share
                total[1] += begun
        told = [
            Contribution(names, share, share / lost, begun * 8_766)
            for names, (share, begun) in sorted(found.items(), key=lambda item: (-item[1][0], item[0]))
            if share / lost >= TOLD_PART
        ]
        return told[:TOLD_CUTS]

    def _names(self, signature: Signature) -> tuple[str, ...]:
        return tuple(sorted(self.sums.groups[group][0] for group in signature))

    def _cuts(self, focus: int) -> tuple[Cut, ...]:
        parts = self.system.parts
        kinds: dict[tuple[str, ...], list[tuple[float, tuple[str, ...]]]] = {}
        known = self.sums.cuts[focus]
        for cut, chance in known.items():
            if any(some in known for size in range(1, len(cut)) for some in combinations(cut, size)):
                continue  # in another window fewer of them are enough, and that is told
            names = tuple(parts[i].name for i in cut)
            kinds.setdefault(tuple(sorted(parts[i].group for i in cut)), []).append((chance, names))
        found = [Cut(g, max(own)[1], len(own), math.fsum(c for c, _ in own)) for g, own in kinds.items()]
        return tuple(sorted(found, key=lambda c: (-c.probability, c.groups)))[:TOLD_CUTS]

    def _weights(self, focus: int, lost: float) -> list[Weight]:
        """By the cuts a part is in: the sum of their chances is what it adds, as far as cuts do not hold at once."""
        adds: dict[int, float] = {}
        for cut, chance in self.sums.cuts[focus].items():
            for part in cut:
                adds[part] = adds.get(part, 0.0) + chance
        most = sorted(adds, key=lambda part: (-adds[part], part))[:TOLD_WEIGHTS]
        return [self._weight(part, adds[part], lost) for part in most]

    def _weight(self, part: int, adds: float, lost: float) -> Weight:
        share = self.system.parts[part].share
        birnbaum = min(adds / share, 1.0)
        achievement = min((lost + birnbaum * (1 - share)) / lost, 1 / lost)
        return Weight(self.system.parts[part].name, birnbaum, min(adds / lost, 1.0), achievement)

    def _verdict(self, row: int, promised: Promised, lost: float, *, fair: bool) -> Verdict:
        """By Panjer's recursion; what is below resolution by Markov's inequality, P(D > B) ≤ E[D] / B."""
        window, budget = promised.window / 3600, promised.budget / 3600
        spent = lost * window / budget
        if fair:
            kinds = [
                Outages(float(b), float(u / b))
                for u, b in zip(self.lost[:, row], self.begun[:, row], strict=True)
                if b > 0 and u > 0
            ]
            chance = within(budget, window, kinds)
        else:
            chance = max(1 - spent, 0.0)
        return Verdict(promised.target, promised.window, promised.budget, chance, spent)

    def _check(self, row: int, focus: int | None, lost: float) -> None:
        """Bonferroni: S1 - S2 ≤ U, and U is at most S1 of cuts of one and two parts and what more than two do."""
        if focus is None:
            return
        low, high = bounds(self.sums.cuts[focus], [p.share for p in self.system.parts])
        more = math.fsum(max(float(total[row]), 0) for number, total in self.sums.by_number.items() if number > 2)
        slack = 6 * math.sqrt(float(self.sums.variance[row])) + 1e-9 * lost + 1e-15 + self.sums.resolution
        if not low - slack - self.tail <= lost <= high + more + slack:
            name = self.system.asked[row].name
            raise RuntimeError(f"'{name}' is down for {lost:.6g} of the time, outside {low:.6g} to {high + more:.6g}")


def _draws(system: System, name: str, seed: int) -> Sequence[float]:
    """Draws of a rate as ratios to its mean, the same for every row; a rate nobody is uncertain of stays."""
    rate = system.rates.get(name)
    if rate is None or not rate.per_hour:
        return [1.0] * DRAWS
    random = Random(f"{seed} {name}")  # noqa: S311 - repeatable
    return [rate.draw(random) / rate.per_hour for _ in range(DRAWS)]


def bounds(cuts: Mapping[tuple[int, ...], float], shares: Sequence[float], most: int = 300) -> tuple[float, float]:
    """What the cuts of one and two parts say of the share of time in which any of them holds: S1 - S2, and S1.

    S2 is bounded from above where cuts have parts in common. With more than ``most`` cuts only the likeliest count below.
    """
    small = sorted(((chance, set(cut)) for cut, chance in cuts.items() if len(cut) < 3), key=lambda c: -c[0])
    first = math.fsum(chance for chance, _ in small)
    kept = small[:most]
    second = 0.0
    for index, (chance, cut) in enumerate(kept):
        for other, parts in kept[:index]:
            both = chance * other
            if cut & parts:
                both = min(
                    other * math.prod(shares[i] for i in cut - parts),
                    chance * math.prod(shares[i] for i in parts - cut),
                )
            second += both
    return math.fsum(chance for chance, _ in kept) - second, first
