"""Checks on Compose services: which of them mean something there, and in which words they speak."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hullmark.checks.registry import checks
from hullmark.engine.run import evaluate, verdicts
from hullmark.graph.build import build
from hullmark.model.architecture import Architecture
from hullmark.model.wording import said
from hullmark.sources.compose import read_project

STACKS = Path(__file__).parents[1] / "data" / "compose"

KUBERNETES_ONLY = re.compile(
    r"\b(?:pods?|nodes?|securityContext|emptyDir|PersistentVolume\w*|claim|ConfigMap|Secret|Service|NetworkPolicy|namespace|"
    r"cluster role|kubelet|probe|workload|hostPath|runAs\w+|allowPrivilegeEscalation|RuntimeDefault|Kubernetes|initContainer)\b"
)
"""Words that mean nothing to whoever writes Compose files."""


def architectures() -> Iterator[Architecture]:
    for file in sorted(STACKS.glob("*/*compose.y*ml")):
        yield build(read_project([str(file)]).reading.resources)


def test_no_word_of_kubernetes_is_said_of_a_compose_service() -> None:
    texts = {}
    for arch in architectures():
        for item in evaluate(arch, checks()).judged:
            said_of = [item.verdict.reason]
            for f in item.verdict.findings:
                said_of += [f.message, f.label, f.advice, *(text for _, text in f.related)]
            texts.update(dict.fromkeys((item.check.id, re.sub(r"'[^']*'", "", text)) for text in said_of))
    assert len(texts) > 50
    assert [text for text in texts if KUBERNETES_ONLY.search(text[1])] == []


def test_every_check_that_means_something_for_compose_is_told_in_a_stack() -> None:
    told = {v.check for arch in architectures() for v in verdicts(arch, checks()) if v.findings or v.reason}
    assert {check.id for check in checks() if check.compose is not None} - told == set()


def test_other_checks_are_not_about_compose_services() -> None:
    others = {check.id for check in checks() if check.compose is None}
    assert len(others) > 20
    for arch in architectures():
        evaluation = evaluate(arch, checks())
        for check in others:
            assert all(
                not count for outcome, count in evaluation.tallies[check].items() if outcome.value != "not-applicable"
            ), check


def test_advice_for_compose_names_fields_of_compose() -> None:
    for check in checks():
        assert check.compose is None or KUBERNETES_ONLY.search(check.compose) is None, check.id


def test_names_are_not_exchanged() -> None:
    assert said("'pod' mounts 'node', a pod of a node") == "'pod' mounts 'node', a container of a host"
    assert said("'hostNetwork' is a placeholder") == "'network_mode' is a placeholder"
    assert said("a podium and nodes") == "a podium and hosts"
