"""Groups of pods that start all together or not at all.

An approximation of what Kueue, Volcano, coscheduling and gang-starting operators do: the group is placed pod by pod as
the scheduler would, and taken back as a whole when one of them fits nowhere. Their own queues and orders are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import NamedTuple

from hullmark.simulate.placement.cluster import Cluster
from hullmark.simulate.placement.decide import choose, feasible, passes, why_pending
from hullmark.simulate.placement.shape import Pod, Shape


class Outcome(NamedTuple):
    """Which pods were placed, and why the others were not."""

    placed: tuple[Pod, ...]
    pending: dict[Pod, str]


def queued(pods: Iterable[Pod]) -> list[Pod]:
    """Pods in the order of the scheduling queue: the highest priority first, else as they came (``queuesort``)."""
    return sorted(pods, key=lambda pod: -pod.shape.priority)


def place(cluster: Cluster, pods: Iterable[Pod], random: Random) -> Outcome:
    """Place pods one after the other, each where the scheduler would; those that fit nowhere stay pending.

    Their reasons are those of the moment they were tried. What did not fit is not tried again before something changes.
    """
    placed: list[Pod] = []
    pending: dict[Pod, str] = {}
    stuck: dict[Shape, tuple[int, str]] = {}
    for pod in pods:
        since, why = stuck.get(pod.shape, (-1, ""))
        node = None if since == len(cluster.changes) else choose(cluster, pod, random)
        if node is None:
            if since != len(cluster.changes):
                why = why_pending(cluster, pod)
                stuck[pod.shape] = len(cluster.changes), why
            pending[pod] = why
        else:
            cluster.add(pod, node)
            placed.append(pod)
    return Outcome(tuple(placed), pending)


def place_daemons(cluster: Cluster, name: str, shape: Shape) -> tuple[Pod, ...]:
    """Place one pod on every node that takes it, as the DaemonSet controller does; the others are not waited for."""
    placed = []
    for node in feasible(cluster, Pod(name, shape)):
        pod = Pod(f"{name}-{cluster.nodes[node].name}", shape)
        if passes(cluster, pod, node):
            cluster.add(pod, node)
            placed.append(pod)
    return tuple(placed)


def place_group(cluster: Cluster, pods: Sequence[Pod], random: Random) -> Outcome:
    """Place all of these pods or none of them; the reason is that of the first that fits nowhere."""
    done: list[Pod] = []
    for pod in pods:
        node = choose(cluster, pod, random)
        if node is None:
            why = f"{len(done)} of {len(pods)} pods of the group fit: {why_pending(cluster, pod)}"
            for placed in reversed(done):
                cluster.remove(placed)
            return Outcome((), dict.fromkeys(pods, why))
        cluster.add(pod, node)
        done.append(pod)
    return Outcome(tuple(done), {})
