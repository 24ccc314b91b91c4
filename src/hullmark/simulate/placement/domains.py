"""Topology domains: which nodes share a value of a label."""

from __future__ import annotations

from collections.abc import Sequence

from hullmark.simulate.placement.shape import Node


class Domains:
    """The domains of one topology key: ``of`` each node (-1 where it lacks the label) and the ``members`` of each."""

    __slots__ = ("members", "of", "values")

    def __init__(self, key: str, nodes: Sequence[Node]) -> None:
        numbers: dict[str, int] = {}
        self.of = [numbers.setdefault(n.labels[key], len(numbers)) if key in n.labels else -1 for n in nodes]
        self.values = list(numbers)
        self.members: list[list[int]] = [[] for _ in numbers]
        for node, domain in enumerate(self.of):
            if domain >= 0:
                self.members[domain].append(node)
