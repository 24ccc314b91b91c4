"""Training runs whose rates are drawn too: against the negative binomial law, and silent where rates are known for sure."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import pytest
from test_runs import TOPOLOGY, simulated

from hullmark.model.checkpoints import ettr
from hullmark.model.gamma import quantile
from hullmark.model.rates import Rate
from hullmark.report import simulation
from hullmark.simulate.doubt import STRATA, Pace, Strike, doubted, paces
from hullmark.simulate.runs import Plan, outcome

COUNTED = Rate("gpu_node", "", 5.5 / 1_000, 0.002, 0.012, 1.0, "measured", "measured", "", "", 5.5, 1_000.0)
SURE = replace(COUNTED, low=None, high=None, shape=None, exposure=None)
SHORT = 1e-9
"""Hours of dumps and restarts that cost nothing, so that failures come at random in time that is all work."""


def negative_binomial(mean: float, shape: float, share: float) -> int:
    """The number that a Poisson variable of gamma mean stays within with this probability."""
    chance, total, count = (shape / (shape + mean)) ** shape, 0.0, 0
    while (total := total + chance) < share:
        chance *= (shape + count) / (count + 1) * mean / (shape + mean)
        count += 1
    return count


def test_interruptions_are_negative_binomial_where_rates_are_drawn() -> None:
    work, interval = 4_000.0, 1e-3
    plan = Plan(work, interval, SHORT, SHORT, 1 / COUNTED.per_hour)
    found = doubted(plan, paces([Strike(COUNTED, 1, SHORT)]), Random(1), 8_000)
    alone = outcome(plan, Random(1), 4_000)
    assert found is not None
    assert alone is not None
    mean, shape = work * COUNTED.per_hour, 5.5
    assert found.failures.mean == pytest.approx(mean, rel=0.03)
    for share, seen in ((0.05, found.failures.low), (0.5, found.failures.median), (0.95, found.failures.high)):
        assert seen == pytest.approx(negative_binomial(mean, shape, share), abs=2)
    assert found.failures.high - found.failures.low > 2 * (alone.failures.high - alone.failures.low)


def test_rates_alone_are_the_equation_at_their_percentiles() -> None:
    plan = Plan(240.0, 4.0, 0.1, 0.5, 1 / (8 * COUNTED.per_hour))
    found = doubted(plan, paces([Strike(COUNTED, 8, 0.5)]), Random(2), 400)
    assert found is not None
    low, high = (ettr(4.0, 0.1, 0.5, 1_000 / 8 / quantile(5.5, share)) for share in (0.95, 0.05))
    assert found.rates.low == pytest.approx(low, abs=0.01)
    assert found.rates.high == pytest.approx(high, abs=0.005)
    assert found.progress.low < found.rates.low


def test_paces_are_in_order_and_equally_likely() -> None:
    known = paces([Strike(COUNTED, 4, 1.0), Strike(replace(COUNTED, name="spot"), 2, 3.0)])
    assert len(known) == STRATA
    assert known == sorted(known)
    assert all(1.0 < pace.restart < 3.0 for pace in known)
    assert math.fsum(1 / pace.between for pace in known) / STRATA == pytest.approx(6 * COUNTED.per_hour, rel=0.03)
    assert all(pace.restart == 0.25 for pace in paces([Strike(COUNTED, 4, 1.0)], 0.25))


def test_nothing_is_drawn_of_rates_that_are_known_for_sure() -> None:
    plan = Plan(240.0, 4.0, 0.1, 0.5, 100.0)
    assert paces([Strike(SURE, 4, 1.0)]) == []
    assert doubted(plan, [], Random(1)) is None
    assert doubted(plan, [Pace(100.0, math.inf)], Random(1)) is None


def test_paces_at_which_nothing_is_progress_are_told_by_what_is_expected() -> None:
    found = doubted(Plan(720, 10, 1, 1, 0.5), [Pace(0.5, 1.0), Pace(500.0, 1.0)], Random(1), 20)
    assert found is not None
    assert found.progress.low < 1e-3
    assert found.progress.high > 0.8
    assert math.isfinite(found.hours.high)


def test_it_is_told_beside_chance() -> None:
    one = simulated()
    (run,) = one.trainings
    assert run.doubt is not None
    assert run.runs is not None
    assert run.doubt.progress.low <= run.runs.progress.low + 0.01
    text = " ".join(simulation.render([("", one)], color=False).split())
    assert "with what is not known of the rates" in text
    assert "by that alone" in text


def test_a_rate_that_somebody_vouches_for_leaves_no_doubt() -> None:
    rates = "rates: {gpu_node: {per_year: 1.4}, spot_node: {per_year: 3}, gpu_node_a100: {per_year: 1}, cpu_node: {per_year: 1}}"
    (run,) = simulated(on=f"{TOPOLOGY}{rates}\n").trainings
    assert run.runs is not None
    assert run.doubt is None
