"""Failures that overlap: closed forms, and estimators that agree with them and with each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product
from random import Random

import numpy as np
import pytest

from hullmark.model.rates import Rate, shipped
from hullmark.simulate.dependencies import Network
from hullmark.simulate.overlap.answers import Answer, Overlaps
from hullmark.simulate.overlap.estimate import plain, summed
from hullmark.simulate.overlap.evaluate import down
from hullmark.simulate.overlap.solve import bounds, solve
from hullmark.simulate.overlap.states import broken, dense, sparse, stratified
from hullmark.simulate.overlap.system import Asked, Part, System, Unit, Window
from hullmark.simulate.overlap.table import table
from hullmark.simulate.redundancy import at_least, common_cause, in_zones, one_or_more, repaired, until_first
from hullmark.simulate.slo import read
from hullmark.simulate.windows import Outages, within
from hullmark.text.source import Source

pytestmark = pytest.mark.slow


def part(name: str, share: float, *lost: tuple[int, int], hours: float = 1.0, rate: str = "r") -> Part:
    """A part that is broken for this share of time, an hour each."""
    return Part(name, rate, rate, share / (1 - share) / hours, (Window(hours, lost),), lost)


def replicas(needed: int, parts: int, share: float, hours: float = 1.0) -> System:
    unit = Unit("s", parts, needed)
    pods = tuple(part(f"pod {i}", share, (0, 1 << i), hours=hours) for i in range(parts))
    return System((unit,), pods, (), (Asked("s", (0,)),), {})


def zoned(needed: int, pods: Sequence[int], zone: float, pod: float) -> System:
    count, parts, first = sum(pods), [], 0
    for number, some in enumerate(pods):
        mask = ((1 << some) - 1) << first
        parts.append(part(f"zone {number}", zone, (0, mask), rate="zone"))
        parts += [part(f"pod {first + i}", pod, (0, 1 << first + i), rate="pod") for i in range(some)]
        first += some
    return System((Unit("s", count, needed),), tuple(parts), (), (Asked("s", (0,)),), {})


def chain(*needs: tuple[int, tuple[int, ...]], units: int, share: float = 1e-3) -> System:
    made = tuple(Unit(f"u{i}", 1, 1) for i in range(units))
    parts = tuple(part(f"p{i}", share, (i, 1)) for i in range(units))
    return System(made, parts, needs, tuple(Asked(u.name, (i,)) for i, u in enumerate(made)), {})


def solved(one: System, seed: int = 0, trials: int = 20_000) -> Overlaps:
    return solve(one, Network(), seed=seed, trials=trials)


def first(one: System) -> Answer:
    return solved(one).answers[0]


# Closed forms: rows of the validation table.


@pytest.mark.parametrize(
    ("needed", "parts", "share", "expected"),
    [(2, 3, 0.99, 0.999702), (1, 3, 0.99, 0.999999), (4, 6, 0.995, 0.9999975280)],
)
def test_some_of_many(needed: int, parts: int, share: float, expected: float) -> None:  # rows 19 and 20
    assert at_least(needed, [share] * parts) == pytest.approx(expected, abs=1e-9)
    answer = first(replicas(needed, parts, 1 - share))
    assert answer.unavailability == pytest.approx(1 - expected, abs=1e-9)


@pytest.mark.parametrize(
    ("needed", "pods", "expected"),
    [
        (4, (2, 2, 2), 6.489e-5),
        (4, (3, 3, 0), 2.0015e-3),
        (4, (6, 0, 0), 1.0025e-3),
        (2, (1, 1, 1), 1.0739e-4),
        (2, (2, 1, 1), 1.261e-5),
    ],
)
def test_pods_in_zones(needed: int, pods: tuple[int, ...], expected: float) -> None:  # rows 21 to 23
    closed = in_zones(needed, pods, 1e-3, 5e-3)
    assert closed == pytest.approx(expected, rel=5e-4)
    answer = first(zoned(needed, pods, 1e-3, 5e-3))
    assert answer.unavailability == pytest.approx(closed, rel=1e-3)
    assert answer.sampling.low <= closed <= answer.sampling.high or answer.unavailability == pytest.approx(closed)


def test_series_and_parallel() -> None:  # row 24
    series = chain((2, (0,)), (2, (1,)), units=3, share=1e-4)
    assert solved(series).answers[2].unavailability == pytest.approx(1 - 0.9999**3, rel=1e-6)
    assert first(replicas(1, 2, 1e-3)).unavailability == pytest.approx(1e-6, rel=1e-9)


def test_repaired_parts() -> None:  # row 25
    many, one = repaired(2, 3, 0.01, 1.0, 3), repaired(2, 3, 0.01, 1.0, 1)
    assert many.unavailability == pytest.approx(2.92148e-4, abs=1e-8)
    assert one.unavailability == pytest.approx(5.88004e-4, abs=1e-8)
    assert many.per_hour == pytest.approx(5.8235e-4, abs=1e-8)
    assert many.unavailability / many.per_hour == pytest.approx(0.50167, abs=1e-5)


def test_how_often_outages_begin_agrees_with_the_chain() -> None:  # rows 6 and 25 of formulas and table
    answer = first(replicas(2, 3, 0.01 / 1.01))
    assert answer.unavailability == pytest.approx(2.92148e-4, rel=1e-5)
    assert answer.per_year / 8_766 == pytest.approx(5.8235e-4, rel=1e-3)
    assert answer.mean_minutes == pytest.approx(0.50167 * 60, rel=1e-3)


def test_a_chain_of_events_agrees_with_the_closed_form() -> None:  # row 25, simulated event by event
    random, hours, up, lost, begun = Random(3), 0.0, 3, 0.0, 0
    for _ in range(1_000_000):
        fails, mends = up * 0.01, (3 - up) * 1.0
        wait = random.expovariate(fails + mends)
        hours += wait
        lost += wait * (up < 2)
        worse = random.random() < fails / (fails + mends)
        begun += worse and up == 2
        up += -1 if worse else 1
    assert lost / hours == pytest.approx(repaired(2, 3, 0.01, 1.0, 3).unavailability, rel=0.03)
    assert begun / hours == pytest.approx(repaired(2, 3, 0.01, 1.0, 3).per_hour, rel=0.03)


def test_until_the_first_outage() -> None:  # row 26
    assert until_first(1, 2, 0.01, 1.0) == 5_150
    assert until_first(2, 3, 0.01, 1.0) == 1_750


BRIDGE = ((0, 1), (3, 4), (0, 2, 4), (1, 2, 3))
"""Minimal cuts of the bridge network, by its five edges."""


def bridge(share: float) -> System:
    """A unit that is down when all edges of a cut are: needing one of them each."""
    made = (*(Unit(f"e{i}", 1, 1) for i in range(5)), Unit("bridge", 1, 1))
    parts = tuple(part(f"e{i}", share, (i, 1)) for i in range(5))
    return System(made, parts, tuple((5, cut) for cut in BRIDGE), (Asked("bridge", (5,)),), {})


def test_the_bridge() -> None:  # row 27
    lost = math.fsum(
        math.prod(0.1 if gone else 0.9 for gone in state)
        for state in product((True, False), repeat=5)
        if any(all(state[i] for i in cut) for cut in BRIDGE)
    )
    assert 1 - lost == pytest.approx(0.97848, abs=1e-9)
    assert math.fsum(0.1 ** len(cut) for cut in BRIDGE) == pytest.approx(0.0220)
    assert one_or_more([[0.1] * len(cut) for cut in BRIDGE]) == pytest.approx(0.02186, abs=5e-6)
    answer = solve(bridge(0.1), Network(), trials=400_000).answers[0]
    assert answer.unavailability == pytest.approx(0.02152, rel=1e-3)
    assert answer.unavailability is not None
    assert answer.unavailability <= one_or_more([[0.1] * len(cut) for cut in BRIDGE])
    assert {tuple(sorted(int(p[1:]) for p in cut)) for cut in cuts(bridge(0.1))} == set(BRIDGE)


def cuts(one: System) -> set[tuple[str, ...]]:
    arrays = table(one)
    sums = summed(arrays, stratified(arrays, np.random.default_rng(0), 50_000), [0])
    return {tuple(one.parts[i].name for i in cut) for cut in sums.cuts[0]}


def test_a_common_cause() -> None:  # row 28
    assert common_cause(0.1, 1e-4, 10) == pytest.approx(1.0081e-4, abs=1e-9)


def test_the_chance_of_a_month_within_its_budget() -> None:  # row 29
    month = 720.0
    exact = math.fsum(
        math.exp(-1)
        / math.factorial(n)
        * (1 - math.fsum(math.exp(-2.16) * 2.16**j / math.factorial(j) for j in range(n)))
        for n in range(40)
    )
    assert exact == pytest.approx(0.83558, abs=1e-5)
    assert within(43.2 / 60, month, [Outages(1 / month, 20 / 60)]) == pytest.approx(exact, abs=1e-3)
    assert within(1.0, month, []) == 1.0
    assert within(10.0, month, [Outages(10.0, 1.0)]) < 1e-6
    assert within(8_000.0, month, [Outages(10.0, 1.0)]) > 0.999


def test_minutes_of_nines() -> None:  # row 30
    for percent, days, minutes in ((99.99, 365.25, 52.6), (99.99, 30, 4.32), (99.9, 30, 43.2)):
        (said,) = read(Source("s", f"services: {{a: {{target: {percent}, window: {days}d}}}}"), {}).services
        assert said.promised is not None
        assert said.promised.budget / 60 == pytest.approx(minutes, abs=0.01)


def test_loss_that_training_at_scale_can_bear() -> None:  # row 14
    failures_a_day = 9_600 / 8 * shipped()["gpu_node"].per_hour * 24
    assert 0.03 * 24 * 60 / failures_a_day == pytest.approx(9.5, abs=0.05)


# Estimators.


def mixed() -> System:
    """Services of several pods on shared nodes, third parties, alternatives and chains, with windows that differ."""
    random, units, parts = Random(5), [], []
    units += [Unit(f"s{number}", 4, random.choice((1, 2, 3, 4))) for number in range(8)]
    units += [Unit(f"t{i}", 1, 1) for i in range(4)]
    for node in range(12):
        lost = [(s, 1 << p) for s in range(8) for p in range(4) if (s * 5 + p * 7) % 12 == node]
        windows = (Window(0.5, tuple(lost)), Window(2.0, tuple(lost[: len(lost) // 2])))
        parts.append(Part(f"node {node}", "nodes", "node", 0.006, windows, tuple(lost)))
    parts += [part(f"third {i}", 0.01, (8 + i, 1), hours=2.0, rate="api") for i in range(4)]
    parts.append(Part("plane", "plane", "plane", 0.005, (Window(1.0, ()),), (), holds=tuple(range(8))))
    needs = ((0, (8,)), (1, (8, 9)), (2, (0,)), (3, (1, 2)), (4, (10, 11)), (5, (4,)), (5, (3,)))
    return System(tuple(units), tuple(parts), needs, tuple(Asked(u.name, (i,)) for i, u in enumerate(units)), {})


def exact(one: System) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """All states of a small system, each weighed."""
    arrays, total = table(one), np.zeros(len(one.asked))
    parts = range(len(one.parts))
    for count in range(1, 5):
        for chosen in combinations(parts, count):
            atoms = list(product(*(range(arrays.first[i], arrays.first[i + 1]) for i in chosen)))
            states = np.array(atoms, dtype=np.int64).reshape(-1, count)
            weight = [
                arrays.nothing * math.prod(one.parts[arrays.part[a]].per_hour * arrays.hours[a] for a in state)
                for state in states
            ]
            total += (np.unpackbits(down(arrays, states), axis=1, count=len(states)) > 0) @ np.array(weight)
    return total


@pytest.mark.parametrize("listed", [0, 60_000])
def test_all_ways_agree(monkeypatch: pytest.MonkeyPatch, listed: int) -> None:
    monkeypatch.setattr("hullmark.simulate.overlap.states.LISTED", listed)
    one, trials = mixed(), 100_000
    arrays = table(one)
    sums = summed(arrays, stratified(arrays, np.random.default_rng(1), 100_000))
    total, deviation = sums.unavailability, np.sqrt(sums.variance)
    truth = exact(one)
    assert (abs(total - truth) < 4 * deviation + 1e-6 + 2e-3 * truth).all()
    assert (deviation < 0.1 * truth + 1e-6).all()
    for way in (sparse, dense):
        spread = np.sqrt(deviation**2 + truth * (1 - truth) / trials)
        drawn = [plain(arrays, way(arrays, np.random.default_rng(seed), trials)) for seed in range(8)]
        scores = (np.array(drawn) - total) / spread
        assert math.sqrt((scores**2).mean()) < 1.2, way.__name__
    assert sum(broken(arrays)) == pytest.approx(1.0, abs=1e-6)


def test_intervals_cover_the_closed_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hullmark.simulate.overlap.states.LISTED", 0)
    closed = in_zones(4, (2, 2, 2), 0.05, 0.1)
    one, covered, outside = zoned(4, (2, 2, 2), 0.05, 0.1), 0, 0
    arrays = table(one)
    for seed in range(200):
        sums = summed(arrays, stratified(arrays, np.random.default_rng(seed), 4_000))
        half = 1.96 * math.sqrt(float(sums.variance[0]))
        covered += abs(float(sums.unavailability[0]) - closed) <= half
        outside += half == 0
    assert outside == 0
    assert 180 <= covered <= 198


def test_the_same_seed_gives_the_same_numbers_and_another_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hullmark.simulate.overlap.states.LISTED", 0)
    one = zoned(4, (2, 2, 2), 0.05, 0.1)
    assert solved(one, 1) == solved(one, 1)
    assert solved(one, 1).answers != solved(one, 2).answers


def test_nothing_is_told_as_zero() -> None:
    answer = first(replicas(1, 8, 1e-6))
    assert answer.unavailability is None
    assert answer.below > 0
    assert not answer.never


def test_what_is_short_from_the_start_gets_no_number() -> None:
    one = System((Unit("s", 2, 2, away=1),), (part("p", 0.1, (0, 1)),), (), (Asked("s", (0,)),), {})
    assert solved(one).answers[0].never


def test_pods_of_a_lost_zone_are_counted_once() -> None:
    one = zoned(1, (2, 1), 0.1, 0.2)
    assert first(one).unavailability == pytest.approx(in_zones(1, (2, 1), 0.1, 0.2), rel=0.01)


def test_more_pods_than_a_word_has_bits() -> None:
    one = zoned(80, (50, 50), 1e-3, 1e-3)
    assert first(one).unavailability == pytest.approx(in_zones(80, (50, 50), 1e-3, 1e-3), rel=1e-3)


def test_recovery_is_held_up() -> None:
    node = Part("node", "nodes", "node", 0.01, (Window(0.5, ((0, 1),)), Window(2.0, ())), ((0, 1),))
    plane = Part("plane", "plane", "plane", 0.02, (Window(2.0, ()),), holds=(0,))
    units = (Unit("s", 1, 1), Unit("free", 1, 1))
    node = replace(node, windows=(Window(0.5, ((0, 1), (1, 1))), Window(2.0, ())), held=((0, 1), (1, 1)))
    one = System(units, (node, plane), (), (Asked("s", (0,)), Asked("free", (1,))), {})
    nothing = 1 / ((1 + 0.01 * 2.5) * (1 + 0.02 * 2))
    expected = nothing * (0.01 * 0.5 + 0.01 * 2.5 * 0.04)
    assert first(one).unavailability == pytest.approx(expected, rel=1e-9)
    free = solved(one).answers[1].unavailability
    assert free == pytest.approx(0.01 * 0.5 / (1 + 0.01 * 2.5), rel=1e-9)


@pytest.mark.parametrize("share", [1e-3, 0.05])
def test_circles_fall_together_and_never_by_themselves(share: float) -> None:
    answers = solved(chain((0, (1,)), (1, (2,)), (2, (0,)), units=3, share=share)).answers
    for answer in answers:
        assert answer.unavailability == pytest.approx(1 - (1 - share) ** 3, rel=1e-6)


def test_an_alternative_saves_and_both_together_do_not() -> None:
    answers = solved(chain((0, (1, 2)), units=3, share=0.01)).answers
    assert answers[0].unavailability == pytest.approx(1 - 0.99 * (1 - 0.01**2), rel=1e-6)
    assert [(cut.order, cut.probability) for cut in answers[0].cuts] == [
        (1, pytest.approx(0.01)),
        (2, pytest.approx(1e-4)),
    ]
    assert answers[0].weights[0].part == "p0"
    assert answers[0].weights[0].birnbaum == pytest.approx(1.0, rel=0.02)


def test_uncertain_rates_widen_the_interval_and_sampling_does_not() -> None:
    rate = Rate("r", "", 0.01, 0.002, 0.03, 1.0, "assumed", "assumed", "", "")
    one = replicas(2, 3, 0.01 / 1.01)
    sure, unsure = first(one), first(System(one.units, one.parts, one.needs, one.asked, {"r": rate}))
    assert sure.rates.low == pytest.approx(sure.rates.high)
    assert unsure.rates.high > 5 * unsure.rates.low
    assert sure.sampling == unsure.sampling


def test_many_kinds_of_failures_are_told_together() -> None:
    kinds = tuple(replace(part(f"p{i}", 1e-4, (0, 1), rate=f"r{i}"), group=f"g{i}") for i in range(200))
    one = System((Unit("s", 1, 1),), kinds, (), (Asked("s", (0,)),), {})
    answer = first(one)
    assert answer.unavailability == pytest.approx(1 - (1 - 1e-4) ** 200, rel=1e-4)
    assert "other failures" in {name for c in answer.contributions for name in c.groups}


def test_bounds_hold_the_estimate() -> None:
    low, high = bounds({(0,): 0.1, (1, 2): 0.01, (1, 3): 0.01}, [0.1] * 4)
    exactly = 1 - 0.9 * (1 - 0.1 * (1 - 0.9**2))
    assert low <= exactly <= high
    assert high == pytest.approx(0.12)


def test_an_estimate_outside_its_bounds_is_our_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hullmark.simulate.overlap.solve.bounds", lambda *_: (0.5, 0.6))
    with pytest.raises(RuntimeError, match="outside"):
        solved(replicas(2, 3, 0.01))
