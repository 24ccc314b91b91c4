"""JUnit XML, for test reports of CI systems: a suite a workload, a failed case a finding."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from hullmark.engine.result import Result, Settled
from hullmark.model.resource import Resource
from hullmark.report.mask import redact
from hullmark.report.snippet import address
from hullmark.report.visible import visible
from hullmark.text.source import Problem

_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "\ufffe": "\ufffd", "\uffff": "\ufffd"}
)


def render(result: Result) -> str:
    """A result as JUnit XML. Waived findings are skipped cases; a workload without findings is one passed case.

    What a baseline knows is skipped as well, since it does not fail the run.
    """
    return "".join(pieces(result))


def pieces(result: Result) -> Iterator[str]:
    """The same text line by line, so that a large report need not be held."""
    suites: dict[Resource, list[Settled]] = {w.resource: [] for w in result.architecture.workloads}
    for settled in (*result.findings, *result.waived):
        suites.setdefault(settled.resource, []).append(settled)
    cases = sum(max(1, len(found)) for found in suites.values()) + len(_unreadable(result))
    failures = sum(map(_fails, result.findings))
    head = f'<testsuites name="hullmark" tests="{cases}" failures="{failures}" errors="{len(_unreadable(result))}">'
    lines = (line for resource, found in suites.items() for line in _suite(resource, found))
    for line in chain(('<?xml version="1.0" encoding="UTF-8"?>', head), _problems(result), lines, ("</testsuites>",)):
        yield f"{line}\n"


def _suite(resource: Resource, found: list[Settled]) -> Iterator[str]:
    failures = sum(map(_fails, found))
    figures = f'tests="{max(1, len(found))}" failures="{failures}" errors="0" skipped="{len(found) - failures}"'
    yield f'  <testsuite name="{_xml(f"{resource.ref} ({resource.file})")}" {figures}>'
    if not found:
        yield f'    <testcase name="no findings" classname="{_xml(str(resource.ref))}" file="{_xml(resource.file)}"/>'
    for settled in found:
        yield from _case(settled)
    yield "  </testsuite>"


def _case(settled: Settled) -> Iterator[str]:
    finding, ref = settled.finding, settled.resource.ref
    message = redact(finding.message, finding)
    where = f'file="{_xml(finding.at.source.name)}" line="{finding.at.line}"'
    yield f'    <testcase name="{_xml(f"{settled.check}: {message}")}" classname="{_xml(str(ref))}" {where}>'
    if _fails(settled):
        axes = f"{settled.severity.word} severity, {settled.confidence.word} confidence, priority {settled.priority}"
        note = f"{address(finding.at)}\n{axes}"
        fix = f"\nfix: {redact(finding.fix.title, finding)} ({finding.fix.safety.value})" if finding.fix else ""
        body = "\n".join(_xml(line) for line in (note + fix).split("\n"))
        yield f'      <failure type="{_xml(settled.check)}" message="{_xml(message)}">{body}</failure>'
    else:
        yield f'      <skipped message="{_xml(_excuse(settled))}"/>'
    yield "    </testcase>"


def _problems(result: Result) -> Iterator[str]:
    unreadable = _unreadable(result)
    if not unreadable:
        return
    figures = f'tests="{len(unreadable)}" failures="0" errors="{len(unreadable)}" skipped="0"'
    yield f'  <testsuite name="texts that could not be read" {figures}>'
    for problem in unreadable:
        name = _xml(problem.place.source.name)
        yield f'    <testcase name="{name}" classname="diagnostics" file="{name}" line="{problem.place.line}">'
        yield f'      <error type="unreadable" message="{_xml(problem.message)}">{_xml(address(problem.place))}</error>'
        yield "    </testcase>"
    yield "  </testsuite>"


def _unreadable(result: Result) -> list[Problem]:
    return [p for p in result.problems if p.severity == "error"]


def _fails(settled: Settled) -> bool:
    return settled.waiver is None and not settled.known


def _excuse(settled: Settled) -> str:
    waiver = settled.waiver
    return "in the baseline" if waiver is None else f"waived until {waiver.expires} by {waiver.owner}: {waiver.reason}"


def _xml(text: str) -> str:
    return visible(text).translate(_ESCAPES)
