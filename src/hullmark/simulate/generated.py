"""Makes up a topology that holds given pods: three zones, one pool for each kind of node that is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random

from hullmark.simulate.placement.cluster import Cluster
from hullmark.simulate.placement.decide import refusals
from hullmark.simulate.placement.gang import place
from hullmark.simulate.placement.shape import HOSTNAME, Node, Pod, Shape
from hullmark.simulate.pool import GIB, MAX_NODES, POOL, Pool, of_labels, spread_over
from hullmark.simulate.topology import Topology, notices

REGION, ZONES = "region-1", ("zone-a", "zone-b", "zone-c")

_SLACK = 1.5
"""Room for what a lost zone held: two zones of three hold what three did."""

_PIECES = (1, 2, 4, 8, 16)
_ORDINARY = frozenset({"cpu", "memory", "ephemeral-storage"})

Kind = tuple[tuple[tuple[str, str], ...], frozenset[str]]
"""What tells pools apart: labels that are asked for, and resources beyond the ordinary ones."""


def generated(pods: Sequence[Pod]) -> Topology:
    """A topology of three zones that holds these pods as far as any can.

    Nodes are as large as pods ask for and at least of a usual size; a pool has half as much again as its pods request,
    and a node for each pod that shares a node with none of its kind. What still does not fit asks for what more nodes
    cannot give.
    """
    by_kind: dict[Kind, list[Pod]] = {}
    for pod in pods:
        by_kind.setdefault(_kind(pod.shape), []).append(pod)
    by_kind.setdefault(((), frozenset()), [])
    counts = {kind: _count(kind, own) for kind, own in by_kind.items()}
    for _ in range(6):
        made = _topology(by_kind, counts)
        cluster = Cluster(made.nodes)
        pending = place(cluster, pods, Random(0)).pending  # noqa: S311 - repeatable
        short = {_kind(pod.shape) for pod in pending if _full(cluster, pod)}
        grown = {k: min(n * 2, MAX_NODES // len(counts)) if k in short else n for k, n in counts.items()}
        if grown == counts:
            return made
        counts = grown
    return _topology(by_kind, counts)


def _full(cluster: Cluster, pod: Pod) -> bool:
    """Whether some node would take a pod if only less were on it."""
    return any(
        not r.hopeless and r.reasons[0].startswith(("Insufficient", "Too many"))
        for r in refusals(cluster, pod).values()
    )


def _kind(shape: Shape) -> Kind:
    labels = dict(shape.node_selector)
    for term in shape.required[:1] if shape.required else ():
        labels.update({r.key: r.values[0] for r in term if r.operator == "In" and r.values and not r.field})
    special = frozenset(name for name in shape.requests if name not in _ORDINARY)
    return tuple(sorted(labels.items())), special


def _size(kind: Kind, pods: Iterable[Pod]) -> dict[str, int]:
    """What a node of a kind has: a usual size, or the next power of two that the largest pod needs."""
    most: dict[str, int] = {}
    for pod in pods:
        for name, amount in pod.shape.requests.items():
            most[name] = max(most.get(name, 0), amount)
    have = {
        "cpu": _grown(16_000, most.get("cpu", 0) + 1_000),
        "memory": _grown(64 * GIB, most.get("memory", 0) + GIB),
        "ephemeral-storage": _grown(256 * GIB, most.get("ephemeral-storage", 0)),
        "pods": 110,
    }
    for name in kind[1]:
        wanted = most.get(name, 0)
        have[name] = next((p for p in _PIECES if p >= max(wanted, 8 if name.endswith("/gpu") else 1)), wanted)
    return have


def _grown(usual: int, needed: int) -> int:
    while usual < needed:
        usual *= 2
    return usual


def _count(kind: Kind, pods: Sequence[Pod]) -> int:
    """How many nodes, the same in every zone."""
    size = _size(kind, pods)
    total: dict[str, int] = {"pods": len(pods)}
    alone: dict[Shape, int] = {}
    for pod in pods:
        for name, amount in pod.shape.requests.items():
            total[name] = total.get(name, 0) + amount
        if any(term.key == HOSTNAME for term in pod.shape.anti_affinity):
            alone[pod.shape] = alone.get(pod.shape, 0) + 1
    by_amount = max(-(-amount * _SLACK // size[name]) for name, amount in total.items() if size.get(name))
    needed = int(max(by_amount, *alone.values(), 1))
    return min(-(-needed // len(ZONES)) * len(ZONES), MAX_NODES)


def _topology(by_kind: dict[Kind, list[Pod]], counts: dict[Kind, int]) -> Topology:
    pools = []
    for number, (kind, own) in enumerate(by_kind.items(), 1):
        special = "-".join(sorted(name.rpartition("/")[2] for name in kind[1])) or "general"
        name = f"{special}-{number}"
        like = Node("", {**dict(kind[0]), POOL: name}, _size(kind, own))
        nodes = spread_over(name, [(REGION, zone) for zone in ZONES], counts[kind], like)
        pools.append(of_labels(Pool(name, nodes, gpu_domain="node")))
    told = "; ".join(f"{len(p.nodes)} nodes of {_told(p.nodes[0])} in pool '{p.name}'" for p in pools)
    assumptions = (
        f"topology: made up to hold the workloads, three zones in one region; {told}",
        "control plane: self-managed 1.34, dead nodes deleted after 5 minutes",
        "bandwidth: 0.2 GB/s a node from the registry, 0.33 GB/s from the model store",
        *notices(pools),
    )
    zones = dict.fromkeys((*ZONES, *(node.zone for pool in pools for node in pool.nodes)))
    return Topology({REGION: tuple(zones)}, tuple(pools), assumptions=assumptions)


def _told(node: Node) -> str:
    have = node.allocatable
    more = [f"{amount} {name}" for name, amount in have.items() if name not in _ORDINARY and name != "pods"]
    return ", ".join([f"{have['cpu'] // 1000} cores", f"{have['memory'] // GIB} GiB", *more])
