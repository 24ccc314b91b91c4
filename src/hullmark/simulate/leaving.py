"""How a pod leaves a node that goes with a notice."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from hullmark.simulate.placement.shape import Pod
from hullmark.simulate.pods import Member
from hullmark.simulate.recovery import FORCE_DETACH, minor
from hullmark.simulate.reprieve import Reprieve
from hullmark.simulate.standing import STATEFUL, Standing

FALLS_BACK = 26
"""The minor version of Kubernetes from which on kube-proxy sends requests to pods that are ending where there are no others."""


class Going(NamedTuple):
    """What becomes of a pod, in seconds since it is told to go.

    It is taken out of services at once, and goes on serving for as long as it ``serves`` only where they have nobody else
    (https://github.com/kubernetes/enhancements/tree/master/keps/sig-network/1669-proxy-terminating-endpoints). Another
    is made after ``replaced``, None where none is before the node's object is gone. It is away from its node once it
    has ``ended``, None where the node goes first and cuts it off; its volume can be ``attached`` elsewhere then.
    """

    serves: float
    replaced: float | None
    ended: float | None
    attached: float


def going(member: Member, reprieve: Reprieve, left: float) -> Going:
    """How a pod goes that is told so many seconds before its node does.

    What is evicted is replaced at once, however long it takes to end; a StatefulSet waits until it has ended, and so does
    whoever needs its volume. A kubelet that shuts down cuts the time to end short, but sees to it that pods do.
    """
    ended = member.grace if member.grace <= left else None if reprieve.evicts else left
    serves = min(member.lingers, left) if reprieve.evicts else 0.0
    free = 0.0 if not member.volumes.attached else left + FORCE_DETACH if ended is None else ended
    if member.workload.ref.kind == "Pod":
        return Going(serves, None, ended, free)
    at_once = reprieve.evicts and member.workload.ref.kind not in STATEFUL
    return Going(serves, 0.0 if at_once else ended, ended, free)


def last(standing: Standing, leaving: Collection[Pod], away: Collection[Pod]) -> frozenset[Pod]:
    """The pods that leave while no other of their set serves, so that they are asked until they have ended."""
    if minor(standing.topology.control_plane.version) < FALLS_BACK:
        return frozenset()
    out = {*leaving, *away}
    return frozenset(
        pod
        for pod in leaving
        if pod not in standing.gangs
        and all(mate in out or mate not in standing.body for mate in standing.member[pod].pods)
    )
