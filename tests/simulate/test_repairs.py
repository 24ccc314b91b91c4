"""What to change first: gains by hand, and that what is proposed does what it says."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from test_failures import BUDGET, EVICTED, IMAGE, simulated, topology, web

from hullmark.model.checkpoints import ettr
from hullmark.simulate.costs import ACCELERATOR, CORE, COSTS
from hullmark.simulate.repairs import MINUTES, UPGRADES, Ranked
from hullmark.simulate.simulation import Simulation

RATES = "cpu_node: {per_year: 12}\nzone: {per_year: 0}\nregion: {per_year: 0}\n"
"""Only nodes fail, once a month, and nobody doubts it."""


def by_kind(one: Simulation) -> dict[str, Ranked]:
    return {ranked.repair.kind: ranked for ranked in one.plan.ranked}


def lost(rate_per_year: float, seconds: float) -> float:
    load = rate_per_year / 8766 * seconds / 3600
    return load / (1 + load) * MINUTES


def test_the_gain_of_a_toleration_is_what_comes_back_sooner() -> None:
    one = simulated(web(replicas=1), on=topology(), rates=RATES)
    found = by_kind(one)["toleration"]
    gain = lost(12, EVICTED + IMAGE) - lost(12, EVICTED - 270 + IMAGE)
    assert found.saved == pytest.approx(gain)
    assert (found.low, found.high) == pytest.approx((gain, gain))
    assert found.worth == pytest.approx(gain / COSTS["toleration"].points)


def test_a_replica_leaves_the_need_as_it_was() -> None:
    one = simulated(web(replicas=1, cpu=1), on=topology(), rates=RATES)
    found = by_kind(one)["replica"]
    assert found.saved == pytest.approx(lost(12, EVICTED + IMAGE) + UPGRADES * IMAGE / 60)
    assert found.freed == 2
    assert found.repair.cost.points == pytest.approx(COSTS["replica"].points + CORE)


def test_the_interval_is_that_of_the_difference() -> None:
    """What the repair does not touch must not widen it: the region takes all replicas, before and after."""
    one = simulated(web(replicas=1, cpu=1), on=topology(), rates="cpu_node: {per_year: 12}\nzone: {per_year: 0}\n")
    found = by_kind(one)["replica"]
    assert found.high - found.low < 0.01 * found.saved


def test_a_spare_node_helps_pods_that_have_no_place() -> None:
    one = simulated(web(replicas=2), BUDGET.format(name="web", least=2), on=topology("a, b", 2), rates=RATES)
    found = [r for r in one.plan.ranked if r.repair.kind == "node"]
    assert {r.repair.what for r in found} == {"one more node", "one more node in each zone"}
    assert all(r.saved > 0 for r in found)


def test_pods_that_fit_nowhere_are_what_is_missed_all_year() -> None:
    short = web(replicas=3), BUDGET.format(name="web", least=3)
    one = simulated(*short, on=topology("a, b", 2), rates=RATES, crowded=True)
    assert one.plan.lost == pytest.approx(MINUTES)
    assert [(a.lacking, a.need.pods) for a in one.availabilities] == [(1, 3)]
    best = one.plan.ranked[0]
    assert best.repair.what == "one more node"
    assert best.saved == pytest.approx(MINUTES - lost(12, 1801) * 3, rel=0.01)


def test_a_stateful_set_whose_node_is_never_deleted() -> None:
    one = simulated(web("StatefulSet", 1), on=topology(), rates=RATES)
    found = by_kind(one)["node-deletion"]
    assert found.saved == pytest.approx(lost(12, 1800 + 0) - lost(12, 60 + 50 + IMAGE), rel=0.01)
    assert "toleration" not in by_kind(one)


TOGETHER = """affinity: {podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, podAffinityTerm:
        {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}}]}}"""


def test_a_budget_keeps_a_drain_from_taking_all() -> None:
    """Both replicas stand on one node: without a budget its drain takes both at once."""
    server = web(replicas=2, cpu=1, more=TOGETHER).replace("nginx:1.29", "vllm/vllm-openai:v0.11.0")
    one = simulated(server, on=topology("a, b", 2), rates=RATES)
    assert [(need, fewest) for drain in one.drains for _, need, fewest in drain.short] == [("alive", 0), ("full", 0)]
    assert by_kind(one)["budget"].saved == pytest.approx(UPGRADES * (10 / 0.3 + 60) / 60)


def test_what_no_failure_leaves_short_needs_no_repair() -> None:
    one = simulated(web(replicas=3, cpu=1), on=topology(), rates=RATES.replace("12", "0"))
    assert one.plan.ranked == one.plan.steps == ()
    assert one.plan.lost == 0


def test_each_step_leaves_less_and_the_first_is_the_best_alone() -> None:
    one = simulated(web(replicas=1, cpu=1), web("StatefulSet", 1, 1).replace("web", "db"), on=topology(), rates=RATES)
    left = [one.plan.lost, *(step.left for step in one.plan.steps)]
    assert len(left) > 2
    assert all(after < before for before, after in pairwise(left))
    assert one.plan.steps[0].ranked == one.plan.ranked[0]
    assert left[1] == pytest.approx(one.plan.lost - one.plan.ranked[0].saved)
    worths = [ranked.worth for ranked in one.plan.ranked]
    assert worths == sorted(worths, reverse=True)


def test_too_many_pods_are_not_simulated_again_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hullmark.simulate.repairs._WORK", 0)
    one = simulated(web(replicas=1, cpu=1), on=topology(), rates=RATES)
    assert one.plan.ranked == one.plan.steps == ()
    assert one.plan.left_out > 1
    assert math.isfinite(one.plan.lost)


def test_a_provider_that_is_not_alone() -> None:
    asks = web(replicas=2, cpu=1).replace(
        "name: c,", "name: c, env: [{name: OPENAI_BASE_URL, value: 'https://api.openai.com/v1'}],"
    )
    one = simulated(asks, on=topology(), rates=RATES)
    found = by_kind(one).get("provider")
    assert found is not None, [b.failure.name for b in one.blasts]
    assert found.saved == pytest.approx(1e-3 * MINUTES, rel=0.01)


def test_accelerators_are_what_makes_replicas_dear() -> None:
    gpu = web(replicas=1, cpu=1).replace("memory: 1Gi", "memory: 1Gi, nvidia.com/gpu: 2")
    one = simulated(gpu, on=topology(more=", gpu: 2"), rates="zone: {per_year: 0}\nregion: {per_year: 0}\n")
    assert by_kind(one)["replica"].repair.cost.points == pytest.approx(1 + CORE + 2 * ACCELERATOR)


RUN = """\
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {{name: run}}
spec:
  pytorchReplicaSpecs:
    Master:
      replicas: 1
      template:
        spec:
          containers:
            - name: pytorch
              image: registry.example.com/tuner:1
              command: [torchrun, train.py, --model_name_or_path=meta-llama/Llama-3.1-8B, --output_dir=/out, --save_steps=100]
              resources: {{requests: {{cpu: 1, memory: 1Gi, nvidia.com/gpu: 2}}, limits: {{nvidia.com/gpu: 2}}}}
              volumeMounts: [{{name: out, mountPath: /out}}]
          volumes: [{{name: out, {volume}}}]
"""
KEPT, LOST = "persistentVolumeClaim: {claimName: out}", "emptyDir: {}"


def training(volume: str, step: str) -> Simulation:
    runs = f"runs: {{run: {{days: 20, step: {step}, dump: 1m, restart: 10m}}}}\n"
    return simulated(RUN.format(volume=volume), on=topology(more=", gpu: 2") + runs)


def test_checkpoints_that_die_with_their_pods_are_worth_what_the_run_loses_without_any() -> None:
    one = training(LOST, "1m")
    (run,) = one.trainings
    assert not run.saves
    assert run.restart is not None
    assert run.progress is not None
    found = by_kind(one)["checkpoint-place"]
    alone = ettr(20 * 24, 0.0, run.restart, run.between)
    assert found.hours == pytest.approx(2 * 720 * (run.progress - alone))
    assert found.saved == 0


@pytest.mark.parametrize("step", ["40m", "1s"])
def test_intervals_that_are_far_off(step: str) -> None:
    one = training(KEPT, step)
    (run,) = one.trainings
    assert run.off is not None
    assert not 0.5 <= run.off <= 2
    assert run.progress is not None
    assert run.progress_as_written is not None
    assert by_kind(one)["checkpoint"].hours == pytest.approx(2 * 720 * (run.progress - run.progress_as_written))


def test_an_interval_near_the_best_is_left_alone() -> None:
    (run,) = training(KEPT, "1s").trainings
    near = f"{round(run.best * 3600 / 100)}s"
    assert "checkpoint" not in by_kind(training(KEPT, near))
