"""Rates: the ones that ship, their intervals, and what users counted themselves."""

from __future__ import annotations

import math
import statistics
from random import Random

import pytest

from hullmark.model.errors import HullmarkError
from hullmark.model.form import Form, document
from hullmark.model.gamma import poisson_interval, quantile, regularised
from hullmark.model.rates import HOURS_PER_YEAR, KINDS, Rate, digest, overridden, posterior, read, shipped
from hullmark.simulate.topology import KINDS as PLANES
from hullmark.text.source import Source

NODE_DAY = 24.0


def test_llama_counts_give_the_published_rates() -> None:
    node = shipped()["gpu_node"]
    assert node.per_hour * NODE_DAY == pytest.approx(3.789e-3, rel=1e-3)
    assert node.low is not None
    assert node.high is not None
    assert (node.low * NODE_DAY, node.high * NODE_DAY) == pytest.approx((3.43e-3, 4.17e-3), rel=3e-3)
    # the mean time between interruptions of 2,048 nodes, with its interval: 3.093 h (2.81 to 3.41)
    assert 1 / (2048 * node.per_hour) == pytest.approx(3.093, rel=1e-3)
    assert 1 / (2048 * node.high) == pytest.approx(2.81, rel=3e-3)
    assert 1 / (2048 * node.low) == pytest.approx(3.41, rel=3e-3)
    gpu = shipped()["gpu"]
    assert gpu.per_year == pytest.approx(0.111, rel=5e-3)
    counts = {"GPU": 268, "network": 35, "host": 21, "software": 54, "maintenance": 32, "other": 9}
    assert sum(counts.values()) == 419


def test_every_rate_says_where_it_comes_from() -> None:
    for rate in shipped().values():
        assert rate.kind in KINDS
        assert rate.repair_kind in KINDS
        assert rate.per_hour > 0
        assert len(rate.source) > 10
        assert len(rate.date) == 10
        if rate.low is not None and rate.high is not None:
            assert rate.low <= rate.per_hour <= rate.high
    assert {f"control_plane_{kind}" for kind in PLANES} <= set(shipped())


def test_a_contract_is_an_unavailability() -> None:
    eks = shipped()["control_plane_eks"]
    assert eks.kind == "contract"
    assert eks.unavailability == pytest.approx(5e-4, rel=1e-9)
    assert eks.draw(Random(1)) == eks.per_hour


def at_least(events: int, mean: float) -> float:
    """The probability of at least so many events, term by term; that of a gamma variable of this shape below the mean."""
    return 1 - math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(events))


@pytest.mark.parametrize(
    ("shape", "x", "share"),
    [
        (1, 1, 1 - math.exp(-1)),
        (0.5, 0.5, math.erf(math.sqrt(0.5))),
        (3, 10, at_least(3, 10)),
        (100, 80, at_least(100, 80)),
        (100, 130, at_least(100, 130)),
    ],
)
def test_the_gamma_distribution(shape: float, x: float, share: float) -> None:
    assert regularised(shape, x) == pytest.approx(share, rel=1e-6)
    assert quantile(shape, share) == pytest.approx(x, rel=1e-6)
    assert regularised(shape, 0) == 0


# Garwood's table: exact 95 % limits of a Poisson mean.
@pytest.mark.parametrize(
    ("events", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39), (100, 81.36, 121.63)]
)
def test_poisson_intervals(events: int, low: float, high: float) -> None:
    assert poisson_interval(events) == pytest.approx((low, high), rel=2e-3)


def own(text: str) -> Form:
    return document(Source("topology.yaml", text), "rates")


def test_counts_of_your_own_replace_a_rate() -> None:
    found = overridden(shipped(), own("gpu_node: {events: 3, exposure: 400d, repair: 2h}"))["gpu_node"]
    assert found.per_hour == pytest.approx(3.5 / (400 * 24))
    assert (found.kind, found.repair_kind, found.repair_hours) == ("measured", "measured", 2.0)
    assert found.source == "topology.yaml:1"
    # qgamma(c(.025, .975), 3.5) is half of qchisq(c(.025, .975), 7): 1.68987, 16.01276
    assert found.low is not None
    assert found.high is not None
    assert (found.low * 9600, found.high * 9600) == pytest.approx((1.68987 / 2, 16.01276 / 2), rel=1e-4)
    assert shipped()["gpu_node"].kind == "published"


def test_no_failure_seen_is_not_no_failure() -> None:
    found = posterior(shipped()["zone"], 0, 10 * HOURS_PER_YEAR, "here")
    assert found.per_year == pytest.approx(0.05)
    assert found.low is not None
    assert found.low > 0


def test_a_rate_can_be_vouched_for() -> None:
    found = overridden(shipped(), own("zone: {per_year: 0.5}\nllm_api: {unavailability: 0.01, repair: 30m}"))
    assert found["zone"].per_year == pytest.approx(0.5)
    assert (found["zone"].low, found["zone"].kind) == (None, "measured")
    assert found["llm_api"].unavailability == pytest.approx(0.01)
    assert found["llm_api"].repair_hours == 0.5
    assert overridden(shipped(), None) == shipped()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("zoen: {per_year: 1}", "there is no rate 'zoen'"),
        ("zone: {per_year: -1}", "'per_year' is -1"),
        ("zone: {events: -3, exposure: 1y}", "'events' is -3"),
        ("zone: {events: 3}", "events without 'exposure'"),
        ("zone: {events: 3, exposure: soon}", "'exposure' is no duration"),
        ("zone: {events: 3, exposure: 1y, per_year: 2}", "both 'events' and 'per_year'"),
        ("zone: {unavailability: 1}", "'unavailability' is 1"),
        ("zone: {rate: 1}", "unknown key 'rate'"),
        ("zone: 3", "'zone' is a mapping"),
    ],
)
def test_mistakes_are_told_with_their_place(text: str, message: str) -> None:
    with pytest.raises(HullmarkError, match=message) as caught:
        overridden(shipped(), own(text))
    assert caught.value.place is not None
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: {what: w, unit: per year, kind: assumed, source: s, date: d}", "neither 'events' nor 'value'"),
        ("a: {what: w, unit: per week, value: 1, kind: assumed, source: s, date: d}", "'unit' has no value 'per week'"),
        ("a: {what: w, unit: per year, value: 1, kind: guess, source: s, date: d}", "'kind' has no value 'guess'"),
        ("a: {what: w, unit: unavailability, value: 0.1, kind: assumed, source: s, date: d}", "needs a repair time"),
        ("a: {what: w, unit: per year, value: 1, kind: assumed, date: d}", "has no 'source'"),
    ],
)
def test_a_file_of_rates_is_checked(text: str, message: str) -> None:
    with pytest.raises(HullmarkError, match=message):
        read(Source("rates.yaml", text))


def test_draws_follow_what_is_known() -> None:
    random = Random(3)
    node, zone = shipped()["gpu_node"], shipped()["zone"]
    drawn = [node.draw(random) for _ in range(20_000)]
    assert statistics.fmean(drawn) == pytest.approx(419.5 / (110_592 * 24), rel=2e-3)
    inside = [zone.low <= zone.draw(random) <= zone.high for _ in range(20_000)]  # type: ignore[operator]
    assert statistics.fmean(inside) == pytest.approx(0.95, abs=0.005)


def test_interruptions_of_54_days_are_as_many_as_were_seen() -> None:
    node = shipped()["gpu_node"]
    random, hours = Random(5), 54 * 24
    counts = []
    for _ in range(300):
        at, seen = random.expovariate(2048 * node.per_hour), 0
        while at < hours:
            seen += 1
            at += random.expovariate(2048 * node.per_hour)
        counts.append(seen)
    assert statistics.fmean(counts) == pytest.approx(419, abs=4)
    assert sum(379 <= c <= 459 for c in counts) / 300 == pytest.approx(0.95, abs=0.04)


def test_the_digest_tells_rates_apart() -> None:
    changed: dict[str, Rate] = overridden(shipped(), own("zone: {per_year: 0.5}"))
    assert digest(shipped()) == digest(dict(reversed(shipped().items())))
    assert digest(changed) != digest(shipped())
