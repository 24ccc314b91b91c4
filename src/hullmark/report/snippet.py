"""A piece of the user's own text with a mark under what is meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hullmark.report.mask import BARE, Veil, mask
from hullmark.report.style import Paint
from hullmark.report.visible import cells, visible
from hullmark.text.source import Place

TAB = "    "


class Frame(NamedTuple):
    """How excerpts are drawn.

    ``width`` is in columns of the terminal, ``digits`` how many the longest line number has, ``veil`` what to hide.
    """

    paint: Paint
    width: int
    digits: int
    veil: Veil = BARE

    def rail(self, text: str = "") -> str:
        """A row beside the text, without a line number."""
        return f"{' ' * (self.digits + 2)}{self.paint('|', 'frame')}{' ' if text else ''}{text}"

    def detail(self, word: str, text: str, look: str = "strong") -> str:
        """A row below the text, introduced by a word."""
        return f"{' ' * (self.digits + 2)}{self.paint('=', 'frame')} {self.paint(word + ':', look)} {text}"

    def arrow(self, place: Place, sign: str = "-->") -> str:
        """The row that says where a piece of text is from."""
        return f"{' ' * (self.digits + 1)}{self.paint(sign, 'frame')} {address(place)}"


def address(place: Place) -> str:
    """File, line and column, as editors and terminals make links of it."""
    line, column = place.start
    return f"{filename(place.source.name)}:{line}:{column}"


def filename(name: str) -> str:
    """A file's name as shown; standard input has none."""
    return "<stdin>" if name == "-" else visible(name)


def digits(*places: Place) -> int:
    """How many digits the longest line number among these places has."""
    return max((len(str(p.line)) for p in places), default=1)


def excerpt(frame: Frame, place: Place, label: str, look: str, mark: str = "^") -> Iterator[str]:
    """The line a place starts in, the place underlined from its first to its last character on it, and a label.

    A place that goes on over more lines is underlined to the end of its first. Lines that do not fit are
    cut around the place.
    """
    number = place.line
    line, start, end = _cut(*_shown(place, frame.veil), frame.width - frame.digits - 4)
    before, marked, after = (visible(part).replace("␉", TAB) for part in (line[:start], line[start:end], line[end:]))
    yield frame.rail()
    yield f" {frame.paint(f'{number:>{frame.digits}} |', 'frame')} {before}{marked}{after}".rstrip()
    indent, length = cells(before), max(1, cells(marked))
    underline = " " * indent + frame.paint(mark * length, look)
    label = visible(label)
    if not label:
        yield frame.rail(underline)
    elif frame.digits + 4 + indent + length + 1 + cells(label) <= frame.width:
        yield frame.rail(f"{underline} {frame.paint(label, look)}")
    else:
        yield frame.rail(underline)
        yield frame.rail(
            " " * max(0, min(indent, frame.width - frame.digits - 4 - cells(label))) + frame.paint(label, look)
        )


def _shown(place: Place, veil: Veil) -> tuple[str, int, int]:
    """The line of a place with secrets masked, and where the place starts and ends in it."""
    source, (number, column) = place.source, place.start
    line, offset = source.line(number), source.starts[number - 1]
    start = min(column - 1, len(line))
    end = max(start, min(place.span.end - offset, len(line)))
    parts, at, marks = [], 0, [start, end]
    for span in veil.inside(source, offset, offset + len(line)):
        left, right = span.start - offset, span.end - offset
        hidden = mask(line[left:right])
        parts += [line[at:left], hidden]
        at, shift, into = right, len(hidden) - (right - left), sum(map(len, parts))
        for i, original in enumerate((start, end)):
            marks[i] += shift if original >= right else 0
            if left < original < right:
                marks[i] = into - len(hidden) if i == 0 else into
    return "".join((*parts, line[at:])), marks[0], marks[1]


def _cut(line: str, start: int, end: int, room: int) -> tuple[str, int, int]:
    """The part of a line that fits, with ellipses for what is left out, and the marks moved along."""
    room = max(room, 20)
    if not line.isascii() and cells(line[: 2 * room]) > room:
        room //= 2  # wide characters: half as many fit
    if len(line) <= room:
        return line, start, end
    if end < room:
        return line[: room - 1] + "…", start, end
    left = max(0, min(start - room // 4, len(line) - room + 1))
    right = left + room - 1 - bool(left)
    right = len(line) if right + 1 >= len(line) else right  # what a last ellipsis would replace fits itself
    head, tail = "…" if left else "", "…" if right < len(line) else ""
    moved = len(head) - left
    return f"{head}{line[left:right]}{tail}", start + moved, min(end, right) + moved
