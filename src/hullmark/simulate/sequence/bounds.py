"""Intervals of what was counted: sums of rare events of different weight, their differences, and shares of windows."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hullmark.model.gamma import NORMAL, quantile
from hullmark.simulate.overlap.answers import Interval

RULE_OF_THREE = 3.0
"""What is not seen in a time happens with 95 % confidence less than three times in it: -ln 0.05 is 2.996."""


@dataclass
class Weighed:
    """A sum of events that come at random, each with its weight; as much of it as its interval needs."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0
    largest: float = 0.0

    def add(self, weight: float) -> None:
        """One more event."""
        self.count += 1
        self.total += weight
        self.squares += weight * weight
        self.largest = max(self.largest, weight)

    def interval(self, possible: float) -> Interval:
        """The 95 % interval of the mean of the sum; ``possible`` is the weight of an event where none was seen.

        By the gamma method of M. P. Fay and E. J. Feuer 1997, "Confidence intervals for directly standardized rates"
        (Statistics in Medicine 16, 791-801; https://search.r-project.org/CRAN/refmans/asht/html/wspoissonTest.html). With
        equal weights it is Garwood's exact interval. Without any event it is the rule of three (J. A. Hanley and
        A. Lippman-Hand 1983, https://doi.org/10.1001/jama.1983.03330370053031).

        >>> some = Weighed(count=10, total=10.0, squares=10.0, largest=1.0)
        >>> [round(bound, 2) for bound in some.interval(1.0)], Weighed().interval(1.0)[1]
        ([4.8, 18.39], 3.0)
        """
        if not self.count:
            return Interval(0.0, RULE_OF_THREE * possible)
        low = self.squares / self.total * quantile(self.total**2 / self.squares, 0.025)
        total, squares = self.total + self.largest, self.squares + self.largest**2
        return Interval(low, squares / total * quantile(total**2 / squares, 0.975))


def difference(more: Weighed, less: Weighed, possible: float) -> Interval:
    """The 95 % interval of the mean of one sum without another, whose events are others.

    The intervals of both are joined by the method of variance estimates recovery (G. Y. Zou and A. Donner 2008,
    "Construction of confidence limits about effect measures", https://doi.org/10.1002/sim.3095).
    """
    middle, up, down = more.total - less.total, more.interval(possible), less.interval(possible)
    return Interval(
        middle - math.hypot(more.total - up.low, down.high - less.total),
        middle + math.hypot(up.high - more.total, less.total - down.low),
    )


def proportion(hits: int, tries: int) -> Interval:
    """The 95 % interval of a share, by Wilson (1927, https://doi.org/10.1080/01621459.1927.10502953).

    >>> [round(bound, 4) for bound in proportion(100, 100)]
    [0.963, 1.0]
    """
    share, more = hits / tries, NORMAL**2 / tries
    middle = share + more / 2
    half = NORMAL * math.sqrt(share * (1 - share) / tries + more / tries / 4)
    return Interval(max((middle - half) / (1 + more), 0.0), min((middle + half) / (1 + more), 1.0))


def mean_of(sizes: Weighed, least: int = 10) -> Interval | None:
    """The 95 % interval of a mean of positive sizes, on a logarithmic scale; None where they are too few to tell."""
    if sizes.count < least:
        return None
    mean = sizes.total / sizes.count
    spread = max(sizes.squares / sizes.count - mean**2, 0.0) / (sizes.count - 1)
    factor = math.exp(NORMAL * math.sqrt(spread) / mean)
    return Interval(mean / factor, mean * factor)
