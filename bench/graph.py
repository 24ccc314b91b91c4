"""How long the graph takes for a generated estate, and whether it grows as the estate does. Run: ``make bench-graph``.

Figures are processor seconds of one process, for the two halves apart: the architecture that every command builds, and
the component graph on top of it. Reading the files is not counted. The target is 5 seconds for 10,000 workloads,
5,000 Services and 2,000 policies.
"""

from __future__ import annotations

import gc
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from estate import POLICIES, SERVICES, WORKLOADS, teams

from hullmark.graph.build import build
from hullmark.graph.components import components
from hullmark.model.resource import Resource
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

SIZES = (125, 250, 500, 1_000)
TARGET = 5.0


def main() -> None:
    before = 0.0
    for size in SIZES:
        found = [r for name, text in teams(size) for r in resources(Source(name, text)) if isinstance(r, Resource)]
        gc.collect()
        gc.disable()  # as the command line does while the trees are built
        start = time.process_time()
        arch = build(found)
        middle = time.process_time()
        graph = components(arch)
        end = time.process_time()
        gc.enable()
        ratio = f"   {(end - middle) / before:.2f}x for twice the estate" if before else ""
        before = end - middle
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{size * WORKLOADS:>7,} workloads {size * SERVICES:>6,} services {size * POLICIES:>6,} policies   "
            f"architecture {middle - start:6.2f} s   graph {end - middle:6.2f} s   {len(graph.components):,} components "
            f"{len(graph.edges):,} edges   {peak:,.0f} MB{ratio}",
            flush=True,
        )
    print(f"target: graph {TARGET:.0f} s; it took {before:.2f} s")
    sys.exit(before > TARGET)


if __name__ == "__main__":
    main()
