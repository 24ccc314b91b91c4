"""The text of a template as Go reads it: literal text and actions, and the lines that print something.

Only as much of the language (https://pkg.go.dev/text/template) is known as it takes to find the actions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|\'(?:[^\'\\\n]|\\.)*\'|\}\}|[^"`\'}]+|.', re.DOTALL)
_COMMENT = re.compile(r"-?\s*/\*")
_SILENT = re.compile(r"(?:if|else|end|with|range|define|block|break|continue)\b|\$\w*(?:\s*,\s*\$\w+)?\s*:?=|/\*|\Z")
_OPENS = re.compile(r"(if|with|range|define|block)\b")


class Piece(NamedTuple):
    """A stretch of literal text, or an action; ``body`` is what stands in the latter, without trim markers."""

    start: int
    end: int
    action: bool = False
    body: str = ""
    trims_left: bool = False
    trims_right: bool = False

    @property
    def silent(self) -> bool:
        """Whether an action prints nothing itself."""
        return _SILENT.match(self.body) is not None

    @property
    def opens(self) -> str:
        """The word that opens a block, if it is one that does."""
        found = _OPENS.match(self.body)
        return found.group(1) if found else ""

    @property
    def closes(self) -> bool:
        """Whether it ends a block."""
        return re.match(r"end\b", self.body) is not None


def pieces(text: str) -> Iterator[Piece]:
    """The text and the actions in order; an action that does not end is text."""
    at = 0
    while (start := text.find("{{", at)) >= 0 and (end := _end(text, start + 2)) is not None:
        if start > at:
            yield Piece(at, start)
        inner = text[start + 2 : end - 2]
        left = inner[:1] == "-" and inner[1:2].isspace()
        right = inner[-1:] == "-" and inner[-2:-1].isspace()
        yield Piece(
            start,
            end,
            action=True,
            body=inner[int(left) : len(inner) - int(right)].strip(),
            trims_left=left,
            trims_right=right,
        )
        at = end
    if at < len(text):
        yield Piece(at, len(text))


def _end(text: str, at: int) -> int | None:
    """Where the action ends in which an offset stands."""
    if comment := _COMMENT.match(text, at):
        close = text.find("*/", comment.end())
        end = text.find("}}", close) if close >= 0 else -1
        return None if end < 0 else end + 2
    return next((token.end() for token in _TOKEN.finditer(text, at) if token.group() == "}}"), None)


@dataclass
class Line:
    """A line of a template that prints something.

    ``start`` is the offset where what it prints begins a line (after the last line end, or after what trims it away), None
    where something else stands before it. ``first`` is the offset of the first thing that prints, an action or text.
    ``end`` is where its last action that prints ends, if no text follows. ``named`` is the ordinal of the named template it
    stands in, 0 for none. ``prints`` counts the actions that print, and so perhaps several lines; ``switches`` the
    others.
    """

    number: int
    start: int | None
    first: int
    action: bool
    trims_left: bool
    named: int
    end: int | None = None
    prints: int = 0
    switches: int = 0
    trims_right: bool = False

    @property
    def alternates(self) -> bool:
        """Whether what is printed last may be printed by one action or by another."""
        return self.prints > 1 and self.switches > 0


def lines(text: str) -> Iterator[Line]:
    """The lines that print something, in order; one that an action runs over counts from where it begins."""
    scan = _Scan()
    for piece in pieces(text):
        yield from scan.action(piece, text) if piece.action else scan.literal(piece, text)
    if scan.line is not None:
        yield scan.line


class _Scan:
    """Where a pass over a template stands."""

    def __init__(self) -> None:
        self.number = 1
        self.start: int | None = 0
        self.line: Line | None = None
        self.trims = False
        self.blocks: list[str] = []
        self.count = 0
        """How many named templates have begun."""

    def action(self, piece: Piece, text: str) -> Iterator[Line]:
        if word := piece.opens:
            self.blocks.append(word)
            self.count += self._names(word)
        elif piece.closes and self.blocks:
            self.blocks.pop()
        if not piece.silent:
            self._add(piece.start, piece)
        elif self.line is None:
            self.start = None
        else:
            self.line.switches += 1
        self.number += text.count("\n", piece.start, piece.end)
        self.trims = piece.trims_right
        return iter(())

    def literal(self, piece: Piece, text: str) -> Iterator[Line]:
        at = piece.start
        if self.trims:
            at += len(text[at : piece.end]) - len(text[at : piece.end].lstrip())
            self.number += text.count("\n", piece.start, at)
            if "\n" in text[piece.start : at]:
                if self.line is not None:
                    yield self.line
                self.line, self.start = None, at
        while True:
            end = text.find("\n", at, piece.end)
            stop = piece.end if end < 0 else end
            if text[at:stop].strip():
                self._add(at + len(text[at:stop]) - len(text[at:stop].lstrip()), None)
            if end < 0:
                return
            if self.line is not None:
                yield self.line
            self.number += 1
            at = end + 1
            self.line, self.start = None, at

    @staticmethod
    def _names(word: str) -> bool:
        return word in ("define", "block")

    def _add(self, first: int, action: Piece | None) -> None:
        """Something that prints, on the line that has come so far."""
        if self.line is None:
            named = self.count if any(map(self._names, self.blocks)) else 0
            left = action is not None and action.trims_left
            self.line = Line(self.number, self.start, first, action is not None, left, named)
        self.line.end = None if action is None else action.end
        self.line.prints += action is not None
        self.line.trims_right = action is not None and action.trims_right
