"""GitLab's Code Quality report (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format)."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from typing import Any

from hullmark.engine.result import Result, Settled
from hullmark.model.terms import Severity
from hullmark.report.mask import redact
from hullmark.report.paths import relative
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
    seen: Counter[str] = Counter()
    found = [_entry(settled, seen, root) for settled in result.findings if not settled.known]
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _entry(settled: Settled, seen: Counter[str], root: str) -> dict[str, Any]:
    finding = settled.finding
    seen[settled.fingerprint] += 1
    number = seen[settled.fingerprint]
    fingerprint = settled.fingerprint if number == 1 else sha256(f"{settled.fingerprint}:{number}".encode()).hexdigest()
    return {
        "check_name": settled.check,
        "description": visible(redact(finding.message, finding)),
        "severity": SEVERITIES[settled.severity],
        "fingerprint": fingerprint,
        "location": {
            "path": visible(relative(finding.at.source.name, root)),
            "lines": {"begin": finding.at.line},
        },
    }
