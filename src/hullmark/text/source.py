"""A text as it was read, and places in it.

Offsets count characters (not bytes) from the start of the text, half open; lines and columns are
1-based, as editors and SARIF count them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

Key = str | int

MAX_SIZE = 32 * 1024 * 1024
"""Longest text that is read, in characters (and in bytes, before decoding)."""


class Span(NamedTuple):
    """A stretch of characters: from ``start`` up to, not including, ``end``."""

    start: int
    end: int


class Position(NamedTuple):
    """A 1-based line and column."""

    line: int
    column: int


class Source:
    """One text with a name: a file, standard input or a rendered chart.

    ``name`` is the path as the user gave it (``-`` for standard input). A byte order mark is no part
    of ``text``; `encode` puts it back. Line starts are found on first use, because most texts never
    need them.
    """

    __slots__ = ("_starts", "bom", "encoding", "name", "text")

    def __init__(self, name: str, text: str, encoding: str = "utf-8", bom: bytes = b"") -> None:
        self.name = name
        self.text = text
        self.encoding = encoding
        self.bom = bom
        self._starts: Sequence[int] | None = None

    def __repr__(self) -> str:
        return f"Source({self.name!r})"

    def encode(self, text: str) -> bytes:
        """The bytes of a changed text, encoded as this one was; unchanged stretches keep their bytes."""
        errors = "surrogateescape" if self.encoding == "utf-8" else "surrogatepass"
        return self.bom + text.encode(self.encoding, errors)

    @property
    def starts(self) -> Sequence[int]:
        r"""The offset of the first character of every line (``\n``, ``\r\n`` and lone ``\r`` end one)."""
        if self._starts is None:
            text = self.text
            if "\r" in text:
                text = text.replace("\r\n", " \n").replace("\r", "\n")
            lines = text.split("\n")
            lines.pop()  # no line starts after it
            starts = accumulate((len(line) + 1 for line in lines), initial=0)
            self._starts = array("I", starts)  # a tenth of the room of a list
        return self._starts

    def position(self, offset: int) -> Position:
        """The line and column of a character offset."""
        starts = self._starts or self.starts
        line = bisect_right(starts, offset)
        return Position(line, offset - starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The text of a 1-based line without its line end; empty past the last line."""
        starts = self.starts
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")


class Place(NamedTuple):
    """Where something stands: a source, a span in it and the path of keys that leads there.

    ``exact`` is false when the thing itself is absent and the span shows the nearest thing that is
    there. ``editable`` is false where writing would reach further than this place: inside an anchor
    that is used elsewhere, or in a text that is embedded in another one or rendered. ``via`` is the
    place a rendered value came through on its way from this one: the template between the values
    and the object.
    """

    source: Source
    span: Span
    path: tuple[Key, ...] = ()
    exact: bool = True
    editable: bool = True
    via: Place | None = None

    @property
    def start(self) -> Position:
        """Line and column of the first character."""
        return self.source.position(self.span.start)

    @property
    def end(self) -> Position:
        """Line and column just past the last character."""
        return self.source.position(self.span.end)

    @property
    def line(self) -> int:
        """The 1-based line where the place starts."""
        return self.source.position(self.span.start).line


class Problem(NamedTuple):
    """Something wrong with a text itself: it is reported, and reading goes on where it can.

    A ``warning`` is wrong but was read, as Kubernetes reads it.
    """

    message: str
    place: Place
    hint: str = ""
    severity: Literal["error", "warning"] = "error"


_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def decode(name: str, data: bytes) -> Source | Problem:
    """The text of a file: UTF-8, or UTF-16 where a byte order mark says so.

    Bytes that are not UTF-8 become lone surrogates, so that only the document they stand in is
    refused and the rest is read. What is too large, or not UTF-16 after all, is a `Problem`.
    """
    bom, encoding = next(((bom, encoding) for bom, encoding in _BOMS if data.startswith(bom)), (b"", "utf-8"))
    start = Place(Source(name, ""), Span(0, 0))
    if len(data) > MAX_SIZE:
        return Problem(f"larger than {MAX_SIZE >> 20} MB", start, "split the file, or leave it out")
    try:
        errors = "surrogateescape" if encoding == "utf-8" else "surrogatepass"
        return Source(name, data[len(bom) :].decode(encoding, errors), encoding, bom)
    except UnicodeDecodeError as error:
        return Problem(f"not UTF-16 after all: {error.reason}", start, "save the file as UTF-8")
