"""What one failure does: who stops, who comes back where and when, and why the others stay pending.

Nodes that stop are tainted and emptied by the rules of `hullmark.simulate.recovery`; what takes the place of their pods
is placed by the scheduler's rules on what is left, in the order in which the old pods go.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hullmark.simulate.faults import Failure
from hullmark.simulate.heads import led
from hullmark.simulate.placement.gang import queued
from hullmark.simulate.placement.shape import Node, Pod, Taint
from hullmark.simulate.pods import Member
from hullmark.simulate.recovery import (
    FORCE_DETACH,
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
from hullmark.simulate.services import Absence, Service, below, least
from hullmark.simulate.standing import STATEFUL, Seat, Standing

UNREACHABLE = "node.kubernetes.io/unreachable"
"""The taint of nodes that have not been heard of
(https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions)."""

WAITS = "waits until its node is back, or somebody deletes the node's object"
HELD = "waits until its node is back: it still holds the volume"
NEVER = "a bare Pod: nothing makes another one"


@dataclass(frozen=True)
class Impact:
    """What a failure does to one service.

    ``before`` pods serve at the worst moment, ``after`` once everything that can be replaced is. ``times`` are, by need,
    the seconds during which fewer serve than needed (infinite where only an unknown repair ends it), ``away`` those
    until all are back. ``phases`` are
    those of the pod that comes back last before the repair; ``pending`` counts pods by why they are not placed.
    ``absences`` are, by the number of the pod in its service, the seconds from when and until when it is away.
    """

    service: Service
    lost: int
    before: int
    after: int
    times: tuple[float, ...]
    away: float
    phases: Recovery | None
    pending: Mapping[str, int]
    steps: tuple[tuple[float, int], ...]
    absences: tuple[tuple[int, float, float], ...] = ()


@dataclass(frozen=True)
class Blast:
    """A failure and everything it does; services that it leaves alone are not listed."""

    failure: Failure
    impacts: tuple[Impact, ...]


@dataclass
class _Course:
    """One failure while it runs its course."""

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

    def start(self, pod: Pod) -> Start:
        return self.starts[self.standing.member[pod]]

    @property
    def cut(self) -> bool:
        """Whether pods run on that only the control plane cannot see."""
        return self.failure.kind == "partition"

    @property
    def felt(self) -> float:
        """When lost nodes are felt: at once, or when their pods are taken out of services although they run."""
        return self.clock.not_ready if self.cut else 0.0

    def repaired(self, pod: Pod) -> float:
        """When a pod serves again that nothing brings back before the repair."""
        repair = self.failure.repair
        if self.cut and repair is not None and self.deleted.get(pod, math.inf) > repair:
            return max(repair, self.felt)  # it never stopped
        return math.inf if repair is None else repair + started(self.start(pod), self.speeds, cached=True).total


def blast(
    standing: Standing, failure: Failure, known: Sequence[Service], clock: Timers, starts: Mapping[Member, Start]
) -> Blast:
    """What a failure does; everything is put back afterwards."""
    bandwidth = standing.topology.bandwidth
    speeds = Speeds(bandwidth.registry, bandwidth.models, bandwidth.shared)
    if failure.kind == "partition":  # clouds delete the objects of machines that are gone, not of those they can see
        clock = clock._replace(deletes=None)
    course = _Course(standing, failure, clock, starts, speeds)
    if failure.nodes:
        _lose(course)
        standing.reset()
    for member in failure.users:
        course.down.update(dict.fromkeys((p for p in member.pods if p in standing.body), 0.0))
    for pod in failure.pods:  # those who start only together stop together
        course.down.update(dict.fromkeys((p for p in standing.gangs.get(pod, (pod,)) if p in standing.body), 0.0))
    for worker, head in list(led(standing, course.down)):
        course.down[worker] = 0.0
        if head in course.up:
            begun = started(course.start(worker), speeds, cached=True)
            course.phases[worker] = replace(begun, dependencies=course.up[head])
            course.up[worker] = course.phases[worker].total
    impacts = tuple(_impact(course, service) for service in known if any(p in course.down for p in service.member.pods))
    return Blast(failure, impacts)


def _lose(course: _Course) -> None:
    standing, failure = course.standing, course.failure
    lost = [node for node in failure.nodes if node not in standing.cluster.gone]
    hit = standing.homes(lost)
    course.down.update(dict.fromkeys(hit, course.felt))
    for pod in hit:  # those who start only together stop together
        course.down.update(dict.fromkeys(standing.gangs.get(pod, ()), course.felt))
    standing.barred = _barred(standing, failure)
    for node in lost:
        standing.cluster.replace(unreachable(standing.cluster.nodes[node]))
    _release(course, lost)
    for pod in course.down:
        if pod not in course.released:
            bare = standing.member[pod].workload.ref.kind == "Pod"
            held = course.cut and standing.member[pod].volumes.attached
            course.words[pod] = NEVER if bare else HELD if held else WAITS
    end = math.inf if failure.repair is None else failure.repair
    collected = collection(course.clock)
    moments = set(course.released.values()) | (set() if collected is None else {collected})
    for moment in sorted(m for m in moments if m < end):
        _at(course, moment, lost if moment == collected else ())


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


def _release(course: _Course, lost: Sequence[int]) -> None:
    """When something may take the place of each pod; a group waits for the last of its pods."""
    standing, clock = course.standing, course.clock
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
                    course.deleted[pod] = gone
                if time is not None and not (course.cut and member.volumes.attached):
                    course.released[pod] = time
    for pods in {standing.gangs[pod] for pod in course.down if pod in standing.gangs}:
        on_lost = [pod for pod in pods if standing.cluster.placed.get(standing.body.get(pod, pod)) in set(lost)]
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


def _at(course: _Course, moment: float, collected: Iterable[int]) -> None:
    """What happens at one moment: old pods go, nodes are deleted, and what waits is placed."""
    standing = course.standing
    cluster, dead = standing.cluster, set(course.failure.nodes)
    due = [pod for pod, time in course.released.items() if time == moment and pod in standing.body]
    for pod in due:
        stays = cluster.placed[standing.body[pod]] in dead and standing.member[pod].workload.ref.kind not in STATEFUL
        standing.leave(pod) if stays else standing.take(pod)
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


def _return(course: _Course, moment: float, seats: Sequence[Seat]) -> None:
    """Note when pods that were placed now will serve."""
    standing = course.standing
    together = [course.start(seat.pod) for seat in seats]
    for number, seat in enumerate(seats):
        member = standing.member[seat.pod]
        others = [o for o in standing.cluster.on[seat.node] if standing.origin.get(o) is not seat.pod]
        cached = any(standing.member.get(standing.origin.get(o, o)) is member for o in others)
        scale = standing.pools[seat.node].autoscale
        begun = started(
            course.start(seat.pod), course.speeds, cached=cached, others=together[:number] + together[number + 1 :]
        )
        detected = min(course.clock.not_ready, moment)
        phases = replace(
            begun,
            detect=detected,
            evict=moment - detected,
            volume=FORCE_DETACH if member.volumes.attached else 0.0,
            provision=lognormal_mean(scale.median, scale.late) if seat.fresh and scale is not None else 0.0,
        )
        course.phases[seat.pod] = phases
        course.up[seat.pod] = phases.total
        course.words.pop(seat.pod, None)


def _impact(course: _Course, service: Service) -> Impact:
    pods = [pod for pod in service.member.pods if pod in course.down]
    numbers = {pod: number for number, pod in enumerate(service.member.pods)}
    standing = sum(pod in course.standing.body for pod in service.member.pods if pod not in course.down)
    absences = [Absence(course.down[p], min(course.up.get(p, math.inf), course.repaired(p))) for p in pods]
    back = [course.up[p] for p in pods if p in course.up]
    last = max((p for p in pods if p in course.up), key=lambda p: course.up[p], default=None)
    return Impact(
        service,
        len(pods),
        least(standing, absences),
        standing + len(back),
        tuple(below(need.pods, standing, absences) for need in service.needs),
        max(absence.up for absence in absences),
        None if last is None else course.phases[last],
        Counter(course.words[p] for p in pods if p in course.words and p not in course.up),
        tuple(_steps(standing, absences)),
        tuple((numbers[p], *absence) for p, absence in zip(pods, absences, strict=True)),
    )


def _steps(steady: int, absences: Sequence[Absence]) -> Iterable[tuple[float, int]]:
    """How many serve from when on."""
    changes = Counter[float]()
    for absence in absences:
        changes[absence.down] -= 1
        changes[absence.up] += 1
    serving = steady + len(absences)
    for time in sorted(t for t in changes if not math.isinf(t)):
        serving += changes[time]
        yield time, serving
