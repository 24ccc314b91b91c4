"""Edits of a text by spans: everything outside the spans stays as it is, character for character.

The builders (`put`, `append`, `remove`, `rename`) take a `Node` and the keys below it and give the
edits that bring the change about, in the style of the surroundings: block or flow, indentation, line
ends, JSON quoting. They give ``None`` when the place cannot be edited safely: it is shared through an
anchor or a merge key, tagged, embedded in another text, made by a template, part of a made-up mapping,
or of another shape than the keys expect. An empty tuple means that there is nothing to change.
"""

from __future__ import annotations

from collections.abc import Iterable
from json import dumps
from typing import NamedTuple

from hullmark.text import render
from hullmark.text.regex import regex
from hullmark.text.source import Key, Place, Source, Span
from hullmark.text.spot import Spot, entries, line_end, tail, walk
from hullmark.text.tree import Map, Node, Seq, Value

_MARGIN = regex(r" *(?:- +)*")


class Edit(NamedTuple):
    """Replace a span of a source by a text; an empty span is an insertion."""

    source: Source
    span: Span
    text: str


Edits = tuple[Edit, ...] | None
"""What a builder gives; None where the place cannot be edited safely."""


def conflicts(one: Edit, other: Edit) -> bool:
    """Whether two edits cannot both be applied: they overlap, or start at the same offset. Equal ones can."""
    if one.source is not other.source or one == other:
        return False
    (a, b), (c, d) = one.span, other.span
    return a == c or (a < d and c < b)


def apply(source: Source, edits: Iterable[Edit]) -> str:
    """The text of a source after those of the edits that are its own; equal ones are applied once.

    Raises ``ValueError`` when two of them conflict.
    """
    wanted = sorted({(edit.span, edit.text) for edit in edits if edit.source is source})
    parts: list[str] = []
    at, before = 0, None
    for span, text in wanted:
        edit = Edit(source, span, text)
        if before is not None and conflicts(before, edit):
            raise ValueError(f"conflicting edits in line {source.position(span.start).line} of {source.name}")
        parts += (source.text[at : span.start], text)
        at, before = span.end, edit
    return "".join((*parts, source.text[at:]))


def join(*parts: Edits) -> Edits:
    """One change out of several; None if any of them cannot be made.

    Insertions at the same offset become one, in the order given: name the more deeply indented first, as where a list
    ends together with the mapping around it.
    """
    joined: dict[tuple[Source, Span], str] = {}
    for edits in parts:
        if edits is None:
            return None
        for edit in edits:
            at = (edit.source, edit.span)
            joined[at] = joined[at] + edit.text if at in joined and edit.span.start == edit.span.end else edit.text
    return tuple(Edit(source, span, text) for (source, span), text in joined.items())


def replace(place: Place, text: str) -> Edits:
    """Replace exactly what stands at a place."""
    return (Edit(place.source, place.span, text),) if place.editable and place.exact else None


def put(node: Node, keys: tuple[Key, ...], value: Value) -> Edits:
    """Set the value at a path below a node, creating the mappings that are missing on the way."""
    return _put(*walk(node, keys), value)


def _put(spot: Spot | None, missing: tuple[Key, ...], value: Value) -> Edits:
    """Set the value of a spot, or of what is missing below it."""
    if spot is None:
        return None
    if not missing:
        same = dumps(spot.value, sort_keys=True) == dumps(value, sort_keys=True)
        return () if same else _set(spot, value)
    if not (spot.value is None or isinstance(spot.value, Map)) or any(isinstance(key, int) for key in missing):
        return None
    for key in reversed(missing[1:]):
        value = {key: value}
    return _insert(spot, missing[0], value) if spot.value else _set(spot, {missing[0]: value})


def append(node: Node, keys: tuple[Key, ...], item: Value) -> Edits:
    """Add an item at the end of the list at a path below a node, creating the list when it is absent or null."""
    spot, missing = walk(node, keys)
    if spot is None:
        return None
    if not missing and isinstance(spot.value, Seq) and spot.value:
        return _insert(spot, None, item)
    return _put(spot, missing, [item]) if missing or spot.value is None or spot.value == [] else None


def remove(node: Node, keys: tuple[Key, ...]) -> Edits:
    """Delete a mapping entry or a list item with its lines; comments on lines of their own stay."""
    spot, missing = walk(node, keys)
    if spot is None or spot.parent is None:
        return None
    return () if missing else _delete(spot, spot.parent)


def rename(node: Node, keys: tuple[Key, ...], name: str) -> Edits:
    """Give the mapping entry at a path another key; its value and place stay."""
    spot, missing = walk(node, keys)
    if spot is None or missing or spot.parent is None or not isinstance(spot.parent.value, Map):
        return None
    start, end, *_ = spot.parent.value.marks[str(spot.key)]
    if name in spot.parent.value or spot.text.startswith(("&", "!", "*", "?"), start):
        return None
    quoted = spot.quoted or spot.text.startswith('"', start)
    return (Edit(spot.doc.source, Span(start, end), render.scalar(name, quoted=quoted, flow=True)),)


def _edit(spot: Spot, start: int, end: int, text: str) -> Edits:
    return (Edit(spot.doc.source, Span(start, end), text),)


def _templated(spot: Spot) -> bool:
    return "{{" in spot.text[spot.start : spot.end]


def _lines(spot: Spot, lines: list[str], column: int) -> str:
    """Lines to follow what stands there, each at this column."""
    text = spot.text
    first = text.find("\n")
    lead = ("\r\n" if first > 0 and text[first - 1] == "\r" else "\n") + " " * column
    return lead.join(["", *lines])


def _set(spot: Spot, value: Value) -> Edits:
    """Replace the value of a spot."""
    if _templated(spot):
        return None
    if spot.parent is None or spot.parent.flow:
        return _set_inline(spot, value)
    after = spot.separator
    if after is None:
        return None
    if isinstance(value, (dict, list)) and value:
        return _set_block(spot, spot.parent, after, value)
    if "\n" in spot.text[after : spot.start]:
        stop = line_end(spot.text, after)
        return None if stop is None else _edit(spot, after, spot.end, f" {render.scalar(value)}{spot.text[after:stop]}")
    gap = " " if spot.start == after else ""
    return _edit(spot, spot.start, spot.end, gap + render.scalar(value))


def _set_inline(spot: Spot, value: Value) -> Edits:
    """Replace the value of a spot in flow context, or a flow collection at the root."""
    if not spot.flow and spot.parent is None:
        return None
    new = render.inline(value, quoted=spot.quoted)
    if spot.start < spot.end:
        return _edit(spot, spot.start, spot.end, new)
    return _edit(spot, spot.start, spot.end, " " + new) if spot.text.startswith(":", spot.start - 1) else None


def _set_block(spot: Spot, parent: Spot, after: int, value: Value) -> Edits:
    """Replace the value of a spot in block context by a collection that is not empty."""
    lines, column = render.block(value), parent.column + len(render.STEP)
    if isinstance(parent.value, Seq):
        first, *rest = lines
        return _edit(spot, after, spot.end, f" {first}{_lines(spot, rest, column)}")
    if isinstance(spot.value, (Map, Seq)) and not spot.flow:
        if isinstance(spot.value, Map) or isinstance(value, list):
            column = spot.column
        above = spot.text.rfind("\n", 0, spot.start)
        above -= spot.text.startswith("\r\n", above - 1)
        return _edit(spot, above, spot.end, _lines(spot, lines, column))
    stop = line_end(spot.text, spot.end)
    if stop is None:
        return None
    comment = spot.text[after : spot.start].strip() + spot.text[spot.end : stop].strip()
    return _edit(spot, after, stop, (comment and " " + comment) + _lines(spot, lines, column))


def _insert(spot: Spot, key: Key | None, value: Value) -> Edits:
    """Add an entry (or, without a key, an item) after the last of a collection that is not empty."""
    if spot.flow:
        return _insert_inline(spot, key, value)
    first = spot.text.rfind("\n", 0, spot.start) + 1
    stop = tail(spot)
    if stop is None or not _MARGIN.fullmatch(spot.text, first, spot.start):
        return None
    lines = render.block([value]) if key is None else render.entry(str(key), value)
    return _edit(spot, stop, stop, _lines(spot, lines, spot.start - first))


def _insert_inline(spot: Spot, key: Key | None, value: Value) -> Edits:
    """The same in a flow collection: on a line of its own if the last entry has one."""
    inside = entries(spot)
    if not inside or not spot.text.startswith(("{", "["), spot.start):
        return None
    start, end = inside[-1]
    quoted = spot.quoted or spot.text.startswith('"', start)
    new = render.inline(value, quoted=quoted)
    if key is not None:
        new = f"{render.scalar(key, quoted=quoted, flow=True)}: {new}"
    line = spot.text.rfind("\n", 0, start) + 1
    if line > spot.start and not spot.text[line:start].strip():
        return _edit(spot, end, end, f",{_lines(spot, [new], start - line)}")
    return _edit(spot, end, end, f", {new}")


def _delete(spot: Spot, parent: Spot) -> Edits:
    """Take an entry out of its holder; the last one leaves an empty collection behind."""
    inside = entries(parent)
    if _templated(spot) or len(inside) != len(parent.value):
        return None
    if len(inside) == 1:
        return _set(parent, type(parent.value)())
    index = next(i for i, span in enumerate(inside) if span.start == spot.lead)
    start, end = inside[index]
    following = inside[index + 1].start if index + 1 < len(inside) else None
    if parent.flow:
        return _edit(spot, inside[index - 1].end if following is None else start, following or end, "")
    stop = line_end(spot.text, end)
    line = spot.text.rfind("\n", 0, start) + 1
    if stop is None:
        return None
    if spot.text[line:start].strip():
        return None if following is None else _edit(spot, start, following, "")
    if (below := spot.text.find("\n", stop)) >= 0:
        return _edit(spot, line, below + 1, "")
    return _edit(spot, len(spot.text[:line].rstrip("\r\n")), stop, "")
