"""What pods tolerate of a node that is not heard of."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.truth import number
from hullmark.model.workload import PodSet
from hullmark.text.tree import Node

UNREACHABLE = "node.kubernetes.io/unreachable"
"""The taint of a node that is not heard of
(https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions)."""


def unreachable(podset: PodSet) -> Iterator[tuple[Node, int | None]]:
    """The tolerations that match the taint which evicts pods from dead nodes, with their seconds (None: for ever).

    Where there is none, admission adds one of 300 s; where there are several, the shortest counts.

    Raises:
        Undecided: how many seconds is not known.
    """
    for toleration in podset.node.children("tolerations"):
        key, operator, effect = (toleration.get(k) or "" for k in ("key", "operator", "effect"))
        every = not key and operator == "Exists"
        if (every or key == UNREACHABLE) and effect in ("", "NoExecute"):
            yield toleration, number(toleration.value, "tolerationSeconds")
