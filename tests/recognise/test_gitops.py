"""Repositories as Argo CD and Flux deploy from them: every finding stands where its value was set, and there are no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hullmark.checks.registry import checks
from hullmark.cli.pipeline import Request, plan
from hullmark.engine.run import verdicts
from hullmark.graph.build import build as architecture
from hullmark.model.finding import Verdict
from hullmark.model.release import DEFAULT
from hullmark.model.terms import Outcome
from hullmark.sources.kustomize.build import build
from hullmark.sources.reading import Reading, read
from hullmark.sources.tools import Tools

DATA = Path(__file__).parents[1] / "data" / "gitops"
REPOSITORIES = sorted(folder.name for folder in DATA.iterdir())
MARK = re.compile(r"# finding: ([\w -]+)$")

Told = set[tuple[str, int, str]]


def announced(repository: str) -> Told:
    """The findings that the files of a repository announce: file, line and check."""
    found: Told = set()
    for file in (DATA / repository).rglob("*.yaml"):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if mark := MARK.search(line):
                found |= {(str(file.relative_to(DATA)), number, check) for check in mark[1].split()}
    return found


def judged(reading: Reading) -> list[Verdict]:
    return list(verdicts(architecture(reading.resources), checks()))


def told(outcomes: list[Verdict]) -> Told:
    return {(f.at.source.name, f.at.line, v.check) for v in outcomes for f in v.findings}


@pytest.fixture(autouse=True)
def _there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DATA)


@pytest.mark.parametrize("repository", REPOSITORIES)
def test_what_is_found_is_what_is_announced(repository: str) -> None:
    outcomes = judged(read([repository]))

    assert told(outcomes) == announced(repository)
    assert [v for v in outcomes if v.outcome is Outcome.ERROR] == []


@pytest.mark.parametrize("repository", REPOSITORIES)
def test_defaults_are_told_as_such_and_nothing_else(repository: str) -> None:
    for verdict in judged(read([repository])):
        for finding in verdict.findings:
            line = finding.at.source.text.split("\n")[finding.at.line - 1]
            names_the_chart = re.search(r"\b(?:chart|chartRef|name): ", line) is not None
            assert finding.message.endswith(DEFAULT) == names_the_chart, line
            assert not (names_the_chart and finding.at.exact), line


def test_what_is_built_of_charts_says_the_same(tools: Tools) -> None:
    unit = build("edge/shop", tools)

    assert told(judged(unit.reading)) == announced("edge")
    assert {r.ref.namespace for r in unit.reading.resources} == {"shop"}


def test_charts_that_are_not_known_are_counted() -> None:
    chosen = plan(Request(("rag-platform",)))
    left = {(n.file, n.reason) for n in chosen.judge(chosen.read()).not_checked}

    assert left == {
        ("rag-platform/gateway.yaml", "what this Application deploys is not in the scan, and no known chart")
    }


def test_what_a_patch_or_a_file_may_change_is_unknown() -> None:
    reasons = {
        (v.subject.name, v.reason)
        for repository in ("pipelines", "rag-platform")
        for v in judged(read([repository]))
        if v.check == "risky-chart-value" and v.outcome is Outcome.UNKNOWN
    }

    assert reasons == {
        ("airflow-{{.cluster}}", "a template's patch may change its values"),
        ("gateway", "values file '$values/rag/gateway.yaml' is not in the scan"),
    }
