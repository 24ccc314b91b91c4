"""GitLab's Code Quality report (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256

from hullmark.engine.result import Result, Settled
from hullmark.model.terms import Severity
from hullmark.report.mask import redact
from hullmark.report.paths import relative
from hullmark.report.shape import quoted
from hullmark.report.visible import visible

SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}


def render(result: Result, *, root: str = "") -> str:
    """The findings that are neither waived nor in the baseline.

    ``root`` is the repository's folder, to which paths are relative.
    """
    return "".join(pieces(result, root=root))


def pieces(result: Result, *, root: str = "") -> Iterator[str]:
    """The same text bit by bit, so that a large report need not be held."""
    seen: Counter[str] = Counter()
    before = "["
    for settled in result.findings:
        if not settled.known:
            yield before + _entry(settled, seen, root)
            before = ","
    yield "[]\n" if before == "[" else "\n]\n"


_ENTRY = """
  {
    "check_name": %s,
    "description": %s,
    "severity": %s,
    "fingerprint": %s,
    "location": {
      "path": %s,
      "lines": {
        "begin": %s
      }
    }
  }"""


def _entry(settled: Settled, seen: Counter[str], root: str) -> str:
    finding = settled.finding
    seen[settled.fingerprint] += 1
    number = seen[settled.fingerprint]
    fingerprint = settled.fingerprint if number == 1 else sha256(f"{settled.fingerprint}:{number}".encode()).hexdigest()
    return _ENTRY % (
        quoted(settled.check),
        quoted(visible(redact(finding.message, finding))),
        quoted(SEVERITIES[settled.severity]),
        quoted(fingerprint),
        quoted(visible(relative(finding.at.source.name, root))),
        finding.at.line,
    )
