"""Training runs whose rates are not known for sure: what that adds to the spread of chance.

Draws of all rates (gamma where events were counted, lognormal where an interval is given) tell how often a run is struck
and after how long it works again. They are put in order and cut into `STRATA` of equal chance, and as many runs are
drawn in the middle of each, so that the whole is a sample of both chance and rates.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from random import Random
from typing import NamedTuple

from hullmark.model.rates import Rate
from hullmark.simulate.availability import DRAWS, draws
from hullmark.simulate.runs import HOPELESS, RUNS, Plan, Run, Spread, draw, spread

STRATA = 40
"""Draws of the rates that runs are made of; the percentiles told lie two strata from the ends."""


class Strike(NamedTuple):
    """What stops a run: failures of so many nodes alike, and the hours until all works again in the mean."""

    rate: Rate
    nodes: int
    hours: float


class Pace(NamedTuple):
    """Hours between failures of a run, and from one until it works again."""

    between: float
    restart: float


class Doubt(NamedTuple):
    """Runs whose rates are drawn too: share of progress, hours and failures; ``rates`` is of progress by them alone."""

    progress: Spread
    hours: Spread
    failures: Spread
    rates: Spread


def paces(strikes: Sequence[Strike], restart: float | None = None) -> list[Pace]:
    """Paces that are equally likely, the most hurried first; none where no rate is in doubt.

    ``restart`` is what is said of it, whatever the rates.
    """
    if all(strike.rate.shape is None and not (strike.rate.low and strike.rate.high) for strike in strikes):
        return []
    drawn = []
    for values in zip(*(draws(strike.rate) for strike in strikes), strict=True):
        often = [strike.nodes * value for strike, value in zip(strikes, values, strict=True)]
        total = math.fsum(often)
        if total > 0:
            back = math.fsum(n * strike.hours for n, strike in zip(often, strikes, strict=True)) / total
            drawn.append(Pace(1 / total, back if restart is None else restart))
    drawn.sort()
    return [drawn[int((number + 0.5) * len(drawn) / STRATA)] for number in range(STRATA)] if len(drawn) == DRAWS else []


def doubted(plan: Plan, known: Sequence[Pace], random: Random, runs: int = RUNS) -> Doubt | None:
    """Runs of a plan at each of these paces; None where there are none, or one at which a run never goes on."""
    if not known or not all(math.isfinite(pace.restart) for pace in known):
        return None
    plans = [plan._replace(between=pace.between, restart=pace.restart) for pace in known]
    found = [run for each in plans for run in _runs(each, random, max(runs // len(plans), 1))]
    return Doubt(
        spread([plan.work / run.hours for run in found]),
        spread([run.hours for run in found]),
        spread([float(run.failures) for run in found]),
        spread([each.progress for each in plans]),
    )


def _runs(plan: Plan, random: Random, runs: int) -> Iterable[Run]:
    """Runs by chance; where hardly anything is progress, as many as are expected."""
    if plan.progress >= HOPELESS:
        return draw(plan, random, runs)
    hours = plan.work / max(plan.progress, 1e-9)
    return [Run(hours, round(hours / plan.between))] * runs
