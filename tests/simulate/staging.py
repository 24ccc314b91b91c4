"""Stages on which years are played event by event: manifests on a topology with rates, without the command around them."""

from __future__ import annotations

from pathlib import Path

import pytest
from building import architecture

from hullmark.graph.build import build
from hullmark.graph.components import components
from hullmark.model.rates import overridden, shipped
from hullmark.model.resource import Resource
from hullmark.simulate import simulation
from hullmark.simulate.dependencies import network
from hullmark.simulate.overlap.system import system
from hullmark.simulate.pods import fleet
from hullmark.simulate.recovery import timers
from hullmark.simulate.sequence.answers import Chronicle
from hullmark.simulate.sequence.hazards import Hazard, hazards
from hullmark.simulate.sequence.play import Stage
from hullmark.simulate.sequence.world import World
from hullmark.simulate.services import promises, services
from hullmark.simulate.setting import Setting
from hullmark.simulate.slo import Slo
from hullmark.simulate.slo import read as read_slo
from hullmark.simulate.startup import start_of
from hullmark.simulate.topology import read
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

ROOT = Path(__file__).parents[2] / "examples"

QUIET = "zone: {per_year: 0}, region: {per_year: 0}, control_plane_self-managed: {per_year: 0}, registry: {per_year: 0}"
"""Rates that leave nodes alone to fail."""

PLAIN = """\
apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      {more}
      containers: [{{name: c, image: "nginx:1.29", resources: {{requests: {{{requests}}}}}}}]
---
"""
TOPOLOGY = """\
regions: [{{name: r, zones: [{zones}]}}]
pools: [{{name: p, count: {count}, cpu: 4, memGiB: 16{more}}}]
control_plane: {{version: "1.34", node_monitor_grace_s: {grace}, default_toleration_s: {tolerated}, deletes_dead_nodes_after: {deletes}}}
bandwidth: {{registry_GBps: 0.3, modelstore_GBps: 1}}
rates: {{cpu_node: {{per_year: {per_year}, repair: {repair}}}, {rates}}}
"""
EVICTED, IMAGE = 8.5, 1.0
"""Seconds until pods are evicted on `topology`, and until they have their image."""


def plain(
    name: str = "web",
    replicas: int = 2,
    cpu: int = 3,
    kind: str = "Deployment",
    more: str = "restartPolicy: Always",
    requests: str = "",
) -> str:
    return PLAIN.format(
        name=name, replicas=replicas, requests=requests or f"cpu: {cpu}, memory: 1Gi", kind=kind, more=more
    )


def topology(
    count: int = 3,
    zones: str = "a",
    per_year: float = 87.66,
    repair: str = "10h",
    rates: str = QUIET,
    deletes: str = "never",
    **said: str,
) -> str:
    """Nodes that hold one pod of `plain` each, and whose pods move on after a few seconds."""
    facts = {"grace": "1", "tolerated": "0", "more": "", **said}
    made = {"count": count, "zones": zones, "per_year": per_year, "repair": repair, "rates": rates, "deletes": deletes}
    return TOPOLOGY.format(**facts, **made)


def stage(*manifests: str, on: str, slo: str = "") -> Stage:
    arch, rates = architecture(*manifests), dict(shipped())
    described = read(Source("topology.yaml", on), rates)
    rates = overridden(rates, described.rates)
    said = read_slo(Source("slo.yaml", slo), rates) if slo else Slo()
    described, rates = said.onto(described), dict(said.rates or rates)
    crew, graph = fleet(arch), components(arch)
    known = services(crew, arch, described.objectives, {one.name: one for one in said.services})
    ties = network(said, known, graph, described.third_parties)
    starts = {member: start_of(member.podset, []) for member in crew.members}
    needs = {service.member.podset: service.needs for service in known}
    course = Setting(described, crew, promises(arch), starts, needs, graph, ties, rates, {}).run()
    unplaced = {s.name: [i for i, pod in enumerate(s.member.pods) if pod not in course.standing.body] for s in known}
    model = system(described, course.blasts, ties, known, unplaced)
    return Stage(course.standing, starts, course.blasts, ties, model)


def example(monkeypatch: pytest.MonkeyPatch, system: str, state: str) -> Stage:
    """What an example is played on."""
    found: list[Stage] = []

    def keep(stage: Stage, *_: object) -> Chronicle:
        found.append(stage)
        return Chronicle((), 1.0, 1.0, 0, 0, 0, 0)

    monkeypatch.setattr(simulation, "play", keep)
    files = sorted((ROOT / system / state).rglob("*.yaml"))
    read = (r for file in files for r in resources(Source(file.name, file.read_text())))
    described = Source("topology.yaml", (ROOT / system / "topology.yaml").read_text())
    arch = build([r for r in read if isinstance(r, Resource)])
    simulation.simulate(arch, described, chance=simulation.Chance(trials=0, years=1))
    return found[0]


def world(on: Stage) -> World:
    return World(on.standing, timers(on.standing.topology.control_plane), on.starts)


def named(on: Stage) -> dict[str, Hazard]:
    return {h.name: h for h in hazards(on.blasts, on.network, on.standing.topology.third_parties, on.system)}
