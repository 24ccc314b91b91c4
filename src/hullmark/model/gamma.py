"""The gamma distribution, as far as intervals of rates need it."""

from __future__ import annotations

import math

NORMAL = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution: half the width of a 95 % interval in standard deviations."""

_STEPS = 10_000


def regularised(shape: float, x: float) -> float:
    """P(shape, x): the probability that a gamma variable of scale 1 is at most x.

    By its series below the mean and by Lentz's continued fraction above it
    (https://dlmf.nist.gov/8.11#E4 and https://dlmf.nist.gov/8.9#E2).
    """
    if x <= 0:
        return 0.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        for step in range(1, _STEPS):
            term *= x / (shape + step)
            total += term
            if term < total * 1e-16:
                break
        return min(front * total, 1.0)
    tiny = 1e-300
    b = x + 1 - shape
    c, d = 1 / tiny, 1 / b
    fraction = d
    for step in range(1, _STEPS):
        a = -step * (step - shape)
        b += 2
        d = 1 / (a * d + b or tiny)
        c = b + a / c or tiny
        fraction *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return max(1 - front * fraction, 0.0)


def quantile(shape: float, share: float) -> float:
    """The value that a gamma variable of scale 1 stays below with this probability, by bisection."""
    low, high = 0.0, shape + 10 * math.sqrt(shape) + 40
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if regularised(shape, middle) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def poisson_interval(events: int, share: float = 0.95) -> tuple[float, float]:
    """The exact interval of the mean of a Poisson count (Garwood 1936, https://doi.org/10.1093/biomet/28.3-4.437)."""
    tail = (1 - share) / 2
    return quantile(events, tail) if events else 0.0, quantile(events + 1, 1 - tail)
