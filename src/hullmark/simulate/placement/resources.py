"""Resources of nodes: what fits, and the scores of least allocation and balance.

Rules: ``pkg/scheduler/framework/plugins/noderesources`` (fit.go, least_allocated.go, balanced_allocation.go).
"""

from __future__ import annotations

from collections.abc import Sequence

from hullmark.simulate.placement.profile import MAX_SCORE, Profile
from hullmark.simulate.placement.shape import Node, Shape

DEFAULT_MILLICORES = 100
DEFAULT_BYTES = 200 * 1024 * 1024
"""What a container that requests nothing counts in scores (``pkg/scheduler/util/pod_resources.go``)."""


class Stock:
    """What a node has and what is taken of it."""

    __slots__ = ("capacity", "pods", "scored", "taken")

    def __init__(self, node: Node) -> None:
        self.capacity = node.allocatable
        self.taken: dict[str, int] = {}
        self.scored = [0, 0]
        self.pods = 0

    def take(self, shape: Shape, sign: int) -> None:
        """Take what a pod requests, or with ``sign`` -1 give it back."""
        taken = self.taken
        for name, amount in shape.requests.items():
            taken[name] = taken.get(name, 0) + sign * amount
        self.scored[0] += sign * shape.scored[0]
        self.scored[1] += sign * shape.scored[1]
        self.pods += sign

    def holds(self, shape: Shape) -> bool:
        """Whether a pod fits in."""
        capacity, taken = self.capacity, self.taken
        if self.pods + 1 > capacity.get("pods", 0):
            return False
        return all(
            amount <= 0 or amount <= capacity.get(name, 0) - taken.get(name, 0)
            for name, amount in shape.requests.items()
        )

    def lacks(self, shape: Shape) -> tuple[tuple[str, ...], bool]:
        """What keeps a pod out, in the scheduler's words, and whether an empty node would still be too small."""
        reasons, hopeless = [], False
        if self.pods + 1 > self.capacity.get("pods", 0):
            reasons.append("Too many pods")
        for name, amount in shape.requests.items():
            capacity = self.capacity.get(name, 0)
            if amount > 0 and amount > capacity - self.taken.get(name, 0):
                reasons.append(f"Insufficient {name}")
                hopeless = hopeless or amount > capacity
        return tuple(reasons), hopeless


def least_allocated(stock: Stock, shape: Shape) -> int:
    """100 for an empty node, 0 for a full one, the mean of cpu and memory; nodes without a resource go by the other."""
    total = weights = 0
    for index, name in enumerate(("cpu", "memory")):
        capacity = stock.capacity.get(name, 0)
        if capacity:
            wanted = stock.scored[index] + shape.asked[index]
            total += 0 if wanted > capacity else (capacity - wanted) * MAX_SCORE // capacity
            weights += 1
    return total // weights if weights else 0


def balanced(stock: Stock, shape: Shape, profile: Profile) -> int:
    """100 where cpu and memory are used in equal shares; less by half their difference (in v1.20 by all of it)."""
    wanted = (
        _used_with(stock, shape) if profile.modern else [s + p for s, p in zip(stock.scored, shape.asked, strict=True)]
    )
    capacities = [stock.capacity.get(name, 0) for name in ("cpu", "memory")]
    if not profile.modern:
        first, second = (w / c if c else 1.0 for w, c in zip(wanted, capacities, strict=True))
        return 0 if first >= 1 or second >= 1 else int((1 - abs(first - second)) * MAX_SCORE)
    shares = [min(w / c, 1.0) for w, c in zip(wanted, capacities, strict=True) if c]
    deviation = abs((shares[0] - shares[1]) / 2) if len(shares) == 2 else 0.0
    return int((1 - deviation) * MAX_SCORE)


def _used_with(stock: Stock, shape: Shape) -> list[int]:
    return [stock.taken.get(name, 0) + shape.requests.get(name, 0) for name in ("cpu", "memory")]


def best_effort(shape: Shape) -> bool:
    """Whether a pod requests neither cpu nor memory: balance is then not scored (since v1.33)."""
    return not shape.requests.get("cpu") and not shape.requests.get("memory")


class Demand:
    """The fit and resource score of every node for pods that request the same, kept up to date by what has changed.

    ``changes`` is the cluster's journal of nodes whose stock changed; each is looked at again once.
    """

    __slots__ = ("_changes", "_profile", "_read", "_shape", "_stocks", "fits", "scores")

    def __init__(self, shape: Shape, stocks: Sequence[Stock], changes: Sequence[int], profile: Profile) -> None:
        self._shape, self._stocks, self._changes, self._profile = shape, stocks, changes, profile
        self._read = len(changes)
        self.fits = [False] * len(stocks)
        self.scores = [0] * len(stocks)
        for node in range(len(stocks)):
            self._look(node)

    def refresh(self) -> Demand:
        """Itself, after looking again at the nodes that have changed."""
        behind = len(self._changes) - self._read
        if behind:
            for node in set(self._changes[self._read :]) if behind > 1 else self._changes[self._read :]:
                self._look(node)
            self._read = len(self._changes)
        return self

    def _look(self, node: int) -> None:
        stock, shape, profile = self._stocks[node], self._shape, self._profile
        self.fits[node] = fits = stock.holds(shape)
        if fits:
            score = profile.least_allocated * least_allocated(stock, shape)
            if not (profile.modern and best_effort(shape)):
                score += profile.balanced * balanced(stock, shape, profile)
            self.scores[node] = score
