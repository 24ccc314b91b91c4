"""The course of a failure that takes nodes: when their pods go, and who takes their place where and when.

Nodes that stop are tainted and emptied by the rules of `hullmark.simulate.recovery`, those that go with a notice are
drained before by those of `hullmark.simulate.leaving`. What takes the place of their pods is placed by the scheduler's
rules on what is left, in the order in which the old pods go.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hullmark.simulate.drain import allowed
from hullmark.simulate.faults import Failure
from hullmark.simulate.leaving import going, last
from hullmark.simulate.placement.gang import queued
from hullmark.simulate.placement.shape import Node, Pod, Taint
from hullmark.simulate.pods import Member
from hullmark.simulate.recovery import (
    FORCE_DETACH,
    Arrivals,
    Recovery,
    Speeds,
    Start,
    Timers,
    collection,
    deletion,
    lognormal_mean,
    replacement,
    started,
    taint_times,
)
from hullmark.simulate.standing import STATEFUL, Seat, Standing

UNREACHABLE = "node.kubernetes.io/unreachable"
"""The taint of nodes that have not been heard of
(https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions)."""

WAITS = "waits until its node is back, or somebody deletes the node's object"
HELD = "waits until its node is back: it still holds the volume"
NEVER = "a bare Pod: nothing makes another one"


@dataclass
class Course:
    """One failure while it runs its course; all times are seconds since it began.

    Pods are ``down`` from when and ``up`` from when on, ``released`` when something may take their place, ``deleted`` when
    they are (of a partition). Those that were ``told`` to go did so before their node; ``ends`` is when what stood
    for them in the cluster has, and ``free`` when their volume can be attached elsewhere.
    """

    standing: Standing
    failure: Failure
    clock: Timers
    starts: Mapping[Member, Start]
    speeds: Speeds
    down: dict[Pod, float] = field(default_factory=dict)
    up: dict[Pod, float] = field(default_factory=dict)
    phases: dict[Pod, Recovery] = field(default_factory=dict)
    released: dict[Pod, float] = field(default_factory=dict)
    words: dict[Pod, str] = field(default_factory=dict)
    deleted: dict[Pod, float] = field(default_factory=dict)
    told: set[Pod] = field(default_factory=set)
    ends: dict[Pod, float] = field(default_factory=dict)
    free: dict[Pod, float] = field(default_factory=dict)
    arrivals: Arrivals = field(default_factory=Arrivals)

    def start(self, pod: Pod) -> Start:
        """What a pod does when it starts."""
        return self.starts[self.standing.member[pod]]

    @property
    def cut(self) -> bool:
        """Whether pods run on that only the control plane cannot see."""
        return self.failure.kind == "partition"

    @property
    def dies(self) -> float:
        """When the nodes stop: at once, or at the end of their notice."""
        return self.failure.notice

    @property
    def felt(self) -> float:
        """When lost nodes are felt: as they stop, or when their pods are taken out of services although they run."""
        return self.clock.not_ready if self.cut else self.dies

    def repaired(self, pod: Pod) -> float:
        """When a pod serves again that nothing brings back before the repair."""
        repair = self.failure.repair
        if self.cut and repair is not None and self.deleted.get(pod, math.inf) > repair:
            return max(repair, self.felt)  # it never stopped
        if repair is None:
            return math.inf
        cached = self.failure.kind != "reclaim"  # what comes instead of a node that was taken back is another machine
        return repair + started(self.start(pod), self.speeds, cached=cached).total


def lose(course: Course) -> None:
    """Let the nodes of a failure go, and with them their pods, until everything that can be replaced is."""
    standing, failure = course.standing, course.failure
    lost = [node for node in failure.nodes if node not in standing.cluster.gone]
    standing.barred = _barred(standing, failure)
    end = math.inf if failure.repair is None else failure.repair
    collected = collection(course.clock)
    collected = math.inf if collected is None else course.dies + collected
    moments = {0.0, course.dies, collected}
    while moments and (moment := min(moments)) < end:
        moments.discard(moment)
        if moment < course.dies:
            _tell(course, lost, moment)
        elif moment == course.dies:
            _die(course, lost)
        moments |= {time for time in (*course.released.values(), *course.ends.values()) if time > moment}
        known = set(course.up)
        if course.dies or moment:
            _at(course, moment, lost if moment == collected else ())
        back = (course.up[pod] for pod in course.up.keys() - known)
        moments |= {time for time in back if time < course.dies}  # budgets may allow more then


def _tell(course: Course, lost: Sequence[int], moment: float) -> None:
    """Pods are told to go while their nodes still run, as far as disruption budgets let them."""
    standing, reprieve = course.standing, course.failure.reprieve
    if reprieve is None:
        return
    for node in lost:
        if not standing.cluster.nodes[node].unschedulable:
            standing.cluster.replace(replace(standing.cluster.nodes[node], unschedulable=True))
    pods = [pod for pod in standing.homes(lost) if pod not in course.told]
    away = {pod for pod in course.down if course.up.get(pod, math.inf) > moment}
    leaving = allowed(standing, pods, away)[0] if reprieve.evicts else pods
    alone = last(standing, leaving, away)
    course.told.update(leaving)
    for pod in leaving:
        how = going(standing.member[pod], reprieve, course.dies - moment)
        course.down.setdefault(pod, moment + (how.serves if pod in alone else 0.0))
        course.free[pod] = moment + how.attached
        if how.replaced is not None:
            course.released[pod] = moment + how.replaced
        if how.ended is not None:
            course.ends[standing.body[pod]] = moment + how.ended
        for mate in standing.gangs.get(pod, ()):
            course.down.setdefault(mate, moment)
    _together(course, leaving, lost)


def _die(course: Course, lost: Sequence[int]) -> None:
    """The nodes stop, with whoever is still on them."""
    standing = course.standing
    hit = standing.homes(lost)
    for pod in hit:  # those who start only together stop together
        for mate in (pod, *standing.gangs.get(pod, ())):
            course.down.setdefault(mate, course.felt)
    for node in lost:
        standing.cluster.replace(unreachable(standing.cluster.nodes[node]))
    _release(course, lost)
    _together(course, hit, lost)
    for pod in course.down:
        if pod not in course.released:
            bare = standing.member[pod].workload.ref.kind == "Pod"
            held = course.cut and standing.member[pod].volumes.attached
            course.words[pod] = NEVER if bare else HELD if held else WAITS


def _barred(standing: Standing, failure: Failure) -> frozenset[int]:
    """The nodes that no autoscaler can add meanwhile: those of the zones or of the pool that is lost as a whole."""
    nodes = standing.cluster.nodes
    if failure.kind == "stockout":
        return frozenset(range(len(nodes)))
    zones = {nodes[node].zone for node in failure.nodes} if failure.kind in ("zone", "partition", "region") else set()
    pools = {failure.name} if failure.kind == "pool" else set()
    many = failure.kind == "reclaim" and len(failure.nodes) > 1
    sold = {(standing.pools[node].name, nodes[node].zone) for node in failure.nodes} if many else set()
    return frozenset(
        index
        for index, node in enumerate(nodes)
        if node.zone in zones or standing.pools[index].name in pools or (standing.pools[index].name, node.zone) in sold
    )


def _zones(nodes: Sequence[Node]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for index, node in enumerate(nodes):
        found.setdefault(node.zone, set()).add(index)
    return found


def unreachable(node: Node) -> Node:
    """A node that has not been heard of, as the scheduler sees it."""
    taints = (Taint(UNREACHABLE, "", "NoSchedule"), Taint(UNREACHABLE, "", "NoExecute"))
    return replace(node, taints=(*node.taints, *taints))


def _release(course: Course, lost: Sequence[int]) -> None:
    """When something may take the place of each pod of nodes that have stopped."""
    standing, clock, died = course.standing, course.clock, course.dies
    cluster = standing.cluster
    elsewhere = len(lost) < cluster.size
    by_zone = {zone: sorted(nodes - cluster.gone) for zone, nodes in _zones(cluster.nodes).items()}
    for nodes in by_zone.values():
        mine = [node for node in lost if node in nodes]
        taints = taint_times(clock, len(nodes), len(mine), elsewhere=elsewhere) if mine else []
        for position, node in enumerate(mine):
            for pod in standing.homes([node]):
                member, tainted = standing.member[pod], taints[position] if taints else None
                time = again(member, clock, tainted)
                gone = None if tainted is None else leaves(member, clock, tainted)
                if gone is not None:
                    course.deleted[pod] = died + gone
                if time is not None and not (course.cut and member.volumes.attached):
                    course.released.setdefault(pod, died + time)


def _together(course: Course, hit: Iterable[Pod], lost: Sequence[int]) -> None:
    """A group waits for the last of its pods to go."""
    standing, dead = course.standing, set(lost)
    for pods in {standing.gangs[pod] for pod in hit if pod in standing.gangs}:
        on_lost = [pod for pod in pods if standing.cluster.placed.get(standing.body.get(pod, pod)) in dead]
        times = [course.released[pod] for pod in on_lost if pod in course.released]
        if len(times) == len(on_lost) and times:
            course.released.update(dict.fromkeys(pods, max(times)))
        else:
            for pod in pods:
                course.released.pop(pod, None)


def leaves(member: Member, clock: Timers, tainted: float) -> float | None:
    """When a pod on a node with the taint is deleted; None when it never is."""
    return deletion(clock, tainted, own=member.tolerates, forever=member.tolerates_forever)


def again(member: Member, clock: Timers, tainted: float | None) -> float | None:
    """When the replacement of a pod on a dead node is made; None when none is."""
    if member.workload.ref.kind == "Pod":
        return None
    gone = collection(clock) if tainted is None else leaves(member, clock, tainted)
    return replacement(clock, gone, stateful=member.workload.ref.kind in STATEFUL)


def _at(course: Course, moment: float, collected: Iterable[int]) -> None:
    """What happens at one moment: old pods go, nodes are deleted, and what waits is placed."""
    standing = course.standing
    cluster, dead = standing.cluster, set(course.failure.nodes)
    due = [p for p, time in course.released.items() if time == moment and p in standing.body and p not in course.up]
    for pod in due:
        stays = cluster.placed[standing.body[pod]] in dead and standing.member[pod].workload.ref.kind not in STATEFUL
        standing.leave(pod) if stays else standing.take(pod)
    for body in [body for body, time in course.ends.items() if time == moment and standing.left(body)]:
        cluster.remove(body)
    for node in collected:
        for body in list(cluster.on[node]):
            pod_there = standing.origin.get(body)
            if pod_there is not None and standing.body.get(pod_there) is body:
                standing.take(pod_there)
            else:
                cluster.remove(body)
        cluster.drop(node)
    waiting = [pod for pod in standing.pending if pod in course.down]
    first = len(standing.preempted)
    seats = standing.seat(queued([*due, *waiting]))
    for victim in standing.preempted[first:]:
        course.down.setdefault(victim, moment)
        course.up.pop(victim, None)
    _return(course, moment, seats)
    course.words.update({pod: why for pod, why in standing.pending.items() if pod in course.down})


def _return(course: Course, moment: float, seats: Sequence[Seat]) -> None:
    """Note when pods that were placed now will serve."""
    standing, now = course.standing, {seat.pod for seat in seats}
    together = [course.start(seat.pod) for seat in seats]
    for number, seat in enumerate(seats):
        member = standing.member[seat.pod]
        others = (standing.origin.get(body, body) for body in standing.cluster.on[seat.node])
        cached = any(standing.member.get(pod) is member and pod not in now for pod in others)
        scale = standing.pools[seat.node].autoscale
        begun = started(
            course.start(seat.pod), course.speeds, cached=cached, others=together[:number] + together[number + 1 :]
        )
        told = seat.pod in course.told
        detected = 0.0 if told else min(course.dies + course.clock.not_ready, moment)
        detach = FORCE_DETACH if member.volumes.attached else 0.0
        new = lognormal_mean(scale.median, scale.late) if seat.fresh and scale is not None else 0.0
        phases = replace(
            course.arrivals.wait(begun, moment, seat.node, member, new=new),
            detect=detected,
            evict=moment - detected,
            volume=max(course.free[seat.pod] - moment, 0.0) if told else detach,
        )
        course.phases[seat.pod] = phases
        course.up[seat.pod] = phases.total
        course.words.pop(seat.pod, None)
