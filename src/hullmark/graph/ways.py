"""One way from an entry to a backend, as every kind of route gives it."""

from __future__ import annotations

from typing import NamedTuple

from hullmark.model.architecture import Route
from hullmark.model.workload import PodSet

MOST_WAYS = 256
"""Ways taken from one object; bounds the product of paths and backends."""


class Way(NamedTuple):
    """A route and what its target is: a kind (Service, InferencePool, AIServiceBackend, Backend) and a namespace.

    There is no kind where the route may not lead to its target; what it says to be unknown is why.
    ``podsets`` is given where the route leads to pods directly.
    """

    route: Route
    kind: str = "Service"
    namespace: str = ""
    podsets: tuple[PodSet, ...] = ()
