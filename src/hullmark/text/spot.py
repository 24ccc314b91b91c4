"""Where a value stands among its neighbours, as far as an edit has to know, and whether it may be edited at all."""

from __future__ import annotations

from typing import NamedTuple

from hullmark.text.regex import regex
from hullmark.text.source import Key, Span
from hullmark.text.tree import Document, Map, Node, Seq, Value, dig

_BETWEEN = regex(r"(?:\s+|(?<=\s)#[^\n]*)*")
_COLON = regex(r"[ \t]*:")
_LINE_REST = regex(r"[ \t]*(?:(?<=[ \t])#[^\r\n]*)?(?=[\r\n]|\Z)")
_KEPT_BLANKS = regex(r"(?:\r?\n[ \t]*(?=[\r\n]))*")
_KEEPS = regex(r"[|>][0-9]?\+")


class Spot(NamedTuple):
    """A value on the way from the root of a document to where an edit is wanted.

    ``start`` and ``end`` are those of the value, ``lead`` is where its entry starts (its key or its
    dash) and ``flow`` says that it stands inside, or is, a ``{}`` or ``[]``.
    """

    doc: Document
    parent: Spot | None
    key: Key
    value: Value
    lead: int
    start: int
    end: int
    flow: bool

    @property
    def text(self) -> str:
        """The text of the source."""
        return self.doc.source.text

    @property
    def column(self) -> int:
        """The 0-based column of the first character."""
        return self.doc.source.position(self.start).column - 1

    @property
    def quoted(self) -> bool:
        """Whether keys and strings are written as JSON here."""
        return self.text.startswith(("{", "["), self.doc.span.start)

    @property
    def separator(self) -> int | None:
        """The offset after the colon or dash before the value; None for a complex key (``?``) or for none."""
        if isinstance(self.key, int):
            return self.lead + 1
        if self.parent is None or self.text.startswith("?", self.lead):
            return None
        found = _COLON.match(self.text, self.parent.value.marks[self.key][1])
        return found.end() if found else None


def walk(node: Node, keys: tuple[Key, ...]) -> tuple[Spot | None, tuple[Key, ...]]:
    """The deepest spot that exists on a path below a node, and the keys of the path that are missing there.

    No spot when the node is made up or when anything on the way cannot be edited safely.
    """
    doc = node.doc
    if doc.margin is not None or doc.origin is not None or dig(doc.root, *node.path) is not node.value:
        return None, ()
    if keys and node.value and isinstance(node.value, (Map, Seq)):
        # What stands above a collection that is not empty does not matter to an edit in it: block style
        # is never inside flow style, and anchors are known by their spans.
        start, end = node.span
        return _down(Spot(doc, None, "", node.value, start, start, end, _opens(doc.source.text, start)), keys)
    start, end = doc.span
    spot, missing = _down(
        Spot(doc, None, "", doc.root, start, start, end, _opens(doc.source.text, start)), (*node.path, *keys)
    )
    return (spot, missing) if len(missing) <= len(keys) else (None, ())


def _down(spot: Spot, path: tuple[Key, ...]) -> tuple[Spot | None, tuple[Key, ...]]:
    """Follow a path from a spot as far as it exists; no spot where something on the way cannot be edited safely."""
    for depth in range(len(path) + 1):
        if not _editable(spot):
            return None, ()
        if depth == len(path):
            break
        below = _step(spot, path[depth])
        if below is None:
            return spot, path[depth:]
        if not spot.start <= below.lead <= below.end <= spot.end:
            return None, ()
        spot = below
    return spot, ()


def entries(spot: Spot) -> list[Span]:
    """The entries that stand in a collection itself (not merged ones), from key or dash to the end, in order."""
    marks = spot.value.marks
    if isinstance(spot.value, Map):
        inside = [Span(m[0], max(m[1], m[3])) for m in marks.values() if spot.start <= m[0] and m[3] <= spot.end]
        return sorted(inside)
    return [Span(_dash(spot, index), end) for index, (_, end) in enumerate(marks)]


def line_end(text: str, offset: int) -> int | None:
    """The end of the line of an offset, if only a comment follows there."""
    if text.startswith("\n", offset):
        return offset
    found = _LINE_REST.match(text, offset)
    return found.end() if found else None


def tail(spot: Spot) -> int | None:
    """Where a line can be added after a block collection: past a comment, and past blank lines that are content."""
    value, start, end = spot.value, spot.start, spot.end
    if spot.text.find("+", start, end) < 0 or not _KEEPS.search(spot.text, start, end):
        return line_end(spot.text, end)
    while isinstance(value, (Map, Seq)) and value.marks and not _opens(spot.text, start):
        marks = value.marks.items() if isinstance(value, Map) else enumerate(value.marks)
        key, mark = max(((k, m) for k, m in marks if m[-1] <= spot.end), key=lambda pair: pair[1][-1])
        value, start, end = dig(value, key), mark[-2], mark[-1]
    stop = line_end(spot.text, end)
    if stop is not None and _KEEPS.match(spot.text, start):
        blank = _KEPT_BLANKS.match(spot.text, stop)
        return blank.end() if blank else stop
    return stop


def _opens(text: str, start: int) -> bool:
    return text.startswith(("{", "["), start)


def _editable(spot: Spot) -> bool:
    """Whether a change here reaches no further: no shared anchor, tag, template, or alias to a collection."""
    if spot.doc.anchored and any(a <= spot.start < b for a, b in spot.doc.anchored):
        return False
    if spot.text.startswith(("&", "!"), spot.start):
        return False
    if isinstance(spot.value, (Map, Seq)):
        return not spot.text.startswith("*", spot.start)
    return not (isinstance(spot.value, str) and ("{{" in spot.value or "${" in spot.value))


def _step(spot: Spot, key: Key) -> Spot | None:
    value = spot.value
    if isinstance(value, Map) and isinstance(key, str) and key in value:
        lead, _, start, end = value.marks[key]
    elif isinstance(value, Seq) and isinstance(key, int) and -len(value) <= key < len(value):
        key %= len(value)
        start, end = value.marks[key]
        lead = _dash(spot, key)
    else:
        return None
    return Spot(spot.doc, spot, key, value[key], lead, start, end, flow=spot.flow or _opens(spot.text, start))


def _dash(spot: Spot, index: int) -> int:
    """Where the dash of an item stands; in a flow list, where the item starts."""
    marks = spot.value.marks
    if spot.flow:
        return int(marks[index][0])
    if index == 0:
        return spot.start
    found = _BETWEEN.match(spot.text, marks[index - 1][1])
    return found.end() if found else int(marks[index][0])
