"""How fast failures are simulated, one by one and overlapping, and how that grows. Run: ``python bench/availability.py``.

200 services of ten pods on 200 nodes in three zones, 389 dependencies, 20 third parties. Seconds are processor seconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

import numpy as np

from hullmark.graph.build import build
from hullmark.graph.components import components
from hullmark.model.rates import shipped
from hullmark.model.resource import Resource
from hullmark.simulate.availability import availability, hits
from hullmark.simulate.blast import blast
from hullmark.simulate.dependencies import Network
from hullmark.simulate.faults import failures
from hullmark.simulate.overlap.estimate import plain
from hullmark.simulate.overlap.solve import solve
from hullmark.simulate.overlap.states import dense, sparse
from hullmark.simulate.overlap.system import Asked, Lost, Part, System, Unit, Window
from hullmark.simulate.overlap.table import table
from hullmark.simulate.pods import fleet
from hullmark.simulate.recovery import timers
from hullmark.simulate.services import services as known_services
from hullmark.simulate.standing import Standing
from hullmark.simulate.startup import start_of
from hullmark.simulate.topology import read
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

SERVICES, PODS, NODES, OUTSIDE, NEEDS = 200, 10, 200, 20, 389
TRIALS = (250_000, 500_000, 1_000_000)
TARGET, FIRST_ORDER_TARGET = 5.0, 3.0


def invented(seed: int = 1) -> System:
    """Parts: nodes, zones, third parties and every pod by itself."""
    random = Random(seed)
    units = [Unit(f"s{i}", PODS, random.choice((5, 6, 7, 8, 9))) for i in range(SERVICES)]
    units += [Unit(f"t{i}", 1, 1) for i in range(OUTSIDE)]
    where = {(s, p): n for s in range(SERVICES) for p, n in enumerate(random.sample(range(NODES), PODS))}
    parts = [_part(f"node {n}", "nodes", 0.5 / 8_766, 0.1, _lost(where, n, NODES)) for n in range(NODES)]
    parts += [_part(f"zone {z}", "zones", 0.2 / 8_766, 4, _lost(where, z, 3)) for z in range(3)]
    parts += [_part(f"outside {t}", "outside", 1e-3, 1, ((SERVICES + t, 1),)) for t in range(OUTSIDE)]
    parts += [_part(f"pod {s}-{p}", "pods", 4 / 8_766, 0.55, ((s, 1 << p),)) for s, p in where]
    needs: set[tuple[int, tuple[int, ...]]] = set()
    while len(needs) < NEEDS:
        source, target = random.randrange(SERVICES), random.randrange(SERVICES + OUTSIDE)
        if target >= SERVICES or target < source:
            needs.add((source, (target,)))
    asked = tuple(Asked(unit.name, (index,)) for index, unit in enumerate(units[:SERVICES]))
    return System(tuple(units), tuple(parts), tuple(sorted(needs)), asked, {})


def _part(name: str, group: str, rate: float, hours: float, lost: Lost) -> Part:
    return Part(name, group, group, rate, (Window(hours, lost),), lost)


def _lost(where: dict[tuple[int, int], int], rest: int, divisor: int) -> Lost:
    found: dict[int, int] = {}
    for (service, pod), node in where.items():
        if node % divisor == rest:
            found[service] = found.get(service, 0) | 1 << pod
    return tuple(found.items())


def manifests(count: int) -> Iterator[str]:
    """Deployments of ten pods each, with Services and what they call."""
    random = Random(2)
    for number in range(count):
        called = random.sample(range(number), min(2, number))
        urls = ", ".join(f"{{name: URL_{i}, value: 'http://s{c}'}}" for i, c in enumerate(called))
        yield (
            f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: s{number}}}\nspec:\n  replicas: {PODS}\n"
            f"  selector: {{matchLabels: {{app: s{number}}}}}\n  template:\n    metadata: {{labels: {{app: s{number}}}}}\n"
            f"    spec: {{containers: [{{name: c, image: 'example.com/s:1', env: [{urls}], "
            "resources: {requests: {cpu: 500m, memory: 1Gi}}}]}\n---\n"
            f"apiVersion: v1\nkind: Service\nmetadata: {{name: s{number}}}\n"
            f"spec: {{selector: {{app: s{number}}}, ports: [{{port: 80}}]}}\n---\n"
        )


def first_order(services: int, nodes: int) -> float:
    """Seconds from an architecture to what every failure does and what that makes of availability, by single failures."""
    found = [r for r in resources(Source("all.yaml", "".join(manifests(services)))) if isinstance(r, Resource)]
    architecture = build(found)
    text = f"regions: [{{name: r, zones: [a, b, c]}}]\npools: [{{name: p, count: {nodes}, cpu: 16, memGiB: 64}}]\n"
    start = time.process_time()
    rates = shipped()
    topology, crew = read(Source("topology.yaml", text), rates), fleet(architecture)
    starts = {member: start_of(member.podset, []) for member in crew.members}
    known = known_services(crew, architecture)
    standing = Standing(topology, crew)
    every = failures(topology, rates, components(architecture), crew.members)
    clock = timers(topology.control_plane)
    blasts = [blast(standing, failure, known, clock, starts) for failure in every]
    found_hits = hits(blasts)
    assert all(list(availability(service, found_hits)) for service in known)
    return time.process_time() - start


def main() -> None:
    system = invented()
    arrays = table(system)
    for name, way in (("sparse", sparse), ("dense", dense)):
        before = 0.0
        for trials in TRIALS:
            start = time.process_time()
            lost = plain(arrays, way(arrays, np.random.Generator(np.random.SFC64(1)), trials))
            seconds = time.process_time() - start
            growth = f"   {seconds / before:.2f}x for twice the trials" if before else ""
            aim = f"   target {TARGET:.1f} s" if trials == TRIALS[-1] else ""
            print(f"{name:11} {trials:9,} trials  {seconds:6.2f} s   median U {np.median(lost):.2e}{aim}{growth}")
            before = seconds
    start = time.process_time()
    found = solve(system, Network())
    seconds = time.process_time() - start
    print(
        f"stratified  {found.sampled:9,} drawn   {seconds:6.2f} s   all answers, cuts and intervals   target {TARGET:.1f} s"
    )
    _grown("pods alone", ((50, 200), (100, 200), (200, 200)))
    _grown("nodes alone", ((200, 100), (200, 200), (200, 400)))


def _grown(what: str, sizes: tuple[tuple[int, int], ...]) -> None:
    """First order as one measure doubles while the other stays: each pod that moves looks at each node, so both at once are a product."""
    before = 0.0
    for services, nodes in sizes:
        seconds = min(first_order(services, nodes) for _ in range(2))
        growth = f"   {seconds / before:.2f}x for twice" if before else ""
        aim = f"   target {FIRST_ORDER_TARGET:.1f} s" if (services, nodes) == (SERVICES, NODES) else ""
        print(f"first order, {what}  {services * PODS:6,} pods on {nodes:3} nodes  {seconds:6.2f} s{aim}{growth}")
        before = seconds


if __name__ == "__main__":
    main()
