"""How many pods of each pod set are needed, and for how long too few of them serve."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.quorums import quorum
from hullmark.simulate.budgets import Promise, promise
from hullmark.simulate.pods import Fleet, Member
from hullmark.simulate.slo import Said
from hullmark.simulate.topology import Objective


class Need(NamedTuple):
    """How many pods must serve. ``name`` is *needed*, or *alive* and *full* where nobody says what is needed."""

    name: str
    pods: int
    because: str


class Service(NamedTuple):
    """The pods of one pod set as somebody needs them."""

    name: str
    member: Member
    needs: tuple[Need, ...]

    @property
    def pods(self) -> int:
        """How many pods it has."""
        return len(self.member.pods)


class Absence(NamedTuple):
    """A pod that does not serve from ``down`` until ``up`` (seconds after the failure)."""

    down: float
    up: float


def services(
    fleet: Fleet, arch: Architecture, objectives: Sequence[Objective] = (), said: Mapping[str, Said] | None = None
) -> tuple[Service, ...]:
    """Every pod set that has pods, with what is needed of it.

    The first of these that says so counts: the file of objectives (``said`` by the names in it), an objective of its
    name, all pods of a run, the least of an autoscaler, a disruption budget, the majority of a store that decides by it.
    Else both one pod and all of them are looked at.
    """
    return tuple(
        Service(title(member), member, tuple(_needs(member, arch, objectives, said or {})))
        for member in fleet.members
        if member.pods
    )


def title(member: Member) -> str:
    """How to speak of a member: its kind, its name, and which of its pod sets it is."""
    part = f"/{member.podset.name}" if len(member.workload.podsets) > 1 and member.podset.name else ""
    namespace = f" ({member.workload.namespace})" if member.workload.namespace else ""
    return f"{member.workload.ref.kind}/{member.workload.name}{part}{namespace}"


def spoken(member: Member) -> tuple[str, ...]:
    """The names by which people may speak of a member, the plainest first."""
    workload = member.workload
    space = workload.namespace or "default"
    return (workload.name, f"{space}/{workload.name}", f"{workload.ref.kind}/{workload.name}", title(member))


def _needs(
    member: Member, arch: Architecture, objectives: Sequence[Objective], said: Mapping[str, Said]
) -> Iterable[Need]:
    count = len(member.pods)
    for name in spoken(member):
        own = said[name].pods(count) if name in said else None
        if own is not None:
            return (Need("needed", own, f"objectives of '{name}'"),)
    found = _known(member, arch, objectives)
    if found is not None:
        return (Need("needed", min(max(found[0], 1), count), found[1]),)
    if count == 1:
        return (Need("alive", 1, "its only pod"),)
    unknown = "nothing says how many are needed"
    return (Need("alive", 1, unknown), Need("full", count, unknown))


def _known(member: Member, arch: Architecture, objectives: Sequence[Objective]) -> tuple[int, str] | None:
    count, around = len(member.pods), arch.around(member.podset)
    for objective in objectives:
        if objective.journey in spoken(member):
            return math.ceil(round(objective.capacity * count, 9)), f"objective '{objective.journey}'"
    if member.groups and (member.together or member.workload.lifetime == "task"):
        return count, "all pods of a run or group work together"
    if around.scalers and around.replicas.least:
        return around.replicas.least, f"the least of {around.replicas.source}"
    for resource in around.budgets:
        made = promise(resource)
        if made is not None:
            return count - made.allowed(count, count), f"PodDisruptionBudget '{made.name}'"
    return quorum(member.podset, count)


def promises(arch: Architecture) -> tuple[Promise, ...]:
    """The disruption budgets that can be read."""
    return tuple(made for made in map(promise, arch.kinds("PodDisruptionBudget")) if made is not None)


def below(need: int, steady: int, absences: Sequence[Absence]) -> float:
    """Seconds during which fewer than ``need`` pods serve, of ``steady`` others and those with an absence each.

    >>> below(2, 1, [Absence(0, 60), Absence(0, 90)]), below(3, 1, [Absence(0, 60), Absence(10, 90)])
    (60.0, 90.0)
    """
    changes = sorted([(a.down, -1) for a in absences] + [(a.up, 1) for a in absences])
    serving, since, total = steady + len(absences), 0.0, 0.0
    for time, change in changes:
        if serving < need:
            if math.isinf(time):
                return math.inf
            total += time - since
        serving, since = serving + change, time
    return total


def least(steady: int, absences: Sequence[Absence]) -> int:
    """The fewest pods that serve at any time."""
    serving = fewest = steady + len(absences)
    for _, change in sorted([(a.down, -1) for a in absences] + [(a.up, 1) for a in absences]):
        serving += change
        fewest = min(fewest, serving)
    return fewest
