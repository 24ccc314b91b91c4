"""The formulas of recovery, against measured times and worked examples."""

from __future__ import annotations

import math
import statistics
from itertools import pairwise
from random import Random

import pytest

from hullmark.simulate.recovery import (
    FORCE_DETACH,
    Probe,
    Recovery,
    Speeds,
    Start,
    Timers,
    backoff,
    collection,
    deletion,
    eviction_rate,
    lognormal,
    lognormal_mean,
    pull,
    replacement,
    started,
    taint_times,
    timers,
)
from hullmark.simulate.topology import ControlPlane

OLD = Timers(40.0, 300.0, None)
"""A control plane before 1.32 that never deletes dead nodes."""


@pytest.mark.parametrize(
    ("version", "grace"), [("1.20", 40.0), ("1.31", 40.0), ("1.32", 50.0), ("1.34", 50.0), ("2.0", 50.0)]
)
def test_the_grace_goes_by_the_version_unless_it_is_said(version: str, grace: float) -> None:
    assert timers(ControlPlane(version=version)).grace == grace
    assert timers(ControlPlane(version=version, grace=16.0)).grace == 16.0


def test_a_lost_node_is_noticed_tainted_and_emptied_as_measured() -> None:
    """Measured on kube-controller-manager 1.20.2 with 20 s of toleration: 41 ± 5, 46 ± 6 and 66 ± 7 s."""
    assert OLD.not_ready == pytest.approx(41, abs=5)
    assert OLD.tainted == pytest.approx(46, abs=6)
    assert deletion(OLD, OLD.tainted, own=20.0) == pytest.approx(66, abs=7)


def test_a_wholly_lost_zone_is_emptied_node_by_node() -> None:
    """Measured on a zone of five nodes: taints at 46, 56, 66, 76 and 86 s."""
    found = taint_times(OLD, 5, 5)
    assert found == pytest.approx([46, 56, 66, 76, 86], abs=6)
    assert [b - a for a, b in pairwise(found)] == pytest.approx([10] * 4)


@pytest.mark.parametrize(
    ("nodes", "lost", "elsewhere", "rate"),
    [
        (5, 5, True, 0.1),
        (5, 5, False, 0.0),
        (5, 3, True, 0.0),  # 60 % and three nodes: in trouble, and small
        (5, 2, True, 0.1),
        (3, 2, True, 0.1),  # 67 %, but only two nodes
        (50, 28, True, 0.0),
        (51, 29, True, 0.01),
        (100, 54, True, 0.1),
        (100, 55, True, 0.01),
    ],
)
def test_zones_in_trouble_evict_slowly_or_not_at_all(nodes: int, lost: int, rate: float, *, elsewhere: bool) -> None:
    assert eviction_rate(nodes, lost, elsewhere=elsewhere) == rate
    assert bool(taint_times(OLD, nodes, lost, elsewhere=elsewhere)) == (rate > 0)


def test_what_is_tolerated_decides_when_pods_go() -> None:
    assert deletion(OLD, 47.5) == 347.5
    assert deletion(OLD, 47.5, own=30.0) == 77.5
    assert deletion(OLD, 47.5, forever=True) is None
    cloud = OLD._replace(deletes=100.0)
    assert deletion(cloud, 47.5) == collection(cloud) == 150.0
    assert deletion(cloud, 47.5, own=30.0) == 77.5
    assert deletion(cloud, 47.5, forever=True) == 150.0
    assert collection(OLD._replace(deletes=1.0)) == 42.5 + 50


def test_a_stateful_pod_waits_for_its_node_to_be_deleted() -> None:
    assert replacement(OLD, 77.5, stateful=False) == 77.5
    assert replacement(OLD, 77.5, stateful=True) is None
    assert replacement(OLD._replace(deletes=100.0), 77.5, stateful=True) == 150.0


def test_restarts_are_delayed_twice_as_long_each_time() -> None:
    assert [backoff(n) for n in range(7)] == [10, 20, 40, 80, 160, 300, 300]
    assert backoff(10_000) == 300


def test_a_hanging_container_is_noticed_by_its_probe() -> None:
    assert Probe().notices == 31.0


def test_what_is_shared_slows_everyone_down() -> None:
    assert pull(10, 0.5) == 20
    assert pull(10, 0.5, shared=1.0, together=40) == 40
    assert pull(10, 0.5, shared=100.0, together=40) == 20


SPEEDS = Speeds(0.2, 0.33)
BIG = Start(image=15, model=140, warm=60)


@pytest.mark.parametrize(
    ("own", "speeds", "cached", "behind", "total"),
    [
        (None, SPEEDS, False, 0, 905),
        (30.0, SPEEDS, False, 0, 635),
        (30.0, Speeds(0.2, 1.1), True, 0, 263),
        (None, SPEEDS, False, 66, 1_565),  # the last node of a zone of 67
    ],
)
def test_a_model_of_140_gigabytes_is_back_after(
    own: float, speeds: Speeds, behind: int, total: float, *, cached: bool
) -> None:
    """The worked example: 70 billion parameters, an image of 15 GB, one minute of warm-up."""
    tainted = taint_times(OLD, 67, 67)[behind]
    gone = deletion(OLD, tainted, own=own)
    assert gone is not None
    found = started(BIG, speeds, cached=cached)
    assert gone + found.total == pytest.approx(total, abs=3)


def test_phases_add_up() -> None:
    assert Recovery(1, 2, FORCE_DETACH, 4, 5, 6, 7, 8, 9, 10).total == 412
    alone = started(BIG, Speeds(0.2, 0.33, 1.0))
    crowd = started(BIG, Speeds(0.2, 0.33, 1.0), others=[BIG] * 9)
    assert alone.model == pytest.approx(140 / 0.33)
    assert crowd.model == pytest.approx(1400)


def test_lognormal_times_have_the_median_and_the_tail_they_are_given() -> None:
    random = Random(7)
    drawn = [lognormal(360, 1200, random) for _ in range(40_000)]
    assert statistics.median(drawn) == pytest.approx(360, rel=0.02)
    assert statistics.quantiles(drawn, n=20)[-1] == pytest.approx(1200, rel=0.03)
    assert statistics.fmean(drawn) == pytest.approx(lognormal_mean(360, 1200), rel=0.02)
    sigma = math.log(1200 / 360) / 1.6448536
    assert lognormal_mean(360, 1200) == pytest.approx(360 * math.exp(sigma**2 / 2), rel=1e-6)
