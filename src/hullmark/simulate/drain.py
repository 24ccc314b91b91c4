"""A planned drain of a pool, node by node, with the disruption budgets given: does it finish, and who runs short?

Rules: the eviction API (https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/) lets a pod go while its
budget allows one more; a pod of two budgets is never let go. A drained node comes back before the next one is drained,
as managed upgrades do it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from hullmark.simulate.placement.gang import queued
from hullmark.simulate.placement.shape import Pod
from hullmark.simulate.pool import Pool
from hullmark.simulate.services import Service
from hullmark.simulate.standing import Standing

Verdict = Literal["finishes", "deadlocks", "drops below"]

TWO_BUDGETS = "has two disruption budgets, and the eviction API refuses that"


@dataclass(frozen=True)
class Drain:
    """How the drain of a pool ends.

    ``blocked`` says, service by service, what keeps its pods from going. ``short`` are services with the need they fall
    below and the fewest pods that serve meanwhile.
    """

    pool: str
    nodes: int
    verdict: Verdict
    blocked: Mapping[str, str]
    short: tuple[tuple[Service, str, int], ...]


def drain(standing: Standing, pool: Pool, services: Sequence[Service]) -> Drain:
    """Drain a pool node by node; everything is put back afterwards."""
    cluster = standing.cluster
    blocked: dict[str, str] = {}
    fewest = {service: standing.serving(service.member) for service in services}
    steady = dict(fewest)
    nodes = [index for index, own in enumerate(standing.pools) if own is pool and index not in cluster.gone]
    names = {service.member: service.name for service in services}
    for node in nodes:
        before = cluster.nodes[node]
        cluster.replace(replace(before, unschedulable=True))
        evicted: set[Pod] = set()  # once each: who tolerates the cordon comes back to the node
        while pods := [pod for pod in standing.homes([node]) if pod not in evicted]:
            going, held = allowed(standing, pods)
            if not going:
                blocked.update({names[standing.member[pod]]: why for pod, why in held.items()})
                break
            going = [p for pod in going for p in standing.gangs.get(pod, (pod,)) if p in standing.body]
            evicted.update(going)
            _go(standing, going, fewest)
            standing.seat(queued([*going, *standing.pending]))
        back = [] if blocked else standing.homes([node])
        _go(standing, back, fewest)  # these stop with the node
        cluster.replace(before)
        standing.seat(queued([*back, *standing.pending]))
        if blocked:
            break
    standing.reset()
    short = tuple(
        (service, need.name, fewest[service])
        for service in services
        for need in service.needs
        if fewest[service] < need.pods <= steady[service]
    )
    verdict: Verdict = "deadlocks" if blocked else "drops below" if short else "finishes"
    return Drain(pool.name, len(nodes), verdict, blocked, short)


def _go(standing: Standing, pods: Iterable[Pod], fewest: dict[Service, int]) -> None:
    """Take pods away, and note how few are left."""
    for pod in dict.fromkeys(pods):
        standing.take(pod)
    fewest.update({service: min(least, standing.serving(service.member)) for service, least in fewest.items()})


def allowed(standing: Standing, pods: Sequence[Pod], away: Collection[Pod] = ()) -> tuple[list[Pod], dict[Pod, str]]:
    """The pods that may go at this moment, and why each of the others may not; those ``away`` are not ready."""
    left = {p: p.allowed(*standing.protected(p, away)) for p in standing.promises}
    going: list[Pod] = []
    held: dict[Pod, str] = {}
    for pod in pods:
        mine = [p for p in left if p.namespace == pod.namespace and p.selector.matches(pod.shape.labels)]
        if len(mine) > 1:
            held[pod] = TWO_BUDGETS
        elif mine and left[mine[0]] < 1:
            held[pod] = f"PodDisruptionBudget '{mine[0].name}' allows no eviction"
        else:
            going.append(pod)
            for promise in mine:
                left[promise] -= 1
    return going, held
