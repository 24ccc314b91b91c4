"""Why a node cannot take a pod."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple


class Refusal(NamedTuple):
    """The scheduler's words, and whether removing pods could not help (``UnschedulableAndUnresolvable``)."""

    reasons: tuple[str, ...]
    hopeless: bool = False


def message(nodes: int, refusals: Iterable[Refusal]) -> str:
    """What kube-scheduler writes on a pod that fits nowhere (``FitError.Error`` in pkg/scheduler/framework/types.go).

    >>> message(3, [Refusal(("Insufficient cpu",)), Refusal(("Too many pods", "Insufficient cpu"))])
    '0/3 nodes are available: 1 Too many pods, 2 Insufficient cpu.'
    """
    counted = Counter(reason for refusal in refusals for reason in refusal.reasons)
    histogram = ", ".join(sorted(f"{number} {reason}" for reason, number in counted.items()))
    return f"0/{nodes} nodes are available:" + (f" {histogram}." if histogram else "")
