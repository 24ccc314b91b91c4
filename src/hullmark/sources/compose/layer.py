"""One Compose file as a tree on the sheet: variables replaced, tags told apart, every value with its place.

Scalars become texts as they are written (``1.10`` and ``no`` stay what they are, as go-yaml v3 has it for strings), save
true, false and null. Compose's tags are ``!reset`` and ``!override``
(https://github.com/compose-spec/compose-spec/blob/main/13-merge.md#reset-value).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from hullmark.sources.compose.sheet import Mark, Sheet
from hullmark.sources.compose.variables import Filled, Settings, substitute
from hullmark.text.source import Place, Problem, Source, Span
from hullmark.text.tree import Document, Map, Seq, Value
from hullmark.text.yaml import read


class _Reset:
    """The value of what ``!reset`` takes away."""

    def __repr__(self) -> str:
        return "!reset"


RESET: Final = _Reset()

DEEPEST = 60
"""How deep a Compose file may be nested; the schema knows ten levels."""

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)+")
_TAG = re.compile(r"(?:&[^\s,\[\]{}]+\s+)?!(reset|override)(?![\w.-])")


class Layer(NamedTuple):
    """A document of a Compose file. ``whole`` are the ids of the collections that replace what they are merged over."""

    root: Map
    whole: set[int]


def layers(source: Source, sheet: Sheet, known: Settings) -> Iterator[Layer | Problem]:
    """The documents of a Compose file."""
    base = sheet.add(source)
    for found in read(source, own_first=True):
        if isinstance(found, Problem):
            yield found
        else:
            yield from _layer(found, base, sheet, known)


def _layer(document: Document, base: int, sheet: Sheet, known: Settings) -> Iterator[Layer | Problem]:
    copy = _Copy(document.source, base, sheet, known)
    root, mark = copy.value(document.root, (document.span.start, document.span.end), 0)
    if isinstance(root, Map):
        yield Layer(root, copy.whole)
    else:
        yield Problem("a Compose file is a mapping", sheet.place(Span(*mark)), "start with 'services:'")
    yield from copy.problems


class _Copy:
    """The copy of one document; what aliases share is copied once."""

    def __init__(self, source: Source, base: int, sheet: Sheet, known: Settings) -> None:
        self.source, self.base, self.sheet, self.known = source, base, sheet, known
        self.whole: set[int] = set()
        self.problems: list[Problem] = []
        self._done: dict[int, Value] = {}

    def value(self, value: Any, mark: Mark, depth: int) -> tuple[Value, Mark]:
        """The copy of a value, and its mark on the sheet."""
        start, end = mark
        tag = _TAG.match(self.source.text, start, end) if self.source.text.startswith(("!", "&"), start) else None
        here = start + self.base, end + self.base
        if tag is not None and tag[1] == "reset":
            return RESET, here
        if isinstance(value, (Map, Seq)):
            copied = self._done.get(id(value))
            if copied is None:
                copied = self._done[id(value)] = self._collection(value, start, depth)
            if tag is not None:
                self.whole.add(id(copied))
            return copied, here
        return self._scalar(value, start, end)

    def _collection(self, value: Map | Seq, start: int, depth: int) -> Value:
        if depth > DEEPEST:
            if not self.problems:
                place = Place(self.source, Span(start, start))
                self.problems.append(Problem(f"nested deeper than {DEEPEST} levels", place, "flatten it"))
            return None
        if isinstance(value, Seq):
            pairs = [self.value(item, mark, depth + 1) for item, mark in zip(value, value.marks, strict=True)]
            return Seq((item for item, _ in pairs), [mark for _, mark in pairs])
        copied = Map()
        for name, inner in value.items():
            first, last, *own = value.marks[name]
            key = self.source.text[first:last] if name in ("true", "false") else name
            copied[key], where = self.value(inner, (own[0], own[1]), depth + 1)
            copied.marks[key] = (first + self.base, last + self.base, *where)
        return copied

    def _scalar(self, value: Any, start: int, end: int) -> tuple[Value, Mark]:
        here = start + self.base, end + self.base
        if value is None:
            return None, here
        if not isinstance(value, str):
            written = _PROPERTIES.sub("", self.source.text[start:end], count=1)
            if isinstance(value, bool) and written.lower() in ("true", "false"):
                return value, here
            return written, here
        filled = substitute(value, self.known)
        setting = filled.setting if isinstance(filled, Filled) else None
        if not isinstance(filled, Filled) or setting is None or not self.sheet.takes(setting.span):
            return filled, here
        at = self.sheet.add(setting.source, setting.span, via=Place(self.source, Span(start, end), editable=False))
        filled.mark = at, at + setting.span.end - setting.span.start
        return filled, here if "=" in value.partition("$")[0] else filled.mark
