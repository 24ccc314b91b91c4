"""Who is down in each of many states at once: bits of pods, counted, then carried up the dependencies as packed bits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hullmark.simulate.overlap.system import System
from hullmark.simulate.overlap.table import Bits, Table, Whole

CHUNK = 1 << 21
"""Words of pods that are looked at together: small enough for caches, large enough for numpy."""


def down(table: Table, atoms: Whole) -> Bits:
    """Who is down: a row for everything that is asked, eight states a byte."""
    own = _own(table, atoms)
    whole = own.copy()
    _carry(table.system, whole)
    rows = np.zeros((len(table.system.asked), own.shape[1]), dtype=np.uint8)
    for index, asked in enumerate(table.system.asked):
        for unit in asked.units:
            rows[index] |= (own if asked.alone else whole)[unit]
        if asked.of >= 0:
            rows[index] &= ~rows[asked.of]
    return rows


def _own(table: Table, atoms: Whole) -> Bits:
    """Units whose own pods are too few."""
    words, units, size = len(table.base), len(table.spare), atoms.shape[1]
    chunk = max(CHUNK // max(words, 1) // 8, 1) * 8
    found = []
    for start in range(0, len(atoms), chunk):
        some = atoms[start : start + chunk]
        pods = _pods(table, some, 0) | table.base
        held = np.flatnonzero(np.any(table.holds[table.part[some]] > 0, axis=1)) if size else np.zeros(0, np.int64)
        if len(held):
            among = np.bitwise_or.reduce(table.holding[table.holds[table.part[some[held]]]], axis=1)
            pods[held] |= _pods(table, some[held], table.atoms) & among
        lost: Whole = np.bitwise_count(pods)
        if words > units:
            lost = np.add.reduceat(lost, table.starts[:-1], axis=1, dtype=np.uint32)
        found.append(np.packbits((lost > table.spare).T, axis=1))
    return np.concatenate(found, axis=1) if found else np.zeros((units, 0), np.uint8)


def _pods(table: Table, atoms: Whole, shift: int) -> NDArray[np.uint64]:
    """Who is away in each state, as words of pods; with a ``shift`` of all atoms, who is while recovery is held up."""
    words, size = len(table.base), atoms.shape[1]
    chosen = atoms.ravel() + shift
    counts = table.entry[chosen + 1] - table.entry[chosen]
    ends = np.cumsum(counts)
    entries = np.arange(ends[-1] if len(ends) else 0) + np.repeat(table.entry[chosen] - (ends - counts), counts)
    state = np.repeat(np.repeat(np.arange(len(atoms)), size), counts)
    pods = np.zeros(len(atoms) * words, dtype=np.uint64)
    np.bitwise_or.at(pods, state * words + table.word[entries], table.bits[entries])
    return pods.reshape(len(atoms), words)


def _carry(system: System, bits: Bits) -> None:
    """Carry outages to whoever cannot do without: once in order, and where units need each other until nothing changes.

    What that ends in is the least set that is down, in other words the largest that can be up.
    """
    ordered, circular = order(system)
    while True:
        before = bits.copy() if circular else bits
        for unit, targets in ordered:
            lost = bits[targets[0]]
            for target in targets[1:]:
                lost = lost & bits[target]
            bits[unit] |= lost
        if not circular or (before == bits).all():
            return


def order(system: System) -> tuple[Sequence[tuple[int, tuple[int, ...]]], bool]:
    """The needs such that what is needed comes first, and whether there are circles."""
    needs: dict[int, list[tuple[int, ...]]] = {}
    for unit, targets in system.needs:
        needs.setdefault(unit, []).append(targets)
    seen: dict[int, bool] = {}
    ordered: list[tuple[int, tuple[int, ...]]] = []
    circular = False
    for root, first in needs.items():
        stack = [(root, iter([t for ts in first for t in ts]))] if root not in seen else []
        seen.setdefault(root, False)
        while stack:
            unit, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                stack.pop()
                seen[unit] = True
                ordered += [(unit, targets) for targets in needs.get(unit, ())]
            elif target not in seen:
                seen[target] = False
                stack.append((target, iter([t for ts in needs.get(target, ()) for t in ts])))
            elif not seen[target]:
                circular = True
    return ordered, circular
