"""The whole way of a scan as the robustness tests go it: objects, graph, all checks, every report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from hullmark.checks.page import page, parse
from hullmark.checks.registry import checks
from hullmark.cli.pipeline import Plan, Request
from hullmark.engine.config import Settings, identifiers
from hullmark.engine.result import Result
from hullmark.engine.settle import Terms
from hullmark.model.finding import NotChecked
from hullmark.model.resource import Resource
from hullmark.model.terms import Outcome
from hullmark.report import gitlab, junit, sarif, terminal
from hullmark.report import json as report
from hullmark.sources import Reading
from hullmark.sources.unit import Unit
from hullmark.text.source import Problem, Source

PROJECT = Path(__file__).parents[2]
SYSTEMS = sorted(p for p in (PROJECT / "examples").glob("*/*") if p.is_dir())

PLAN = Plan(Request(()), checks(), Terms(Settings(), identifiers(checks()), "2026-06-01"))

Found = Resource | NotChecked | Problem

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_OWN_COLOR = re.compile(r"\x1b\[[0-9;]*m")


def fixtures() -> dict[str, tuple[Source, ...]]:
    """Every example of every page and case file, and every system of ``examples/``, as texts that belong together."""
    found: dict[str, tuple[Source, ...]] = {}
    for check in checks():
        cases = PROJECT / "tests" / "checks" / f"{check.id}.md"
        extra = parse(cases.read_text()).examples if cases.exists() else ()
        for number, example in enumerate((*page(check).examples, *extra)):
            name = f"{check.id}-{number}"
            found[name] = (Source(f"{name}.yaml", example.text),)
    for system in SYSTEMS:
        files = sorted(system.glob("*.yaml"))
        found["/".join(system.parts[-2:])] = tuple(Source(str(f), f.read_text()) for f in files)
    return found


def judged(found: Iterable[Found]) -> Result:
    """The result for what the sources gave; no check may have crashed."""
    items = list(found)
    resources = tuple(i for i in items if isinstance(i, Resource))
    left = tuple(i for i in items if isinstance(i, NotChecked))
    problems = tuple(i for i in items if isinstance(i, Problem))
    result = PLAN.judge([Unit("whole", "manifests", Reading(resources, left, problems, 1))])
    crashed = [v for v in result.undecided if v.outcome is Outcome.ERROR]
    assert not crashed, crashed
    return result


def reports(result: Result) -> dict[str, str]:
    """The result in every format; each is well formed and harmless to show."""
    texts = {
        "json": report.render(result),
        "sarif": sarif.render(result, full=True),
        "gitlab": gitlab.render(result),
        "junit": junit.render(result),
        "terminal": terminal.render(result, color=False, verbose=True),
        "color": terminal.render(result, color=True),
    }
    for name in ("json", "sarif", "gitlab"):
        json.loads(texts[name])
    for name, text in texts.items():
        strange = _CONTROL.search(_OWN_COLOR.sub("", text) if name == "color" else text)
        assert strange is None, (name, text[max(0, strange.start() - 80) : strange.end() + 20])
    return texts
