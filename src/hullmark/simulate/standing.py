"""A fleet standing on a topology: placed as the scheduler would, ready to have things fail and to be put back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import NamedTuple

from hullmark.simulate.budgets import Promise
from hullmark.simulate.placement.cluster import Cluster
from hullmark.simulate.placement.decide import choose, cramped, passes, why_pending
from hullmark.simulate.placement.gang import place_daemons, queued
from hullmark.simulate.placement.preempt import preempt
from hullmark.simulate.placement.profile import profile_of
from hullmark.simulate.placement.shape import HOSTNAME, ZONE, Budget, Node, Pod, Requirement, Shape, Volume
from hullmark.simulate.pods import Fleet, Member, grouped
from hullmark.simulate.pool import Pool
from hullmark.simulate.topology import Topology

SEED = 0
"""Decides ties between nodes and draws rates: the same input gives the same answer."""

AGAIN = 3
"""How often pods that wait for other pods, by affinity or spread, are tried again once those are placed."""

STATEFUL = frozenset({"StatefulSet", "LeaderWorkerSet"})
"""Kinds whose pods come from StatefulSets, which keep names and volumes of their own."""

_TIED = {"zone": ZONE, "unknown": ZONE, "node": HOSTNAME}
"""The label that a volume ties its pod to, by how far it reaches; an unknown one is taken for zonal."""


class Seat(NamedTuple):
    """A pod that was placed, where, and whether the node was added for it."""

    pod: Pod
    node: int
    fresh: bool


class Cramped(NamedTuple):
    """A pending pod, or a group of them: those of its ``pods`` for which there is no room, and the ``nodes`` that only lack that."""

    group: tuple[Pod, ...]
    pods: tuple[Pod, ...]
    nodes: tuple[int, ...]


class Standing:
    """The pods of a fleet in a cluster.

    A pod of the fleet goes by itself; what stands for it in the cluster (``body``) changes when its volume ties it to
    a place. ``pending`` are the pods that fit nowhere and why. ``pools`` are the pools of nodes, by index; nodes that an
    autoscaler could add are there from the start and gone from the cluster; those that are ``barred`` cannot be added.
    """

    def __init__(
        self,
        topology: Topology,
        fleet: Fleet,
        promises: Sequence[Promise] = (),
        namespaces: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        more = list(_spares(topology))
        self.topology, self.fleet, self.promises = topology, fleet, tuple(promises)
        self.pools: list[Pool] = [pool for pool in topology.pools for _ in pool.nodes] + [pool for _, pool in more]
        nodes = [*topology.nodes, *(node for node, _ in more)]
        self.cluster = Cluster(nodes, profile_of(topology.control_plane.version), namespaces)
        for index in range(len(topology.nodes), len(nodes)):
            self.cluster.drop(index)
        self.random = Random(SEED)  # noqa: S311 - repeatable
        self.barred: frozenset[int] = frozenset()
        self.member: dict[Pod, Member] = {pod: m for m in fleet.members for pod in m.pods}
        self.body: dict[Pod, Pod] = {}
        self.origin: dict[Pod, Pod] = {}
        self.pending: dict[Pod, str] = {}
        self.preempted: list[Pod] = []
        self.gangs = _gangs(fleet)
        self._tied: dict[tuple[Shape, str], Shape] = {}
        self._shared: dict[Member, int] = {}
        self._left: set[Pod] = set()
        self._body: dict[Pod, Pod] = {}
        self._lowest = min((m.shape.priority for m in fleet.members), default=0)
        for daemon in fleet.daemons:
            place_daemons(self.cluster, daemon.workload.name, daemon.shape)
        self.seat(queued(fleet.pods))
        for _ in range(AGAIN):
            waiting = [pod for pod in self.pending if pod.shape.affinity or pod.shape.spread]
            if not waiting or not self.seat(queued(waiting)):
                break
        self._nodes, self._gone = list(self.cluster.nodes), set(self.cluster.gone)
        self._placed, self._start = dict(self.cluster.placed), self.cluster.start
        self._body, self._origin, self._pending = dict(self.body), dict(self.origin), dict(self.pending)

    def seat(self, pods: Iterable[Pod]) -> list[Seat]:
        """Place pods in this order: groups as a whole, with nodes that autoscalers add, and by preemption."""
        seats: list[Seat] = []
        waiting, tried = deque(pods), set[Pod]()
        while waiting:
            pod = waiting.popleft()
            if pod in tried or pod in self.body:
                continue
            group = tuple(p for p in self.gangs.get(pod, (pod,)) if p not in self.body)
            tried.update(group)
            found = self._all(group)
            if not found and len(group) == 1 and (victims := self._preempt(pod)):
                found = self._all(group)
                tried.difference_update(victims)
                waiting.extend(victims)
            seats += found
        return seats

    def _all(self, group: Sequence[Pod]) -> list[Seat]:
        """Places for all of a group, or none and the reason among the pending."""
        seats, stuck = self._tried(group)
        if stuck is None:
            return seats
        why = why_pending(self.cluster, stuck)
        if len(group) > 1:
            why = f"{len(seats)} of {len(group)} pods of the group fit: {why}"
        self._undo(seats)
        self.pending.update(dict.fromkeys(group, why))
        return []

    def _tried(self, group: Sequence[Pod]) -> tuple[list[Seat], Pod | None]:
        """Places for pods one after the other, up to the first that fits nowhere, which is given as it would be placed."""
        seats: list[Seat] = []
        for pod in group:
            made = self._made(pod)
            node = choose(self.cluster, made, self.random)
            fresh = node is None
            if node is None:
                node = self._grown(made)
            if node is None:
                return seats, made
            self._put(pod, made, node)
            seats.append(Seat(pod, node, fresh))
        return seats, None

    def cramped(self) -> list[Cramped]:
        """The pending pods that nothing but more room would help; everything stands as at first after that."""
        found = []
        for group in dict.fromkeys(self.gangs.get(pod, (pod,)) for pod in self.pending):
            seats, stuck = self._tried(group)
            nodes = () if stuck is None else tuple(cramped(self.cluster, stuck))
            self._undo(seats)
            if nodes:
                found.append(Cramped(group, group[len(seats) :], nodes))
        self.reset()
        return found

    def _put(self, pod: Pod, made: Pod, node: int) -> None:
        self.cluster.add(made, node)
        self.body[pod], self.origin[made] = made, pod
        self.pending.pop(pod, None)
        member = self.member[pod]
        if member.volumes.reach in _TIED and member.workload.ref.kind not in STATEFUL:
            self._shared.setdefault(member, node)

    def _undo(self, seats: Iterable[Seat]) -> None:
        for seat in seats:
            self.take(seat.pod)
            if seat.fresh and not self.cluster.on[seat.node]:
                self.cluster.drop(seat.node)

    def take(self, pod: Pod) -> int:
        """Take a pod away; the node it was on."""
        return self.cluster.remove(self.body.pop(pod))

    def leave(self, pod: Pod) -> None:
        """A pod is being deleted where it stands; what takes its place is placed anew."""
        body = self.body.pop(pod)
        self.cluster.leave(body)
        self._left.add(body)

    def left(self, body: Pod) -> bool:
        """Whether a body is of a pod that is being deleted and still takes its room."""
        return body in self._left and body in self.cluster.placed

    def _made(self, pod: Pod) -> Pod:
        """A pod as it is placed now: tied to where its volume is, once that is bound."""
        member = self.member[pod]
        key, at = _TIED.get(member.volumes.reach, ""), self._bound(pod, member)
        if not key or at is None:
            return Pod(pod.name, pod.shape, pod.since)
        value = self.cluster.nodes[at].labels.get(key, "")
        shape = self._tied.get((pod.shape, value))
        if shape is None:
            term = (Requirement(key, "In", (value,)),)
            shape = replace(pod.shape, volumes=(*pod.shape.volumes, Volume((term,))))
            self._tied[pod.shape, value] = shape
        return Pod(pod.name, shape, pod.since)

    def _bound(self, pod: Pod, member: Member) -> int | None:
        """The node where the volume of a pod was bound; None before that."""
        if member.workload.ref.kind not in STATEFUL:
            return self._shared.get(member)
        body = self._body.get(pod)
        return None if body is None else self._placed[body]

    def _grown(self, made: Pod) -> int | None:
        """A node that an autoscaler adds for a pod; None when none of them would take it."""
        useless: set[tuple[str, str]] = set()
        for index in range(len(self.topology.nodes), len(self.cluster.nodes)):
            node = self.cluster.nodes[index]
            alike = self.pools[index].name, node.zone
            if index not in self.cluster.gone or alike in useless or index in self.barred:
                continue
            self.cluster.restore(index)
            if passes(self.cluster, made, index):
                return index
            self.cluster.drop(index)
            useless.add(alike)
        return None

    def _preempt(self, pod: Pod) -> list[Pod]:
        """Make room by preemption; the pods that had to go."""
        if pod.shape.priority <= self._lowest:
            return []
        found = preempt(self.cluster, self._made(pod), self.budgets(), self.random)
        victims = [self.origin[v] for v in found.victims if v in self.origin] if found is not None else []
        if found is None or len(victims) < len(found.victims):
            return []
        for victim in victims:
            self.take(victim)
        self.preempted += victims
        return victims

    def budgets(self) -> list[Budget]:
        """What disruption budgets allow now, with every placed pod taken for ready."""
        return [p.budget(*self.protected(p)) for p in self.promises]

    def protected(self, promise: Promise, away: Iterable[Pod] = ()) -> tuple[int, int]:
        """How many pods a promise protects, and how many of them are placed and not ``away``."""
        out = set(away)
        mine = [
            pod
            for pod in self.member
            if pod.namespace == promise.namespace and promise.selector.matches(pod.shape.labels)
        ]
        return len(mine), sum(pod in self.body and pod not in out for pod in mine)

    def serving(self, member: Member) -> int:
        """How many pods of a member have a place."""
        return sum(pod in self.body for pod in member.pods)

    def homes(self, nodes: Iterable[int]) -> list[Pod]:
        """The pods of the fleet on these nodes."""
        return [self.origin[body] for node in nodes for body in self.cluster.on[node] if body in self.origin]

    def reset(self) -> None:
        """Put everything back to where it stood."""
        cluster = self.cluster
        for body, node in list(cluster.placed.items()):
            if body in self._left or self._placed.get(body) != node:
                cluster.remove(body)
        for node_now, node_then in zip(list(cluster.nodes), self._nodes, strict=True):
            if node_now is not node_then:
                cluster.replace(node_then)
        for index in sorted(cluster.gone - self._gone):
            cluster.restore(index)
        for index in sorted(self._gone - cluster.gone):
            cluster.drop(index)
        for body, node in self._placed.items():
            if body not in cluster.placed:
                cluster.add(body, node)
        self.body, self.origin = dict(self._body), dict(self._origin)
        self.pending, self.preempted, self._left = dict(self._pending), [], set()
        self.random, self.barred = Random(SEED), frozenset()  # noqa: S311 - repeatable
        cluster.start = self._start


def _gangs(fleet: Fleet) -> dict[Pod, tuple[Pod, ...]]:
    """The group of each pod that starts with others or not at all."""
    whole = [member for member in fleet.members if member.together]
    return {pod: tuple(pods) for pods in grouped(whole).values() for pod in pods}


def _spares(topology: Topology) -> Iterator[tuple[Node, Pool]]:
    """The nodes that autoscalers could add, zone by zone in turn as the pool has them."""
    for pool in topology.pools:
        if pool.autoscale is None or not pool.nodes:
            continue
        for number in range(pool.autoscale.most - len(pool.nodes)):
            like = pool.nodes[number % len(pool.nodes)]
            name = f"{pool.name}-{like.zone}-added-{number}"
            yield replace(like, name=name, labels={**like.labels, HOSTNAME: name}), pool
