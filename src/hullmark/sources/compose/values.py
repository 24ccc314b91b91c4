"""Values of Compose files: texts as numbers, sizes and durations, and lists and mappings that mean the same.

What cannot be known yet (``${NAME}``) stays a text, so that whoever reads it finds a placeholder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from hullmark.sources.compose.layer import RESET
from hullmark.sources.compose.sheet import Mark, Sheet
from hullmark.sources.compose.variables import Filled
from hullmark.text.tree import Map, PairMark, Seq, Value

_SIZE = re.compile(r"(\d{1,18}(?:\.\d{1,9})?|\.\d{1,9}) ?(?:([kmgtp])i?b?|b)?", re.IGNORECASE | re.ASCII)
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(us|µs|ns|ms|s|m|h)", re.ASCII)
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_WORDS = {"true": True, "yes": True, "y": True, "on": True, "false": False, "no": False, "n": False, "off": False}
"""What becomes a boolean where one is wanted (``toBoolean`` in loader/interpolate.go of compose-go)."""


class Item(NamedTuple):
    """A value and where it stands."""

    value: Value
    mark: Mark


def text(value: Value) -> str:
    """A scalar as text; empty for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""


def boolean(value: Value) -> bool | str | None:
    """A switch; the text itself where it cannot be known, None where there is none."""
    if isinstance(value, str):
        return _WORDS.get(value.lower(), value)
    return value if isinstance(value, bool) else None


def whole(value: Value) -> int | str | None:
    """A whole number; the text itself where it is none, None where there is none."""
    if not isinstance(value, str):
        return None
    return int(value) if len(value) <= 18 and value.isascii() and value.isdigit() else value


def size(value: Value) -> int | str | None:
    """A size in bytes (``2g``, ``512mb``), with units of 1024; the text itself where it is none."""
    if not isinstance(value, str):
        return None
    found = _SIZE.fullmatch(value.strip())
    if found is None:
        return value
    return int(float(found[1]) * 1024.0 ** ("kmgtp".find((found[2] or " ").lower()) + 1))


def seconds(value: Value) -> int | str | None:
    """A duration (``1m30s``) in seconds, rounded down; the text itself where it is none."""
    if not isinstance(value, str):
        return None
    parts = _DURATION.findall(value)
    if "".join(f"{a}{b}" for a, b in parts) != value or not parts or len(value) > 64:
        return value
    return int(sum(float(amount) * _SECONDS[unit] for amount, unit in parts))


def listed(value: Value, mark: Mark) -> Iterator[Item]:
    """The items of a list, or the one value that stands for a list of one; null ones left out."""
    if isinstance(value, Seq):
        for item, place in zip(value, value.marks, strict=True):
            if item is not None and item is not RESET:
                yield Item(item, place)
    elif value is not None and value is not RESET:
        yield Item(value, mark)


def pairs(value: Value, sheet: Sheet) -> Map:
    """``NAME=value`` lists and mappings as mappings; what has no value is None."""
    if isinstance(value, Map):
        return value
    found = Map()
    for item, mark in listed(value, (0, 0)):
        if not isinstance(item, str):
            continue
        name, equals, rest = item.partition("=")
        if not name:
            continue
        found[name] = None if not equals else _rest(item, rest)
        found.marks[name] = _pair(item, name, mark, sheet)
    return found


def _rest(item: str, rest: str) -> str:
    """What follows ``NAME=``, still known to come from an env file if it does."""
    return Filled(rest) if isinstance(item, Filled) else rest


def _pair(item: str, name: str, mark: Mark, sheet: Sheet) -> PairMark:
    start = inner(sheet, mark, f"{name}=")
    if start is None:
        return (*mark, *mark)
    key = start, start + len(name)
    if isinstance(item, Filled) and item.mark is not None:
        return (*key, *item.mark)
    quoted = sheet.raw((start - 1, start))[:1] in ("'", '"') and start > mark[0]
    return (*key, key[1] + 1, mark[1] - quoted)


def inner(sheet: Sheet, mark: Mark, beginning: str) -> int | None:
    """Where the text of a scalar starts that is written with this beginning, quoted or not; None for others."""
    written = sheet.raw(mark)
    if written.startswith(beginning):
        return mark[0]
    return mark[0] + 1 if written[:1] in ("'", '"') and written.startswith(beginning, 1) else None


def named(value: Value) -> Map:
    """A list of names, or a mapping of names to settings, as a mapping."""
    if isinstance(value, Map):
        return value
    found = Map()
    for item, mark in listed(value, (0, 0)):
        if isinstance(item, str) and item:
            found[item] = None
            found.marks[item] = (*mark, *mark)
    return found
