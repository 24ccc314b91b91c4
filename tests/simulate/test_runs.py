"""Runs drawn by chance: against closed forms, counts that were published, and draws failure by failure."""

from __future__ import annotations

import json
import math
from importlib.resources import files
from random import Random
from statistics import fmean, pstdev, pvariance

import jsonschema_rs
import pytest
from building import architecture

from hullmark.model.checkpoints import best, between_failures, ettr, ettr_of_meta, spares
from hullmark.model.rates import shipped
from hullmark.report import simulation, simulation_json
from hullmark.simulate.runs import EXACT, Plan, cut, draw, negative_binomial, outcome, poisson
from hullmark.simulate.simulation import Simulation, simulate
from hullmark.text.source import Source

RSC1 = 6.50e-3 / 24
MINUTE = 1 / 60


def drawn(plan: Plan, runs: int = 4_000, seed: int = 1) -> tuple[float, float]:
    """Progress of all runs together, and failures of one in the mean."""
    found = outcome(plan, Random(seed), runs)
    assert found is not None
    return plan.work / found.hours.mean, found.failures.mean


def test_as_many_interruptions_come_as_were_counted() -> None:
    """Row 4: 419 of 54 days, within what a Poisson count of that mean varies."""
    between = between_failures(2_048, shipped()["gpu_node"].per_hour)
    dump, restart = 10 / 3600, 10 * MINUTE
    plan = Plan(54 * 24 * 0.9080, best(dump, between), dump, restart, between)
    found = outcome(plan, Random(3), 4_000)
    assert found is not None
    assert found.failures.mean == pytest.approx(419, abs=2)
    within = sum(abs(run.failures - 419) <= 40 for run in draw(plan, Random(4), 2_000)) / 2_000
    assert 0.93 <= within <= 0.98


@pytest.mark.parametrize(("minutes", "exact", "within", "meta"), [(5, 0.9329, 1e-3, 0.9315), (60, 0.714, 0.02, 0.680)])
def test_a_run_of_sixteen_thousand(minutes: float, exact: float, within: float, meta: float) -> None:
    """Rows 9 and 10: RSC-1, restarts of 5 minutes."""
    between = between_failures(2_048, RSC1)
    plan = Plan(54 * 24, minutes * MINUTE, 1e-9, 5 * MINUTE, between)
    assert drawn(plan)[0] == pytest.approx(exact, abs=within)
    assert drawn(plan)[0] == pytest.approx(plan.progress, abs=4e-4)
    assert ettr_of_meta(plan.interval, 1e-9, plan.restart, between) == pytest.approx(meta, abs=0.005)


def test_runs_like_llama_make_nine_tenths_progress() -> None:
    """Row 13."""
    interval = best(10 / 3600, 3.093)
    assert interval * 60 == pytest.approx(7.75, abs=0.01)
    assert drawn(Plan(54 * 24, interval, 10 / 3600, 10 * MINUTE, 3.093))[0] == pytest.approx(0.9080, abs=1e-3)


def test_losses_that_leave_97_percent_of_a_run_of_9600() -> None:
    """Row 14: ByteRobust (https://arxiv.org/abs/2509.16293), at 3.79e-3 failures a node-day, may lose 9.5 min each."""
    between = between_failures(1_200, shipped()["gpu_node"].per_hour)
    assert (1 / 0.97 - 1) * between * 60 == pytest.approx(9.8, abs=0.2)
    plan = Plan(30 * 24, 2 * MINUTE, 1 / 3600, 6 * MINUTE, between)
    assert drawn(plan)[0] > 0.97


@pytest.mark.parametrize(("hours", "expected"), [(24, 0.91261), (6, 0.81938), (0.25, 0.19967)])
def test_the_examples_of_daly_by_chance(hours: float, expected: float) -> None:
    """Row 18."""
    interval = best(5 * MINUTE, hours)
    work = interval * max(round(400 * 24 * expected * min(hours, 1) / interval), 1)
    share, _ = drawn(Plan(work, interval, 5 * MINUTE, 10 * MINUTE, hours), 8_000)
    assert share == pytest.approx(expected, abs=3e-4)


def one_by_one(plan: Plan, random: Random) -> tuple[float, int]:
    """A run followed failure by failure, as slowly and plainly as can be."""
    done, hours, failures = 0.0, 0.0, 0
    while done < plan.work - 1e-9:
        step = min(plan.interval, plan.work - done)
        strikes = random.expovariate(1 / plan.between)
        if strikes >= step + plan.dump:
            done, hours = done + step, hours + step + plan.dump
            continue
        hours, failures = hours + strikes, failures + 1
        while (again := random.expovariate(1 / plan.between)) < plan.restart:
            hours, failures = hours + again, failures + 1
        hours += plan.restart
    return hours, failures


@pytest.mark.parametrize(
    "plan",
    [Plan(20, 2, 0.1, 0.5, 30), Plan(33.3, 2, 0.1, 0.5, 4), Plan(100, 1, 0.05, 0.3, 1.5), Plan(0.5, 2, 0.1, 1, 2)],
    ids=str,
)
def test_the_same_spread_as_failure_by_failure(plan: Plan) -> None:
    random = Random(5)
    slow = sorted(one_by_one(plan, random) for _ in range(6_000))
    fast = sorted(draw(plan, Random(6), 12_000))
    error = pstdev(h for h, _ in slow) * math.sqrt(1 / 6_000 + 1 / 12_000)
    assert fmean(run.hours for run in fast) == pytest.approx(fmean(h for h, _ in slow), abs=4 * error)
    assert pstdev(run.hours for run in fast) == pytest.approx(pstdev(h for h, _ in slow), rel=0.06)
    assert fmean(r.failures for r in fast) == pytest.approx(fmean(f for _, f in slow), rel=0.05, abs=0.03)
    apart = max(
        abs(sum(h <= x for h, _ in slow) / 6_000 - sum(run.hours <= x for run in fast) / 12_000)
        for x in [slow[i][0] + 1e-9 for i in range(100, 6_000, 100)]
    )
    assert apart < 1.95 * math.sqrt(1 / 6_000 + 1 / 12_000)  # Kolmogorov and Smirnov, one in a thousand


@pytest.mark.parametrize("mean", [0.3, 5, 12, 40, 419, 50_000])
def test_poisson_numbers_have_their_mean_and_variance(mean: float) -> None:
    random = Random(7)
    found = [poisson(mean, random) for _ in range(20_000)]
    assert fmean(found) == pytest.approx(mean, abs=4 * math.sqrt(mean / 20_000))
    assert pvariance(found) == pytest.approx(mean, rel=0.05)
    share = sum(n <= math.floor(mean) for n in found) / len(found)
    exact = math.fsum(math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(math.floor(mean) + 1))
    assert share == pytest.approx(exact, abs=0.015)


def test_failures_before_successes() -> None:
    random = Random(8)
    found = [negative_binomial(50, 0.2, random) for _ in range(20_000)]
    assert fmean(found) == pytest.approx(50 * 0.8 / 0.2, rel=0.01)
    assert pvariance(found) == pytest.approx(50 * 0.8 / 0.04, rel=0.06)
    assert negative_binomial(50, 1.0, random) == 0


@pytest.mark.parametrize("length", [0.01, 0.5, 3.0, 40.0])
@pytest.mark.parametrize("count", [1, EXACT, EXACT + 1, 400])
def test_sums_of_losses(length: float, count: int) -> None:
    one = cut(length, 1.0)
    assert one.mean == pytest.approx(1 - length * math.exp(-length) / -math.expm1(-length), abs=2e-4 * length)
    random = Random(9)
    found = [one.total(count, random) for _ in range(8_000)]
    assert fmean(found) == pytest.approx(count * one.mean, abs=4 * one.deviation * math.sqrt(count / 8_000))
    assert pstdev(found) == pytest.approx(one.deviation * math.sqrt(count), rel=0.05)
    assert min(found) >= 0
    assert max(found) <= count * length


def test_hopeless_runs_are_not_drawn() -> None:
    assert outcome(Plan(720, 10, 1, 1, 0.5), Random(1), 10) is None


def test_the_same_seed_gives_the_same_runs() -> None:
    plan = Plan(200, 2, 0.1, 0.5, 12)
    assert outcome(plan, Random(2), 50) == outcome(plan, Random(2), 50)
    assert outcome(plan, Random(2), 50) != outcome(plan, Random(3), 50)


@pytest.mark.parametrize(
    ("nodes", "rate", "expected"), [(2_048, 3.79e-3, 15), (2_048, 6.50e-3, 22), (1, 1e-9, 0), (10**6, 1.0, 1_002_327)]
)
def test_spares_that_are_enough_99_times_in_100(nodes: int, rate: float, expected: int) -> None:
    """Formula 14: 24 hours to mend a node; the last by the normal approximation."""
    assert spares(nodes * rate) == expected


RUN = """\
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: tune, namespace: ml, labels: {kueue.x-k8s.io/queue-name: q}}
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 4
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example/tuner:1
              command: [torchrun, --nproc_per_node=8, train.py, --output_dir=/ckpt, SAVE]
              resources: {requests: {cpu: 8, memory: 64Gi}, limits: {nvidia.com/gpu: 8}}
              volumeMounts: [{name: ckpt, mountPath: /ckpt}]
          volumes: [{name: ckpt, persistentVolumeClaim: {claimName: ckpt}}]
"""
TOPOLOGY = """\
regions: [{name: r, zones: [a]}]
pools: [{name: gpu, count: 6, cpu: 96, memGiB: 1024, gpu: 8, gpuHourPrice: 2.5}]
currency: EUR
runs: {tune: {days: 54, start: 2026-12-01, step: 6s, dump: 10s, restart: 10m}}
"""


def simulated(save: str = "--save_steps=100", on: str = TOPOLOGY) -> Simulation:
    return simulate(architecture(RUN.replace("SAVE", save)), Source("topology.yaml", on))


def test_what_the_topology_says_of_a_run_is_used() -> None:
    (run,) = simulated().trainings
    assert (run.dump, run.restart, run.written) == pytest.approx((10 / 3600, 1 / 6, 600 / 3600))
    assert run.between == pytest.approx(24 / 4 / 3.789e-3, rel=1e-3)
    assert run.with_lemon == pytest.approx(run.between * 4 / 13)
    assert run.off == pytest.approx(run.written / run.best if run.written else 0)
    assert run.runs is run.written_runs
    assert run.runs is not None
    assert run.runs.progress.mean == pytest.approx(ettr(1 / 6, 10 / 3600, 1 / 6, run.between), abs=2e-3)
    assert run.loses == pytest.approx((1 / 12, 1 / 6 + 10 / 3600))
    assert run.spares == 1
    text = " ".join(simulation.render([("x", simulated())], color=False).split())
    assert "saves every 100 steps, which is 10 min" in text
    assert "of the best, too often" in text
    assert "EUR (" in text
    assert "done on 2027-01-24 in the median" in text


def test_prices_and_steps_that_nobody_says_are_asked_for() -> None:
    on = TOPOLOGY.replace(", gpuHourPrice: 2.5", "").replace("step: 6s, ", "").replace("start: 2026-12-01, ", "")
    text = " ".join(simulation.render([("x", simulated(on=on))], color=False).split())
    assert "no 'gpuHourPrice' of its pools" in text
    assert "how long a step takes is said by 'runs' in the topology" in text
    assert "done after 54 d" in text


def test_a_declared_step_time_counts_where_the_topology_has_none() -> None:
    declared = RUN.replace("metadata: {name: tune", "metadata: {annotations: {hullmark.dev/step-time: 12s}, name: tune")
    silent = TOPOLOGY.replace("step: 6s, ", "")
    for on, seconds in ((TOPOLOGY, 6), (silent, 12)):
        (run,) = simulate(architecture(declared.replace("SAVE", "--save_steps=100")), Source("t", on)).trainings
        assert run.written == pytest.approx(seconds * 100 / 3600)
        assert run.dump == pytest.approx(10 / 3600)


def test_intervals_in_seconds_need_no_topology() -> None:
    (run,) = simulated("--save_interval_secs=3600", TOPOLOGY.replace("step: 6s, ", "")).trainings
    assert run.written == 1
    assert run.right_step is None


def test_runs_are_told_to_programs_by_their_schema() -> None:
    schema = json.loads(files("hullmark.report").joinpath("simulation_training.schema.json").read_text())
    check = jsonschema_rs.validator_for(schema)
    for save, on in (("--save_steps=100", TOPOLOGY), ("--x", TOPOLOGY.replace(", gpuHourPrice: 2.5", ""))):
        (unit,) = json.loads(simulation_json.as_json([("x", simulated(save, on))]))["units"]
        (run,) = unit["training"]
        check.validate(run)
        assert (run["runs"]["asWritten"] is None) == (save == "--x")
        assert run["runs"]["best"]["workHours"] == 54 * 24
    assert not check.is_valid({**run, "nodes": 0})


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{days: 54", "{days: 0.0001", "done on 2026-12-01"),
        ("start: 2026-12-01", "start: 9999-12-31", "no day that a calendar has"),
        ("dump: 10s", "dump: 999999y", "hardly any time is progress"),
        ("restart: 10m", "restart: 9000h", "< 0.01 % of the time is progress"),
        ("runs: {tune", "runs: {other", "no workload here is called 'other', of which the topology speaks as a run"),
    ],
)
def test_runs_that_are_out_of_the_ordinary(old: str, new: str, words: str) -> None:
    on = TOPOLOGY.replace(old, new)
    if "restart" in old:
        on += "rates: {cpu_node: {per_year: 9}, gpu_node: {per_year: 1000}}\n"
    one = simulated(on=on)
    assert words in " ".join(simulation.render([("x", one)], color=False).split())
    json.loads(simulation_json.as_json([("x", one)]))
