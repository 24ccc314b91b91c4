"""How fast pods are placed, and how that grows. Run: ``python bench/placement.py``.

An invented fleet of services on 200 nodes in three zones, with what real ones ask for: spread over zones and hosts,
anti-affinity, taints, preferred nodes, GPUs. Every fifth service is a group that starts as a whole.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from hullmark.model.selectors import Selector
from hullmark.simulate.placement.cluster import Cluster
from hullmark.simulate.placement.gang import place, place_group
from hullmark.simulate.placement.shape import (
    HOSTNAME,
    ZONE,
    Node,
    Peers,
    Pod,
    Requirement,
    Shape,
    Spread,
    Taint,
    Term,
    Toleration,
)

NODES = 200
SIZES = (500, 1_000, 2_000, 4_000)
TARGETS = {2_000: 2.0}
GPU = "nvidia.com/gpu"
GIB = 1024**3


def nodes(count: int) -> list[Node]:
    """A fleet: every fourth node has GPUs and keeps other pods away."""
    made = []
    for index in range(count):
        gpu = index % 4 == 3
        labels = {HOSTNAME: f"n{index}", ZONE: f"zone-{index % 3}", "pool": "gpu" if gpu else "cpu"}
        have = {"cpu": 64_000, "memory": 256 * GIB, "pods": 110, **({GPU: 8} if gpu else {})}
        made.append(Node(f"n{index}", labels, have, (Taint(GPU, "present", "NoSchedule"),) if gpu else ()))
    return made


def services(pods: int, random: Random) -> Iterator[list[Pod]]:
    """Services of ten pods each until there are enough pods."""
    for number in range(pods // 10):
        shape = _shape(f"s{number}", number % 6, random)
        yield [Pod(f"s{number}-{replica}", shape, number) for replica in range(10)]


def _shape(app: str, kind: int, random: Random) -> Shape:
    own = Selector((("app", app),))
    peers = Peers(frozenset({"default"}), own)
    cpu, memory = random.choice((250, 500, 1_000)), random.choice((1, 2)) * GIB
    base = Shape("default", {"app": app}, {"cpu": cpu, "memory": memory}, (cpu, memory), (cpu, memory))
    extras: dict[int, dict[str, Any]] = {
        0: {"spread": (Spread(ZONE, 1, hard=True, peers=peers),)},
        1: {"spread": (Spread(ZONE, 1, hard=False, peers=peers), Spread(HOSTNAME, 1, hard=False, peers=peers))},
        2: {"anti_affinity": (Term(peers, HOSTNAME),)},
        3: {"defaults": own},
        4: {"liking": (Term(peers, HOSTNAME, -100),), "preferred": ((10, (Requirement("pool", "In", ("cpu",)),)),)},
        5: {"requests": {**base.requests, GPU: 1}, "tolerations": (Toleration(GPU, "Exists"),)},
    }
    return replace(base, **extras[kind])


def run(pods: int, seed: int = 1) -> tuple[float, int, int]:
    """Processor seconds, pods placed and pods pending."""
    random = Random(seed)
    groups = list(services(pods, random))
    start = time.process_time()
    cluster = Cluster(nodes(NODES))
    placed = pending = 0
    for number, group in enumerate(groups):
        outcome = (place_group if number % 5 == 0 else place)(cluster, group, random)
        placed += len(outcome.placed)
        pending += len(outcome.pending)
    return time.process_time() - start, placed, pending


def main() -> None:
    before = 0.0
    for pods in SIZES:
        seconds, placed, pending = min(run(pods) for _ in range(3))
        aim = f"   target {TARGETS[pods]:.1f} s" if pods in TARGETS else ""
        ratio = f"   {seconds / before:.2f}x for twice the pods" if before else ""
        print(f"{pods:6,} pods on {NODES} nodes  {seconds:6.3f} s   {placed:,} placed, {pending:,} pending{aim}{ratio}")
        before = seconds


if __name__ == "__main__":
    main()
