"""How the characters of a string value lie in the text that writes it."""

from __future__ import annotations

from typing import NamedTuple

from hullmark.text.source import Source, Span


class Run(NamedTuple):
    """Characters of a value that stand side by side in the text too: offset in the value, offset in the text, length."""

    value: int
    text: int
    length: int


def runs(source: Source, span: Span, value: str) -> tuple[Run, ...]:
    """The runs of a string value that is written in a span; none where it is escaped or folded.

    Line ends are parts of the runs of a block scalar's lines.
    """
    raw = source.text[span.start : span.end]
    if raw == value:
        return (Run(0, span.start, len(value)),)
    if raw[1:-1] == value and raw[:1] in ("'", '"'):
        return (Run(0, span.start + 1, len(value)),)
    return tuple(_block(source, span, value)) if raw[:1] == "|" else ()


def _block(source: Source, span: Span, value: str) -> list[Run]:
    first = source.position(span.start).line + 1
    wanted = value.rstrip("\n").split("\n")
    top = next((index for index, line in enumerate(wanted) if line), 0)
    indent = len(source.line(first + top)) - len(wanted[top])
    found: list[Run] = []
    at = 0
    for number, line in enumerate(wanted, first):
        if indent < 0 or source.line(number)[indent:].rstrip("\r") != line:
            return []
        found.append(Run(at, source.starts[number - 1] + min(indent, len(source.line(number))), len(line) + 1))
        at += len(line) + 1
    return found


def in_text(found: tuple[Run, ...], start: int, end: int) -> Span | None:
    """The stretch of the text for a stretch of the value."""
    first, last = _at(found, start), _at(found, max(start, end - 1))
    if first is None or last is None:
        return None
    return Span(first, last + (end > start))


def in_value(found: tuple[Run, ...], start: int, end: int) -> Span | None:
    """The stretch of the value for a stretch of the text."""
    turned = tuple(Run(run.text, run.value, run.length) for run in found)
    return in_text(turned, start, end)


def _at(found: tuple[Run, ...], offset: int) -> int | None:
    for run in found:
        if run.value <= offset < run.value + max(run.length, 1):
            return run.text + offset - run.value
    return None
