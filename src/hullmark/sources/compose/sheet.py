"""One text made of stretches of several, so that one tree can be made of values of all of them.

A service's values may stand in its Compose file, an override, a file it extends and an env file. A tree has one text;
this one holds them all, one after the other, and knows for every stretch where it is from.
"""

from __future__ import annotations

from bisect import bisect_right

from hullmark.text.source import Key, Place, Source, Span
from hullmark.text.tree import Document, PairMark

Mark = tuple[int, int]
"""Start and end of a value on a sheet."""


_LONGEST = 4_096
_MOST = 50_000
"""How long and how many the stretches are that are there a second time, because a variable is used."""


class Sheet:
    """The texts of one project. Stretches are only ever added."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._starts: list[int] = []
        self._origins: list[tuple[Source, int, Place | None]] = []
        self._end = 0

    def add(self, source: Source, span: Span | None = None, via: Place | None = None) -> int:
        """Add a text, or a stretch of it, and return where it starts here; ``via`` is the place that asks for it."""
        start, end = (0, len(source.text)) if span is None else span
        here = self._end
        self._texts.append(source.text[start:end])
        self._starts.append(here)
        self._origins.append((source, start, via))
        self._end += end - start + 1
        return here

    def takes(self, span: Span) -> bool:
        """Whether there is room for another copy of a stretch; without, its use is all there is to point at."""
        return span.end - span.start <= _LONGEST and len(self._starts) < _MOST

    def stretch(self, mark: PairMark) -> Mark:
        """From a key to its value, where both stand in one text; else the key."""
        one = bisect_right(self._starts, mark[0]) == bisect_right(self._starts, mark[3])
        return (mark[0], max(mark[1], mark[3])) if one and mark[0] <= mark[2] else mark[:2]

    def raw(self, mark: Mark) -> str:
        """What is written at a mark."""
        place = self.place(Span(*mark))
        return place.source.text[slice(*place.span)]

    def place(self, span: Span, path: tuple[Key, ...] = (), exact: bool = True) -> Place:  # noqa: FBT001, FBT002 - an Origin
        """The place of a stretch in the user's own file."""
        at = max(0, bisect_right(self._starts, span.start) - 1)
        source, start, via = self._origins[at]
        base, length = self._starts[at], len(self._texts[at])
        first, last = (min(max(offset - base, 0), length) + start for offset in span)
        return Place(source, Span(first, max(first, last)), path, exact, editable=False, via=via)

    def document(self, name: str) -> Document:
        """All of it as the document that nodes refer to."""
        return Document(Source(name, "\n".join(self._texts)), None, Span(0, self._end), origin=self.place)
