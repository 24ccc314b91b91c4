"""The JSON report, ``hullmark.scan/v1``; its schema is `scan.schema.json` beside this file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from hullmark.engine.result import Part, Result, Settled, WaiverNote
from hullmark.model.finding import Fix, NotChecked, Subject, Verdict
from hullmark.model.terms import Outcome
from hullmark.model.waiver import Waiver
from hullmark.model.workload import Workload
from hullmark.report.mask import redact
from hullmark.report.places import span
from hullmark.report.shape import BOOLEANS, Shape, dump, quoted
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


_SPAN = "file line column end_line end_column"
_FINDING = Shape(
    f"check pillar severity confidence priority impact exposure subject message {_SPAN} exact fix advice related fingerprint"
    " theme gates gates_by_impact known waived units"
)
_UNDECIDED = Shape("check subject outcome reason file line")
_FIX = Shape("title safety")
_RELATED = Shape(f"{_SPAN} message")


def pieces(result: Result) -> Iterator[str]:
    """The same text bit by bit, so that a large report need not be held."""
    before = "{\n"
    for key, value in _parts(result):
        if isinstance(value, Iterator):
            yield f"{before}{dump(key)}: "
            between = "[\n  "
            for item in value:
                yield between + item
                between = ",\n  "
            yield "[]" if between.startswith("[") else "\n]"
        else:
            yield f"{before}{dump(key)}: {dump(value)}"
        before = ",\n"
    yield "\n}\n"


def _parts(result: Result) -> Iterator[tuple[str, Any]]:
    """The report key by key; lists are made as they are written, item by item as text, since a large one need not be held twice."""
    yield "schema", SCHEMA
    yield "version", __version__
    yield "profile", visible(result.profile)
    yield "summary", _summary(result)
    yield "units", map(dump, map(_part, result.parts))
    yield "workloads", map(dump, map(partial(_workload, result), result.architecture.workloads))
    yield "findings", map(partial(_finding, result), chain(result.findings, result.waived))
    yield "unknown", map(_undecided, result.undecided)
    yield "not_checked", map(dump, map(_not_checked, result.not_checked))
    notes = chain(map(_problem, result.problems), map(_waiver_note, result.waiver_notes))
    yield "diagnostics", map(dump, notes)
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


@lru_cache(maxsize=4096)
def _text(text: str | None) -> str:
    """A foreign text as JSON; null for None. Names and advice repeat from finding to finding."""
    return "null" if text is None else quoted(visible(text))


@lru_cache(maxsize=64)
def _word(term: Enum | None) -> str:
    return _text(term and term.value)


def _finding(result: Result, settled: Settled) -> str:
    finding = settled.finding
    return _FINDING.fill(
        _text(settled.check),
        _word(settled.pillar),
        _text(settled.severity.word),
        _text(settled.confidence.word),
        settled.priority,
        _text(settled.impact.word),
        _text(settled.reach.word),
        _subject_text(settled.subject),
        quoted(visible(redact(finding.message, finding))),
        *_span(finding.at),
        BOOLEANS[finding.at.exact],
        "null" if finding.fix is None else _fix(settled, finding.fix),
        _text(redact(finding.advice, finding)),
        _related(settled) if finding.related else "[]",
        quoted(settled.fingerprint),
        _word(settled.theme),
        BOOLEANS[settled.gates],
        BOOLEANS[settled.by_impact],
        BOOLEANS[settled.known],
        "null" if settled.waiver is None else dump(_waiver(settled.waiver)),
        _texts(result.where(settled)),
    )


def _span(place: Place) -> tuple[str | int, ...]:
    """The values of `hullmark.report.places.span`."""
    start, end = place.start, place.end
    return _text(place.source.name), start.line, start.column, end.line, end.column


def _fix(settled: Settled, fix: Fix) -> str:
    return _FIX.fill(_text(redact(fix.title, settled.finding)), _word(fix.safety))


def _related(settled: Settled) -> str:
    finding = settled.finding
    found = (_RELATED.fill(*_span(place), _text(redact(text, finding))) for place, text in finding.related)
    return f"[{', '.join(found)}]"


@lru_cache(maxsize=256)
def _texts(texts: tuple[str, ...]) -> str:
    return dump([visible(text) for text in texts])


@lru_cache(maxsize=64)
def _subject_text(subject: Subject) -> str:
    """A subject as JSON; findings about one follow each other."""
    return dump(_subject(subject))


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


def _undecided(verdict: Verdict) -> str:
    return _UNDECIDED.fill(
        _text(verdict.check),
        _subject_text(verdict.subject),
        _word(verdict.outcome),
        _text(verdict.reason),
        _text(verdict.at.source.name),
        verdict.at.line,
    )


def _problem(problem: Problem) -> dict[str, Any]:
    return _diagnostic("text", problem.severity, problem.message, problem.place, problem.hint)


def _waiver_note(note: WaiverNote) -> dict[str, Any]:
    what = "declaration" if note.waiver is None and note.state == "unused" else "waiver"
    return _diagnostic(
        f"{note.state}-{what}", "error" if note.state == "invalid" else "warning", note.message, note.place, ""
    )


def _diagnostic(about: str, level: str, message: str, place: Place, hint: str) -> dict[str, Any]:
    return {"about": about, "level": level, "message": visible(message), **span(place), "hint": visible(hint)}
