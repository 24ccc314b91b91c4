"""What ``helm template`` prints: documents, each under a comment that names its template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_START = re.compile(r"^---\n# Source: (.+)\n", re.MULTILINE)
"""helm splits what templates print at every such line and puts its own comment after it
(https://github.com/helm/helm/blob/main/pkg/release/v1/util/manifest.go), so no text inside a document looks like this."""


class Rendered(NamedTuple):
    """One document: its template by helm's name for it, which of the template's documents it is, and its text."""

    template: str
    ordinal: int
    text: str

    @property
    def key(self) -> tuple[str, int]:
        """What it has in common with the same document of another rendering."""
        return self.template, self.ordinal


def documents(text: str) -> Iterator[Rendered]:
    """The documents in order."""
    count: dict[str, int] = {}
    starts = list(_START.finditer(text))
    for index, start in enumerate(starts):
        end = starts[index + 1].start() if index + 1 < len(starts) else len(text)
        name = start.group(1)
        count[name] = ordinal = count.get(name, -1) + 1
        yield Rendered(name, ordinal, text[start.end() : end])
