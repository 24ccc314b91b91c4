"""The page of a check: its module's docstring, taken apart into prose and examples."""

from __future__ import annotations

import re
import sys
from typing import Any, Literal, NamedTuple

from hullmark.model.check import Check
from hullmark.text.regex import regex

ExampleKind = Literal["bad", "good", "fixed", "unknown"]

_KINDS: dict[str, ExampleKind] = {"bad": "bad", "good": "good", "fixed": "fixed", "unknown": "unknown"}
_FENCE = regex(rf"^```yaml ({'|'.join(_KINDS)})\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARKER = regex(r"[ \t]*# (finding|unknown): (.*)$")


class Example(NamedTuple):
    """A fenced block of a page: manifest text without its markers, and what the markers demand.

    ``expected`` holds (1-based line, message) of each marked finding; ``line`` is the 1-based line of the block in the page.
    """

    kind: ExampleKind
    text: str
    expected: tuple[tuple[int, str], ...]
    line: int


class Page(NamedTuple):
    """A check's page."""

    title: str
    body: str
    examples: tuple[Example, ...]

    @property
    def summary(self) -> str:
        """The first paragraph after the title."""
        prose = _FENCE.sub("", self.body).strip()
        return " ".join(prose.split("\n\n", 1)[0].split())

    @property
    def fixable(self) -> bool:
        """Whether the check can repair what it finds."""
        return any(e.kind == "fixed" for e in self.examples)

    @property
    def links(self) -> tuple[str, ...]:
        """The references it cites."""
        return tuple(re.findall(r"\]\((https?://[^)\s]+)\)", self.body))


def page(check: Check[Any]) -> Page:
    """The page of a check."""
    return parse(sys.modules[check.module].__doc__ or "")


def parse(text: str) -> Page:
    """Take a page apart; also used for the case files of the tests, which have no title."""
    title, _, body = text.strip().partition("\n")
    return Page(title.rstrip("."), body.strip(), tuple(_examples(text)))


def clean(text: str) -> str:
    """A page's text as readers see it: without the tests' markers."""
    return "\n".join(_MARKER.sub("", line) for line in text.split("\n"))


def _examples(text: str) -> list[Example]:
    found = []
    for match in _FENCE.finditer(text):
        kind, block = _KINDS[match[1]], match[2]
        lines, expected = [], []
        for number, line in enumerate(block.split("\n"), 1):
            if marker := _MARKER.search(line):
                expected.append((number, marker[2].strip()))
            lines.append(_MARKER.sub("", line))
        at = text.count("\n", 0, match.start()) + 1
        found.append(Example(kind, "\n".join(lines), tuple(expected), at))
    return found
