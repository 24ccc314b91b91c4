"""Command lines as programs see them (the predicate ARGV)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hullmark.text.source import Place
from hullmark.text.tree import Node, items


class Argv(NamedTuple):
    """The words of a container's command and arguments.

    A placeholder body: the recognition work replaces it.
    """

    words: tuple[str, ...]
    node: Node

    @classmethod
    def of(cls, node: Node, variables: Mapping[str, str]) -> Argv:
        """The words of a container's ``command`` and ``args``."""
        del variables
        words = [str(w) for key in ("command", "args") for w in items(node.value, key)]
        return cls(tuple(words), node)

    @property
    def text(self) -> str:
        """All words joined by blanks, for searching."""
        return " ".join(self.words)

    def has(self, *flags: str) -> bool:
        """Whether a flag is given, in any accepted spelling, with or without value (``--a-b``, ``--a_b``)."""
        return any(self.flag(f) is not None for f in flags)

    def flag(self, *flags: str) -> str | None:
        """The value of the first of these flags that is given; empty for a bare switch, None when absent."""
        return None

    def place(self, *flags: str) -> Place:
        """Where a flag stands: its list item if it has one of its own, else the argument or command it is in."""
        return self.node.at("args")
