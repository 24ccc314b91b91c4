"""How long the graph and the attack paths take for generated estates, and whether they grow as the estate does. Run: ``make bench-graph``.

Figures are processor seconds of a process for each size: the architecture that every command builds, the component
graph on top of it, and the attack paths on the graph with the repairs that cut most of them. Reading the files and
judging them is not counted. The targets are 5 seconds each for 10,000 workloads, 5,000 Services and 2,000 policies.

The careless estate has interfaces, notebooks and agents on top, so that there is something to search.
"""

from __future__ import annotations

import gc
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

from estate import POLICIES, SERVICES, WORKLOADS, teams

from hullmark.checks.registry import checks
from hullmark.engine.attack.attack import attacks
from hullmark.engine.config import Settings, identifiers
from hullmark.engine.merge import merge
from hullmark.engine.run import evaluate
from hullmark.engine.settle import Terms, settle
from hullmark.graph.build import build
from hullmark.model.resource import Resource
from hullmark.sources import Reading
from hullmark.sources.kubernetes import resources
from hullmark.sources.unit import Unit
from hullmark.text.source import Source

SIZES = (125, 250, 500, 1_000)
TARGET = 5.0


class Figures(NamedTuple):
    """Processor seconds, and what there was."""

    architecture: float
    graph: float
    paths: float
    components: int
    edges: int
    found: int
    megabytes: int


def measured(size: int, *, careless: bool) -> Figures:
    """One estate, measured in this process."""
    texts = teams(size, careless=careless)
    found = [r for name, text in texts for r in resources(Source(name, text)) if isinstance(r, Resource)]
    gc.collect()
    gc.disable()  # as the command line does while the trees are built
    start = time.process_time()
    arch = build(found)
    middle = time.process_time()
    graph = arch.graph
    drawn = time.process_time()
    reading = Reading(tuple(found), (), (), 1)
    known = checks()
    result = settle(arch, evaluate(arch, known), Terms(Settings(), identifiers(known), "2026-01-01", None), reading)
    whole = merge([(Unit("estate", "manifests", reading), result)])
    judged = time.process_time()
    (attack,) = attacks(whole)
    end = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Figures(
        middle - start,
        drawn - middle,
        end - judged,
        len(graph.components),
        len(graph.edges),
        len(attack.paths),
        peak,
    )


def main() -> None:
    if len(sys.argv) == 3:  # in a process of its own, so that one size does not slow the next
        print(*measured(int(sys.argv[1]), careless=sys.argv[2] == "careless"))
        return
    slow = False
    for kind in ("plain", "careless"):
        before: Figures | None = None
        for size in SIZES:
            done = subprocess.run(
                [sys.executable, __file__, str(size), kind], capture_output=True, text=True, check=True
            )
            words = done.stdout.split()
            now = Figures(
                float(words[0]),
                float(words[1]),
                float(words[2]),
                int(words[3]),
                int(words[4]),
                int(words[5]),
                int(words[6]),
            )
            growth = (
                f"   graph {now.graph / before.graph:.2f}x, paths {now.paths / before.paths:.2f}x" if before else ""
            )
            print(
                f"{kind:<8} {size * WORKLOADS:>6,} workloads {size * SERVICES:>5,} services {size * POLICIES:>5,} policies   "
                f"architecture {now.architecture:5.2f} s   graph {now.graph:5.2f} s   paths {now.paths:5.2f} s   "
                f"{now.components:,} components {now.edges:,} edges {now.found:,} paths   {now.megabytes:,} MB{growth}",
                flush=True,
            )
            before = now
        slow = slow or before is None or max(before.graph, before.paths) > TARGET
    print(f"target: {TARGET:.0f} s for the graph and for the paths of the largest")
    sys.exit(slow)


if __name__ == "__main__":
    main()
