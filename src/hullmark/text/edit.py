"""Edits of a text by spans: everything outside the spans stays as it is, character for character.

The builders (`put`, `append`, `remove`) take a `Node` and the keys below it, and give the edits that
bring about the change, written in the style of the surroundings (block or flow, indentation, line
ends, JSON quoting). They give ``None`` when the place cannot be edited safely: it is shared through
an anchor or a merge key, tagged, embedded in another text, made by a template, or of another shape
than the keys expect. An empty tuple means that there is nothing to change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from hullmark.text import render
from hullmark.text.source import Key, Place, Source, Span
from hullmark.text.tree import Document, Map, Node, Seq, Value

_MARGIN = re.compile(r" *(?:- +)*")
_AFTER = re.compile(r"[ \t]*(?:(?<=[ \t])#.*)?", re.ASCII)


class Edit(NamedTuple):
    """Replace a span of a source by a text; an empty span is an insertion."""

    source: Source
    span: Span
    text: str


Edits = tuple[Edit, ...] | None
"""What a builder gives; None where the place cannot be edited safely."""


def conflicts(one: Edit, other: Edit) -> bool:
    """Whether two edits cannot both be applied: they overlap, or insert at the same offset."""
    if one.source is not other.source or one == other:
        return False
    (a, b), (c, d) = one.span, other.span
    return a == c or (a < d and c < b)


def apply(source: Source, edits: Iterable[Edit]) -> str:
    """The text of a source after its edits; equal ones are applied once.

    Raises ``ValueError`` when two of them conflict.
    """
    wanted = sorted({(edit.span, edit.text): edit for edit in edits if edit.source is source}.values(), key=_order)
    parts, at, previous = [], 0, None
    for edit in wanted:
        if previous is not None and conflicts(previous, edit):
            raise ValueError(f"conflicting edits at {source.name}:{source.position(edit.span.start).line}")
        parts += (source.text[at : edit.span.start], edit.text)
        at, previous = edit.span.end, edit
    return "".join((*parts, source.text[at:]))


def replace(place: Place, text: str) -> Edits:
    """Replace exactly what stands at a place."""
    if not place.editable or not place.exact:
        return None
    return (Edit(place.source, place.span, text),)


def put(node: Node, keys: tuple[Key, ...], value: Value) -> Edits:
    """Set the value at a path below a node, creating the mappings that are missing on the way."""
    spot, missing = _walk(node, keys)
    if spot is None:
        return None
    if missing:
        if not all(isinstance(key, str) for key in missing):
            return None
        for key in reversed(missing):
            value = {key: value}
        if spot.value:
            return _insert(spot, missing[0], value[missing[0]]) if isinstance(spot.value, Map) else None
        if spot.value is not None and not isinstance(spot.value, Map):
            return None
    elif spot.value == value and type(spot.value) is type(value):
        return ()
    return _set(spot, value)


def append(node: Node, keys: tuple[Key, ...], item: Value) -> Edits:
    """Add an item at the end of the list at a path below a node, creating the list when it is absent or null."""
    spot, missing = _walk(node, keys)
    if spot is None:
        return None
    if missing or not spot.value:
        return put(node, keys, [item]) if spot.value is None or missing or isinstance(spot.value, Seq) else None
    if not isinstance(spot.value, Seq):
        return None
    return _insert(spot, None, item)


def remove(node: Node, keys: tuple[Key, ...]) -> Edits:
    """Delete a mapping entry or a list item with its lines; comments of its neighbours stay."""
    spot, missing = _walk(node, keys)
    if spot is None or spot.parent is None:
        return None
    return () if missing else _delete(spot)


def rename(node: Node, keys: tuple[Key, ...], name: str) -> Edits:
    """Give the mapping entry at a path another key."""
    spot, missing = _walk(node, keys)
    if spot is None or missing or not isinstance(spot.key, str) or spot.parent is None or name in spot.parent.value:
        return None
    start, end = spot.mark[:2]
    if spot.text[start] in "&!*?":
        return None
    return (Edit(spot.doc.source, Span(start, end), render.scalar(name, quoted=spot.text[start] == '"', flow=True)),)


class _Spot(NamedTuple):
    """A value on the way from the root of a document: its holder, the key in it, its mark and its style."""

    doc: Document
    parent: _Spot | None
    key: Key
    value: Value
    mark: tuple[int, ...]
    flow: bool

    @property
    def text(self) -> str:
        return self.doc.source.text

    @property
    def start(self) -> int:
        return self.mark[-2]

    @property
    def end(self) -> int:
        return self.mark[-1]

    @property
    def quoted(self) -> bool:
        """Whether new keys and strings here are written as JSON."""
        return self.text[self.doc.span.start] in "{["

    @property
    def column(self) -> int:
        """The 0-based column of the first character."""
        return self.doc.source.position(self.start).column - 1


def _order(edit: Edit) -> tuple[Span, str]:
    return edit.span, edit.text


def _walk(node: Node, keys: tuple[Key, ...]) -> tuple[_Spot | None, tuple[Key, ...]]:
    """The deepest existing spot on the path and the keys that are missing below it; no spot where unsafe."""
    doc = node.doc
    if doc.margin is not None:
        return None, ()
    path = (*node.path, *keys)
    spot = _Spot(doc, None, "", doc.root, doc.span, _is_flow(doc.source.text, doc.span.start))
    for depth, key in enumerate(path):
        if not _ours(spot):
            return None, ()
        if depth == len(node.path) and spot.value is not node.value:
            return None, ()
        value = spot.value
        if isinstance(value, Map) and isinstance(key, str) and key in value:
            mark: tuple[int, ...] = value.marks[key]
        elif isinstance(value, Seq) and isinstance(key, int) and -len(value) <= key < len(value):
            mark = value.marks[key]
        else:
            return spot, path[depth:]
        if not spot.start <= mark[0] <= mark[-1] <= spot.end:
            return None, ()
        spot = _Spot(doc, spot, key, value[key], mark, spot.flow or _is_flow(doc.source.text, mark[-2]))
    return (spot, ()) if _ours(spot) else (None, ())


def _is_flow(text: str, start: int) -> bool:
    return text[start : start + 1] in ("{", "[")


def _ours(spot: _Spot) -> bool:
    """Whether a change here reaches no further: not anchored, tagged, aliased (unless replaced) or templated."""
    if any(a <= spot.start < b or a < spot.end <= b for a, b in spot.doc.anchored):
        return False
    if spot.text[spot.start : spot.start + 1] in ("&", "!") or (
        isinstance(spot.value, (Map, Seq)) and spot.text[spot.start] == "*"
    ):
        return False
    return not (isinstance(spot.value, str) and ("{{" in spot.value or "${" in spot.value))


def _eol(text: str) -> str:
    at = text.find("\n")
    return "\r\n" if at > 0 and text[at - 1] == "\r" else "\n"


def _line_end(spot: _Spot, offset: int) -> int | None:
    """The end of the line of an offset, if nothing but a comment follows there."""
    found = _AFTER.match(spot.text, offset)
    assert found is not None
    end = found.end()
    return end if spot.text[end : end + 1] in ("", "\n", "\r") else None


def _lines(spot: _Spot, lines: list[str], column: int) -> str:
    """Lines that follow what stands there, each on a new line at a column."""
    lead = _eol(spot.text) + " " * column
    return "".join(lead + line for line in lines)


def _set(spot: _Spot, value: Value) -> Edits:
    """Replace the value of a spot."""
    text, source = spot.text, spot.doc.source
    parent = spot.parent
    if parent is None or parent.flow:
        new = render.inline(value, quoted=spot.quoted) if spot.flow else None
        if new is None or (spot.start == spot.end and text[spot.start - 1 : spot.start] != ":"):
            return None
        return (Edit(source, Span(spot.start, spot.end), new if spot.start < spot.end else " " + new),)
    after = _separator(spot)
    if after is None:
        return None
    if not (isinstance(value, (dict, list)) and value):
        new = render.scalar(value)
        if "\n" in text[after : spot.start]:
            end = _line_end(spot, after)
            return None if end is None else (Edit(source, Span(after, spot.end), f" {new}{text[after:end]}"),)
        gap = "" if spot.start > after else " "
        return (Edit(source, Span(spot.start, spot.end), gap + new),)
    return _set_block(spot, value, after)


def _set_block(spot: _Spot, value: Value, after: int) -> Edits:
    """Replace the value of a spot in block context by a collection that is not empty."""
    text, source = spot.text, spot.doc.source
    assert spot.parent is not None
    column = spot.parent.column + len(render.STEP)
    lines = render.block(value)
    if isinstance(spot.parent.value, Seq) and isinstance(spot.key, int):
        lead = _eol(text) + " " * column
        return (Edit(source, Span(after, spot.end), " " + lead.join(lines)),)
    if isinstance(spot.value, (Map, Seq)) and not spot.flow:
        if not (isinstance(spot.value, Seq) and isinstance(value, dict)):
            column = spot.column
        first = source.starts[source.position(spot.start).line - 1]
        return (Edit(source, Span(first, spot.end), _lines(spot, lines, column)[len(_eol(text)) :]),)
    if spot.start == spot.end or "\n" not in text[spot.start : spot.end]:
        end = _line_end(spot, spot.end)
        if end is None:
            return None
        keep = text[after : spot.start].rstrip() + text[spot.end : end].rstrip()
        return (Edit(source, Span(after, end), (keep and " " + keep.lstrip()) + _lines(spot, lines, column)),)
    return (Edit(source, Span(after, spot.end), _lines(spot, lines, column)),)


def _separator(spot: _Spot) -> int | None:
    """The offset just past the colon or dash that introduces the value of a spot."""
    text = spot.text
    if len(spot.mark) == 2:
        head = text[: spot.start].rstrip() if spot.start == spot.end else text[max(0, spot.start - 200) : spot.start]
        at = head.rstrip(" \r\n").endswith("-")
        return (len(text[: spot.start].rstrip(" \r\n")) if at else None) if spot.start else None
    colon = text.find(":", spot.mark[1], spot.start + 1)
    return colon + 1 if colon >= 0 and not text[spot.mark[1] : colon].strip(" ") else None


def _bounds(spot: _Spot) -> list[tuple[int, int]]:
    """The stretches of the entries of a collection that stand in it, in order."""
    marks = spot.value.marks.values() if isinstance(spot.value, Map) else spot.value.marks
    inside = ((m[0], max(m[1], m[-1])) for m in marks if spot.start <= m[0] and m[-1] <= spot.end)
    return sorted(inside)


def _insert(spot: _Spot, key: Key | None, value: Value) -> Edits:
    """Add an entry (or, without a key, an item) after the last of a collection that is not empty."""
    text, source = spot.text, spot.doc.source
    bounds = _bounds(spot)
    if not bounds:
        return None
    start, end = bounds[-1]
    if spot.flow:
        if not _is_flow(text, spot.start):
            return None
        quoted = spot.quoted or text[start] == '"'
        new = render.inline(value, quoted=quoted)
        if key is not None:
            new = f"{render.scalar(key, quoted=quoted, flow=True)}: {new}"
        begin = source.starts[source.position(start).line - 1]
        own_line = not text[begin:start].strip() and begin > spot.start
        gap = "," + _eol(text) + text[begin:start] if own_line else ", "
        return (Edit(source, Span(end, end), gap + new),)
    first = source.starts[source.position(spot.start).line - 1]
    stop = _line_end(spot, end)
    if stop is None or not _MARGIN.fullmatch(text, first, spot.start):
        return None
    lines = render.entry(str(key), value) if key is not None else render.block([value])
    return (Edit(source, Span(stop, stop), _lines(spot, lines, spot.column)),)


def _delete(spot: _Spot) -> Edits:
    """Take an entry out of its holder; the last one leaves an empty collection behind."""
    parent, text, source = spot.parent, spot.text, spot.doc.source
    assert parent is not None
    bounds = _bounds(parent)
    if len(bounds) != len(parent.value):
        return None
    if len(bounds) == 1:
        return _set(parent, type(parent.value)())
    index = next(i for i, (start, _) in enumerate(bounds) if start == spot.mark[0])
    last = index == len(bounds) - 1
    if parent.flow:
        span = Span(bounds[index - 1][1], bounds[index][1]) if last else Span(bounds[index][0], bounds[index + 1][0])
        return (Edit(source, span, ""),)
    return None if not text else _delete_lines(spot, bounds, index)


def _delete_lines(spot: _Spot, bounds: list[tuple[int, int]], index: int) -> Edits:
    source, text = spot.doc.source, spot.text
    stop = _line_end(spot, bounds[index][1])
    if stop is None:
        return None
    line = source.position(bounds[index][0]).line
    first = source.starts[line - 1]
    following = source.starts[source.position(stop).line :][:1]
    margin = text[first : bounds[index][0]]
    if isinstance(spot.key, int):
        margin = margin.rstrip(" ").removesuffix("-")
    if margin.strip(" "):
        if index == len(bounds) - 1:
            return None
        return (Edit(source, Span(bounds[index][0], bounds[index + 1][0]), ""),)
    if following:
        return (Edit(source, Span(first, following[0]), ""),)
    return (Edit(source, Span(len(text[:first].rstrip("\r\n")), stop), ""),)
