"""SARIF 2.1.0, for code-scanning services (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).

What GitHub reads of it, and its limits:
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from hullmark.checks.page import page
from hullmark.checks.registry import AnyCheck, checks
from hullmark.engine.result import Result, Settled
from hullmark.model.finding import Subject, Verdict
from hullmark.model.terms import Confidence, Pillar, Severity
from hullmark.report import page as pages
from hullmark.report.linehash import line_hashes
from hullmark.report.mask import redact
from hullmark.report.paths import relative
from hullmark.report.style import LEVELS
from hullmark.report.visible import visible
from hullmark.text.source import Place, Problem, Source
from hullmark.version import __version__

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

MAX_RESULTS = 25_000
"""GitHub refuses a run with more; the most urgent come first, so the rest is cut off."""

MAX_TEXT = 1024
"""GitHub's limit for a rule's descriptions and the length to which messages are cut, in characters."""

SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "0.5",
}
"""``security-severity`` in the middle of GitHub's bands: over 9.0 critical, 7.0 high, 4.0 medium, 0.1 low."""

_PRECISION = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "low"}
_PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation"}


def render(result: Result, *, root: str = "", category: str = "", full: bool = False) -> str:
    """A result as one SARIF run.

    ``root`` is the repository's folder, to which URIs are relative; ``category`` tells runs of the same tool apart.
    Code-scanning services ignore suppressions and cannot show what has no place, so waived findings (as suppressed
    results) and unknown outcomes (as ``open`` ones) are in it only when it is ``full``.
    """
    settled = (*result.findings, *(result.waived if full else ()))[:MAX_RESULTS]
    known = {check.id: check for check in checks()}
    undecided = [v for v in result.undecided if full][: MAX_RESULTS - len(settled)]
    used = sorted({s.check for s in settled} | {v.check for v in undecided})
    index = {check: i for i, check in enumerate(used)}
    hashes = _Hashes()
    run = {
        "tool": {"driver": _driver(used, known)},
        "automationDetails": {"id": f"hullmark/{category}/" if category else "hullmark/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(result, root)],
    }
    results = (*(_result(s, index, root, hashes) for s in settled), *(_open(v, index) for v in undecided))
    # A result on a line each: indenting takes ten times as long.
    lines = ",\n".join(map(_dump, results))
    start = f'{{"$schema": {_dump(SCHEMA)}, "version": "2.1.0", "runs": [\n{_dump(run)[:-1]}'
    return f'{start},\n"results": [\n{lines}\n]}}]}}\n'


_dump = json.JSONEncoder(ensure_ascii=False).encode


class _Hashes(dict[Source, list[str]]):
    """The hashes of the lines of each text that has findings."""

    def __missing__(self, source: Source) -> list[str]:
        self[source] = found = line_hashes(source.text)
        return found


def _driver(used: Iterable[str], known: dict[str, AnyCheck]) -> dict[str, Any]:
    return {
        "name": "Hullmark",
        "semanticVersion": __version__,
        "rules": [_rule(known[name]) if name in known else {"id": name} for name in used],
    }


def _rule(check: AnyCheck) -> dict[str, Any]:
    about, level = page(check), LEVELS[check.severity]
    security = check.pillar in (Pillar.SECURITY, Pillar.COMPLIANCE)
    rank = {"security-severity": SCORES[check.severity]} if security else {"problem.severity": _PROBLEMS[level]}
    return {
        "id": check.id,
        "name": "".join(word.capitalize() for word in check.id.split("-")),
        "shortDescription": {"text": _short(about.title)},
        "fullDescription": {"text": _short(about.summary or about.title)},
        "help": {"text": pages.plain(check), "markdown": pages.body(check)},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": _tags(check), "precision": _PRECISION[check.confidence], **rank},
    }


def _tags(check: AnyCheck) -> list[str]:
    tags = [check.pillar.value, "kubernetes", "ai"]
    if check.pillar is Pillar.COMPLIANCE:
        tags.append("security")  # only with this tag does GitHub read security-severity
    if check.absence is not None:
        tags.append(check.absence.value.replace(" ", "-"))
    return tags


def _result(settled: Settled, index: dict[str, int], root: str, hashes: _Hashes) -> dict[str, Any]:
    finding, at = settled.finding, settled.finding.at
    lines = hashes[at.source]
    found: dict[str, Any] = {
        "ruleId": settled.check,
        "ruleIndex": index[settled.check],
        "kind": "fail",
        "level": LEVELS[settled.severity],
        "message": {"text": _message(settled)},
        "locations": [{"physicalLocation": _physical(at, root), "logicalLocations": [_logical(settled.subject)]}],
        "partialFingerprints": {
            "primaryLocationLineHash": lines[min(at.line, len(lines)) - 1],
            "hullmark/v1": settled.fingerprint,
        },
        "rank": float(settled.priority),
        "properties": {
            "confidence": settled.confidence.word,
            "impact": settled.impact.word,
            "exposure": settled.reach.word,
            "exact": at.exact,
            "known": settled.known,
        },
    }
    if finding.related:
        found["relatedLocations"] = [
            _related(i, p, redact(t, finding), root) for i, (p, t) in enumerate(finding.related, 1)
        ]
    if settled.waiver is not None:
        why = f"{settled.waiver.reason} (until {settled.waiver.expires}, {settled.waiver.owner})"
        found["suppressions"] = [{"kind": "external", "status": "accepted", "justification": _short(why)}]
    return found


def _message(settled: Settled) -> str:
    """The message; its first sentence becomes the alert's title."""
    finding = settled.finding
    text = redact(finding.message, finding)
    if finding.fix is not None:
        text += f". Fix ({finding.fix.safety.value}): {redact(finding.fix.title, finding)}"
    elif finding.advice:
        text += f". {redact(finding.advice, finding)}"
    return _short(text)


def _open(verdict: Verdict, index: dict[str, int]) -> dict[str, Any]:
    return {
        "ruleId": verdict.check,
        "ruleIndex": index[verdict.check],
        "kind": "open",
        "level": "none",
        "message": {"text": _short(verdict.reason) or "unknown"},
        "locations": [{"logicalLocations": [_logical(verdict.subject)]}],
    }


def _physical(place: Place, root: str) -> dict[str, Any]:
    start, end = place.start, place.end
    return {
        "artifactLocation": {"uri": quote(relative(place.source.name, root), errors="surrogateescape")},
        "region": {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        },
    }


def _related(number: int, place: Place, text: str, root: str) -> dict[str, Any]:
    return {"id": number, "physicalLocation": _physical(place, root), "message": {"text": _short(text)}}


def _logical(subject: Subject) -> dict[str, str]:
    parts = (subject.namespace, subject.kind, subject.name, subject.container)
    return {"fullyQualifiedName": visible("/".join(p for p in parts if p)), "kind": "resource"}


def _invocation(result: Result, root: str) -> dict[str, Any]:
    notes = [_notification(p, root) for p in result.problems]
    return {"executionSuccessful": True, **({"toolExecutionNotifications": notes} if notes else {})}


def _notification(problem: Problem, root: str) -> dict[str, Any]:
    return {
        "level": problem.severity,
        "message": {"text": _short(problem.message)},
        "locations": [{"physicalLocation": _physical(problem.place, root)}],
    }


def _short(text: str) -> str:
    text = visible(text)
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
