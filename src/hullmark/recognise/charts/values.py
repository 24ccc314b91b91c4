"""The values of a chart as Helm merges them, each with the place it was set at.

The layers lie in different documents, so the merged tree has a document of its own. It has no text: an offset in it is a number
that stands for a place in the document a value came from, which its `origin` looks up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hullmark.recognise.charts.reference import Layer
from hullmark.recognise.embedded import documents
from hullmark.text.source import Key, Place, Source, Span
from hullmark.text.tree import Document, Map, Node, Seq, Value

_MAX_DEPTH = 64
_MAX_VALUES, _MAX_ALL = 50_000, 1_000_000
_MAX_TEXT = 1_000_000
"""How deep values may lie, how many one release and all of a scan may have, and how long a text of values may be.
Real releases have a few hundred values."""

_MAX_INDEX = 1_000

TOO_MANY = "its values are too many or too deep to be read"
UNREADABLE = "its values are no YAML that can be read"


class TooMuchError(Exception):
    """There are more values than are read."""


class _Spot(NamedTuple):
    """A stretch of a document that a value of the merged tree came from; inexact for what the chart itself brings."""

    doc: Document
    start: int
    end: int
    path: tuple[Key, ...]
    exact: bool


class Sheet:
    """Where the merged values of a scan were set. Built once for a scan, so that what is shared is taken over once."""

    def __init__(self) -> None:
        self._spots: list[_Spot] = []
        self._known: dict[tuple[int, tuple[Key, ...]], tuple[Value, Value]] = {}
        self._texts: dict[tuple[int, Span], tuple[Node | None, Document]] = {}
        self._left, self._all = _MAX_VALUES, _MAX_ALL

    def begin(self) -> None:
        """Count anew: the next release begins."""
        self._left = min(_MAX_VALUES, self._all)

    def document(self, name: str) -> Document:
        """An empty document whose offsets are places of this sheet; ``name`` is the file a report may fall back on."""
        return Document(Source(name, ""), None, Span(0, 0), origin=self._origin)

    def _origin(self, span: Span, path: tuple[Key, ...], exact: bool) -> Place:  # noqa: FBT001 - the signature of an origin
        del path
        first, last = self._spots[span.start], self._spots[max(span.start, span.end - 1)]
        end = last.end if last.doc is first.doc and last.end >= first.start else first.end
        place = first.doc.place(first.start, end, first.path, exact=exact and first.exact)
        return place._replace(editable=False)

    def spot(self, doc: Document, start: int, end: int, path: tuple[Key, ...], *, exact: bool = True) -> int:
        """The number that stands for a place from now on."""
        self._spots.append(_Spot(doc, start, end, path, exact))
        return len(self._spots) - 1

    def spend(self, number: int) -> None:
        """Count values that are merged.

        Raises:
            TooMuchError: there are more than are read.
        """
        self._left -= number
        self._all -= number
        if self._left < 0:
            raise TooMuchError

    def read(self, node: Node) -> Node | None:
        """The first document of a text of values; None if there is none.

        Raises:
            TooMuchError: it is too long.
        """
        key = (id(node.doc), node.span)
        if key not in self._texts:
            if len(node.value) > _MAX_TEXT:
                raise TooMuchError
            self._texts[key] = next((found.node for found in documents(node)), None), node.doc
        return self._texts[key][0]

    def taken(self, node: Node) -> Value:
        """A value of another document with its places in this sheet.

        Raises:
            TooMuchError: there are more values than are read.
        """
        return self._taken(node.doc, node.value, node.path, 0)

    def _taken(self, doc: Document, value: Value, path: tuple[Key, ...], depth: int) -> Value:
        if not isinstance(value, (Map, Seq)):
            return value
        if depth > _MAX_DEPTH:
            raise TooMuchError
        if (known := self._known.get((id(value), path))) is not None:
            return known[0]
        self.spend(len(value) + 1)
        made = self._map(doc, value, path, depth) if isinstance(value, Map) else self._seq(doc, value, path, depth)
        self._known[id(value), path] = made, value  # the original is kept so that its id stays its own
        return made

    def _map(self, doc: Document, value: Map, path: tuple[Key, ...], depth: int) -> Map:
        made = Map()
        for key, (start, end, first, last) in value.marks.items():
            if key in value:
                below = (*path, key)
                at, inside = self.spot(doc, start, end, below), self.spot(doc, first, last, below)
                made[key] = self._taken(doc, value[key], below, depth + 1)
                made.marks[key] = (at, at + 1, inside, inside + 1)
        return made

    def _seq(self, doc: Document, value: Seq, path: tuple[Key, ...], depth: int) -> Seq:
        made = Seq()
        for index, (item, (start, end)) in enumerate(zip(value, value.marks, strict=False)):
            below = (*path, index)
            at = self.spot(doc, start, end, below)
            made.append(self._taken(doc, item, below, depth + 1))
            made.marks.append((at, at + 1))
        return made

    def given(self, plain: Any, at: int) -> Value:
        """A plain value of the table as one that stands at a place: what a chart brings by itself."""
        mark = (at, at + 1)
        if isinstance(plain, Mapping):
            return Map(
                {str(key): self.given(inner, at) for key, inner in plain.items()},
                {str(key): (*mark, *mark) for key in plain},
            )
        if isinstance(plain, (list, tuple)):
            return Seq([self.given(inner, at) for inner in plain], [mark] * len(plain))
        return plain

    def merged(self, weak: Value, strong: Value) -> Value:
        """Two values as Helm merges them: mappings by key, everything else replaced.

        Raises:
            TooMuchError: there are more values than are read.
        """
        if not (isinstance(weak, Map) and isinstance(strong, Map)) or not weak:
            return strong
        self.spend(len(weak) + len(strong))
        made = Map(weak, dict(weak.marks))
        for key, value in strong.items():
            made[key] = self.merged(weak[key], value) if key in weak else value
            made.marks[key] = strong.marks[key]
        return made

    def below(self, keys: tuple[Key, ...], value: Value, at: int, base: Value) -> Value:
        """A value at keys below ``base``, the lists and mappings on the way made or taken over.

        Raises:
            TooMuchError: there are more values than are read.
        """
        if not keys:
            return value
        key, *rest = keys
        mark = (at, at + 1)
        if isinstance(key, int):
            kept = base if isinstance(base, Seq) else Seq()
            if key > _MAX_INDEX:
                raise TooMuchError
            self.spend(len(kept) + key)
            row = Seq(kept, list(kept.marks))
            while len(row) <= key:
                row.append(None)
                row.marks.append(mark)
            row[key] = self.below(tuple(rest), value, at, row[key])
            row.marks[key] = mark
            return row
        held = base if isinstance(base, Map) else Map()
        self.spend(len(held) + 1)
        made = Map(held, dict(held.marks))
        made[key] = self.below(tuple(rest), value, at, held.get(key))
        made.marks[key] = (*mark, *mark) if not rest or key not in held else held.marks[key]
        return made


def layered(sheet: Sheet, layers: tuple[Layer, ...], base: Value) -> tuple[Value, str]:
    """All layers over ``base``, and why some of them could not be read; empty if all could.

    Raises:
        TooMuchError: there are more values than are read.
    """
    values, unread = base, ""
    for layer in layers:
        if layer.parsed:
            inner = sheet.read(layer.node)
            if inner is None and layer.value.strip():
                unread = UNREADABLE
            if inner is None:
                continue
            if inner.value is None:
                continue
            if not isinstance(inner.value, Map):
                unread = UNREADABLE
                continue
            values = sheet.merged(values, sheet.taken(inner))
        elif layer.keys:
            place = layer.node
            at = sheet.spot(place.doc, place.span.start, place.span.end, place.path)
            values = sheet.below(layer.keys, layer.value, at, values)
        else:
            values = sheet.merged(values, sheet.taken(layer.node))
    return values, unread
