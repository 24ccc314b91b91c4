"""How fast years are played event by event, and how that grows with years and with pods. Run: ``python bench/sequence.py``.

Services of ten pods each on nodes that are nearly full, in three zones, with a GPU node's rate of failures and a day to
mend, so that failures meet each other often. Seconds are processor seconds.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from availability import PODS, manifests

from hullmark.graph.build import build
from hullmark.graph.components import components
from hullmark.model.rates import overridden, shipped
from hullmark.model.resource import Resource
from hullmark.simulate.dependencies import network
from hullmark.simulate.overlap.system import system
from hullmark.simulate.pods import fleet
from hullmark.simulate.sequence.play import MOST_WORK, Play, Stage, play
from hullmark.simulate.services import services as known_services
from hullmark.simulate.setting import Setting
from hullmark.simulate.slo import Slo
from hullmark.simulate.startup import start_of
from hullmark.simulate.topology import read
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

TOPOLOGY = """\
regions: [{{name: r, zones: [a, b, c]}}]
pools: [{{name: p, count: {nodes}, cpu: 5.5, memGiB: 64}}]
rates: {{cpu_node: {{per_year: {rate}, repair: {repair}}}}}
"""
TARGET = 60.0
"""Seconds that a hundred years of 2,000 pods on 200 nodes may take."""


def stage(services: int, nodes: int, rate: float = 1.38, repair: str = "24h") -> Stage:
    """A fleet that stands on its nodes, with what single failures do to it."""
    found = [r for r in resources(Source("all.yaml", "".join(manifests(services)))) if isinstance(r, Resource)]
    arch, rates = build(found), dict(shipped())
    topology = read(Source("topology.yaml", TOPOLOGY.format(nodes=nodes, rate=rate, repair=repair)), rates)
    rates, crew, graph = overridden(rates, topology.rates), fleet(arch), components(arch)
    known = known_services(crew, arch)
    ties = network(Slo(), known, graph, topology.third_parties)
    starts = {member: start_of(member.podset, []) for member in crew.members}
    needs = {service.member.podset: service.needs for service in known}
    course = Setting(topology, crew, (), starts, needs, graph, ties, rates, {}).run()
    return Stage(course.standing, starts, course.blasts, ties, system(topology, course.blasts, ties, known, {}))


def told(one: Stage, years: int, most: int = MOST_WORK) -> float:
    """Play so many years and print what came of it; the seconds that took."""
    start = time.process_time()
    found = play(one, Play(years, most=most))
    seconds = time.process_time() - start
    print(
        f"  {found.years:7,.1f} of {years:,} years  {seconds:7.2f} s  {found.failures:8,} failures, "
        f"{found.crowded:6,} of {found.spells:6,} spells crowded",
        flush=True,
    )
    return seconds


def main() -> int:
    took = 0.0
    for services, nodes in ((20, 20), (50, 50), (100, 100), (200, 200)):
        one = stage(services, nodes)
        print(f"{services * PODS:,} pods on {nodes} nodes")
        for years in (25, 50, 100):
            took = told(one, years)
    print(f"{took:.1f} s for the largest (at most {TARGET:.0f})")
    print("without an end in sight: nodes that are nearly always broken somewhere")
    told(stage(100, 100, 20.0), 100_000)
    return int(took > TARGET)


if __name__ == "__main__":
    sys.exit(main())
