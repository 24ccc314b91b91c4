"""Single failures by hand: who stops, who comes back when and where, and what that makes of availability."""

from __future__ import annotations

import math

import pytest
from building import architecture

from hullmark.model.errors import HullmarkError
from hullmark.simulate.availability import in_series, unavailable
from hullmark.simulate.blast import Impact
from hullmark.simulate.services import Absence, below, least
from hullmark.simulate.simulation import Simulation, simulate
from hullmark.text.source import Source

WEB = """\
apiVersion: apps/v1
kind: {kind}
metadata: {{name: web}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      {more}
      containers: [{{name: c, image: "nginx:1.29", resources: {{requests: {{cpu: {cpu}, memory: 1Gi}}}}}}]
"""
BUDGET = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: {name}}}
spec: {{minAvailable: {least}, selector: {{matchLabels: {{app: web}}}}}}
"""
TOPOLOGY = """\
regions: [{{name: r, zones: [{zones}]}}]
pools: [{{name: p, count: {count}, cpu: 4, memGiB: 16{more}}}]
control_plane: {{version: "1.34", deletes_dead_nodes_after: {deletes}}}
bandwidth: {{registry_GBps: 0.3, modelstore_GBps: 1}}
"""

NOTICED, EVICTED = 52.5, 57.5 + 300
"""Seconds until a node is not ready from 1.32 on, and until its pods are evicted by default."""

IMAGE = 1.0
"""Seconds for 0.3 GB at 0.3 GB/s."""


def web(kind: str = "Deployment", replicas: int = 2, cpu: int = 3, more: str = "restartPolicy: Always") -> str:
    return WEB.format(kind=kind, replicas=replicas, cpu=cpu, more=more)


def topology(zones: str = "a, b, c", count: int = 3, deletes: str = "never", more: str = "") -> str:
    return TOPOLOGY.format(zones=zones, count=count, deletes=deletes, more=more)


def simulated(*manifests: str, on: str, rates: str = "", crowded: bool = False) -> Simulation:
    counted = Source("rates.yaml", rates) if rates else None
    return simulate(architecture(*manifests), Source("topology.yaml", on), counted, crowded=crowded)


def hit(one: Simulation, kind: str = "node") -> list[Impact]:
    return [i for b in one.blasts if b.failure.kind == kind for i in b.impacts]


def test_a_deployment_moves_to_the_spare_node() -> None:
    one = simulated(web(), on=topology())
    found = hit(one)
    assert len(found) == 2
    for each in found:
        assert (each.lost, each.before, each.after) == (1, 1, 2)
        assert each.times == pytest.approx((0.0, EVICTED + IMAGE))
        assert each.phases is not None
        assert each.phases.detect == NOTICED
        assert [serving for _, serving in each.steps] == [1, 2]
        assert [time for time, _ in each.steps] == pytest.approx([0.0, EVICTED + IMAGE])


def test_own_tolerations_hurry_it_up() -> None:
    quick = "tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, tolerationSeconds: 30}]"
    found = hit(simulated(web(more=quick), on=topology()))
    assert [i.away for i in found] == pytest.approx([57.5 + 30 + IMAGE] * 2)


def test_without_a_spare_node_pods_wait_for_the_repair_and_say_why() -> None:
    found = hit(simulated(web(replicas=3), on=topology()), "zone")
    assert len(found) == 3
    for each in found:
        assert each.after == 2
        assert each.pending == {"0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu.": 1}
        assert each.away == pytest.approx(4 * 3600)


@pytest.mark.parametrize(("deletes", "away"), [("never", 0.5 * 3600), ("2m", 120 + 50 + IMAGE)])
def test_a_stateful_set_waits_for_its_node_to_be_deleted(deletes: str, away: float) -> None:
    found = hit(simulated(web("StatefulSet", 1), on=topology(deletes=deletes)))
    assert [i.away for i in found] == pytest.approx([away])


def test_nothing_makes_a_bare_pod_again() -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: alone}\nspec: {containers: [{name: c, image: 'nginx:1.29'}]}\n"
    (found,) = hit(simulated(pod, on=topology()))
    assert (found.after, found.away) == (0, 1800.0)
    assert "nothing makes another one" in next(iter(found.pending))


def test_nothing_is_evicted_when_no_zone_is_ready() -> None:
    """All nodes of one zone and there is no other: nothing is evicted."""
    (found,) = hit(simulated(web(replicas=1), on=topology("a", 3)), "zone")
    assert found.pending == {"waits until its node is back, or somebody deletes the node's object": 1}


SPREAD = (
    "topologySpreadConstraints: [{{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: "
    "DoNotSchedule, labelSelector: {{matchLabels: {{app: web}}}}{}}}]"
)


@pytest.mark.parametrize(("policy", "after"), [("", 4), (", nodeTaintsPolicy: Honor", 6)])
def test_a_hard_spread_blocks_recovery_unless_it_honours_taints(policy: str, after: int) -> None:
    """2/2/2 loses a zone: measured on a real cluster, both replacements are pending, or both are placed."""
    one = simulated(web(replicas=6, cpu=1, more=SPREAD.format(policy)), on=topology())
    assert [i.after for i in hit(one, "zone")] == [after] * 3


def test_an_autoscaler_adds_the_node_that_is_missing() -> None:
    grows = ", autoscale: {min: 3, max: 4, provisionMinutes: {p50: 6, p95: 6}}"
    found = hit(simulated(web(replicas=3), on=topology(more=grows)))
    assert [i.after for i in found] == [3] * 3
    assert [i.away for i in found] == pytest.approx([EVICTED + 360 + IMAGE] * 3)


@pytest.mark.parametrize(("kind", "after"), [("node", [3, 3, 3]), ("zone", [0])])
def test_no_node_is_added_in_a_zone_that_is_lost(kind: str, after: list[int]) -> None:
    """One node alone makes no lost zone: the autoscaler may add another there."""
    one_zone = ", zone: a, autoscale: {min: 3, max: 4, provisionMinutes: {p50: 1, p95: 1}}"
    one = simulated(web(replicas=3), on=topology("a, b", 3, more=one_zone, deletes="2m"))
    assert [i.after for i in hit(one, kind)] == after


def test_availability_is_what_the_rates_say() -> None:
    rates = "cpu_node: {per_year: 8.766}\nzone: {per_year: 0}\nregion: {per_year: 0}\n"
    one = simulated(web(replicas=1), on=topology(), rates=rates)
    (found,) = one.availabilities
    hours = (EVICTED + IMAGE) / 3600
    assert found.unavailability == pytest.approx(1e-3 * hours / (1 + 1e-3 * hours), rel=1e-9)
    assert found.low == found.high == pytest.approx(found.unavailability)
    assert found.per_year == pytest.approx(8.766)
    assert found.mean_minutes == pytest.approx(hours * 60, rel=1e-3)
    assert found.shares[0].part == pytest.approx(1.0)


def test_the_interval_holds_the_mean_and_narrows_with_what_is_counted() -> None:
    def width(count: str) -> float:
        rates = f"cpu_node: {{{count}}}\nzone: {{per_year: 0}}\nregion: {{per_year: 0}}\n"
        (found,) = simulated(web(replicas=1), on=topology(), rates=rates).availabilities
        assert found.low is not None
        assert found.high is not None
        assert found.unavailability is not None
        assert found.low < found.unavailability < found.high
        return found.high / found.low

    # Gamma(400.5): 95 % within 10 % of the mean on either side.
    assert width("events: 400, exposure: 400d") == pytest.approx((1 + 0.098) / (1 - 0.098), rel=0.03)
    assert width("events: 4, exposure: 4d") > 3


def test_what_survives_every_single_failure_has_no_number() -> None:
    one = simulated(web(), BUDGET.format(name="web", least=1), on=topology())
    (found,) = one.availabilities
    assert found.need.because == "PodDisruptionBudget 'web'"
    assert [s.group for s in found.shares] == ["regions"]
    assert {p.kind: p.holds for p in one.proofs} == {"node": True, "zone": True}
    assert {p.kind for p in one.single_points} == {"region"}


@pytest.mark.parametrize(
    ("replicas", "budgets", "verdict", "word"),
    [
        (2, [("web", 1)], "finishes", ""),
        (2, [("web", 2)], "deadlocks", "PodDisruptionBudget 'web' allows no eviction"),
        (2, [("web", 1), ("other", 0)], "deadlocks", "two disruption budgets"),
        (1, [], "drops below", ""),
    ],
)
def test_a_drain(replicas: int, budgets: list[tuple[str, int]], verdict: str, word: str) -> None:
    texts = [BUDGET.format(name=name, least=number) for name, number in budgets]
    (found,) = simulated(web(replicas=replicas), *texts, on=topology()).drains
    assert found.verdict == verdict
    assert all(word in why for why in found.blocked.values())
    assert bool(found.blocked) == bool(word)


def test_everything_is_put_back_between_failures() -> None:
    """The same failure twice, with all others in between, does the same."""
    texts = (web(replicas=6, cpu=1, more=SPREAD.format("")), BUDGET.format(name="web", least=4))
    one, other = (simulated(*texts, on=topology(count=6, deletes="5m")) for _ in range(2))
    first = [(b.failure.name, [(i.times, i.steps) for i in b.impacts]) for b in one.blasts]
    assert first == [(b.failure.name, [(i.times, i.steps) for i in b.impacts]) for b in other.blasts]
    zones = [i.steps for i in hit(one, "zone")]
    assert len(zones) == 3
    assert len({steps[-1][1] for steps in zones}) == 1


def test_a_provider_takes_those_along_who_call_it() -> None:
    variable = 'env: [{name: OPENAI_BASE_URL, value: "https://api.openai.com/v1"}], '
    text = web(replicas=2).replace("[{name: c, ", "[{name: c, " + variable)
    one = simulated(text, on=topology())
    (found,) = hit(one, "third-party")
    assert (found.before, found.times[0]) == (0, pytest.approx(3600 + 0, abs=2))
    share = next(s for s in one.availabilities[0].shares if "OpenAI" in s.group)
    assert share.unavailability == pytest.approx(1e-3, rel=2e-3)


@pytest.mark.parametrize(
    ("on", "rates", "line"),
    [
        ("regions: [{name: r, zones: [a]}]\npools:\n  - {name: p, zone: b, cpu: 4, memGiB: 16}\n", "", 3),
        (topology() + "rates:\n  cpu_node: {per_year: -1}\n", "", 6),
        (topology(), "cpu_node:\n  per_year: 1\n  events: 2\n", 2),
        (topology(), "cpu_nod: {per_year: 1}\n", 1),
        ("regions: [{name: r, zones: [a]}]\npools:\n  - {name: p, cpu: 1, memGiB: 1}\n", "", 3),
    ],
)
def test_mistakes_are_told_at_their_line(on: str, rates: str, line: int) -> None:
    with pytest.raises(HullmarkError) as caught:
        simulated(web(), on=on, rates=rates)
    assert caught.value.place is not None
    assert caught.value.place.line == line


def test_times_below_what_is_needed() -> None:
    absences = [Absence(0, 60), Absence(30, 90)]
    assert below(1, 0, absences) == 30
    assert below(2, 0, absences) == 90
    assert below(3, 1, absences) == 90
    assert below(1, 1, absences) == 0
    assert below(2, 0, [Absence(0, math.inf), Absence(0, 5)]) == math.inf
    assert least(1, absences) == 1


def test_parts_in_series() -> None:
    """Three parts of 99.99 % make 99.97 %, as the AWS Reliability Pillar says; two of 99.9 % in parallel 99.9999 %."""
    assert 1 - in_series([1e-4] * 3) == pytest.approx(0.9997, abs=1e-7)
    assert unavailable(1e-3, 1.0) ** 2 == pytest.approx(1e-6, rel=3e-3)
