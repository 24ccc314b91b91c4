"""How much of a long run is progress, and how often to save it: closed forms.

Failures come at random, M hours apart in the mean; every τ hours of work a checkpoint stops the work for δ hours; after
a failure it takes R hours until work goes on from the last checkpoint. J. T. Daly, "A higher order estimate of the
optimum checkpoint interval for restart dumps" (2006, https://doi.org/10.1016/j.future.2004.11.016) gives the expected
time and an approximation of the best τ; J. W. Young (1974, https://doi.org/10.1145/361147.361115) the first one. All
arguments are in one unit of time.
"""

from __future__ import annotations

import math


def ettr(work: float, dump: float, restart: float, between: float) -> float:
    """The share of time that is progress: τ / (M · e^(R/M) · (e^((τ+δ)/M) - 1)), Daly's equation turned over.

    Args:
        work: between checkpoints (τ).
        dump: that one checkpoint stops the work (δ).
        restart: from a failure until work goes on (R).
        between: the mean time between failures (M).
    """
    exponent = (work + dump) / between
    if exponent + restart / between > 700:
        return 0.0
    return work / (between * math.exp(restart / between) * math.expm1(exponent))


def ettr_of_meta(work: float, dump: float, restart: float, between: float) -> float:
    """The first-order estimate (1 - (R + τ/2)/M) / (1 + δ/τ) of Kokolis and others (https://arxiv.org/abs/2410.21680).

    Good while (R + τ/2)/M is below a tenth; a cross-check, no more.
    """
    return (1 - (restart + work / 2) / between) / (1 + dump / work)


def young(dump: float, between: float) -> float:
    """Young's interval, √(2δM)."""
    return math.sqrt(2 * dump * between)


def daly(dump: float, between: float) -> float:
    """Daly's interval of higher order."""
    if dump >= 2 * between:
        return between
    ratio = dump / (2 * between)
    return young(dump, between) * (1 + math.sqrt(ratio) / 3 + ratio / 9) - dump


def best(dump: float, between: float) -> float:
    """The interval of the most progress: M·x with (1 - x)·eˣ = e^(-δ/M), where the derivative of `ettr` is zero.

    It is M·(1 + W₀(-e^(-1-δ/M))) with Lambert's function.
    """
    low, high = 0.0, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if math.log1p(-middle) + middle > -dump / between:
            low = middle
        else:
            high = middle
    return between * (low + high) / 2


def between_failures(nodes: float, rate: float) -> float:
    """The mean time between failures of a run on so many nodes that each fail at this rate."""
    return 1 / (nodes * rate)


def spares(waiting: float, enough: float = 0.99) -> int:
    """How many nodes in reserve are enough with this probability: the least s with P(Poisson(N·r·MTTR) ≤ s) ≥ enough.

    ``waiting`` is how many nodes are being mended in the mean. As in
    a queue with a server for everybody (M/G/∞, Palm's theorem) only the mean of the repair time matters.
    """
    term = total = math.exp(-waiting)
    count = 0
    while total < enough and count < 100_000:
        count += 1
        term *= waiting / count
        total += term
        if not term:  # the mean is so large that its exponential is zero: normal approximation
            return math.ceil(waiting + 2.3263479 * math.sqrt(waiting))
    return count
