"""Runs checks over an architecture: one outcome for every check and subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from hullmark.model import wording
from hullmark.model.architecture import Architecture
from hullmark.model.check import Check
from hullmark.model.container import Container
from hullmark.model.finding import Finding, Subject, Verdict
from hullmark.model.resource import Resource
from hullmark.model.terms import Outcome, Platform, Theme
from hullmark.model.truth import Undecided
from hullmark.model.workload import PodSet, Workload
from hullmark.text.source import Place

AnyCheck = Check[Any]
Tally = dict[Outcome, int]

_LONGEST_REASON = 300
"""How much of an exception's message is kept, in characters: some quote the whole value they choke on."""

_BESIDE_PODS = (None, Theme.NETWORK)
"""Themes that are not about what a pod's own spec lacks."""


class Judged(NamedTuple):
    """A verdict with what it was passed on: the check, the subject itself and the object it belongs to."""

    verdict: Verdict
    check: AnyCheck
    subject: Any
    resource: Resource
    workload: Workload | None


@dataclass(frozen=True, eq=False)
class Evaluation:
    """All outcomes of a run.

    ``judged`` holds those that say something (fail, unknown, error), in the order of the scan; passes and subjects that
    a check is not about are only counted, in ``tallies``, by check and outcome.
    """

    judged: tuple[Judged, ...]
    tallies: Mapping[str, Tally]


class _Subject(NamedTuple):
    """One thing a check may be about, and the object and workload it belongs to."""

    value: Any
    resource: Resource
    workload: Workload | None


_Who = tuple[Subject, Place]
"""What verdicts on a subject call it, and where it stands."""


def evaluate(arch: Architecture, checks: Iterable[AnyCheck]) -> Evaluation:
    """Run these checks on every subject; a crash in one of them is an *error* outcome and the run goes on."""
    choice = _Choice(checks)
    judged: list[Judged] = []
    seen: dict[type, int] = {}
    for subject in _subjects(arch):
        kind = type(subject.value)
        seen[kind] = seen.get(kind, 0) + 1
        who = None
        for check, found, reason in _failures(subject, choice.checks(subject), arch):
            who = who or _who(subject)
            judged.append(Judged(_verdict(check, subject, who, found, reason), check, *subject))
    return Evaluation(tuple(judged), _tallies(choice, seen, judged))


def verdicts(arch: Architecture, checks: Iterable[AnyCheck]) -> Iterator[Verdict]:
    """Every verdict of these checks, passes included; subjects a check is not about are left out."""
    choice = _Choice(checks)
    for subject in _subjects(arch):
        for check in choice.checks(subject):
            yield judge(check, subject.value, subject.resource, arch)


def judge(check: AnyCheck, subject: Any, resource: Resource, arch: Architecture) -> Verdict:
    """The outcome of one check on one subject."""
    whole = _Subject(subject, resource, None)
    for _, found, reason in _failures(whole, (check,), arch):
        return _verdict(check, whole, _who(whole), found, reason)
    return Verdict(check.id, *_who(whole), Outcome.PASS)


def applies(check: AnyCheck, subject: Any, resource: Resource, workload: Workload | None) -> bool:
    """Whether a check's filters let a subject through.

    The answer depends only on what `_trait` lists; the two change together.
    """
    if resource.platform not in check.platforms or (check.kinds and resource.ref.kind not in check.kinds):
        return False
    if workload is not None:
        if check.absence is not None and workload.template:
            return False
        if check.roles and not check.roles & {workload.role, _podset(subject, workload).role}:
            return False
        engine = subject.engine if isinstance(subject, Container) else workload.engine
        if check.engines and engine not in check.engines:
            return False
    return not (isinstance(subject, Container) and subject.kind not in check.containers)


class _Choice:
    """Which checks are about a subject, worked out once for each combination of traits instead of for each subject."""

    def __init__(self, checks: Iterable[AnyCheck]) -> None:
        self.by_type: dict[type, list[AnyCheck]] = {}
        for check in checks:
            self.by_type.setdefault(check.subject, []).append(check)
        self.chosen: dict[tuple[Any, ...], tuple[AnyCheck, ...]] = {}
        self.counts: dict[tuple[Any, ...], int] = {}

    def checks(self, subject: _Subject) -> tuple[AnyCheck, ...]:
        """The checks that are about this subject; counts it."""
        trait = _trait(subject)
        chosen = self.chosen.get(trait)
        if chosen is None:
            candidates = self.by_type.get(type(subject.value), ())
            chosen = self.chosen[trait] = tuple(c for c in candidates if applies(c, *subject))
        self.counts[trait] = self.counts.get(trait, 0) + 1
        return chosen


def _trait(subject: _Subject) -> tuple[Any, ...]:
    """Everything that `applies` looks at."""
    value, resource, workload = subject
    kind = resource.ref.kind, resource.platform
    if workload is None:
        return type(value), kind
    role = workload.role
    if isinstance(value, Container):
        return Container, kind, role, value.podset.role, value.engine, workload.template, value.kind
    return type(value), kind, role, _podset(value, workload).role, workload.engine, workload.template


def _podset(subject: Any, workload: Workload) -> PodSet | Workload:
    """What gives a subject a role of its own beside its workload's."""
    if isinstance(subject, Container):
        return subject.podset
    return subject if isinstance(subject, PodSet) else workload


def _subjects(arch: Architecture) -> Iterator[_Subject]:
    for resource in arch.resources:
        yield _Subject(resource, resource, None)
    for workload in arch.workloads:
        yield _Subject(workload, workload.resource, workload)
        for podset in workload.podsets:
            yield _Subject(podset, workload.resource, workload)
            for container in podset.containers:
                yield _Subject(container, workload.resource, workload)


def _failures(
    subject: _Subject, checks: Sequence[AnyCheck], arch: Architecture
) -> Iterator[tuple[AnyCheck, tuple[Finding, ...], str | Exception]]:
    """The checks that do not pass, what they found, and the reason they give for not knowing or the crash.

    This is the innermost loop: a check that passes costs one call and nothing else. What was found before a
    check stops counts (``extend`` keeps it). What a chart's values leave out is unknown, unless its defaults are known.
    """
    found: list[Finding] = []
    value, release = subject.value, subject.resource.release
    for check in checks:
        reason: str | Exception = ""
        try:
            if release is not None and check.absence is not None:
                release.demand(check.absence)
            found.extend(check.function(value, arch))
        except Undecided as undecided:
            reason = str(undecided) or "not known"
        except Exception as crash:  # noqa: BLE001 - law 6: a crash in one check is an outcome
            reason = crash
        if found or reason:
            yield check, tuple(found), reason
            found = []


def _verdict(
    check: AnyCheck, subject: _Subject, who: _Who, found: tuple[Finding, ...], reason: str | Exception
) -> Verdict:
    release = subject.resource.release
    if release is not None:
        found = tuple(map(release.told, found))
    elif subject.resource.platform is Platform.COMPOSE:
        found = tuple(wording.for_compose(finding, check.compose or "") for finding in found)
        reason = reason if isinstance(reason, Exception) else wording.said(reason)
    outcome = Outcome.FAIL if found else Outcome.UNKNOWN
    if isinstance(reason, Exception):
        lines = str(reason).splitlines() or [""]
        reason = f"{type(reason).__name__}: {lines[0][:_LONGEST_REASON]}".removesuffix(": ")
        outcome = Outcome.ERROR
    elif check.absence not in _BESIDE_PODS and (unsettled := _unsettled(subject)):
        outcome, found, reason = Outcome.UNKNOWN, (), unsettled
    return Verdict(check.id, *who, outcome, found, reason)


def _unsettled(subject: _Subject) -> str:
    """Why something that seems to be missing may yet be there; empty when nothing is left open."""
    value = subject.value
    if isinstance(value, Workload):
        return next((podset.unsettled for podset in value.podsets if podset.unsettled), "")
    podset = value.podset if isinstance(value, Container) else value
    return podset.unsettled if isinstance(podset, PodSet) else ""


def _who(subject: _Subject) -> _Who:
    value, resource = subject.value, subject.resource
    kind, namespace, name, _ = resource.ref
    if isinstance(value, Container):
        return Subject(kind, namespace, name, value.name, value.podset.name), value.at()
    if isinstance(value, PodSet):
        return Subject(kind, namespace, name, "", value.name), value.at()
    return Subject(kind, namespace, name), resource.place


def _tallies(choice: _Choice, seen: Mapping[type, int], judged: Iterable[Judged]) -> dict[str, Tally]:
    """Outcomes per check; passes are what is left of the subjects it was run on."""
    tallies: dict[str, Tally] = {}
    for kind, checks in choice.by_type.items():
        for check in checks:
            tallies[check.id] = {Outcome.PASS: 0, Outcome.NOT_APPLICABLE: seen.get(kind, 0)}
    for trait, chosen in choice.chosen.items():
        for check in chosen:
            tallies[check.id][Outcome.PASS] += choice.counts[trait]
            tallies[check.id][Outcome.NOT_APPLICABLE] -= choice.counts[trait]
    for item in judged:
        tally = tallies[item.check.id]
        tally[Outcome.PASS] -= 1
        tally[item.verdict.outcome] = tally.get(item.verdict.outcome, 0) + 1
    return tallies
