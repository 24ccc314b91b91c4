"""The hash of a line by which GitHub's code scanning recognises an alert after lines have moved.

It must equal what github/codeql-action computes on upload (its ``src/fingerprints.ts``), which otherwise warns:
a polynomial hash, base 37 modulo 2^64, of the 100 UTF-16 units from the start of the line on, blanks and tabs left
out and line ends made one line feed, followed by 65535 for the end of the text and zeros; then a colon and
how many lines of the text have had this hash so far.
"""

from __future__ import annotations

from collections.abc import Collection
from operator import mul
from struct import unpack

_BLOCK = 100
_POWERS = tuple(pow(37, _BLOCK - 1 - i, 1 << 64) for i in range(_BLOCK))
_MASK = (1 << 64) - 1
_AFTER = b"\xff\xff" + bytes(2 * _BLOCK)
"""What follows a text."""


def line_hashes(text: str, numbers: Collection[int]) -> dict[int, str]:
    """The hashes of these 1-based lines of a text, whose last one is what follows the last line end, even if empty.

    All lines are counted by what is hashed of them, but only those that are asked for are hashed, which takes far longer.
    """
    kept = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "")
    units = _units(kept) + _AFTER
    seen: dict[bytes, int] = {}
    found: dict[int, str] = {}
    at = 0
    for number, line in enumerate(kept.split("\n"), 1):
        block = units[at : at + 2 * _BLOCK]
        seen[block] = count = seen.get(block, 0) + 1
        if number in numbers:
            found[number] = f"{sum(map(mul, unpack(f'<{_BLOCK}H', block), _POWERS)) & _MASK:x}:{count}"
        at += 2 * (len(line) if line.isascii() else len(_units(line)) // 2) + 2
    return found


def _units(text: str) -> bytes:
    """The UTF-16 units of a text, two bytes each."""
    return text.encode("utf-16-le", "surrogatepass")
