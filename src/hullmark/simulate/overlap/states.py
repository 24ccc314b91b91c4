"""States to look at, and how much each of them counts: one by one where they can be listed, drawn where they cannot.

Three ways with the same result, each unbiased:

* *dense*: every part is drawn in every trial;
* *sparse*: for every part the number of trials in which it is broken is drawn, then which; equal states are merged;
* *stratified* by how many parts are broken: none and one are listed, two are listed among the parts that touch most and
  drawn otherwise, more are drawn from the law of that number of failures (conditional Bernoulli sampling, S. X. Chen and
  J. S. Liu 1997, "Statistical applications of the Poisson-binomial and conditional Bernoulli distributions",
  https://www3.stat.sinica.edu.tw/statistica/oldpdf/A7n44.pdf). The number itself is Poisson-binomial, by elementary
  symmetric polynomials of the odds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from hullmark.simulate.overlap.answers import TRIALS
from hullmark.simulate.overlap.evaluate import down
from hullmark.simulate.overlap.table import Real, Table, Whole

LISTED = 60_000
"""States of one stratum that are listed one by one; of more pairs, those of the broadest parts are drawn alike."""

MOST_BROKEN = 8
"""Parts broken at once that are drawn; more are counted as down in the upper end of intervals."""


@dataclass(frozen=True, eq=False)
class States:
    """States by how many parts are broken. ``atoms`` has a row a state; ``weight`` is the share of time it stands for.

    ``block`` neighbours are draws from one cell; 1 says that states are listed. ``spread`` is the share of time of the
    whole stratum.
    """

    atoms: Whole
    weight: Real
    block: int
    spread: float


def broken(table: Table) -> Real:
    """The chance of each number of broken parts, as far as it is drawn."""
    counts: Real = table.nothing * suffixes(table.odds, min(MOST_BROKEN, len(table.odds)))[0]
    return counts


def suffixes(odds: Real, most: int) -> Real:
    """Elementary symmetric polynomials of the odds: row i, column j is the one of degree j of the parts from i on."""
    found = np.zeros((len(odds) + 1, most + 1))
    found[:, 0] = 1.0
    for order in range(1, most + 1):
        found[:-1, order] = np.cumsum((odds * found[1:, order - 1])[::-1])[::-1]
    return found


def stratified(table: Table, random: np.random.Generator, trials: int = TRIALS) -> Iterator[States]:
    """The strata but for the first, in which nothing is broken."""
    if not len(table.odds):
        return
    counts = broken(table)
    each = table.odds[table.part] * table.hours / _hours(table)[table.part]
    yield States(np.arange(table.atoms)[:, None], table.nothing * each, 1, float(counts[1]))
    if len(counts) > 2:
        yield from _pairs(table, random, each, float(counts[2]), trials)
    ends = suffixes(table.odds, len(counts) - 1)
    tails = [(m, float(counts[m])) for m in range(3, len(counts)) if counts[m] > 1e-14]
    wanted = sum(p for _, p in tails)
    for m, probability in tails:
        listed = _listed(table, m)
        if listed is not None:
            yield States(listed, table.nothing * each[listed].prod(1), 1, probability)
            continue
        number = max(int(trials * probability / wanted * 0.25), trials // 200, 100)
        parts = _conditional(table.odds, ends, m, number, random)
        atoms, factor = _windows(table, parts, random)
        yield States(atoms, probability / number * factor, number, probability)


def _hours(table: Table) -> Real:
    return np.add.reduceat(table.hours, table.first[:-1])


def _pairs(table: Table, random: np.random.Generator, each: Real, chance: float, trials: int) -> Iterator[States]:
    if table.atoms * (table.atoms - 1) // 2 <= LISTED:
        one, two = np.triu_indices(table.atoms, 1)
        differ = table.part[one] != table.part[two]
        one, two = one[differ], two[differ]
        yield States(np.stack((one, two), 1), table.nothing * each[one] * each[two], 1, chance)
        return
    parts = len(table.odds)
    broad = min(parts, int((trials / 2) ** 0.5))
    chosen = np.sort(np.argsort(-breadth(table), kind="stable")[:broad])
    one, two = (chosen[i] for i in np.triu_indices(broad, 1))
    draws = 2 * max(trials // 4 // max(len(one), 1), 1)
    among = np.repeat(np.stack((one, two), 1), draws, axis=0)
    atoms, factor = _windows(table, among, random)
    weight = table.nothing * table.odds[among].prod(1)
    mass = float(weight.sum() / draws)
    yield States(atoms, weight * factor / draws, 2, mass)
    rest = chance - mass
    if broad < parts and rest > 1e-15:
        inside = np.zeros(parts, dtype=bool)
        inside[chosen] = True
        drawn = _conditional(table.odds, suffixes(table.odds, 2), 2, max(trials // 4, 1_000), random)
        drawn = drawn[~inside[drawn].all(1)]
        if len(drawn):
            atoms, factor = _windows(table, drawn, random)
            yield States(atoms, rest / len(drawn) * factor, len(drawn), rest)


def _listed(table: Table, number: int) -> Whole | None:
    """All states with so many broken parts; None when there are too many."""
    counts = np.diff(table.first)
    if suffixes(counts.astype(float), number)[0, number] > LISTED:
        return None
    ranges = [range(table.first[i], table.first[i + 1]) for i in range(len(counts))]
    found = [state for parts in combinations(ranges, number) for state in product(*parts)]
    return np.array(found, dtype=np.int64)


def breadth(table: Table) -> Real:
    """How much each part matters for pairs: its odds times the words of pods and the rows it takes by itself."""
    rows = np.unpackbits(down(table, np.arange(table.atoms)[:, None]), axis=1, count=table.atoms).sum(0)
    widest = np.maximum.reduceat(rows + np.diff(table.entry)[: table.atoms], table.first[:-1])
    return widest * table.odds


def _conditional(odds: Real, ends: Real, number: int, draws: int, random: np.random.Generator) -> Whole:
    """Draws of so many broken parts, by the inverse distribution function of the next one given those before it."""
    at, found = np.zeros(draws, dtype=np.int64), []
    for left in range(number, 0, -1):
        share = np.concatenate(([0.0], np.cumsum(odds * ends[1:, left - 1])))
        low, high = share[at], share[-1]
        wanted = low + random.random(draws) * (high - low)
        found.append(np.minimum(np.searchsorted(share, wanted, side="right") - 1, len(odds) - left))
        found[-1] = np.maximum(found[-1], at)
        at = found[-1] + 1
    return np.stack(found, 1)


def _windows(table: Table, parts: Whole, random: np.random.Generator) -> tuple[Whole, Real]:
    """A window of each broken part and what corrects for how it was drawn.

    Half of the draws go by the hours of windows and half to each window alike, so that short ones are seen.
    """
    first, count = table.first[parts], (table.first[1:] - table.first[:-1])[parts]
    total = np.concatenate(([0.0], np.cumsum(table.hours)))
    low, high = total[first], total[first + count]
    timed = np.searchsorted(total, low + random.random(parts.shape) * (high - low), side="right") - 1
    alike = first + (random.random(parts.shape) * count).astype(np.int64)
    atoms = np.clip(np.where(random.random(parts.shape) < 0.5, timed, alike), first, first + count - 1)
    share = table.hours[atoms] / (high - low)
    return atoms, (share / (0.5 * share + 0.5 / count)).prod(1)


def sparse(table: Table, random: np.random.Generator, trials: int) -> Iterator[States]:
    """Trials in which something is broken, equal ones merged, by how many parts are."""
    share = table.odds / (1 + table.odds)
    trial, part = [], []
    for index, times in enumerate(random.binomial(trials, share)):
        trial.append(random.choice(trials, times, replace=False, shuffle=False) if times else np.zeros(0, np.int64))
        part.append(np.full(times, index))
    yield from _merged(table, random, np.concatenate(trial), np.concatenate(part), trials)


def dense(table: Table, random: np.random.Generator, trials: int, chunk: int = 20_000) -> Iterator[States]:
    """Every part drawn in every trial: a byte that may mean broken, then a number that decides."""
    share = table.odds / (1 + table.odds)
    limit = np.minimum(np.ceil(share * 256), 255).astype(np.uint8)
    for start in range(0, trials, chunk):
        size = min(chunk, trials - start)
        words = random.integers(0, 2**64, -(-size * len(share) // 8), dtype=np.uint64)
        drawn = words.view(np.uint8)[: size * len(share)].reshape(size, len(share))
        trial, part = np.divmod(np.flatnonzero((drawn < limit).ravel()), len(share))
        sure = random.random(len(part)) * limit[part] < share[part] * 256
        trial, part = trial[sure], part[sure]
        yield from _merged(table, random, trial, part, trials)


def _merged(table: Table, random: np.random.Generator, trial: Whole, part: Whole, trials: int) -> Iterator[States]:
    """Plain draws: windows by their hours, and equal states counted together."""
    total = np.concatenate(([0.0], np.cumsum(table.hours)))
    low, high = total[table.first[part]], total[table.first[part + 1]]
    drawn = np.searchsorted(total, low + random.random(len(part)) * (high - low), side="right") - 1
    atom = np.clip(drawn, table.first[part], table.first[part + 1] - 1)
    order = np.lexsort((atom, trial))
    trial, atom = trial[order], atom[order]
    begins = np.flatnonzero(np.concatenate(([True], trial[1:] != trial[:-1]))) if len(trial) else np.zeros(0, np.int64)
    sizes = np.diff(np.concatenate((begins, [len(trial)])))
    for size in np.unique(sizes):
        rows = atom[begins[sizes == size][:, None] + np.arange(size)]
        states, times = unique_rows(rows, table.atoms)
        yield States(states, times / trials, 0, float((sizes == size).sum()) / trials)


def unique_rows(rows: Whole, atoms: int) -> tuple[Whole, Whole]:
    """Rows that differ and how often each occurs."""
    if rows.shape[1] * np.log2(max(atoms, 2)) < 62:
        key = rows @ (atoms ** np.arange(rows.shape[1], dtype=np.int64))
        _, at, times = np.unique(key, return_index=True, return_counts=True)
        return rows[at], times
    found, times = np.unique(rows, axis=0, return_counts=True)
    return found, times
