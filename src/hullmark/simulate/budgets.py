"""PodDisruptionBudgets: how many pods may be evicted at a time.

Rules: the disruption controller (``pkg/controller/disruption/disruption.go``): percentages are rounded up, whichever
field they stand in.
"""

from __future__ import annotations

from typing import NamedTuple

from hullmark.model.resource import Resource
from hullmark.model.selectors import Selector, label_selector
from hullmark.simulate.placement.shape import Budget
from hullmark.text.tree import Value


class Promise(NamedTuple):
    """What a budget promises, as written: a number or percentage that must stay, or that may go."""

    name: str
    namespace: str
    selector: Selector
    least_available: int | str | None = None
    most_unavailable: int | str | None = None

    def allowed(self, expected: int, healthy: int) -> int:
        """How many evictions are allowed now, of ``expected`` pods with ``healthy`` of them ready."""
        if self.most_unavailable is not None:
            wanted = max(expected - scaled(self.most_unavailable, expected), 0)
        else:
            wanted = scaled(1 if self.least_available is None else self.least_available, expected)
        return max(healthy - wanted, 0)

    def budget(self, expected: int, healthy: int) -> Budget:
        """The budget as placement sees it."""
        return Budget(self.namespace, self.selector, self.allowed(expected, healthy), self.name)


def scaled(value: int | str, total: int) -> int:
    """A number, or a percentage of a total rounded up.

    >>> scaled("50%", 3), scaled(2, 3)
    (2, 2)
    """
    if isinstance(value, int):
        return value
    return -(-int(value.removesuffix("%")) * total // 100)


def promise(resource: Resource) -> Promise | None:
    """What a PodDisruptionBudget promises; None when its selector or number cannot be read."""
    selector = label_selector(resource.node.get("spec", "selector"))
    if selector is None or selector.unknown:
        return None
    fields = [resource.node.get("spec", key) for key in ("minAvailable", "maxUnavailable")]
    least, most = (_read(f) for f in fields)
    if (least is None) == (most is None):
        return None
    return Promise(resource.ref.name, resource.ref.namespace or "default", selector, least, most)


def _read(value: Value) -> int | str | None:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str):
        digits = value.removesuffix("%")
        if digits.isascii() and digits.isdigit() and len(digits) <= 9:
            return value if value.endswith("%") else int(digits)
    return None
