"""Topology domains: which nodes share a value of a label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hullmark.simulate.placement.shape import Node


class Domains:
    """The domains of one topology key: ``of`` each node (-1 where it lacks the label) and the ``members`` of each.

    A node that is gone belongs to none.
    """

    __slots__ = ("_all", "members", "of")

    def __init__(self, key: str, nodes: Sequence[Node], gone: Iterable[int] = ()) -> None:
        numbers: dict[str, int] = {}
        self._all = [numbers.setdefault(n.labels[key], len(numbers)) if key in n.labels else -1 for n in nodes]
        self.of = list(self._all)
        self.members: list[set[int]] = [set() for _ in numbers]
        for node, domain in enumerate(self.of):
            if domain >= 0:
                self.members[domain].add(node)
        for node in gone:
            self.forget(node)

    def forget(self, node: int) -> None:
        """A node is gone."""
        if self.of[node] >= 0:
            self.members[self.of[node]].discard(node)
        self.of[node] = -1

    def recall(self, node: int) -> None:
        """A node is back."""
        self.of[node] = self._all[node]
        if self.of[node] >= 0:
            self.members[self.of[node]].add(node)
