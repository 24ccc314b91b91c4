"""Every check's page and case file is a test: its examples are scanned and must give exactly what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hullmark.checks.page import Example, page, parse
from hullmark.checks.registry import checks
from hullmark.engine.run import verdicts
from hullmark.graph.build import build
from hullmark.model.check import Check
from hullmark.model.finding import Verdict
from hullmark.model.resource import Resource
from hullmark.model.terms import Outcome
from hullmark.sources.kubernetes import resources
from hullmark.text.edit import apply
from hullmark.text.source import Source

CASES = Path(__file__).parent


def _examples(check: Check[Any]) -> list[Example]:
    cases = CASES / f"{check.id}.md"
    extra = parse(cases.read_text()).examples if cases.exists() else ()
    return [*page(check).examples, *extra]


ALL = [pytest.param(c, e, id=f"{c.id}-{i}-{e.kind}") for c in checks() for i, e in enumerate(_examples(c))]


def scan(check: Check[Any], text: str) -> list[Verdict]:
    objects = list(resources(Source("example.yaml", text)))
    assert all(isinstance(o, Resource) for o in objects), objects
    return list(verdicts(build([o for o in objects if isinstance(o, Resource)]), [check]))


def found(outcomes: list[Verdict]) -> list[tuple[int, str]]:
    return sorted((f.at.line, f.message) for v in outcomes for f in v.findings)


@pytest.mark.parametrize(("check", "example"), ALL)
def test_example(check: Check[Any], example: Example) -> None:
    outcomes = scan(check, example.text)

    assert not [v for v in outcomes if v.outcome is Outcome.ERROR], outcomes
    reasons = {v.reason for v in outcomes if v.outcome is Outcome.UNKNOWN}
    if example.kind == "unknown":
        assert not found(outcomes)
        assert reasons, outcomes
        assert {reason for _, reason in example.expected} <= reasons
    else:
        assert found(outcomes) == sorted(example.expected)
        assert bool(example.expected) == (example.kind == "bad")
    if example.kind in ("good", "fixed"):
        assert not reasons


@pytest.mark.parametrize("check", checks(), ids=lambda c: c.id)
def test_page_shows_both_sides(check: Check[Any]) -> None:
    examples = page(check).examples
    kinds = {e.kind for e in examples}

    assert "bad" in kinds
    assert kinds & {"good", "fixed"}
    assert page(check).links, "a check cites a primary source"


@pytest.mark.parametrize("check", checks(), ids=lambda c: c.id)
def test_fixes_give_the_fixed_example(check: Check[Any]) -> None:
    examples = _examples(check)
    for bad, after in zip(examples, [*examples[1:], None], strict=True):
        if bad.kind != "bad":
            continue
        fixes = [f.fix for v in scan(check, bad.text) for f in v.findings if f.fix is not None]
        if after is not None and after.kind == "fixed":
            source = fixes[0].edits[0].source
            assert apply(source, [e for f in fixes for e in f.edits]) == after.text
        elif bad in page(check).examples:
            assert not fixes, "an example whose findings can be fixed is followed by its fixed twin"
