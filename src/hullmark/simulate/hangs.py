"""Containers that run on and answer nobody any more: a deadlock, a collective call that waits for a rank that died.

A liveness probe notices, kubelet ends the container, which no longer heeds SIGTERM and so takes all of its grace, and starts it
again where it is (https://kubernetes.io/docs/concepts/workloads/pods/probes/#liveness-probe). Without one somebody has to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from hullmark.model.container import Container
from hullmark.model.rates import Rate
from hullmark.model.truth import Undecided, number
from hullmark.simulate.faults import Failure
from hullmark.simulate.pods import Member
from hullmark.simulate.recovery import Probe, backoff
from hullmark.simulate.standing import Standing
from hullmark.simulate.startup import probe
from hullmark.text.tree import Value, dig, mapping

BLIND = "its liveness probe only opens a connection, which the kernel accepts for a program that hangs"
"""As long as the listening socket's queue has room (https://man7.org/linux/man-pages/man2/listen.2.html)."""

UNNOTICED = "no liveness probe, so nobody starts it again before somebody notices"


def hangs(standing: Standing, rates: Mapping[str, Rate]) -> Iterator[Failure]:
    """A container of each pod that answers no more but does not end."""
    known: dict[Member, tuple[Rate, str]] = {}
    for pod, body in standing.body.items():
        member = standing.member[pod]
        if member not in known:
            known[member] = _noticed(member, rates["pod_hang"])
        rate, note = known[member]
        node = standing.cluster.nodes[standing.cluster.placed[body]]
        yield Failure("hang", f"{node.name}/{pod.name}", "containers that hang", rate, pods=(pod,), note=note)


def _noticed(member: Member, rate: Rate) -> tuple[Rate, str]:
    """How long it takes until the container starts again, and why."""
    main = _main(member)
    found = None if main is None else main.spec.get("livenessProbe")
    if found is None and "liveness-probe" in member.workload.injected:
        found = mapping(None)
    asked = f"; {_asked(main)}"
    if found is None:
        return rate, UNNOTICED + asked
    if dig(found, "tcpSocket") is not None:
        return rate, BLIND + asked
    noticed, grace = probe(found).notices, _grace(found, member)
    note = f"its liveness probe notices after {noticed:g} s, and it is given {grace:g} s to end"
    seconds = noticed + grace + backoff(0)
    return replace(rate, repair_hours=seconds / 3600, repair_kind="assumed"), note + asked


def _main(member: Member) -> Container | None:
    """The container that pods are there for: the engine's, else the first that listens, else the first."""
    own = [c for c in member.podset.containers if c.kind == "app"]
    return min(own, key=lambda c: (not c.engine, not c.spec.get("ports")), default=None)


def _grace(found: Value, member: Member) -> float:
    """Seconds to end: what the probe says of it, else the pod."""
    try:
        own = number(mapping(found), "terminationGracePeriodSeconds")
    except Undecided:
        own = None
    return member.grace if own is None else float(own)


def _asked(main: Container | None) -> str:
    """Whether requests go to it meanwhile."""
    found = None if main is None else main.spec.get("readinessProbe")
    if found is None:
        return "without a readiness probe its share of requests goes to it meanwhile and is lost"
    ready: Probe = probe(found)
    return f"its readiness probe keeps requests from it after {ready.notices:g} s"
