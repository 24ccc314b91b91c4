"""Closed forms of availability and of training, against numbers worked out by hand and against each other."""

from __future__ import annotations

import math

import pytest

from hullmark.model.checkpoints import best, between_failures, daly, ettr, ettr_of_meta, young
from hullmark.simulate.availability import in_series, unavailable


def test_a_failure_a_year_of_an_hour_costs_an_hour_a_year() -> None:
    assert unavailable(1 / 8760, 1) == pytest.approx(1 / 8761)


def test_failures_in_series_multiply() -> None:
    assert in_series([0.1, 0.2]) == pytest.approx(1 - 0.9 * 0.8)
    assert in_series([]) == 0
    assert 0 < in_series([1e-18] * 3) < 1e-17


def test_young_is_the_root_of_two_dumps_between_failures() -> None:
    assert young(2.0, 100.0) == 20.0


@pytest.mark.parametrize("dump", [0.001, 0.01, 0.1])
def test_daly_is_near_the_best_and_young_near_daly(dump: float) -> None:
    exact = best(dump, 10.0)

    assert daly(dump, 10.0) == pytest.approx(exact, rel=0.005)
    assert young(dump, 10.0) == pytest.approx(exact + dump, rel=0.08)


@pytest.mark.parametrize(("dump", "restart", "between"), [(0.02, 0.1, 8.0), (0.1, 0.5, 24.0), (1.0, 1.0, 20.0)])
def test_no_interval_makes_more_progress_than_the_best(dump: float, restart: float, between: float) -> None:
    top = best(dump, between)
    most = ettr(top, dump, restart, between)

    assert all(ettr(top * factor, dump, restart, between) < most for factor in (0.5, 0.9, 1.1, 2.0))


def test_the_best_interval_does_not_depend_on_the_restart() -> None:
    steps = [n / 1000 for n in range(200, 3000)]
    peaks = {max(steps, key=lambda tau, r=restart: ettr(tau, 0.05, r, 12.0)) for restart in (0.0, 0.5, 2.0)}

    assert len(peaks) == 1
    assert peaks.pop() == pytest.approx(best(0.05, 12.0), abs=0.002)


def test_a_first_order_estimate_agrees_where_failures_are_rare() -> None:
    assert ettr_of_meta(1.0, 0.02, 0.1, 200.0) == pytest.approx(ettr(1.0, 0.02, 0.1, 200.0), abs=2e-4)


def test_progress_is_a_share_and_vanishes_where_failures_come_too_fast() -> None:
    assert 0 < ettr(1, 0.1, 0.1, 0.05) < 1e-6
    assert ettr(1000, 0.1, 0.1, 1) == 0


def test_nodes_share_their_failures() -> None:
    assert between_failures(16, 0.01) == pytest.approx(6.25)
    assert math.isclose(between_failures(2048, 3.79e-3 / 24), 24 / (2048 * 3.79e-3))
