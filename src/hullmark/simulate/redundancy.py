"""Closed forms of redundancy, against which the estimators are checked and which anyone can work out by hand.

Sources: M. Rausand and A. Høyland, "System Reliability Theory", 2nd ed., Wiley 2004 (k-out-of-n structures, birth-death
models, β-factor of common causes); AWS, "Availability and Beyond" (series and parallel,
https://docs.aws.amazon.com/whitepapers/latest/availability-and-beyond-improving-resilience/availability-and-beyond-improving-resilience.html).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple


def at_least(needed: int, shares: Iterable[float]) -> float:
    """The chance that at least ``needed`` of independent parts work, which do so with these chances (Poisson-binomial).

    >>> round(at_least(2, [0.99] * 3), 9)
    0.999702
    """
    chances = [1.0]
    for share in shares:
        chances = [
            (chances[j] * (1 - share) if j < len(chances) else 0.0) + (chances[j - 1] * share if j else 0.0)
            for j in range(len(chances) + 1)
        ]
    return math.fsum(chances[needed:])


def in_zones(needed: int, pods: Sequence[int], zone: float, pod: float) -> float:
    """The unavailability of pods spread over zones, of which ``zone`` and ``pod`` are the unavailabilities.

    >>> in_zones(4, [6, 0, 0], 1e-3, 5e-3) < in_zones(4, [3, 3, 0], 1e-3, 5e-3)
    True
    """
    up = 0.0
    for count in range(len(pods) + 1):
        for left in combinations(pods, count):
            chance = (1 - zone) ** count * zone ** (len(pods) - count)
            up += chance * at_least(needed, [1 - pod] * sum(left))
    return 1 - up


def common_cause(beta: float, rate: float, hours: float) -> float:
    """The unavailability of one of two alike of whose failures the share ``beta`` takes both."""
    return ((1 - beta) * rate * hours) ** 2 + beta * rate * hours


class Steady(NamedTuple):
    """The long run of parts that are repaired: the share of time that too few work, and how often an hour that begins."""

    unavailability: float
    per_hour: float


def repaired(needed: int, parts: int, rate: float, repair: float, crews: int) -> Steady:
    """Of so many parts that fail and are mended at these rates an hour by so many crews, by the birth-death chain."""
    chances = [1.0]
    for broken in range(parts):
        chances.append(chances[-1] * (parts - broken) * rate / (min(broken + 1, crews) * repair))
    total = math.fsum(chances)
    last = parts - needed
    return Steady(math.fsum(chances[last + 1 :]) / total, chances[last] / total * needed * rate)


def until_first(needed: int, parts: int, rate: float, repair: float) -> float:
    """Hours from all working until too few do, in the mean, with a crew for each: first passage of that chain.

    >>> until_first(1, 2, 0.01, 1.0), round(until_first(2, 3, 0.01, 1.0), 6)
    (5150.0, 1750.0)
    """
    total = step = 0.0
    for broken in range(parts - needed + 1):
        forward = (parts - broken) * rate
        step = 1 / forward + (broken * repair / forward * step if broken else 0.0)
        total += step
    return round(total, 9)


def one_or_more(cuts: Iterable[Iterable[float]]) -> float:
    """The bound of Esary and Proschan: 1 - Π(1 - Πq) over minimal cuts is no less than the unavailability.

    J. D. Esary and F. Proschan 1963, "Coherent structures of non-identical components",
    https://doi.org/10.1080/00401706.1963.10490075.
    """
    return -math.expm1(math.fsum(math.log1p(-math.prod(cut)) for cut in cuts))
