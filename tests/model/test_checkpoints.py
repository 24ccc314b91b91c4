"""Runs and their checkpoints: published values with the tolerance each is accepted at."""

from __future__ import annotations

import math

import pytest

from hullmark.model.checkpoints import best, between_failures, daly, ettr, ettr_of_meta, young
from hullmark.model.rates import shipped

RSC1, RSC2 = 6.50e-3 / 24, 2.34e-3 / 24
"""Failures an hour of one node with 8 A100 in the two clusters of Kokolis and others."""

MINUTE = 1 / 60


def test_llama_was_interrupted_every_three_hours() -> None:
    """419 unexpected interruptions in 54 days of 2,048 nodes with 8 GPUs."""
    rate = shipped()["gpu_node"]
    assert pytest.approx(3.093, rel=1e-3) == 54 * 24 / 419
    assert between_failures(2_048, rate.per_hour) == pytest.approx(3.093, rel=1e-3)
    assert rate.per_hour * 24 == pytest.approx(3.789e-3, rel=1e-3)
    assert rate.per_hour / 8 == pytest.approx(1.973e-5, rel=1e-3)
    assert rate.low is not None
    assert rate.high is not None
    assert [1 / 2_048 / r for r in (rate.high, rate.low)] == pytest.approx([2.81, 3.41], abs=0.01)


@pytest.mark.parametrize(
    ("gpus", "per_node_day", "hours", "share"),
    [(16_384, 6.50e-3, 1.8, 0.01), (131_072, 6.50e-3, 0.23, 0.03), (1_024, 1 / 47.7, 7.9, 0.15)],
)
def test_larger_runs_fail_more_often(gpus: int, per_node_day: float, hours: float, share: float) -> None:
    assert between_failures(gpus // 8, per_node_day / 24) == pytest.approx(hours, rel=share)


@pytest.mark.parametrize(
    ("nodes", "rate", "restart", "work", "dump", "meta", "exact", "within"),
    [
        (2_048, RSC1, 5, 5, 1e-9, 0.9315, 0.9329, 0.001),
        (2_048, RSC1, 5, 60, 1e-9, 0.680, 0.714, 0.004),
        (12_500, RSC2, 2, 2, 1e-9, 0.939, 0.939, 0.004),
        (12_500, RSC2, 2, 2, 5 / 60, 0.9015, 0.9015, 0.004),
    ],
)
def test_progress_of_runs_whose_interval_is_given(  # noqa: PLR0913, PLR0917
    nodes: int, rate: float, restart: float, work: float, dump: float, meta: float, exact: float, within: float
) -> None:
    """Kokolis and others, with u0, interval and dump in minutes."""
    arguments = (work * MINUTE, dump * MINUTE, restart * MINUTE, between_failures(nodes, rate))
    assert ettr(*arguments) == pytest.approx(exact, abs=within)
    assert ettr_of_meta(*arguments) == pytest.approx(meta, abs=0.005)


@pytest.mark.parametrize(("gpus", "expected"), [(2_048, 0.960), (4_096, 0.919)])
def test_smaller_runs_make_more_than_nine_tenths_progress(gpus: int, expected: float) -> None:
    between = between_failures(gpus // 8, RSC1)
    found = ettr(1.0, 1e-9, 5 * MINUTE, between)
    assert found == pytest.approx(expected, abs=0.003)
    assert found >= 0.9


def test_a_run_like_llama_saves_every_eight_minutes() -> None:
    interval = best(10 / 3600, 3.093)
    assert interval * 60 == pytest.approx(7.75, abs=0.01)
    assert ettr(interval, 10 / 3600, 10 * MINUTE, 3.093) == pytest.approx(0.9080, abs=0.001)


@pytest.mark.parametrize(
    ("between", "minutes", "within", "progress"),
    [(24 * 60, 116.7, 0.5, 0.91261), (6 * 60, 56.7, 0.5, 0.81938), (15, 9.14, 0.1, 0.19967)],
)
def test_the_examples_of_daly(between: float, minutes: float, within: float, progress: float) -> None:
    """Figures 3 to 5: a dump of 5 minutes and a restart of 10."""
    assert daly(5, between) == pytest.approx(minutes, abs=within)
    assert ettr(best(5, between), 5, 10, between) == pytest.approx(progress, abs=3e-4)


@pytest.mark.parametrize("ratio", [1e-6, 1e-3, 0.1, 1.0, 5.0])
def test_no_other_interval_makes_more_progress(ratio: float) -> None:
    between = 7.0
    interval = best(ratio * between, between)
    most = ettr(interval, ratio * between, 0.5, between)
    assert all(ettr(interval * factor, ratio * between, 0.5, between) < most for factor in (0.9, 0.99, 1.01, 1.1))


def test_approximations_meet_where_dumps_are_short() -> None:
    assert young(1e-4, 100) == pytest.approx(best(1e-4, 100), rel=1e-3)
    assert daly(300, 100) == 100
    assert daly(1e-4, 100) == pytest.approx(best(1e-4, 100), rel=1e-5)


def test_hopeless_runs_make_no_progress_and_no_error() -> None:
    assert ettr(1e6, 1.0, 1.0, 1e-3) == 0.0
    assert not math.isnan(best(1e3, 1e-3))
