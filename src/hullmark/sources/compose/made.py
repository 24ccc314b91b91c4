"""Mappings and lists that are made up from values of a service, each entry with the mark of where it was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hullmark.sources.compose.sheet import Mark
from hullmark.text.tree import Map, PairMark, Seq, Value

Entry = tuple[str, Value, PairMark]
"""A key, its value and their mark."""


def mapping(entries: Iterable[Entry]) -> Map:
    """A mapping of entries; null equals absent, and the first of a key wins."""
    found = Map()
    for key, value, mark in entries:
        if value is not None and key not in found:
            found[key], found.marks[key] = value, mark
    return found


def sequence(items: Iterable[tuple[Value, Mark]]) -> Seq:
    """A list of items."""
    kept = list(items)
    return Seq((value for value, _ in kept), [mark for _, mark in kept])


def nested(key: str, entries: Iterable[Entry], mark: PairMark) -> Iterator[Entry]:
    """An entry that holds others, if there are any; what is absent in it is shown at ``mark``."""
    inner = mapping(entries)
    if inner:
        yield key, inner, mark


def several(key: str, items: Iterable[tuple[Value, Mark]], mark: PairMark) -> Iterator[Entry]:
    """An entry that holds a list, if it has any items."""
    inner = sequence(items)
    if inner:
        yield key, inner, mark


def at(mark: Mark | PairMark) -> PairMark:
    """The mark of an entry that is all at one place: its value's."""
    return (*mark[-2:], *mark[-2:])
