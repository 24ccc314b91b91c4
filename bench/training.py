"""How long it takes to draw training runs by chance: ``python bench/training.py [RUNS]``.

20,000 runs of 54 days on 2,048 nodes, as Llama 3's (https://arxiv.org/abs/2407.21783): at most one second of one core.
"""

from __future__ import annotations

import sys
from random import Random
from time import process_time

from hullmark.model.checkpoints import best, between_failures, ettr
from hullmark.model.rates import shipped
from hullmark.simulate.runs import Plan, outcome

MOST = 1.0
"""Seconds of one core that may pass."""


def main(runs: int) -> int:
    """Draw so many runs and say how long it took and what came of it; 1 when it took too long."""
    between = between_failures(2_048, shipped()["gpu_node"].per_hour)
    dump, restart = 10 / 3600, 10 / 60
    interval = best(dump, between)
    expected = ettr(interval, dump, restart, between)
    started = process_time()
    found = outcome(Plan(54 * 24 * expected, interval, dump, restart, between), Random(0), runs)
    took = process_time() - started
    if found is None:
        return 1
    print(f"{runs:,} runs: {took:.2f} s of processor time (at most {MOST * runs / 20_000:.2f})")
    print(f"progress {found.progress.mean:.5f}, by Daly's equation {expected:.5f}")
    print(
        f"interruptions {found.failures.mean:.1f} ({found.failures.low:.0f} to {found.failures.high:.0f}); 419 were counted"
    )
    return int(took > MOST * runs / 20_000)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
