"""What values are replaced by to see where they come out, and which of them in which rendering."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import combinations, count, islice
from math import comb
from typing import NamedTuple

from hullmark.text.tree import Value

WORD = re.compile(r"zq\d{4,6}")
"""What replaces values without a shape of their own: a word of the length and the letters that names may have."""

_SHAPE = re.compile(r"(?P<head>v?)\d+(?P<minor>\.\d+(?:\.\d+)?)?(?P<unit>|[kMGTPE]i?|Ki|m|ms|s|h|d|%)")
"""Numbers, versions, quantities and durations: templates compute with them and refuse anything else."""

_RUN = re.compile(r"\d{4,6}")
_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def text(value: Value) -> str:
    """A scalar or an empty collection as templates print it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def same(value: Value, rendered: Value) -> bool:
    """Whether a rendered scalar (or empty collection) is this value, whatever its type has become."""
    if isinstance(value, (dict, list)) or isinstance(rendered, (dict, list)):
        return bool(value == rendered) and isinstance(value, dict) == isinstance(rendered, dict)
    numbers = isinstance(value, (int, float)) and isinstance(rendered, (int, float))
    if numbers and not isinstance(value, bool) and not isinstance(rendered, bool):
        return bool(value == rendered)
    return text(value).rstrip("\n") == text(rendered).rstrip("\n")


class Mark(NamedTuple):
    """What a value is replaced by: another of the same kind.

    ``shown`` is what can be found again in the output, empty where the mark is only another truth value.
    """

    value: Value
    shown: str


def numbers(avoid: Container[int]) -> Iterator[int]:
    """Numbers to tell marks by, none of them in what is rendered anyway; small enough for ports and loops, if possible."""
    return (n for start, stop in ((3001, 10_000), (20_011, 1_000_000)) for n in range(start, stop) if n not in avoid)


def printed(output: str) -> set[int]:
    """The numbers in an output that a mark could be mistaken for."""
    return {int(found) for found in _RUN.findall(output)}


def mark(value: Value, number: int) -> Mark | None:
    """A mark for a value; None where there can be none."""
    if value is None:
        return None
    if isinstance(value, bool):
        return Mark(not value, "")
    if isinstance(value, int):
        return Mark(number, str(number))
    if isinstance(value, float):
        inside = number / 10 ** len(str(number))
        return Mark(inside, str(inside)) if abs(value) < 1 else Mark(number + 0.5, f"{number}.5")
    word = f"zq{number}"
    if isinstance(value, str):
        if value in ("true", "false"):
            return Mark("false" if value == "true" else "true", "")
        shape = _SHAPE.fullmatch(value)
        if shape is not None:
            word = f"{shape['head']}{number}{'.0' * (shape['minor'] or '').count('.')}{shape['unit']}"
        return Mark(word, word)
    return Mark({word: word} if isinstance(value, dict) else [word], word)


class Marking(NamedTuple):
    """What is marked in one rendering: marks and the values they stand for by the number of the value."""

    marks: Mapping[int, tuple[Mark, Value]]
    by_digits: Mapping[int, int]

    @classmethod
    def of(cls, marks: Mapping[int, tuple[Mark, Value]]) -> Marking:
        """The marking with these marks."""
        runs = ((number, _RUN.search(one.shown)) for number, (one, _) in marks.items())
        return cls(marks, {int(run.group()): number for number, run in runs if run})

    def unmarked(self, rendered: str, wanted: Value) -> tuple[str, list[tuple[int, int, int]]]:
        """A rendered scalar with the marks taken back, and where in it the value of which number stands.

        A value that is a template itself stands for what is wanted, if it can print that.
        """
        parts: list[str] = []
        found: list[tuple[int, int, int]] = []
        at = length = 0
        for run in _RUN.finditer(rendered):
            number = self.by_digits.get(int(run.group()), -1)
            if number < 0:
                continue
            (_, shown), value = self.marks[number]
            if run.group() not in shown:
                continue
            start = run.start() - shown.index(run.group())
            if start < at or not rendered.startswith(shown, start):
                continue
            whole = start == 0 and len(shown) == len(rendered)
            if whole and (same(value, wanted) or could_print(value, text(wanted))):
                return text(wanted), [(0, len(text(wanted)), number)]
            parts += (rendered[at:start], text(value))
            length += start - at
            found.append((length, length + len(text(value)), number))
            length += len(text(value))
            at = start + len(shown)
        return "".join((*parts, rendered[at:])), found


def could_print(value: Value, rendered: str) -> bool:
    """Whether a value that is a template itself can print a text: what stands around its actions is there, in order."""
    if not isinstance(value, str) or "{{" not in value:
        return False
    fixed = [part.strip() for part in _ACTION.split(value)]
    at = 0
    for part in fixed:
        at = rendered.find(part, at)
        if at < 0:
            return False
        at += len(part)
    around = rendered.startswith(fixed[0]) and rendered.endswith(fixed[-1])
    return around and any(len(part) > 2 for part in fixed)


def codes(number: int) -> tuple[int, Sequence[int]]:
    """How many renderings it takes to tell this many values apart, and for each value the set of those it is marked in.

    All sets (as bits) are of one size, so none holds another: for any two values there is a rendering in which the one
    is marked and the other is not (https://en.wikipedia.org/wiki/Sperner%27s_theorem).
    """
    if number <= 1:
        return number, [1] * number
    size = next(n for n in count(2) if comb(n, n // 2) >= number)
    chosen = islice(combinations(range(size), size // 2), number)
    return size, [sum(1 << bit for bit in bits) for bits in chosen]
