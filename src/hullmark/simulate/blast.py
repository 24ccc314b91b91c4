"""What one failure does: who stops, who comes back where and when, and why the others stay pending."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hullmark.simulate.course import Course, lose
from hullmark.simulate.faults import Failure
from hullmark.simulate.heads import led
from hullmark.simulate.pods import Member
from hullmark.simulate.recovery import Recovery, Speeds, Start, Timers, started
from hullmark.simulate.services import Absence, Service, below, least
from hullmark.simulate.standing import Standing


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


def blast(
    standing: Standing, failure: Failure, known: Sequence[Service], clock: Timers, starts: Mapping[Member, Start]
) -> Blast:
    """What a failure does; everything is put back afterwards."""
    bandwidth = standing.topology.bandwidth
    speeds = Speeds(bandwidth.registry, bandwidth.models, bandwidth.shared)
    if failure.kind == "partition":  # clouds delete the objects of machines that are gone, not of those they can see
        clock = clock._replace(deletes=None)
    course = Course(standing, failure, clock, starts, speeds)
    if failure.nodes:
        lose(course)
        standing.reset()
    for member in failure.users:
        course.down.update(dict.fromkeys((p for p in member.pods if p in standing.body), 0.0))
    for pod in failure.pods:  # those who start only together stop together
        course.down.update(dict.fromkeys((p for p in standing.gangs.get(pod, (pod,)) if p in standing.body), 0.0))
    for worker, head in list(led(standing, course.down)):
        course.down[worker] = course.down[head]
        if head in course.up:
            begun = started(course.start(worker), speeds, cached=True)
            course.phases[worker] = replace(begun, dependencies=course.up[head])
            course.up[worker] = course.phases[worker].total
    moved = [pod for pod, time in course.down.items() if course.up.get(pod, math.inf) <= time]
    for pod in moved:  # another one serves before it has to stop
        del course.down[pod]
    impacts = tuple(_impact(course, service) for service in known if any(p in course.down for p in service.member.pods))
    return Blast(failure, impacts)


def _impact(course: Course, service: Service) -> Impact:
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
