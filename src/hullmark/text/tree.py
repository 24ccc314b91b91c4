"""The tree that readers build: plain values whose mappings and lists remember where things stand.

A `Map` is a ``dict`` and a `Seq` a ``list``, so code that only wants values needs nothing else. The
spans lie beside the values, as tuples of offsets, because a scan reads millions of them and looks
at few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from hullmark.text.source import Key, Place, Source, Span

MAX_DEPTH = 1_000
"""Deepest nesting that is read; real manifests stay below 40."""

Value = Any
"""A JSON value: `Map`, `Seq`, ``str``, ``int``, ``float``, ``bool`` or ``None``.

It is ``Any`` for the type checker: every reader of foreign data looks before it leaps, through
`dig` and the accessors of `hullmark.model.truth`.
"""

PairMark = tuple[int, int, int, int]
"""Key start, key end, value start, value end."""


class Map(dict[str, Value]):
    """A mapping with the spans of its keys and values (``marks[key]``, a `PairMark`)."""

    __slots__ = ("marks",)

    def __init__(self, pairs: Any = (), marks: dict[str, PairMark] | None = None) -> None:
        super().__init__(pairs)
        self.marks: dict[str, PairMark] = {} if marks is None else marks


class Seq(list[Value]):
    """A list with the spans of its items (``marks[index]``, start and end)."""

    __slots__ = ("marks",)

    def __init__(self, items: Any = (), marks: list[tuple[int, int]] | None = None) -> None:
        super().__init__(items)
        self.marks: list[tuple[int, int]] = [] if marks is None else marks


EMPTY_MAP = Map()
EMPTY_SEQ = Seq()


class Margin(NamedTuple):
    """How the lines of an embedded text lie in its host: first line (1-based, 0 where they do not correspond) and indentation."""

    host: Place
    line: int
    indent: int

    @classmethod
    def of(cls, place: Place, value: str) -> Margin:
        """The margin of a string that stands at a place: that of a block scalar, none of any other."""
        source = place.source
        lines = value.split("\n")
        first = place.line + 1
        top = next((i for i, line in enumerate(lines) if line.strip()), 0)
        indent = len(source.line(first + top)) - len(lines[top])
        same = indent >= 0 and all(
            source.line(first + i)[indent:] == line for i, line in enumerate(lines) if line.strip()
        )
        return cls(place, first if same else 0, indent if same else 0)


Origin = Callable[[Span, tuple[Key, ...], bool], Place]
"""Where a stretch of a rendered text comes from: given its span, its path of keys, and whether it is exact."""


class Document(NamedTuple):
    """One document of a source: its root value and span, and which stretches are anchored.

    A text that stands inside a string of another document (`margin` set) has a `source` of its own
    for reading; its places are translated into the host's. So are those of a rendered text, by its
    `origin`, into the files it was rendered from.
    """

    source: Source
    root: Value
    span: Span
    index: int = 0  # type: ignore[assignment]  # hides tuple.index, which nobody needs
    anchored: tuple[Span, ...] = ()
    margin: Margin | None = None
    origin: Origin | None = None

    @property
    def node(self) -> Node:
        """The root as a node."""
        return Node(self, self.root, self.span, ())

    def place(self, start: int, end: int, path: tuple[Key, ...], *, exact: bool = True) -> Place:
        """The place of a stretch of this document, in the user's own file."""
        if self.margin is not None:
            return _in_host(self, self.margin, Span(start, end), path, exact=exact)
        if self.origin is not None:
            return self.origin(Span(start, end), path, exact)
        editable = not (self.anchored and any(a <= start < b for a, b in self.anchored))
        return Place(self.source, Span(start, end), path, exact, editable)


def _in_host(doc: Document, margin: Margin, span: Span, path: tuple[Key, ...], *, exact: bool) -> Place:
    """Translate an embedded stretch; without a line-for-line correspondence show the whole host string."""
    host, first, indent = margin
    full = (*host.path, *path)
    if first == 0:
        return host._replace(path=full, exact=False, editable=False)

    def outer(offset: int) -> int:
        line, column = doc.source.position(offset)
        starts = host.source.starts
        return min(starts[first + line - 2] + indent + column - 1, len(host.source.text))

    return Place(host.source, Span(outer(span.start), outer(span.end)), full, exact, editable=False, via=host.via)


class Node(NamedTuple):
    """A value together with where it stands; what typed views carry so that findings can point.

    ``value`` may also be a `Map` assembled from several places (an operator's flattened fields seen
    as a container): its marks point at the originals.
    """

    doc: Document
    value: Value
    span: Span
    path: tuple[Key, ...]

    def get(self, *keys: Key) -> Value:
        """The value below these keys, or None; null equals absent."""
        return dig(self.value, *keys)

    def child(self, *keys: Key) -> Node | None:
        """The node below these keys, or None when it is absent or null."""
        value = self.value
        mark: PairMark | tuple[int, int] | None = self.span
        for key in keys:
            mark = _mark(value, key)
            if mark is None:
                return None
            value = value[key]
        if value is None or mark is None:
            return None
        return Node(self.doc, value, Span(mark[-2], mark[-1]), (*self.path, *keys))

    def children(self, *keys: Key) -> list[Node]:
        """The non-null items of the list, or values of the mapping, below these keys."""
        parent = dig(self.value, *keys)
        if isinstance(parent, Map):
            doc, path, marks = self.doc, (*self.path, *keys), parent.marks
            return [
                Node(doc, value, Span(marks[key][-2], marks[key][-1]), (*path, key))
                for key, value in parent.items()
                if value is not None and key in marks
            ]
        if isinstance(parent, Seq):
            doc, path = self.doc, (*self.path, *keys)
            return [
                Node(doc, value, Span(*mark), (*path, index))
                for index, (value, mark) in enumerate(zip(parent, parent.marks, strict=False))
                if value is not None
            ]
        return []

    def select(self, path: tuple[Key, ...]) -> Iterator[Node]:
        """The nodes that a path leads to, whose ``*`` stands for every item or value."""
        if "*" not in path:
            if (found := self.child(*path)) is not None:
                yield found
            return
        at = path.index("*")
        for item in self.children(*path[:at]):
            yield from item.select(path[at + 1 :])

    def at(self, *keys: Key) -> Place:
        """The place of the value below these keys, or the nearest that exists.

        For an absent key that is the key of the deepest mapping on the way; at the top of a node it
        is its ``name``, else its first entry.
        """
        value, (start, end) = self.value, self.span
        above: PairMark | tuple[int, int] | None = None
        for depth, key in enumerate(keys):
            mark = value.marks.get(key) if isinstance(value, Map) else _mark(value, key)  # type: ignore[arg-type]
            if mark is None:
                path = (*self.path, *keys[:depth])
                if above is not None and len(above) == 4:
                    return self.doc.place(above[0], above[1], path, exact=False)
                return self._title(value, start, end, path)
            above, value = mark, value[key]
            start, end = mark[-2], mark[-1]
        path = (*self.path, *keys)
        if keys and value is None and above is not None and len(above) == 4 and start >= end:
            return self.doc.place(above[0], above[1], path)
        return self.doc.place(start, end, path)

    def key(self, *keys: Key) -> Place:
        """The place of the last key itself (for a list item: of the item)."""
        parent = self.child(*keys[:-1])
        mark = None if parent is None else _mark(parent.value, keys[-1])
        if parent is None or mark is None:
            return self.at(*keys)
        return self.doc.place(mark[0], mark[1], (*parent.path, keys[-1]))

    def _title(self, value: Value, start: int, end: int, path: tuple[Key, ...]) -> Place:
        if isinstance(value, Map) and value.marks:
            mark = value.marks.get("name") or next(iter(value.marks.values()))
            title_end = max(mark[1], mark[3]) if "name" in value.marks else mark[1]
            return self.doc.place(mark[0], title_end, path, exact=False)
        return self.doc.place(start, end, path, exact=False)


def _mark(value: Value, key: Key) -> PairMark | tuple[int, int] | None:
    if isinstance(value, Map):
        return value.marks.get(key)  # type: ignore[arg-type]  # no key is a number: it finds nothing
    if isinstance(value, Seq) and isinstance(key, int) and -len(value) <= key < len(value):
        return value.marks[key]
    return None


def dig(value: Value, *keys: Key) -> Value:
    """Follow keys into nested mappings and lists; None as soon as something is missing or of another shape."""
    for key in keys:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
            value = value[key]
        else:
            return None
    return value


def mapping(value: Value, *keys: Key) -> Map:
    """The mapping below these keys, or an empty one."""
    found = dig(value, *keys)
    return found if isinstance(found, Map) else EMPTY_MAP


def items(value: Value, *keys: Key) -> Seq:
    """The list below these keys, or an empty one."""
    found = dig(value, *keys)
    return found if isinstance(found, Seq) else EMPTY_SEQ
