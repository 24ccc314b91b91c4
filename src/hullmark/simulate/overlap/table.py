"""A system as arrays: windows of parts one after the other (*atoms*), and the words of bits in which pods are counted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hullmark.simulate.overlap.system import Lost, System

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Bits = NDArray[np.uint8]

WORD = 64


@dataclass(frozen=True, eq=False)
class Table:
    """The arrays. ``first`` is the first atom of each part, and one more; ``part`` and ``hours`` are by atom.

    ``odds`` are by part. ``entry``, ``word`` and ``bits`` are the pods each atom takes: those of atom a, then (from
    ``atoms`` on) those it takes while recovery is held up. ``starts`` is the first word of each unit,
    ``holds`` the row of ``holding`` that says whose
    return a part holds up, 0 for nobody's.
    """

    system: System
    first: Whole
    part: Whole
    hours: Real
    odds: Real
    holds: Whole
    holding: NDArray[np.uint64]
    entry: Whole
    word: Whole
    bits: NDArray[np.uint64]
    starts: Whole
    spare: Whole
    base: NDArray[np.uint64]

    @property
    def atoms(self) -> int:
        """How many windows there are."""
        return len(self.part)

    @cached_property
    def nothing(self) -> float:
        """The share of time in which nothing is broken."""
        return float(np.exp(-np.log1p(self.odds).sum()))


def table(system: System) -> Table:
    """The arrays of a system."""
    windows = [(i, w) for i, part in enumerate(system.parts) for w in part.windows]
    words = [-(-unit.pods // WORD) for unit in system.units]
    starts = np.concatenate(([0], np.cumsum(words, dtype=np.int64))).astype(np.int64)
    taken = [w.lost for _, w in windows] + [system.parts[i].held for i, _ in windows]
    entries = [list(_split(lost, starts)) for lost in taken]
    flat = [pair for one in entries for pair in one]
    base = np.zeros(int(starts[-1]), dtype=np.uint64)
    for word, bits in _split(tuple((i, u.away) for i, u in enumerate(system.units) if u.away), starts):
        base[word] |= np.uint64(bits)
    holders = [part for part in system.parts if part.holds]
    holding = np.zeros((len(holders) + 1, len(base)), dtype=np.uint64)
    for index, part in enumerate(holders, 1):
        for unit in part.holds:
            holding[index, starts[unit] : starts[unit + 1]] = np.uint64(2**WORD - 1)
    numbers = {id(part): index for index, part in enumerate(holders, 1)}
    counts = np.bincount([i for i, _ in windows], minlength=len(system.parts)) if windows else np.zeros(0, np.int64)
    return Table(
        system,
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        np.array([i for i, _ in windows], dtype=np.int64),
        np.array([w.hours for _, w in windows]),
        np.array([p.odds for p in system.parts]),
        np.array([numbers.get(id(p), 0) for p in system.parts], dtype=np.int64),
        holding,
        np.concatenate(([0], np.cumsum([len(one) for one in entries], dtype=np.int64))).astype(np.int64),
        np.array([word for word, _ in flat], dtype=np.int64),
        np.array([bits for _, bits in flat], dtype=np.uint64),
        starts,
        np.array([unit.pods - unit.need for unit in system.units], dtype=np.int64),
        base,
    )


def _split(lost: Lost, starts: Whole) -> Any:
    """Bits by the word they are in."""
    for unit, pods in lost:
        word, rest = int(starts[unit]), pods
        while rest:
            if rest & (1 << WORD) - 1:
                yield word, rest & (1 << WORD) - 1
            word, rest = word + 1, rest >> WORD
