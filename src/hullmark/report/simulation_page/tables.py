"""Pieces of HTML: tables whose numbers carry their full value, and texts that are only texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from hullmark.report.markup import text


class Cell(NamedTuple):
    """A cell: its text, the number it shows (for programs), its tone (*good*, *bad* or none), and a note below."""

    words: str
    value: float | None = None
    tone: str = ""
    note: str = ""


_SHORT = 20
"""Characters of numbers that are not broken into lines."""


def number(words: str, value: float | None) -> str:
    """A number in words with its full value beside."""
    short = ' class="short"' if len(words) <= _SHORT else ""
    return text(words) if value is None else f'<span{short} data-value="{value!r}">{text(words)}</span>'


def table(heads: Sequence[str], rows: Iterable[Sequence[str | Cell]]) -> Iterator[str]:
    """A table; nothing at all without rows."""
    found = list(rows)
    if found:
        yield f'<div class="scroll"><table><thead><tr>{"".join(f"<th>{text(h)}</th>" for h in heads)}</tr></thead><tbody>'
        for row in found:
            yield f"<tr>{''.join(map(_cell, row))}</tr>"
        yield "</tbody></table></div>\n"


def _cell(cell: str | Cell) -> str:
    if isinstance(cell, str):
        return f"<td>{text(cell)}</td>"
    tone = f' class="{cell.tone}"' if cell.tone else ""
    note = f'<br><span class="note">{text(cell.note)}</span>' if cell.note else ""
    return f"<td{tone}>{number(cell.words, cell.value)}{note}</td>"


def section(name: str, title: str, parts: Iterable[str], lead: str = "") -> Iterator[str]:
    """A section with its heading; nothing at all without content."""
    found = list(parts)
    if found:
        yield f'<section><h2 id="{name}">{text(title)}</h2>\n'
        if lead:
            yield f'<p class="faint">{text(lead)}</p>\n'
        yield from found
        yield "</section>\n"


def figure(drawing: str, caption: str = "") -> str:
    """A plot with its caption."""
    told = f"<figcaption>{text(caption)}</figcaption>" if caption else ""
    return f'<figure><div class="scroll">{drawing}</div>{told}</figure>\n'
