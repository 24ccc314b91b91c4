"""Years event by event against closed forms, and against the estimators where both must say the same."""

from __future__ import annotations

import math
from random import Random

import pytest
from staging import QUIET, example, plain, stage, topology

from hullmark.model.rates import HOURS_PER_YEAR, shipped
from hullmark.simulate.overlap.answers import Interval
from hullmark.simulate.overlap.solve import solve
from hullmark.simulate.redundancy import Steady, at_least, repaired
from hullmark.simulate.sequence.answers import Record
from hullmark.simulate.sequence.bounds import Weighed, difference, mean_of, proportion
from hullmark.simulate.sequence.play import Play, Stage, play
from hullmark.simulate.windows import Outages, within

pytestmark = pytest.mark.slow

RATE, REPAIR = 0.01, 0.1
"""Failures and repairs an hour of the nodes of `staging.topology`."""

GPU_NODE, DAY = shipped()["gpu_node_a100"].per_hour, 24.0

BUDGET = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: web}}
spec: {{minAvailable: {least}, selector: {{matchLabels: {{app: web}}}}}}
"""


def records(one: Stage, years: float, seed: int = 0, spread: float = 1.0) -> dict[tuple[str, str], Record]:
    return {(r.name, r.need): r for r in play(one, Play(years, seed, spread=spread)).records}


def inside(interval: Interval, value: float) -> bool:
    return interval.low <= value <= interval.high


@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_one_pod_that_has_nowhere_to_go(spread: float) -> None:
    found = records(stage(plain(replicas=1), on=topology(count=1)), 200, spread=spread)["Deployment/web", "alive"]
    share = RATE / (RATE + REPAIR)
    assert found.unavailability == pytest.approx(share, rel=0.05)
    assert inside(found.sampling, share)
    assert inside(found.often, (1 - share) * RATE * HOURS_PER_YEAR)
    assert found.lasting is not None
    assert inside(found.lasting, 60 / REPAIR)
    assert found.more == 0
    assert found.differing == 0


def test_who_leads_by_a_lease_is_down_with_the_control_plane() -> None:
    """By the estimators and event by event: what renews a lease works as long as the API server does."""
    rates = "zone: {per_year: 0}, region: {per_year: 0}, registry: {per_year: 0}, control_plane_self-managed: {per_year: 30, repair: 4h}"
    leader = plain(replicas=2).replace('image: "nginx:1.29"', 'image: nginx, args: ["--leader-elect"]')
    one = stage(leader, on=topology(per_year=0.001, rates=rates))
    share = (rate := 30 / HOURS_PER_YEAR) * 4 / (1 + rate * 4)
    (answer, *_) = solve(one.system, one.network).answers
    found = records(one, 300)["Deployment/web", "alive"]
    assert answer.unavailability == pytest.approx(share, rel=1e-3)
    assert inside(found.sampling, share)


@pytest.mark.parametrize(("needed", "pods"), [(2, 3), (1, 3), (4, 6)])
def test_some_of_many_that_cannot_move(needed: int, pods: int) -> None:
    pinned = (plain(replicas=pods, kind="StatefulSet"), BUDGET.format(least=needed))
    found = records(stage(*pinned, on=topology(count=pods)), 100)["StatefulSet/web", "needed"]
    share = 1 - at_least(needed, [REPAIR / (RATE + REPAIR)] * pods)
    chain = repaired(needed, pods, RATE, REPAIR, pods)
    assert inside(found.sampling, share)
    assert chain.unavailability == pytest.approx(share, rel=1e-9)
    assert inside(found.often, chain.per_hour * HOURS_PER_YEAR)
    assert found.more == 0


def spare_nodes(pods: int, nodes: int) -> Stage:
    """A deployment of pods that fill a node each, on some nodes more, and that need all but one to serve."""
    web = (plain(replicas=pods), BUDGET.format(least=pods - 1))
    return stage(*web, on=topology(count=nodes))


def chain_of(pods: int, nodes: int) -> Steady:
    """Too few serve when fewer nodes work than are needed: pods go wherever there is room."""
    return repaired(pods - 1, nodes, RATE, REPAIR, nodes)


@pytest.mark.parametrize(("pods", "nodes"), [(2, 3), (3, 4), (5, 6)])
def test_spare_room_for_one_failure_is_none_for_the_second(pods: int, nodes: int) -> None:
    one, exact = spare_nodes(pods, nodes), chain_of(pods, nodes)
    found = records(one, 100, spread=0.0)["Deployment/web", "needed"]
    (answer,) = solve(one.system, one.network).answers
    assert inside(found.sampling, exact.unavailability)
    assert answer.unavailability is None or answer.unavailability < 0.01 * exact.unavailability
    assert found.apart < 0.01 * exact.unavailability
    assert inside(found.difference, exact.unavailability)
    assert found.differing > 20


def test_two_accelerator_nodes_of_an_example_are_broken_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has room for what the other runs, and both are a day in repair: what competition adds is that both are broken."""
    one = example(monkeypatch, "rag-assistant", "corrected")
    found = next(r for r in play(one, Play(3_000)).records if "model" in r.name)
    assert shipped()["gpu_node_a100"].repair_hours == DAY
    both = (GPU_NODE * DAY / (1 + GPU_NODE * DAY)) ** 2
    assert inside(found.difference, both)
    assert found.difference.low > 0.5 * both
    assert found.difference.high < 1.7 * both


def test_how_often_the_second_failure_stops_it() -> None:
    found = records(spare_nodes(2, 3), 150)["Deployment/web", "needed"]
    assert inside(found.often, chain_of(2, 3).per_hour * HOURS_PER_YEAR)


@pytest.mark.long
def test_intervals_cover_the_closed_form() -> None:
    one, exact = spare_nodes(2, 3), chain_of(2, 3)
    share = often = change = 0
    for seed in range(200):
        found = records(one, 8, seed)["Deployment/web", "needed"]
        share += inside(found.sampling, exact.unavailability)
        often += inside(found.often, exact.per_hour * HOURS_PER_YEAR)
        change += inside(found.difference, exact.unavailability)
    assert 180 <= share <= 198
    assert 180 <= often <= 200
    assert 180 <= change <= 198


APART = """\
regions: [{name: r, zones: [a, b, c]}]
pools: [{name: p, count: 6, cpu: 4, memGiB: 16}]
control_plane: {deletes_dead_nodes_after: never}
third_parties: {openai: {}, hub: {}}
rates:
  cpu_node: {per_year: 20, repair: 3h}
  zone: {per_year: 4, repair: 5h}
  region: {per_year: 1, repair: 8h}
  third_party_api: {per_year: 10, repair: 2h}
  registry: {per_year: 0}
  control_plane_self-managed: {per_year: 0}
"""
SLO = """\
services:
  web: {needs: 2, hard: [api]}
  api: {needs: 1, one_of: [[openai, hub]]}
journeys: [{name: ask, path: [web, db]}]
"""


@pytest.fixture(scope="module")
def apart() -> Stage:
    """Pods that stay where they are whatever happens, so that there is nothing to compete for."""
    kept = [plain(name, 3, 1, "StatefulSet") for name in ("web", "api", "db")]
    return stage(*kept, on=APART, slo=SLO)


def test_without_competition_it_says_what_the_estimators_say(apart: Stage) -> None:
    answers = {(a.name, a.need): a for a in solve(apart.system, apart.network).answers}
    shares, rates = [], []
    for seed in range(16):
        for key, found in records(apart, 100, seed, spread=0.0).items():
            answer = answers[key]
            assert answer.unavailability is not None
            assert found.unavailability is not None
            assert found.per_year is not None
            assert found.more == 0
            shares.append((found.unavailability - answer.unavailability) / deviation(found.sampling))
            rates.append((found.per_year - answer.per_year) / deviation(found.often))
    for scores in (shares, rates):
        assert 0.5 < math.sqrt(math.fsum(z * z for z in scores) / len(scores)) < 1.2
        assert abs(math.fsum(scores)) / len(scores) < 0.35


def deviation(interval: Interval) -> float:
    return (interval.high - interval.low) / 2 / 1.96


def test_held_up_recovery_agrees_with_the_estimators() -> None:
    held = APART.replace("registry: {per_year: 0}", "registry: {per_year: 40, repair: 6h}")
    one = stage(*(plain(name, 3, 1, "StatefulSet") for name in ("web", "api", "db")), on=held, slo=SLO)
    answers = {(a.name, a.need): a for a in solve(one.system, one.network).answers}
    for key, found in records(one, 400, spread=0.0).items():
        assert found.unavailability == pytest.approx(answers[key].unavailability, rel=0.12)


def test_windows_agree_with_panjer_where_outages_last_exponentially() -> None:
    """Twenty alike that hold a service by themselves: its outages are nearly a Poisson process."""
    slo = "services: {web: {needs: 1, target: 99, window: 30d}}"
    many = topology(count=1, per_year=12.0, repair="5h", rates=QUIET)
    one = stage(plain(replicas=1), on=many, slo=slo)
    months = records(one, 1_000, spread=1.0)["Deployment/web", "needed"].months
    assert months is not None
    assert months.windows == pytest.approx(1_000 * 365.25 / 30, rel=0.02)
    kept = months.kept / months.windows
    assert inside(months.chance, kept)
    # Lognormal times of the same mean: simulated apart from all this.
    random, hours, kept_here = Random(7), 720.0, 0
    for _ in range(20_000):
        lost, time = 0.0, random.expovariate(12 / HOURS_PER_YEAR)
        while time < hours:
            lasting = random.lognormvariate(math.log(5) - 0.5, 1.0)
            lost += min(lasting, hours - time)
            time += lasting + random.expovariate(12 / HOURS_PER_YEAR)
        kept_here += lost <= 7.2
    assert kept == pytest.approx(kept_here / 20_000, abs=0.012)
    assert months.spent == pytest.approx(12 / HOURS_PER_YEAR * 5 / (1 + 12 / HOURS_PER_YEAR * 5) / 0.01, rel=0.05)
    assert abs(kept - within(7.2, hours, [Outages(12 / HOURS_PER_YEAR, 5.0)])) < 0.06


def test_the_same_seed_gives_the_same_years_and_another_others(apart: Stage) -> None:
    first, again, other = (play(apart, Play(20, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_more_than_may_be_done_ends_early_and_says_so() -> None:
    one = spare_nodes(2, 3)
    whole, cut = play(one, Play(40)), play(one, Play(40, most=200_000))
    assert whole.years == whole.wanted == 40
    assert 0 < cut.years < 40
    assert cut.wanted == 40
    assert cut.crowded < whole.crowded
    assert inside(cut.records[0].sampling, chain_of(2, 3).unavailability)


def test_what_was_never_seen_has_a_bound_and_no_number() -> None:
    found = records(stage(plain(replicas=3), on=topology(per_year=0.01, count=9)), 1)["Deployment/web", "alive"]
    assert found.outages == 0
    assert found.unavailability is None
    assert found.per_year is None
    assert found.minutes is None
    assert found.often == (0.0, pytest.approx(3.0))
    assert found.sampling == (0.0, pytest.approx(3 * 10 / HOURS_PER_YEAR))
    assert found.difference.low < 0 < found.difference.high


def test_what_is_short_from_the_start_is_told() -> None:
    found = records(stage(plain(replicas=4), on=topology(count=3)), 5)
    assert found["Deployment/web", "full"].never
    assert not found["Deployment/web", "alive"].never


@pytest.mark.parametrize("mean", [0.3, 3.0, 30.0])
def test_intervals_of_sums_cover(mean: float) -> None:
    random, covered = Random(11), 0
    for _ in range(400):
        found, time = Weighed(), random.expovariate(1)
        while time < mean:
            found.add(random.lognormvariate(-0.5, 1.0))
            time += random.expovariate(1)
        covered += inside(found.interval(1.0), mean)
    assert covered >= 0.88 * 400  # of few and uneven events the interval is a little too narrow, as is told


def test_intervals_of_differences_and_means() -> None:
    some, none = Weighed(), Weighed()
    for _ in range(20):
        some.add(2.0)
    both = difference(some, some, 1.0)
    assert both.low == pytest.approx(-both.high)
    assert difference(some, none, 1.0).low > 0 > difference(none, some, 1.0).high
    assert mean_of(none) is None
    assert mean_of(some) == (2.0, 2.0)
    assert proportion(0, 50).low == pytest.approx(0, abs=1e-12)
    assert proportion(0, 50).high == pytest.approx(0.0714, abs=1e-3)
