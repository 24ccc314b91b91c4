"""A cluster in which failures overlap: one event after the other, each with what the ones before have left.

It goes by the rules that `hullmark.simulate.blast` has for a single failure, with state that stays: nodes that are broken
already, pods that moved and are hit where they stand now, and room that others have taken. Pods that fit nowhere are
tried again whenever something comes free. Once nothing is broken and every pod serves, pods stand where they stood at
first; those that even then fit nowhere get their old places back.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from itertools import count
from typing import Any, NamedTuple

from hullmark.simulate.course import again, unreachable
from hullmark.simulate.drain import allowed
from hullmark.simulate.faults import Failure
from hullmark.simulate.heads import led
from hullmark.simulate.leaving import Going, going, last
from hullmark.simulate.placement.gang import queued
from hullmark.simulate.placement.shape import Pod
from hullmark.simulate.pods import Member
from hullmark.simulate.recovery import (
    FORCE_DETACH,
    Arrivals,
    Speeds,
    Start,
    Timers,
    collection,
    eviction_rate,
    lognormal_mean,
    started,
)
from hullmark.simulate.reprieve import Reprieve
from hullmark.simulate.sequence.hazards import CONTROL, Calm, Coming, Outage
from hullmark.simulate.services import title
from hullmark.simulate.standing import STATEFUL, Seat, Standing

Action = Callable[[Any], None]


class Absence(NamedTuple):
    """A pod that does not serve from ``down`` until ``up``; ``sent`` is when its return was decided."""

    pod: Pod
    down: float
    sent: float
    up: float


class _Taken(NamedTuple):
    """The nodes that an outage takes, and the pods that it stops wherever they are."""

    nodes: tuple[int, ...]
    pods: tuple[Pod, ...]


class World:
    """A standing fleet and what befalls it.

    ``work`` counts pods that were placed or tried, by the nodes looked at, and whatever is gone through besides. Once
    that is more than ``most``, nothing goes on: the course that `run` gives is not whole then.
    """

    def __init__(self, standing: Standing, clock: Timers, starts: Mapping[Member, Start]) -> None:
        self.standing, self.clock, self.starts = standing, clock, starts
        bandwidth = standing.topology.bandwidth
        self.speeds = Speeds(bandwidth.registry, bandwidth.models, bandwidth.shared)
        self.names = {member: title(member) for member in standing.fleet.members}
        self.work, self.most = 0, math.inf
        cluster = standing.cluster
        self._plain = list(cluster.nodes)
        self._daemons = [[body for body in bodies if body not in standing.origin] for bodies in cluster.on]
        self._zones: dict[str, list[int]] = {}
        for index, node in enumerate(cluster.nodes):
            self._zones.setdefault(node.zone, []).append(index)
        self._clear(Calm())

    def _clear(self, calm: Calm) -> None:
        self.now, self.calm = 0.0, calm
        self.heap: list[tuple[float, int, Action, Any]] = []
        self.order = count()
        self.active: dict[Outage, _Taken] = {}
        self.broken: Counter[int] = Counter()
        self.since: dict[int, float] = {}
        self.tainted: set[int] = set()
        self.turns: dict[int, int] = {}
        self.last: dict[str, float] = {}
        self.away: dict[Pod, float] = {}
        self.sent: dict[Pod, float] = {}
        self.stopped: Counter[Pod] = Counter()
        self.waits: dict[Pod, Pod] = {}
        self.marked: dict[Pod, int] = {}
        self.due: dict[Pod, float] = {}
        self.orphans: dict[Pod, None] = {}
        self.lain: dict[int, set[Member]] = {}
        self.revived: set[int] = set()
        self.leaving: dict[int, tuple[Reprieve, float]] = {}
        self.told: set[Pod] = set()
        self.free: dict[Pod, float] = {}
        self.arrivals = Arrivals()
        self.retry = False
        self.absences: list[Absence] = []
        self.moments: list[float] = []

    def run(self, first: Outage, coming: Coming, calm: Calm) -> list[Absence]:
        """Everyone who is away, from one failure until nothing is broken and every pod serves; ``now`` is when that is.

        Of failures that are ``coming`` those that begin before that take part. An outage without end is followed as long
        as anything happens in it.
        """
        self._clear(calm)
        self.now = first.start
        self.work += len(self.standing.cluster.placed)
        self._fail(first)
        while (self.active or self.away) and not self.spent:
            following = self.heap[0][0] if self.heap else math.inf
            if min(following, coming.time) == math.inf:
                break
            if coming.time <= following:
                self.now = coming.time
                self._fail(coming.next())
            else:
                self._step()
        self.standing.reset()
        return self.absences

    @property
    def spent(self) -> bool:
        """Whether there was more to do than may be."""
        return self.work > self.most

    def _at(self, time: float, action: Action, argument: object) -> None:
        heappush(self.heap, (time, next(self.order), action, argument))

    def _step(self) -> None:
        """All that happens at the next moment, then places for whoever is without one."""
        self.now = self.heap[0][0]
        while self.heap and self.heap[0][0] == self.now:
            _, _, action, argument = heappop(self.heap)
            action(argument)
        if self.due or self.retry:
            self._place()

    # What fails and is mended.

    def _fail(self, outage: Outage) -> None:
        failure = outage.hazard.failure
        taken = self.active[outage] = self._hit(failure)
        self._at(outage.end, self._mend, outage)
        self.stopped.update(taken.pods)
        self._stop(taken.pods)
        if failure is not None and failure.reprieve is not None and failure.notice:
            self._warn(taken.nodes, failure.reprieve)
        else:
            self._break(taken.nodes)
        self._bar()

    def _break(self, nodes: Iterable[int]) -> None:
        """Nodes stop."""
        struck: dict[Pod, None] = {}
        for node in nodes:
            self.leaving.pop(node, None)
            self.broken[node] += 1
            if self.broken[node] == 1:
                struck.update(dict.fromkeys(self._die(node)))
        self._stop(struck)
        self._queue()

    # What goes with a notice.

    def _warn(self, nodes: Sequence[int], reprieve: Reprieve) -> None:
        """Nodes are to go: nothing new comes to them, and their pods are told to leave."""
        end, cluster = self.now + reprieve.seconds, self.standing.cluster
        for node in nodes:
            if not self.broken[node] and node not in cluster.gone:
                self.leaving[node] = reprieve, end
                cluster.replace(replace(cluster.nodes[node], unschedulable=True))
        self._at(end, self._break, nodes)
        self._at(self.now, self._tell, None)

    def _tell(self, _: object) -> None:
        """Whoever may leave nodes that are to go does, as far as disruption budgets let them."""
        if not self.leaving or self._held(self._tell, None):
            return
        standing = self.standing
        for node, (reprieve, end) in list(self.leaving.items()):
            pods = [pod for pod in self._living(node) if pod not in self.told]
            leaving = allowed(standing, pods, self.away)[0] if reprieve.evicts else pods
            alone = last(standing, leaving, self.away)
            self.told.update(leaving)
            for pod in leaving:
                self._go(pod, going(standing.member[pod], reprieve, end - self.now), alone=pod in alone)

    def _go(self, pod: Pod, how: Going, *, alone: bool) -> None:
        """A pod leaves its node."""
        self.free[pod] = self.now + how.attached
        if alone and how.serves:
            self.away.setdefault(pod, self.now + how.serves)
            self.sent.pop(pod, None)
        else:
            self._stop((pod, *(mate for mate in self.standing.gangs.get(pod, ()) if mate in self.standing.body)))
        if how.replaced is not None:
            self._at(self.now + how.replaced, self._depart, pod)
        if how.ended is not None:
            self._at(self.now + how.ended, self._ended, self.standing.body[pod])

    def _depart(self, pod: Pod) -> None:
        """Something may take the place of a pod that was told to leave, unless it is somewhere else already."""
        if pod in self.told and pod in self.standing.body and not self._held(self._depart, pod):
            self.moments.append(self.now)
            self._let_go([pod])

    def _ended(self, body: Pod) -> None:
        """What was left of a pod is gone, and with it whatever kept others away."""
        if self.standing.left(body):
            self.standing.cluster.remove(body)
            self.retry = True

    def _hit(self, failure: Failure | None) -> _Taken:
        """What a failure takes: nodes that were added since then too, where all of a zone is lost."""
        if failure is None:
            return _Taken((), ())
        standing, nodes = self.standing, set(failure.nodes)
        for zone in _zones_lost(failure, standing):
            nodes.update(n for n in self._zones[zone] if n not in standing.cluster.gone or self.broken[n])
        pods = (mate for pod in failure.pods for mate in standing.gangs.get(pod, (pod,)) if mate in standing.body)
        return _Taken(tuple(sorted(nodes)), tuple(dict.fromkeys(pods)))

    def _die(self, node: int) -> Iterator[Pod]:
        """A node is silent; the pods that stop with it, and those that only run together with them."""
        standing = self.standing
        if node in standing.cluster.gone:
            return
        self.since[node] = self.now
        standing.cluster.replace(unreachable(standing.cluster.nodes[node]))
        collected = collection(self.clock)
        if collected is not None:
            self._at(self.now + collected, self._collect, (node, self.now))
        living = self._living(node)
        self.lain.setdefault(node, set()).update(standing.member[pod] for pod in living)
        for pod in living:
            yield pod
            yield from (mate for mate in standing.gangs.get(pod, ()) if mate in standing.body)

    def _living(self, node: int) -> list[Pod]:
        """The pods of the fleet on a node, without those that are being deleted."""
        standing = self.standing
        found = ((standing.origin.get(body), body) for body in standing.cluster.on[node])
        return [pod for pod, body in found if pod is not None and standing.body.get(pod) is body]

    def _stop(self, pods: Iterable[Pod]) -> None:
        """Pods stop serving, and with them whoever they lead."""
        struck = dict.fromkeys(pods)
        followers = list(led(self.standing, struck)) if struck else []
        self.waits.update(followers)
        for pod in (*struck, *(worker for worker, _ in followers)):
            self.away.setdefault(pod, self.now)
            self.sent.pop(pod, None)

    def _bar(self) -> None:
        """No autoscaler adds nodes where a zone or region is lost."""
        failures = (outage.hazard.failure for outage in self.active)
        lost = {zone for failure in failures if failure is not None for zone in _zones_lost(failure, self.standing)}
        self.standing.barred = frozenset(node for zone in lost for node in self._zones[zone])

    def _mend(self, outage: Outage) -> None:
        taken = self.active.pop(outage)
        self.stopped.subtract(taken.pods)
        other = outage.hazard.failure is not None and outage.hazard.failure.kind == "reclaim"
        back = dict.fromkeys(taken.pods)
        for node in taken.nodes:
            self.broken[node] -= 1
            if not self.broken[node]:
                back.update(dict.fromkeys(self._revive(node, other=other)))
        for pod in back:
            self._resume(pod, cached=not other)
        self.due.update(dict.fromkeys(self.orphans, math.inf))
        self.orphans.clear()
        self.retry = True
        self._bar()
        self._queue()

    def _revive(self, node: int, *, other: bool) -> Iterator[Pod]:
        """A node is back with the pods that nobody has deleted meanwhile; they, and those who waited for them.

        What comes instead of a node that was taken back is an ``other`` machine, without images.
        """
        standing, cluster = self.standing, self.standing.cluster
        cluster.replace(self._plain[node])
        if node in cluster.gone:
            cluster.restore(node)
            for body in self._daemons[node]:
                cluster.add(body, node)
        for body in list(cluster.on[node]):
            pod = standing.origin.get(body)
            if pod is not None and standing.body.get(pod) is not body:
                cluster.remove(body)
        self.since.pop(node, None)
        self.tainted.discard(node)
        if other:
            self.lain.pop(node, None)
            self.arrivals.forget(node)
        else:
            self.revived.add(node)
        for pod in self._living(node):
            self.marked.pop(pod, None)
            yield from standing.gangs.get(pod, (pod,))

    def _resume(self, pod: Pod, *, cached: bool = True) -> None:
        """A pod starts where it stands, unless something still keeps it from that."""
        standing = self.standing
        free = pod in self.away and pod in standing.body and not self.stopped[pod] and pod not in self.waits
        if free and not any(self._stuck(mate) for mate in standing.gangs.get(pod, (pod,))):
            self._return(pod, self.now + self._started(pod, cached=cached))

    def _stuck(self, pod: Pod) -> bool:
        """Whether a pod stands on a node that is broken or to go."""
        body = self.standing.body.get(pod)
        node = None if body is None else self.standing.cluster.placed[body]
        return node is not None and (bool(self.broken[node]) or node in self.leaving)

    def _started(self, pod: Pod, *, cached: bool) -> float:
        return started(self.starts[self.standing.member[pod]], self.speeds, cached=cached).total

    def _return(self, pod: Pod, up: float) -> None:
        name = self.names[self.standing.member[pod]]
        self.sent[pod] = self.now
        self._at(self.calm.back(name, self.now, up), self._up, (pod, self.now))

    def _up(self, told: tuple[Pod, float]) -> None:
        pod, sent = told
        if self.sent.get(pod) != sent or self.stopped[pod] or pod in self.waits:
            return
        del self.sent[pod]
        self.told.discard(pod)
        down = self.away.pop(pod)
        if down < self.now:
            self.absences.append(Absence(pod, down, sent, self.now))
        self._tell(None)  # budgets may allow more now
        for worker in [worker for worker, head in self.waits.items() if head is pod]:
            del self.waits[worker]
            self._resume(worker)

    # What the control plane does about it.

    def _held(self, action: Action, argument: object) -> bool:
        """Whether nothing is decided now; it is put off then until something is."""
        ready = self.calm.after(CONTROL, self.now)
        if ready > self.now:
            self._at(ready, action, argument)
        return ready > self.now

    def _queue(self) -> None:
        """Say anew when each silent node is tainted: zones are emptied one node after the other, or not at all."""
        cluster = self.standing.cluster
        self.work += cluster.size
        elsewhere = any(not self.broken[node] for node in range(len(cluster.nodes)) if node not in cluster.gone)
        for zone, nodes in self._zones.items():
            present = [node for node in nodes if node not in cluster.gone]
            waiting = sorted((self.since[n], n) for n in present if n in self.since and n not in self.tainted)
            lost = sum(self.broken[node] > 0 for node in present)
            rate = eviction_rate(len(present), lost, elsewhere=elsewhere)
            slot = self.last.get(zone, -math.inf)
            for since, node in waiting:
                self.turns[node] = turn = self.turns.get(node, 0) + 1
                if rate:
                    slot = max(slot + 1 / rate, since + self.clock.tainted, self.now)
                    self._at(slot, self._taint, (node, turn))

    def _taint(self, told: tuple[int, int]) -> None:
        node, turn = told
        if self.turns.get(node) != turn or node not in self.since or self._held(self._taint, told):
            return
        self.tainted.add(node)
        self.last[self.standing.cluster.nodes[node].zone] = self.now
        since = self.since[node]
        times: dict[float, list[Pod]] = {}
        for pod in self._living(node):
            after = again(self.standing.member[pod], self.clock, self.now - since)
            if after is not None:
                times.setdefault(max(since + after, self.now), []).append(pod)
        for time, pods in times.items():
            self._at(time, self._release, (node, since, tuple(pods)))

    def _release(self, told: tuple[int, float, tuple[Pod, ...]]) -> None:
        node, since, pods = told
        if self.since.get(node) != since or self._held(self._release, told):
            return
        self.moments.append(self.now)
        living = set(self._living(node))
        self._let_go([pod for pod in pods if pod in living])

    def _let_go(self, pods: Sequence[Pod]) -> None:
        """Pods of dead nodes are deleted, a group when the last of it is; places are sought in the order of the first."""
        standing = self.standing
        for pod in pods:
            self.marked.setdefault(pod, next(self.order))
        for pod in pods:
            group = standing.gangs.get(pod, (pod,))
            if any(self._stuck(mate) and mate not in self.marked for mate in group):
                continue
            for mate in (mate for mate in group if mate in self.away):  # others never had a place
                if mate in standing.body:
                    stays = self._stuck(mate) and standing.member[mate].workload.ref.kind not in STATEFUL
                    standing.leave(mate) if stays else standing.take(mate)
                self.due.setdefault(mate, self.marked.pop(mate, math.inf))

    def _collect(self, told: tuple[int, float]) -> None:
        """The object of a dead node is deleted, and with it whatever is still on it."""
        node, since = told
        if self.since.get(node) != since or self._held(self._collect, told):
            return
        self.moments.append(self.now)
        standing, cluster = self.standing, self.standing.cluster
        living = self._living(node)
        for body in list(cluster.on[node]):
            pod = standing.origin.get(body)
            standing.take(pod) if pod is not None and standing.body.get(pod) is body else cluster.remove(body)
        cluster.drop(node)
        bare = [pod for pod in living if standing.member[pod].workload.ref.kind == "Pod"]
        self.orphans.update(dict.fromkeys(bare))
        self._let_go([pod for pod in living if pod not in self.orphans])
        self.retry = True

    def _wake(self, _: object) -> None:
        self.retry = True

    def _place(self) -> None:
        """Places for pods whose old ones are gone and for those that are waiting."""
        if self._held(self._wake, None):
            self.retry = False
            return
        standing = self.standing
        waiting = [pod for pod in standing.pending if pod in self.away and pod not in self.due]
        asked = queued([*sorted(self.due, key=self.due.__getitem__), *waiting])
        self.due, self.retry, first = {}, False, len(standing.preempted)
        self.work += len(asked) * standing.cluster.size
        seats = standing.seat(asked)
        self._stop(standing.preempted[first:])
        for seat, ready in self._ready(seats):
            if seat.pod in self.away:  # not one that never had a place and came with its group
                self._return(seat.pod, self.now + ready)
        self.revived.clear()
        if not self.active:
            self._settle()

    def _ready(self, seats: Sequence[Seat]) -> Iterator[tuple[Seat, float]]:
        """How long pods take from a place to serving; where their like were before, images and volumes still are."""
        standing, now = self.standing, {seat.pod for seat in seats}
        just_back = {member for node in self.revived for member in self.lain.get(node, ())}
        together = [self.starts[standing.member[seat.pod]] for seat in seats] if self.speeds.shared else []
        for number, seat in enumerate(seats):
            member = standing.member[seat.pod]
            back = member in (just_back if seat.node in self.revived else self.lain.get(seat.node, ()))
            on = (standing.origin.get(body, body) for body in standing.cluster.on[seat.node])
            cached = back or any(standing.member.get(pod) is member for pod in on if pod not in now)
            others = () if back else (*together[:number], *together[number + 1 :])
            scale = standing.pools[seat.node].autoscale
            detach = FORCE_DETACH if member.volumes.attached and not back else 0.0
            if seat.pod in self.told:
                detach = max(self.free[seat.pod] - self.now, 0.0)
            new = lognormal_mean(scale.median, scale.late) if seat.fresh and scale is not None else 0.0
            start = started(self.starts[member], self.speeds, cached=cached, others=others)
            yield seat, detach + self.arrivals.wait(start, self.now, seat.node, member, new=new).total

    def _settle(self) -> None:
        """Nothing is broken any more: who still has no place gets the old one back."""
        standing = self.standing
        left = [pod for pod in self.away if pod not in standing.body]
        if left:
            standing.reset()
            for pod in left:
                self._return(pod, self.now + self._started(pod, cached=True))


def _zones_lost(failure: Failure, standing: Standing) -> set[str]:
    """The zones that a failure takes as a whole."""
    whole = failure.kind in ("zone", "region")
    return {standing.cluster.nodes[node].zone for node in failure.nodes} if whole else set()
