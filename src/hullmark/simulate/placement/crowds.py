"""Placed pods by what selectors can tell of them, so that no question is answered by looking at every pod.

Pods with the same namespace and labels form a `Crowd`; a selector asked for is a `Query` that knows the crowds it
includes, and what placed pods want of the pods it includes. Both are matched once, when one of them is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from hullmark.simulate.placement.shape import Peers, Shape, Term

PerNode = dict[int, int]
"""A count or weight by the index of a node; without zeros."""

Pair = tuple[str, str]
K = TypeVar("K")


class Crowd:
    """All pods of one namespace with the same labels: how many are on each node, and how many of those are leaving."""

    __slots__ = ("labels", "leaving", "namespace", "on", "queries")

    def __init__(self, namespace: str, labels: Mapping[str, str]) -> None:
        self.namespace, self.labels = namespace, labels
        self.on: PerNode = {}
        self.leaving: PerNode = {}
        self.queries: list[Query] = []


class Query:
    """The pods some term or constraint is about, and the wishes of placed pods about them by topology key."""

    __slots__ = ("crowds", "peers", "repelled", "weights")

    def __init__(self, peers: Peers) -> None:
        self.peers = peers
        self.crowds: list[Crowd] = []
        self.repelled: dict[str, PerNode] = {}
        """Pods with required anti-affinity to these, by key and node."""
        self.weights: dict[str, PerNode] = {}
        """Sum of the weights of what placed pods prefer, by key and node; required affinity counts 1."""


class Crowds:
    """The crowds and queries of a cluster; a pair of label and value brings those together that can match at all."""

    def __init__(self, spaces: Callable[[str], Mapping[str, str]]) -> None:
        self._spaces = spaces
        self._crowds: dict[tuple[str, frozenset[tuple[str, str]]], Crowd] = {}
        self._queries: dict[Peers, Query] = {}
        self._having: dict[Pair, list[Crowd]] = {}
        self._asking: dict[Pair | None, list[Query]] = {}

    def crowd(self, shape: Shape) -> Crowd:
        """The crowd that pods of a shape belong to."""
        identity = shape.namespace, frozenset(shape.labels.items())
        found = self._crowds.get(identity)
        if found is None:
            found = self._crowds[identity] = Crowd(shape.namespace, shape.labels)
            for pair in (None, *shape.labels.items()):
                for query in self._asking.get(pair, ()):
                    self._introduce(found, query)
                if pair is not None:
                    self._having.setdefault(pair, []).append(found)
        return found

    def query(self, peers: Peers) -> Query:
        """The query for these pods."""
        found = self._queries.get(peers)
        if found is None:
            found = self._queries[peers] = Query(peers)
            pair = peers.selector.pairs[0] if peers.selector is not None and peers.selector.pairs else None
            self._asking.setdefault(pair, []).append(found)
            for crowd in self._crowds.values() if pair is None else self._having.get(pair, ()):
                self._introduce(crowd, found)
        return found

    def _introduce(self, crowd: Crowd, query: Query) -> None:
        if query.peers.include(crowd.namespace, crowd.labels, self._spaces(crowd.namespace)):
            query.crowds.append(crowd)
            crowd.queries.append(query)


def count(numbers: dict[K, int], key: K, change: int) -> None:
    """Change a count and keep zeros out."""
    now = numbers.get(key, 0) + change
    if now:
        numbers[key] = now
    else:
        numbers.pop(key, None)


def wish(terms: Iterable[tuple[Query, Term]], node: int, sign: int, *, repel: bool) -> None:
    """Record (or with ``sign`` -1 withdraw) what a pod on a node wants of others."""
    for query, term in terms:
        kept = query.repelled if repel else query.weights
        count(kept.setdefault(term.key, {}), node, sign if repel else sign * (term.weight or 1))
