"""Stacks as people write them, and all that is told about each: ``tests/data/compose/*/expected.txt``.

To add a stack, write it and let the failing test tell what is found; then think whether that is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hullmark.checks.registry import checks
from hullmark.engine.run import evaluate
from hullmark.graph.build import build
from hullmark.model.architecture import Architecture
from hullmark.model.terms import Outcome, Platform
from hullmark.model.workload import Workload
from hullmark.sources.compose import projects, read_project
from hullmark.sources.unit import Unit
from hullmark.text.source import Place

STACKS = Path(__file__).parents[2] / "data" / "compose"


def stack(name: str) -> list[Unit]:
    files = sorted(str(f) for f in (STACKS / name).iterdir() if "compose" in f.name)
    return [read_project(project.files, variant=project.variant) for project in projects(files)]


def told(name: str) -> Iterator[str]:
    """All that is told about a stack, with paths as seen from its folder."""
    home = str(STACKS / name) + "/"
    for unit in stack(name):
        yield from (line.replace(home, "") for line in _unit(unit))


def _unit(unit: Unit) -> Iterator[str]:
    yield f"# {unit.title}"
    arch = build(unit.reading.resources)
    for workload in arch.workloads:
        yield _service(workload, arch)
    for item in evaluate(arch, checks()).judged:
        verdict = item.verdict
        assert verdict.outcome in (Outcome.FAIL, Outcome.UNKNOWN), verdict.reason
        for finding in verdict.findings:
            yield f"{_at(finding.at)} {item.check.id}: {finding.message}"
        if verdict.outcome is Outcome.UNKNOWN:
            yield f"{_at(verdict.at)} {item.check.id}? {verdict.subject.name}: {verdict.reason}"
    for missing in unit.reading.not_checked:
        yield f"{missing.file}:{missing.line} not checked: {missing.reason}"
    for problem in unit.reading.problems:
        yield f"{_at(problem.place)} problem: {problem.message}"


def _at(place: Place) -> str:
    via = "" if place.via is None else f" (via {place.via.source.name}:{place.via.line})"
    return f"{place.source.name}:{place.line}{via}"


def _service(workload: Workload, arch: Architecture) -> str:
    found = arch.around(workload.podsets[0]).exposure if workload.podsets else None
    words = [workload.role.value, workload.engine, workload.lifetime]
    words += [f"{model.scheme}:{model.id}" for model in workload.models]
    words += [f"{workload.accelerator_total} GPU"] if workload.accelerator_total else []
    if found is not None:
        words.append(found.reach.name.lower() + "".join(f" by {hop.text}" for hop in found.path))
        words.append(f"asks for {found.authenticated}" if found.authenticated else found.unknown)
    callers = arch.callers.get(workload, ())
    words.append(f"called by {' '.join(w.name for w in callers)}" if callers else "")
    return f"{workload.ref.kind} {workload.name}: {', '.join(word for word in words if word)}"


NAMES = sorted(folder.name for folder in STACKS.iterdir() if (folder / "expected.txt").exists())


@pytest.mark.parametrize("name", NAMES)
def test_a_stack_is_judged_as_told(name: str) -> None:
    assert list(told(name)) == (STACKS / name / "expected.txt").read_text().splitlines()


def test_every_stack_tells_what_is_expected() -> None:
    assert sorted(folder.name for folder in STACKS.iterdir() if folder.is_dir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_found_where_it_stands(name: str) -> None:
    """No place of a service leads out of what its files say."""
    for unit in stack(name):
        for resource in unit.reading.resources:
            assert resource.platform is Platform.COMPOSE
            for place in (resource.place, *(node.at() for node in resource.node.children("spec"))):
                assert not place.editable
                assert place.source.text[place.span.start : place.span.end].strip()
