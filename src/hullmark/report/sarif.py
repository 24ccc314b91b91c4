"""SARIF 2.1.0, for code-scanning services (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).

What GitHub reads of it, and its limits:
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, count, islice
from typing import Any
from urllib.parse import quote

from hullmark.checks.page import page
from hullmark.checks.registry import AnyCheck, checks
from hullmark.engine.result import Result, Settled
from hullmark.model.finding import Subject, Verdict
from hullmark.model.terms import Confidence, Pillar, Severity
from hullmark.model.waiver import Waiver
from hullmark.report import page as pages
from hullmark.report.linehash import line_hashes
from hullmark.report.mask import redact
from hullmark.report.paths import relative
from hullmark.report.shape import BOOLEANS, Shape, dump, quoted
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


_RESULT = Shape("ruleId ruleIndex kind level message locations partialFingerprints rank properties")
_OPEN = Shape("ruleId ruleIndex kind level message locations")
_RELATED = Shape("id physicalLocation message")
_NOTIFICATION = Shape("level message locations")
_INVOCATION = Shape("executionSuccessful toolExecutionNotifications")
_MESSAGE = Shape("text")
_LOCATION = Shape("physicalLocation logicalLocations")
_PHYSICAL = Shape("artifactLocation region")
_ARTIFACT = Shape("uri")
_REGION = Shape("startLine startColumn endLine endColumn")
_LOGICAL = Shape("fullyQualifiedName kind")
_PRINTS = Shape("primaryLocationLineHash hullmark/v1")
_PROPERTIES = Shape("confidence impact exposure exact known")
_SUPPRESSION = Shape("kind status justification")


def render(result: Result, *, root: str = "", category: str = "", full: bool = False) -> str:
    """A result as one SARIF run.

    ``root`` is the repository's folder, to which URIs are relative; ``category`` tells runs of the same tool apart.
    Code-scanning services ignore suppressions and cannot show what has no place, so waived findings (as suppressed
    results) and unknown outcomes (as ``open`` ones) are in it only when it is ``full``.
    """
    return "".join(pieces(result, root=root, category=category, full=full))


def pieces(result: Result, *, root: str = "", category: str = "", full: bool = False) -> Iterator[str]:
    """The same text bit by bit, so that a large report need not be held: a result on a line each."""
    settled = (*result.findings, *(result.waived if full else ()))[:MAX_RESULTS]
    known = {check.id: check for check in checks()}
    undecided = [v for v in result.undecided if full][: MAX_RESULTS - len(settled)]
    used = sorted({s.check for s in settled} | {v.check for v in undecided})
    index = {check: i for i, check in enumerate(used)}
    hashes = _Hashes(settled)
    run = {
        "tool": {"driver": _driver(used, known)},
        "automationDetails": {"id": f"hullmark/{category}/" if category else "hullmark/"},
        "columnKind": "unicodeCodePoints",
    }
    yield f'{{"$schema": {dump(SCHEMA)}, "version": "2.1.0", "runs": [\n{dump(run)[:-1]}, '
    yield f'"invocations": [{_invocation(result, root)}],\n"results": [\n'
    rows = chain((_result(s, index, root, hashes) for s in settled), (_open(v, index) for v in undecided))
    yield from chain(islice(rows, 1), (",\n" + row for row in rows))
    yield "\n]}]}\n"


class _Hashes:
    """The hashes of the lines that findings are on, by text; each text is looked through once, when first asked."""

    def __init__(self, findings: Iterable[Settled]) -> None:
        self._wanted: dict[Source, set[int]] = {}
        self._found: dict[Source, dict[int, str]] = {}
        for settled in findings:
            at = settled.finding.at
            self._wanted.setdefault(at.source, set()).add(at.line)

    def at(self, place: Place) -> str:
        """The hash of the line where a place starts."""
        source = place.source
        if source in self._wanted:
            self._found[source] = line_hashes(source.text, self._wanted.pop(source))
        return self._found[source][place.line]


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


def _result(settled: Settled, index: dict[str, int], root: str, hashes: _Hashes) -> str:
    finding, at = settled.finding, settled.finding.at
    row = _RESULT.fill(
        quoted(settled.check),
        index[settled.check],
        '"fail"',
        quoted(LEVELS[settled.severity]),
        _MESSAGE.fill(_told(_message(settled))),
        f"[{_LOCATION.fill(_physical(at, root), f'[{_logical(settled.subject)}]')}]",
        _PRINTS.fill(quoted(hashes.at(at)), quoted(settled.fingerprint)),
        f"{settled.priority}.0",
        _PROPERTIES.fill(
            quoted(settled.confidence.word),
            quoted(settled.impact.word),
            quoted(settled.reach.word),
            BOOLEANS[at.exact],
            BOOLEANS[settled.known],
        ),
    )
    if finding.related:
        row = f'{row[:-1]}, "relatedLocations": [{_related(settled, root)}]}}'
    if settled.waiver is not None:
        row = f'{row[:-1]}, "suppressions": [{_suppression(settled.waiver)}]}}'
    return row


def _related(settled: Settled, root: str) -> str:
    finding = settled.finding
    texts = (_MESSAGE.fill(_told(redact(text, finding))) for _, text in finding.related)
    places = (_physical(place, root) for place, _ in finding.related)
    return ", ".join(_RELATED.fill(*row) for row in zip(count(1), places, texts))


def _suppression(waiver: Waiver) -> str:
    why = f"{waiver.reason} (until {waiver.expires}, {waiver.owner})"
    return _SUPPRESSION.fill('"external"', '"accepted"', _told(why))


def _message(settled: Settled) -> str:
    """The message; its first sentence becomes the alert's title."""
    finding = settled.finding
    text = redact(finding.message, finding)
    if finding.fix is not None:
        text += f". Fix ({finding.fix.safety.value}): {redact(finding.fix.title, finding)}"
    elif finding.advice:
        text += f". {redact(finding.advice, finding)}"
    return text


def _open(verdict: Verdict, index: dict[str, int]) -> str:
    return _OPEN.fill(
        quoted(verdict.check),
        index[verdict.check],
        '"open"',
        '"none"',
        _MESSAGE.fill(_told(verdict.reason or "unknown")),
        f'[{{"logicalLocations": [{_logical(verdict.subject)}]}}]',
    )


def _physical(place: Place, root: str) -> str:
    start, end = place.start, place.end
    return _PHYSICAL.fill(_artifact(place.source.name, root), _REGION.fill(*start, *end))


@lru_cache(maxsize=64)
def _artifact(name: str, root: str) -> str:
    return _ARTIFACT.fill(quoted(quote(relative(name, root), errors="surrogateescape")))


@lru_cache(maxsize=64)
def _logical(subject: Subject) -> str:
    """A subject; findings about one follow each other."""
    parts = (subject.namespace, subject.kind, subject.name, subject.container)
    return _LOGICAL.fill(quoted(visible("/".join(p for p in parts if p))), '"resource"')


def _invocation(result: Result, root: str) -> str:
    if not result.problems:
        return '{"executionSuccessful": true}'
    notes = ", ".join(_notification(problem, root) for problem in result.problems)
    return _INVOCATION.fill("true", f"[{notes}]")


def _notification(problem: Problem, root: str) -> str:
    return _NOTIFICATION.fill(
        quoted(problem.severity),
        _MESSAGE.fill(_told(problem.message)),
        f'[{{"physicalLocation": {_physical(problem.place, root)}}}]',
    )


def _told(text: str) -> str:
    """A foreign text as JSON, cut to GitHub's limit."""
    return quoted(_short(text))


def _short(text: str) -> str:
    text = visible(text)
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
