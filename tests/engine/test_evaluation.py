# ruff: noqa: ARG001, ARG005 - checks take the architecture, needed or not

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from scanning import DEPLOYMENT, TOYS, Found, architecture, privileged_toy, result, toy

from hullmark.engine.run import evaluate, judge, verdicts
from hullmark.model.architecture import Architecture
from hullmark.model.check import Check, check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Outcome, Role, Severity, Theme
from hullmark.model.truth import Undecided
from hullmark.model.workload import PodSet, Workload


def made(function: Callable[..., Any], **filters: Any) -> Check[Any]:
    made: Check[Any] = check(Container, severity=Severity.LOW, **filters)(toy(function))
    return made


def raising(error: BaseException, first: int = 0) -> Check[Any]:
    def raising_toy(container: Container, arch: Architecture) -> Found:
        for number in range(first):
            yield Finding(f"finding {number}", container.at())
        raise error

    return made(raising_toy)


def test_every_subject_is_counted_once_per_check() -> None:
    evaluation = evaluate(architecture(DEPLOYMENT), TOYS)

    assert evaluation.tallies["privileged-toy"] == {Outcome.PASS: 0, Outcome.NOT_APPLICABLE: 0, Outcome.FAIL: 2}
    assert evaluation.tallies["listed-toy"] == {Outcome.PASS: 2, Outcome.NOT_APPLICABLE: 0}
    assert evaluation.tallies["open-toy"] == {Outcome.PASS: 0, Outcome.NOT_APPLICABLE: 1}


def test_evaluation_keeps_what_verdicts_yield_except_passes() -> None:
    arch = architecture(DEPLOYMENT)

    every = list(verdicts(arch, TOYS))

    assert [j.verdict for j in evaluate(arch, TOYS).judged] == [v for v in every if v.outcome is not Outcome.PASS]
    assert sum(v.outcome is Outcome.PASS for v in every) == 2


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (Undecided("the value is filled in elsewhere"), Outcome.UNKNOWN, "the value is filled in elsewhere"),
        (Undecided(), Outcome.UNKNOWN, "not known"),
        (KeyError("image"), Outcome.ERROR, "KeyError: 'image'"),
        (RecursionError("too deep"), Outcome.ERROR, "RecursionError: too deep"),
        (MemoryError(), Outcome.ERROR, "MemoryError"),
        (ValueError("first line\nsecond"), Outcome.ERROR, "ValueError: first line"),
        (ValueError("x" * 5000), Outcome.ERROR, "ValueError: " + "x" * 300),
    ],
)
def test_a_check_that_stops_has_an_outcome_with_its_reason(error: Exception, outcome: Outcome, reason: str) -> None:
    evaluation = evaluate(architecture(DEPLOYMENT), [raising(error), privileged_toy])

    stopped = [j.verdict for j in evaluation.judged if j.check is not privileged_toy]
    assert [(v.outcome, v.reason, v.findings) for v in stopped] == [(outcome, reason, ())] * 2
    assert evaluation.tallies["privileged-toy"][Outcome.FAIL] == 2
    assert {"privileged-toy", "raising-toy"} == set(evaluation.tallies)


def test_endless_recursion_in_a_check_is_an_error() -> None:
    def recursive_toy(container: Container, arch: Architecture) -> Found:
        yield from recursive_toy(container, arch)

    judged = evaluate(architecture(DEPLOYMENT), [made(recursive_toy)]).judged

    assert [j.verdict.outcome for j in judged] == [Outcome.ERROR, Outcome.ERROR]
    assert "RecursionError" in judged[0].verdict.reason


@pytest.mark.parametrize(
    ("error", "outcome"), [(Undecided("the rest is not known"), Outcome.FAIL), (ValueError("x"), Outcome.ERROR)]
)
def test_what_was_found_before_a_check_stops_counts(error: Exception, outcome: Outcome) -> None:
    settled = result(DEPLOYMENT, [raising(error, first=2)])
    verdict = evaluate(architecture(DEPLOYMENT), [raising(error, first=2)]).judged[0].verdict

    assert (verdict.outcome, len(verdict.findings)) == (outcome, 2)
    assert len(settled.findings) == 4
    assert len(settled.undecided) == (2 if outcome is Outcome.ERROR else 0)


def test_a_function_that_is_no_generator_is_an_error() -> None:
    arch = architecture(DEPLOYMENT)
    container = arch.workloads[0].containers[0]

    verdict = judge(made(lambda container, arch: None), container, arch.resources[0], arch)

    assert verdict.outcome is Outcome.ERROR
    assert verdict.subject == ("Deployment", "prod", "chat", "server", container.podset.name)


def test_an_interrupt_ends_the_run() -> None:
    with pytest.raises(KeyboardInterrupt):
        evaluate(architecture(DEPLOYMENT), [raising(KeyboardInterrupt())])


MIXED = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm}
spec:
  template:
    spec:
      initContainers:
        - {name: fetch, image: registry.example/fetch:1}
      containers:
        - {name: vllm, image: vllm/vllm-openai:v0.9.0}
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - {name: nginx, image: nginx:1.27}
"""


def _any(container: Container, arch: Architecture) -> Found:
    yield Finding("here", container.at())


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["fetch", "nginx", "vllm"]),
        ({"kinds": ["Pod"]}, ["nginx"]),
        ({"containers": ["init"]}, ["fetch"]),
        ({"engines": ["vllm"]}, ["vllm"]),
        ({"roles": [Role.ONLINE_INFERENCE], "containers": ["app"]}, ["vllm"]),
        ({"roles": [Role.NOTEBOOK]}, []),
    ],
)
def test_filters_choose_the_subjects(filters: dict[str, Any], names: list[str]) -> None:
    evaluation = evaluate(architecture(MIXED), [made(_any, **filters)])

    assert sorted(j.verdict.subject.container for j in evaluation.judged) == names
    assert evaluation.tallies["-any"][Outcome.NOT_APPLICABLE] == 3 - len(names)


def test_absences_are_not_asked_of_templates() -> None:
    text = """\
apiVersion: v1
kind: PodTemplate
metadata: {name: shape}
template:
  spec:
    containers: [{name: c, image: registry.example/c:1, securityContext: {privileged: true}}]
"""
    assert {s.check for s in result(text).findings} == {"privileged-toy"}


def test_a_pod_set_is_a_subject_of_its_own() -> None:
    def pods_toy(podset: PodSet, arch: Architecture) -> Found:
        yield Finding("here", podset.at())

    pods = check(PodSet, severity=Severity.LOW)(toy(pods_toy))

    (judged,) = evaluate(architecture(DEPLOYMENT), [pods]).judged

    assert judged.verdict.subject[:4] == ("Deployment", "prod", "chat", "")
    assert judged.workload is not None


def test_a_verdict_says_where_its_subject_stands() -> None:
    def unsure(subject: Any, arch: Architecture) -> Found:
        raise Undecided
        yield

    checks = [check(kind, severity=Severity.LOW)(toy(unsure)) for kind in (Resource, Workload, PodSet, Container)]
    lines = [[j.verdict.at.line for j in evaluate(architecture(DEPLOYMENT), [one]).judged] for one in checks]

    assert lines == [[4], [4], [12], [13, 17]]


PATCHED = """\
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: train}
spec:
  podSpecPatch: "{{workflow.parameters.patch}}"
  templates: [{name: main, container: {image: registry.example/train:1}}]
"""


@pytest.mark.parametrize("kind", [Container, PodSet, Workload])
@pytest.mark.parametrize(
    ("theme", "outcome"),
    [(None, Outcome.FAIL), (Theme.HARDENING, Outcome.UNKNOWN), (Theme.NETWORK, Outcome.FAIL)],
)
def test_what_may_yet_come_is_not_known_to_be_missing(kind: type, theme: Theme | None, outcome: Outcome) -> None:
    def lacking(subject: Any, arch: Architecture) -> Found:
        yield Finding("something is missing", subject.at())

    (judged,) = evaluate(
        architecture(PATCHED), [check(kind, severity=Severity.LOW, absence=theme)(toy(lacking))]
    ).judged

    assert (judged.verdict.outcome, bool(judged.verdict.findings)) == (outcome, outcome is Outcome.FAIL)
    assert ("'podSpecPatch' is filled in" in judged.verdict.reason) is (outcome is Outcome.UNKNOWN)
