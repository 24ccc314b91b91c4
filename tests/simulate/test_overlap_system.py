"""From simulated failures to the model of what overlaps, and that both say the same where nothing overlaps."""

from __future__ import annotations

import math

import pytest
from building import architecture
from test_slo import CALLS_API, CALLS_MODELS, SERVED

from hullmark.simulate.felt import felt
from hullmark.simulate.overlap.answers import Answer
from hullmark.simulate.overlap.system import Part, system
from hullmark.simulate.simulation import Chance, Simulation, simulate
from hullmark.text.source import Source

TOPOLOGY = """\
regions: [{name: r, zones: [a, b, c]}]
pools: [{name: p, count: 6, cpu: 8, memGiB: 32}]
"""
CHAIN = (SERVED.format(name="web", env=CALLS_API), SERVED.format(name="api", env=CALLS_MODELS))
HUB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: model}
spec:
  replicas: 2
  selector: {matchLabels: {app: model}}
  template:
    metadata: {labels: {app: model}}
    spec:
      containers:
        - name: c
          image: "vllm/vllm-openai:v0.11.0"
          args: [--model, Qwen/Qwen3-0.6B]
          resources: {requests: {cpu: 1, memory: 1Gi}}
"""


def simulated(slo: str = "", *manifests: str, on: str = TOPOLOGY, crowded: bool = False) -> Simulation:
    promised = Source("slo.yaml", slo) if slo else None
    arch = architecture(*(manifests or CHAIN))
    described, chance = Source("topology.yaml", on), Chance(trials=20_000)
    return simulate(arch, described, promised=promised, chance=chance, crowded=crowded)


def answers(one: Simulation) -> dict[tuple[str, str], Answer]:
    assert one.overlaps is not None
    return {(a.name, a.need): a for a in one.overlaps.answers}


def parts(one: Simulation) -> dict[str, Part]:
    found = system(one.topology, one.blasts, one.network, one.services, {})
    return {part.name: part for part in found.parts}


def test_single_failures_and_overlaps_agree_where_singles_decide() -> None:
    one = simulated("services: {web: {needs: 2, ignores: [api]}}")
    (single,) = (a for a in one.availabilities if a.service.name == "Deployment/web")
    both = answers(one)["Deployment/web", "needed"]
    assert single.unavailability is not None
    assert both.unavailability is not None
    assert single.unavailability < both.unavailability < 1.02 * single.unavailability
    alone = [c for c in both.contributions if len(c.groups) == 1]
    assert math.fsum(c.unavailability for c in alone) == pytest.approx(single.unavailability, rel=2e-3)
    assert math.fsum(c.per_year for c in alone) == pytest.approx(single.per_year, rel=2e-3)
    groups = {share.group: share.part for share in single.shares}
    for contribution in both.contributions:
        if len(contribution.groups) == 1:
            assert contribution.part == pytest.approx(groups[contribution.groups[0]], rel=2e-2)


def test_what_survives_every_single_failure_has_a_number_now() -> None:
    regions = "regions: [{name: r, zones: [a]}, {name: s, zones: [b]}, {name: t, zones: [c]}]\n"
    one = simulated("", SERVED.format(name="web", env=""), on=regions + TOPOLOGY.partition("\n")[2])
    (single,) = (a for a in one.availabilities if a.need.name == "alive")
    both = answers(one)["Deployment/web", "alive"]
    assert single.unavailability is None
    assert both.unavailability is not None
    assert 0 < both.unavailability < 1e-4
    assert all(len(c.groups) > 1 for c in both.contributions)


def test_windows_follow_the_simulated_absences() -> None:
    one = simulated("", SERVED.format(name="web", env=""))
    for blast in one.blasts:
        if blast.failure.kind != "node" or not blast.impacts:
            continue
        part = parts(one)[f"node {blast.failure.name}"]
        for impact in blast.impacts:
            away = [up - down for _, down, up in impact.absences]
            assert math.isclose(sum(w.hours for w in part.windows if w.lost) * 3600, max(away))
        assert part.windows[0].lost
        assert not part.windows[-1].lost  # held up by the control plane, else over


def test_callers_and_journeys_feel_it() -> None:
    slo = "services: {api: {needs: 2}}\njourneys: [{name: ask, path: [web], users: 0.4}]"
    one = simulated(slo)
    hit = [b for b in one.blasts if b.failure.kind == "node" and any("api" in i.service.name for i in b.impacts)]
    assert hit
    for blast in hit:
        effect = felt(one.network, blast)
        assert effect.journeys == ("ask",)
        assert effect.users == 0.4
        assert "Deployment/web" in (*effect.services, *(i.service.name for i in blast.impacts))


def test_alternatives_of_one_region_fail_together() -> None:
    slo = "services: {api: {needs: 1}}\nthird_parties: {openai: {region: us, contract: 99.99}, anthropic: {%s contract: 99.99}}"
    apart, together = simulated(slo % ""), simulated(slo % "region: us, ")
    assert "region us" not in parts(apart)
    assert "region us" in parts(together)
    before, after = (answers(one)["Deployment/api", "needed"].unavailability for one in (apart, together))
    assert before is not None
    assert after is not None
    assert after - before == pytest.approx(0.05 / 8_766 * 4, rel=0.02)


def test_a_hub_holds_up_those_who_load_from_it_and_nobody_else() -> None:
    one = simulated("", HUB, SERVED.format(name="web", env=""))
    names = [part for part in parts(one).values() if part.holds]
    hub = next(part for part in names if "Hugging Face" in part.name)
    everybody = max(len(part.holds) for part in names)
    assert 0 < len(hub.holds) < everybody


def test_a_declared_start_dependency_holds_up_too() -> None:
    slo = "services: {web: {start_only: [vault]}}\nthird_parties: {vault: {contract: 99.9}}"
    one = simulated(slo)
    assert parts(one)["provider vault"].holds
    assert not any(d.kind == "hard" and "vault" in d.targets for d in one.network.dependencies)


def test_pods_that_fit_nowhere_leave_it_short_from_the_start() -> None:
    small = TOPOLOGY.replace("count: 6, cpu: 8", "count: 1, cpu: 1.5")
    one = simulated("services: {web: {needs: 2}}", SERVED.format(name="web", env=""), on=small, crowded=True)
    assert answers(one)["Deployment/web", "needed"].never


def test_what_starts_for_longer_than_its_mending_is_away_until_it_serves() -> None:
    """A crash is over after a back-off of 10 s; the engine warms up for a minute after it."""
    quiet = (
        "zone: {per_year: 0}, region: {per_year: 0}, control_plane_self-managed: {per_year: 0}, registry: {per_year: 0}"
    )
    rates = f"rates: {{pod_crash: {{per_year: 12}}, cpu_node: {{per_year: 0}}, {quiet}}}\n"
    one = simulated(
        "services: {model: {needs: 2}}", HUB.replace("args: [--model, Qwen/Qwen3-0.6B]", ""), on=TOPOLOGY + rates
    )
    found = answers(one)["Deployment/model", "needed"].unavailability
    assert found == pytest.approx(2 * 12 * 70 / 3600 / 8766, rel=1e-3)
