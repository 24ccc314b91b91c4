"""The hash of a line by which GitHub's code scanning recognises an alert after lines have moved.

It must equal what github/codeql-action computes on upload (its ``src/fingerprints.ts``), which otherwise warns:
a polynomial hash, base 37 modulo 2^64, of the 100 UTF-16 units from the start of the line on, blanks and tabs left
out and line ends made one line feed, followed by 65535 for the end of the text and zeros; then a colon and
how many lines of the text have had this hash so far.
"""

from __future__ import annotations

import re
from collections import Counter

_BLOCK = 100
_BASE = 37
_MASK = (1 << 64) - 1
_OUT = pow(_BASE, _BLOCK, 1 << 64)
_END = 0xFFFF


def line_hashes(text: str) -> list[str]:
    """The hash of every line of a text, including the empty one after a final line end."""
    units, starts = _units(text)
    wanted, hashes, value = set(starts), dict[int, int](), 0
    for end, unit in enumerate(units):
        value = value * _BASE + unit
        if end >= _BLOCK:
            value -= units[end - _BLOCK] * _OUT
        value &= _MASK
        if end - _BLOCK + 1 in wanted:
            hashes[end - _BLOCK + 1] = value
    seen: Counter[int] = Counter()
    found = []
    for start in starts:
        seen[hashes[start]] += 1
        found.append(f"{hashes[start]:x}:{seen[hashes[start]]}")
    return found


def _units(text: str) -> tuple[list[int], list[int]]:
    """What is hashed, and where lines start in it."""
    kept = re.sub("[ \t]+", "", text.replace("\r\n", "\n").replace("\r", "\n"))
    encoded = kept.encode("utf-16-le", "surrogatepass")
    units = [encoded[i] | encoded[i + 1] << 8 for i in range(0, len(encoded), 2)]
    starts = [0, *(i + 1 for i, unit in enumerate(units) if unit == 0x0A)]
    return units + [_END] + [0] * _BLOCK, starts
