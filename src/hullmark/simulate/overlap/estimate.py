"""Sums over states: how much of the time each row is down, how often that begins, by what, and how sure that is.

What one or two parts do by themselves is summed whatever else is broken, with the chance that they are: U = E[Y] +
E[down - Y], Y being how many such cuts of one or two hold. E[Y] is known without drawing, and what is drawn is the small
rest (a control variate, A. B. Owen, "Monte Carlo theory, methods and examples", chapter 8,
https://artowen.su.domains/mc/), so that the many parts that do not matter to a row do not blur it.

An outage begins when a part breaks whose absence made the difference: in its first window, of h hours, which it enters
at the rate P(window) / h. That is ν = Σ λᵢ·P(i critical and up), the frequency-duration formula
(M. Rausand and A. Høyland, "System Reliability Theory", 2nd ed., Wiley 2004, section 5.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from hullmark.simulate.overlap.answers import Notice
from hullmark.simulate.overlap.evaluate import down
from hullmark.simulate.overlap.states import States
from hullmark.simulate.overlap.table import Bits, Real, Table, Whole

Flags = NDArray[np.bool_]

CHUNK = 16_384
"""States that are summed together; even, so that neighbouring draws stay together."""

Signature = tuple[int, ...]
"""The groups of the parts that are broken."""


@dataclass
class Sums:
    """What has been summed so far, row by row of what is asked.

    ``lost`` and ``begun`` are shares of time and outages an hour by signature: first what one or two parts do whatever
    else is broken, then (``rest``) the corrections for exact states. ``variance`` is that of the share. ``cuts`` are,
    by row of ``focus``, the chance of the parts that leave it down together and in no smaller number.
    ``resolution`` is the share of time that all draws could miss.
    """

    table: Table
    groups: Sequence[tuple[str, str]]
    focus: Sequence[int]
    lost: dict[Signature, Real] = field(default_factory=dict)
    begun: dict[Signature, Real] = field(default_factory=dict)
    rest: dict[Signature, Real] = field(default_factory=dict)
    variance: Real = field(init=False)
    resolution: float = 0.0
    by_number: dict[int, Real] = field(default_factory=dict)
    cuts: list[dict[tuple[int, ...], float]] = field(init=False)
    states: int = 0
    sampled: int = 0
    never: Flags = field(init=False)

    def __post_init__(self) -> None:
        rows = len(self.table.system.asked)
        self.variance = np.zeros(rows)
        self.cuts = [{} for _ in self.focus]
        self.never = np.unpackbits(down(self.table, np.zeros((1, 0), np.int64)), axis=1, count=1)[:, 0] > 0

    @property
    def unavailability(self) -> Real:
        """The share of time each row is down."""
        return self._all(self.lost) + self._all(self.rest)

    @property
    def frequency(self) -> Real:
        """Outages an hour of each row."""
        return self._all(self.begun)

    def _all(self, sums: dict[Signature, Real]) -> Real:
        return sum(sums.values(), np.zeros(len(self.table.system.asked)))


GROUPS = 60
"""Groups that are told apart; of more, those that are broken least count as one, their rates taken as given."""

OTHERS = "other failures"


def groups_of(table: Table) -> tuple[list[tuple[str, str]], Whole]:
    """Groups of parts with the name of their rate, and the group of each part."""
    odds: dict[tuple[str, str], float] = {}
    for part in table.system.parts:
        key = part.group, part.rate
        odds[key] = odds.get(key, 0.0) + part.odds
    told = set(sorted(odds, key=lambda key: -odds[key])[:GROUPS])
    known: dict[tuple[str, str], int] = {}
    numbers = []
    for part in table.system.parts:
        key = part.group, part.rate
        numbers.append(known.setdefault(key if key in told else (OTHERS, ""), len(known)))
    return list(known), np.array(numbers, dtype=np.int64)


def alike_in_doubt(table: Table, groups: Sequence[tuple[str, str]]) -> Whole:
    """For each group the first whose rate is uncertain in the same way, or is no more uncertain than its own: not at all."""
    first: dict[str, int] = {}
    rates = table.system.rates
    sure = {n for n, r in rates.items() if r.shape is None and not (r.low and r.high)}
    names = ["" if rate in sure or rate not in rates else rate for _, rate in groups]
    return np.array([first.setdefault(name, index) for index, name in enumerate(names)], dtype=np.int64)


def summed(
    table: Table, strata: Iterable[States], focus: Sequence[int] = (), notice: Notice | None = None, expected: int = 0
) -> Sums:
    """Look at all states of all strata and sum up. ``notice`` is told how many were looked at of the ``expected``."""
    groups, group = groups_of(table)
    sums = Sums(table, groups, focus)
    single = np.unpackbits(down(table, np.arange(table.atoms)[:, None]), axis=1, count=table.atoms) > 0
    for stratum in strata:
        _stratum(sums, stratum, group, single, (notice, expected))
    return sums


def _stratum(sums: Sums, stratum: States, group: Whole, single: Flags, told: tuple[Notice | None, int]) -> None:
    number, count = stratum.atoms.shape[1], len(stratum.atoms)
    if number > 2:  # of more than two nothing is told by group, only how sure their rates are
        group = alike_in_doubt(sums.table, sums.groups)[group]
    kinds, kind = _signatures(group[sums.table.part[stratum.atoms]], len(sums.groups))
    rows = len(sums.variance)
    tallies = np.zeros((3, rows * len(kinds)))
    total, squares = np.zeros(rows), np.zeros(rows)
    for start in range(0, count, CHUNK):
        here = slice(start, min(start + CHUNK, count))
        look = _Look(sums, stratum.atoms[here], stratum.weight[here], single)
        always, exactly = look.lost()
        cell = look.row * len(kinds) + kind[here][look.state]
        for index, values in enumerate((always, exactly, look.begun())):
            tallies[index] += np.bincount(cell, weights=values, minlength=tallies.shape[1])
        both = always + exactly
        total += np.bincount(look.row, weights=both, minlength=rows)
        squares += _squares(look, both, stratum.block, rows)
        if number < 4:
            _note_cuts(sums, look)
        sums.states += len(look.atoms)
        if told[0] is not None:
            told[0](min(sums.states, told[1]), told[1])
    for known, tally in zip((sums.lost, sums.rest, sums.begun), tallies, strict=True):
        for signature, column in zip(kinds, tally.reshape(rows, len(kinds)).T, strict=True):
            known[signature] = known.get(signature, 0) + column
    if stratum.block > 2:
        squares = np.maximum(squares - total**2 / count, 0) * count / max(count - 1, 1)
        sums.resolution += 3 * stratum.spread / count
    sums.sampled += count if stratum.block != 1 else 0
    sums.variance += squares
    sums.by_number[number] = sums.by_number.get(number, 0) + total


def _squares(look: _Look, values: Real, block: int, rows: int) -> Real:
    """By row what the variance needs: squares of values, or of differences between neighbours; nothing for listed states."""
    if block < 2 or not len(values):
        return np.zeros(rows)
    if block > 2:
        return np.bincount(look.row, values**2, rows).astype(np.float64)
    cell = look.row * len(look.atoms) + look.state // 2
    begins = np.flatnonzero(np.concatenate(([True], cell[1:] != cell[:-1])))
    differences = np.add.reduceat(values * (1 - 2 * (look.state % 2)), begins)
    return np.bincount(look.row[begins], differences**2, rows).astype(np.float64)


class _Look:
    """Some states of one stratum: who is down in which (a ``row`` and a ``state`` each), and what one or two parts explain."""

    def __init__(self, sums: Sums, atoms: Whole, share: Real, single: Flags) -> None:
        self.table, self.atoms, self.number, self.single = sums.table, atoms, atoms.shape[1], single
        seen = _flags(down(self.table, atoms), len(atoms)) & ~sums.never[:, None]
        self.row, self.state = np.nonzero(seen)
        self.share = share[self.state]
        alike = np.prod(1 + self.table.odds[self.table.part[atoms]], axis=1)
        self.always = (share / self.table.nothing / alike)[self.state]
        self.alone: list[Flags] = [single[self.row, atoms[self.state, c]] for c in range(self.number)]
        self.pairs: dict[tuple[int, int], Flags] = {}
        for c, d in combinations(range(self.number), 2) if self.number > 1 else ():
            two = True if self.number == 2 else self._down([c, d])
            self.pairs[c, d] = ~self.alone[c] & ~self.alone[d] & two

    def _down(self, columns: Sequence[int]) -> Flags:
        """Whether the rows are down too when only these parts are broken."""
        some = self.atoms[:, columns]
        found: Flags = _flags(down(self.table, some), len(some))[self.row, self.state]
        return found

    def lost(self) -> tuple[Real, Real]:
        """The share of time that these parts take alone, and the correction for this very state."""
        nothing = np.zeros(len(self.row))
        if self.number == 1:
            return self.always, nothing
        exactly = (1 - _count([*self.alone, *self.pairs.values()])) * self.share
        return self.pairs[0, 1] * self.always if self.number == 2 else nothing, exactly

    def without(self, column: int) -> Flags:
        """Who is down when one of the parts works."""
        others = [c for c in range(self.number) if c != column]
        if self.number == 2:
            return self.alone[others[0]]
        if self.number == 3:
            c, d = others
            either: Flags = self.pairs[c, d] | self.alone[c] | self.alone[d]
            return either
        return self._down(others)

    def begun(self) -> Real:
        """Outages an hour that begin with these states; whether all parts are needed for them (``least``) is found too."""
        table = self.table
        self.least = np.ones(len(self.row), dtype=bool)
        found: Real = np.zeros(len(self.row))
        for column in range(self.number):
            atom = self.atoms[self.state, column]
            first = table.first[table.part[atom]] == atom
            if self.number == 1:
                before = self.single[self.row, np.maximum(atom - 1, 0)] & ~first
                found += ~before * (self.always / table.hours[atom])
                break
            critical = ~self.without(column)
            self.least &= critical
            known = _count([self.alone[column], *(flags for key, flags in self.pairs.items() if column in key)])
            found += (critical - known) * (self.share * first / table.hours[atom])
            if self.number == 2:
                found += self.pairs[0, 1] * (self.always * first / table.hours[atom])
        return found


def _flags(bits: Bits, count: int) -> Flags:
    return np.unpackbits(bits, axis=1, count=count).view(bool)


def _count(flags: Sequence[Flags]) -> NDArray[np.int8]:
    """How many of these hold."""
    total = flags[0].astype("int8")
    for one in flags[1:]:
        total += one
    return total


def _signatures(groups: Whole, known: int) -> tuple[list[Signature], Whole]:
    """The signatures that occur, and which of them each state has."""
    rows = np.sort(groups, axis=1)
    key = rows @ (known ** np.arange(rows.shape[1], dtype=np.int64)[::-1])
    _, first, of = np.unique(key, return_index=True, return_inverse=True)
    return [tuple(map(int, rows[i])) for i in first], of


def _note_cuts(sums: Sums, look: _Look) -> None:
    """Add the states of each row to the cut of their parts, as the chance of its windows whatever else is broken."""
    for found, row in zip(sums.cuts, sums.focus, strict=True):
        mine = slice(*np.searchsorted(look.row, [row, row + 1]))
        at = np.flatnonzero(look.least[mine]) + mine.start
        if not len(at):
            continue
        parts = np.sort(sums.table.part[look.atoms[look.state[at]]], axis=1)
        rows, of = np.unique(parts, axis=0, return_inverse=True)
        for cut, value in zip(rows, np.bincount(of.ravel(), weights=look.always[at]), strict=True):
            key = tuple(map(int, cut))
            found[key] = found.get(key, 0.0) + float(value)


def plain(table: Table, strata: Iterable[States]) -> Real:
    """Only the share of time each row is down: for estimators that are compared with each other."""
    total = np.zeros(len(table.system.asked))
    for stratum in strata:
        for start in range(0, len(stratum.atoms), CHUNK):
            some = stratum.atoms[start : start + CHUNK]
            total += _flags(down(table, some), len(some)) @ stratum.weight[start : start + CHUNK]
    return total
