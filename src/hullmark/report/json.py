"""The JSON report, ``hullmark.scan/v1``; its schema is `scan.schema.json` beside this file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

from hullmark.engine.result import Part, Result, Settled, WaiverNote
from hullmark.model.finding import NotChecked, Subject, Verdict
from hullmark.model.terms import Outcome
from hullmark.model.waiver import Waiver
from hullmark.model.workload import Workload
from hullmark.report.mask import redact
from hullmark.report.places import span
from hullmark.report.summary import summarise
from hullmark.report.visible import visible
from hullmark.report.workloads import workloads
from hullmark.text.source import Place, Problem
from hullmark.version import __version__

SCHEMA = "hullmark.scan/v1"


def render(result: Result) -> str:
    """A whole result. The same result gives the same bytes.

    Keys never change their meaning within ``v1``; new ones may come. The items of a list stand on a line each, which is
    readable, greppable, and eight times as fast to write as indenting.
    """
    return "".join(pieces(result))


_dump = json.JSONEncoder(ensure_ascii=False).encode


def pieces(result: Result) -> Iterator[str]:
    """The same text bit by bit, so that a large report need not be held."""
    before = "{\n"
    for key, value in _parts(result):
        yield f"{before}{_dump(key)}: "
        if isinstance(value, Iterator):
            between = "[\n  "
            for item in value:
                yield between
                yield _dump(item)
                between = ",\n  "
            yield "[]" if between.startswith("[") else "\n]"
        else:
            yield _dump(value)
        before = ",\n"
    yield "\n}\n"


def _parts(result: Result) -> Iterator[tuple[str, Any]]:
    """The report key by key; lists are made as they are written, since a large one need not be held twice."""
    yield "schema", SCHEMA
    yield "version", __version__
    yield "profile", visible(result.profile)
    yield "summary", _summary(result)
    yield "units", map(_part, result.parts)
    yield "workloads", map(partial(_workload, result), result.architecture.workloads)
    yield "findings", map(partial(_finding, result), chain(result.findings, result.waived))
    yield "unknown", map(_undecided, result.undecided)
    yield "not_checked", map(_not_checked, result.not_checked)
    yield "diagnostics", chain(map(_problem, result.problems), map(_waiver_note, result.waiver_notes))
    yield "outcomes", {check: _tally(tally) for check, tally in sorted(result.tallies.items())}


def _tally(tally: Mapping[Outcome, int]) -> dict[str, int]:
    return {outcome.value: tally[outcome] for outcome in Outcome if tally.get(outcome)}


def _not_checked(item: NotChecked) -> dict[str, Any]:
    return {"file": visible(item.file), "line": item.line, "reason": visible(item.reason), "hint": visible(item.hint)}


def _summary(result: Result) -> dict[str, Any]:
    summary = summarise(result)
    figures: dict[str, Any] = {k: v for k, v in summary._asdict().items() if isinstance(v, int)}
    figures["gone"] = result.gone
    figures["severities"] = {s.word: n for s, n in summary.severities.items()}
    figures["pillars"] = {p.value: n for p, n in summary.pillars.items()}
    return figures


def _part(part: Part) -> dict[str, Any]:
    unit, arch = part.unit, part.architecture
    return {
        "name": visible(unit.name),
        "form": unit.form,
        "variant": visible(unit.variant),
        "title": visible(unit.title),
        "files": unit.reading.files,
        "resources": len(arch.resources),
        "workloads": len(arch.workloads),
    }


def _workload(result: Result, workload: Workload) -> dict[str, Any]:
    (told,) = workloads(result.architecture, (workload,))
    unit = result.unit(workload.resource)
    return {**told, "unit": visible(unit.title) if unit is not None else ""}


def _finding(result: Result, settled: Settled) -> dict[str, Any]:
    finding, fix = settled.finding, settled.finding.fix
    return {
        "check": settled.check,
        "pillar": settled.pillar.value,
        "severity": settled.severity.word,
        "confidence": settled.confidence.word,
        "priority": settled.priority,
        "impact": settled.impact.word,
        "exposure": settled.reach.word,
        "subject": _subject(settled.subject),
        "message": visible(redact(finding.message, finding)),
        **span(finding.at),
        "exact": finding.at.exact,
        "fix": fix and {"title": visible(redact(fix.title, finding)), "safety": fix.safety.value},
        "advice": visible(redact(finding.advice, finding)),
        "related": [{**span(place), "message": visible(redact(text, finding))} for place, text in finding.related],
        "fingerprint": settled.fingerprint,
        "theme": settled.theme and settled.theme.value,
        "gates": settled.gates,
        "gates_by_impact": settled.by_impact,
        "known": settled.known,
        "waived": settled.waiver and _waiver(settled.waiver),
        "units": [visible(title) for title in result.where(settled)],
    }


def _subject(subject: Subject) -> dict[str, str]:
    return {
        "kind": visible(subject.kind),
        "namespace": visible(subject.namespace),
        "name": visible(subject.name),
        "container": visible(subject.container),
    }


def _waiver(waiver: Waiver) -> dict[str, Any]:
    return {
        "reason": visible(waiver.reason),
        "owner": visible(waiver.owner),
        "expires": visible(waiver.expires),
        "file": visible(waiver.place.source.name),
        "line": waiver.place.line,
    }


def _undecided(verdict: Verdict) -> dict[str, Any]:
    return {
        "check": verdict.check,
        "subject": _subject(verdict.subject),
        "outcome": verdict.outcome.value,
        "reason": visible(verdict.reason),
        "file": visible(verdict.at.source.name),
        "line": verdict.at.line,
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return _diagnostic("text", problem.severity, problem.message, problem.place, problem.hint)


def _waiver_note(note: WaiverNote) -> dict[str, Any]:
    what = "declaration" if note.waiver is None and note.state == "unused" else "waiver"
    return _diagnostic(
        f"{note.state}-{what}", "error" if note.state == "invalid" else "warning", note.message, note.place, ""
    )


def _diagnostic(about: str, level: str, message: str, place: Place, hint: str) -> dict[str, Any]:
    return {"about": about, "level": level, "message": visible(message), **span(place), "hint": visible(hint)}
