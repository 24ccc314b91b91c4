"""Runs checks over an architecture: one outcome for every check and subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from hullmark.model.architecture import Architecture
from hullmark.model.check import Check
from hullmark.model.container import Container
from hullmark.model.finding import Finding, Subject, Verdict
from hullmark.model.resource import Resource
from hullmark.model.terms import Outcome
from hullmark.model.truth import Undecided
from hullmark.model.workload import PodSet, Workload


def verdicts(arch: Architecture, checks: Iterable[Check[Any]]) -> Iterator[Verdict]:
    """The verdicts of these checks on every subject they are about (others are not applicable and left out)."""
    by_type: dict[type, list[Check[Any]]] = {}
    for check in checks:
        by_type.setdefault(check.subject, []).append(check)
    for resource in arch.resources:
        yield from _judge(resource, resource, None, by_type.get(Resource, ()), arch)
    for workload in arch.workloads:
        yield from _judge(workload, workload.resource, workload, by_type.get(Workload, ()), arch)
        for podset in workload.podsets:
            yield from _judge(podset, workload.resource, workload, by_type.get(PodSet, ()), arch)
            for container in podset.containers:
                yield from _judge(container, workload.resource, workload, by_type.get(Container, ()), arch)


def _judge(subject: Any, resource: Resource, workload: Workload | None, checks: Iterable[Check[Any]], arch: Architecture) -> Iterator[Verdict]:
    for check in checks:
        if applies(check, subject, resource, workload):
            yield judge(check, subject, resource, arch)


def applies(check: Check[Any], subject: Any, resource: Resource, workload: Workload | None) -> bool:
    """Whether a check's filters let a subject through."""
    if check.kinds and resource.ref.kind not in check.kinds:
        return False
    if workload is not None:
        if check.absence is not None and workload.template:
            return False
        roles = {workload.role, getattr(subject, "role", workload.role)}
        if isinstance(subject, Container):
            roles.add(subject.podset.role)
        if check.roles and not roles & check.roles:
            return False
        engine = subject.engine if isinstance(subject, Container) else workload.engine
        if check.engines and engine not in check.engines:
            return False
    return not (isinstance(subject, Container) and subject.kind not in check.containers)


def judge(check: Check[Any], subject: Any, resource: Resource, arch: Architecture) -> Verdict:
    """The outcome of one check on one subject; a crash is an error outcome, never the end of the run."""
    who = _subject(subject, resource)
    found: list[Finding] = []
    try:
        found.extend(check.function(subject, arch))
    except Undecided as undecided:
        if not found:
            return Verdict(check.id, who, Outcome.UNKNOWN, (), str(undecided))
    except Exception as crash:  # noqa: BLE001 - law 6: a crash in one check is an outcome
        return Verdict(check.id, who, Outcome.ERROR, tuple(found), f"{type(crash).__name__}: {crash}")
    return Verdict(check.id, who, Outcome.FAIL if found else Outcome.PASS, tuple(found))


def _subject(subject: Any, resource: Resource) -> Subject:
    ref = resource.ref
    if isinstance(subject, Container):
        return Subject(ref.kind, ref.namespace, ref.name, subject.name, subject.podset.name)
    return Subject(ref.kind, ref.namespace, ref.name, "", subject.name if isinstance(subject, PodSet) else "")
