"""Training runs by chance: how long so much work takes when failures strike at random, over thousands of runs.

A run is work cut into stretches, each ended by a checkpoint. Failures come at random, M hours apart in the mean. A
stretch that is struck is lost as far as it had come and begun again, after a restart that may be struck too. That is the
renewal process whose mean is Daly's equation (`hullmark.model.checkpoints`). It is not followed failure by failure:

- failures before n stretches are through are negative binomial, drawn as a Poisson variable of a gamma mean;
- restarts struck are negative binomial likewise (a geometric number for each failure);
- what each costs is an exponential time cut off at the end of the stretch or restart. Sums of up to `EXACT` of them are
  drawn one by one; longer ones from the shifted gamma distribution (Pearson's type III) of the same mean, variance and
  skewness. What is left out is the fourth cumulant, less than 1.2/k of the squared variance for k terms that are nearly
  uniform, which moves no probability by more than 0.002.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from random import Random
from typing import NamedTuple

from hullmark.model.checkpoints import ettr

EXACT = 16
"""How many losses are drawn one by one before their sum is."""

RUNS = 4_000
"""Runs that are drawn for one answer."""

HOPELESS = 1e-3
"""A smaller share of progress than this is not simulated: the run does not end in any time that matters."""


class Plan(NamedTuple):
    """A run in hours: ``work`` in all, a checkpoint of ``dump`` after each ``interval`` of it, ``restart``, ``between``."""

    work: float
    interval: float
    dump: float
    restart: float
    between: float

    @property
    def progress(self) -> float:
        """The share of time that is progress in the long run, by Daly's equation."""
        return ettr(self.interval, self.dump, self.restart, self.between)


class Run(NamedTuple):
    """One run: hours from start to end, and how often it was interrupted (failures during restarts included)."""

    hours: float
    failures: int


class Spread(NamedTuple):
    """The mean of a quantity over runs, and its 5th, 50th and 95th percentile."""

    mean: float
    low: float
    median: float
    high: float


class Outcome(NamedTuple):
    """What came of many runs of one plan: share of progress, hours, and failures."""

    plan: Plan
    runs: int
    progress: Spread
    hours: Spread
    failures: Spread


def outcome(plan: Plan, random: Random, runs: int = RUNS) -> Outcome | None:
    """Many runs of a plan; None where hardly anything would be progress."""
    if plan.progress < HOPELESS:
        return None
    found = draw(plan, random, runs)
    hours = [run.hours for run in found]
    return Outcome(
        plan,
        runs,
        spread([plan.work / each for each in hours]),
        spread(hours),
        spread([float(run.failures) for run in found]),
    )


def spread(values: Sequence[float]) -> Spread:
    """Mean and percentiles of values."""
    ordered = sorted(values)
    at = [ordered[min(int(share * len(ordered)), len(ordered) - 1)] for share in (0.05, 0.5, 0.95)]
    return Spread(math.fsum(ordered) / len(ordered), *at)


def draw(plan: Plan, random: Random, runs: int) -> list[Run]:
    """So many runs of a plan whose ``progress`` is not `HOPELESS`."""
    whole = int(plan.work / plan.interval * (1 + 1e-12))
    rest = plan.work - whole * plan.interval
    parts = [(whole, plan.interval + plan.dump)] if whole else []
    if rest > 1e-9 * plan.work:
        parts.append((1, rest + plan.dump))
    smooth = math.fsum(count * length for count, length in parts)
    again = cut(plan.restart, plan.between)
    through = math.exp(-plan.restart / plan.between)
    pieces = [(count, math.exp(-length / plan.between), cut(length, plan.between)) for count, length in parts]
    found = []
    for _ in range(runs):
        hours, failures = smooth, 0
        for count, passes, loss in pieces:
            struck = negative_binomial(count, passes, random)
            if struck:
                failures += struck
                hours += loss.total(struck, random)
        struck = negative_binomial(failures, through, random) if failures else 0
        hours += failures * plan.restart + (again.total(struck, random) if struck else 0.0)
        found.append(Run(hours, failures + struck))
    return found


def negative_binomial(successes: int, chance: float, random: Random) -> int:
    """How often something fails before it has succeeded so many times, each time with this chance."""
    if chance >= 1:
        return 0
    return poisson(random.gammavariate(successes, (1 - chance) / chance), random)


def poisson(mean: float, random: Random) -> int:
    """A Poisson variable: by products of uniform ones when few, else by Hörmann's transformed rejection.

    W. Hörmann, "The transformed rejection method for generating Poisson random variables" (1993), algorithm PTRS,
    https://doi.org/10.1016/0167-6687(93)90997-4.
    """
    if mean < 12:
        limit, count, product = math.exp(-mean), 0, random.random()
        while product > limit:
            count, product = count + 1, product * random.random()
        return count
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    inverse, v_most = 1.1239 + 1.1328 / (b - 3.4), 0.9277 - 3.6224 / (b - 2)
    log_mean = math.log(mean)
    while True:
        u, v = random.random() - 0.5, random.random()
        left = 0.5 - abs(u)
        if left <= 0:
            continue
        count = math.floor((2 * a / left + b) * u + mean + 0.43)
        if left >= 0.07 and v <= v_most:
            return count
        if count < 0 or (left < 0.013 and v > left) or not v:
            continue
        if math.log(v * inverse / (a / (left * left) + b)) <= count * log_mean - mean - math.lgamma(count + 1):
            return count


class Cut(NamedTuple):
    """Exponential times known to end before ``length``: mean, standard deviation and skewness of one of them."""

    length: float
    between: float
    mean: float
    deviation: float
    skewness: float

    def total(self, count: int, random: Random) -> float:
        """The sum of so many of them."""
        if count <= EXACT:
            share = -math.expm1(-self.length / self.between)
            logs = (math.log1p(-random.random() * share) for _ in range(count))
            return -self.between * sum(logs)
        skewness = self.skewness / math.sqrt(count)
        if abs(skewness) < 1e-3:
            unit = random.gauss(0, 1)
        else:
            shape = 4 / (skewness * skewness)
            unit = skewness / 2 * (random.gammavariate(shape, 1) - shape)
        return min(max(count * self.mean + unit * math.sqrt(count) * self.deviation, 0.0), count * self.length)


@lru_cache(maxsize=64)
def cut(length: float, between: float) -> Cut:
    """Exponential times of this mean that end before ``length``; their moments by Simpson's rule."""
    if length <= 0:
        return Cut(0.0, between, 0.0, 0.0, 0.0)
    end = min(length, 60 * between)
    steps = 200 if end <= 2 * between else 2_000
    points = [end * i / steps for i in range(steps + 1)]
    weights = [(4 if i % 2 else 2) * math.exp(-t / between) for i, t in enumerate(points)]
    weights[0] /= 2
    weights[-1] /= 2
    total = math.fsum(weights)
    mean = math.fsum(w * t for w, t in zip(weights, points, strict=True)) / total
    second, third = (
        math.fsum(w * (t - mean) ** n for w, t in zip(weights, points, strict=True)) / total for n in (2, 3)
    )
    return Cut(length, between, mean, math.sqrt(second), third / second**1.5)
