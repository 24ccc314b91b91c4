"""The chance to lose no more of a window than an objective allows: a mean says nothing about months.

Outages begin at random, ν of them an hour, and each lasts for a time of its own; what a window of W hours loses is
D = Σ_{j≤N} X_j with N ~ Poisson(νW). Its distribution is computed on a grid by Panjer's recursion
(H. H. Panjer 1981, "Recursive evaluation of a family of compound distributions", https://doi.org/10.1017/S0515036100006796).
Outages of one kind last exponentially.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import mul
from typing import NamedTuple

STEPS = 1_000
"""Steps of the grid from no loss to the whole budget."""

MANY = 600.0
"""Outages in a window from which on their sum counts as normal, because the recursion would start from nothing."""


class Outages(NamedTuple):
    """Outages of one kind: how many an hour, and the hours that one lasts in the mean."""

    per_hour: float
    hours: float


def within(budget: float, window: float, kinds: Sequence[Outages]) -> float:
    """The chance that a window of so many hours loses at most ``budget`` hours.

    >>> round(within(43.2 / 60, 720, [Outages(1 / 720, 20 / 60)]), 3)
    0.836
    """
    real = [kind for kind in kinds if kind.per_hour > 0 and kind.hours > 0]
    expected = window * math.fsum(kind.per_hour for kind in real)
    if not expected:
        return 1.0
    step = budget / STEPS
    tails = [
        math.fsum(k.per_hour * math.exp(-(j + 0.5) * step / k.hours) for k in real) * window for j in range(STEPS + 1)
    ]
    if tails[0] > MANY:
        return _normal(budget, window, real)
    weights = [j * (tails[j - 1] - tails[j]) for j in range(1, STEPS + 1)]
    chances = [math.exp(-tails[0])]
    for count in range(1, STEPS + 1):
        chances.append(sum(map(mul, weights, reversed(chances))) / count)
    return min(math.fsum(chances) - chances[-1] / 2, 1.0)


def _normal(budget: float, window: float, kinds: Sequence[Outages]) -> float:
    mean = window * math.fsum(k.per_hour * k.hours for k in kinds)
    spread = math.sqrt(window * math.fsum(2 * k.per_hour * k.hours**2 for k in kinds))
    return 0.5 * math.erfc((mean - budget) / spread / math.sqrt(2))
