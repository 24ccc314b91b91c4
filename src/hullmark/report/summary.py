"""The figures of a run, counted once for all formats."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from hullmark.engine.result import Result, Settled
from hullmark.model.resource import Resource
from hullmark.model.terms import Outcome, Pillar, Safety, Severity


class Summary(NamedTuple):
    """How much was looked at, found, accepted, repairable and left open.

    ``findings`` counts all that are not waived, ``known`` those of them the baseline has; ``fixable`` those with a fix,
    ``safe`` those with a safe one; ``gating`` those that can decide the exit code.
    """

    files: int
    resources: int
    workloads: int
    ai_workloads: int
    findings: int
    known: int
    gating: int
    waived: int
    fixable: int
    safe: int
    unknown: int
    errors: int
    not_checked: int
    diagnostics: int
    severities: dict[Severity, int]
    pillars: dict[Pillar, int]


def summarise(result: Result) -> Summary:
    """Count a result."""
    found, arch = result.findings, result.architecture
    fixes = [s.finding.fix for s in found if s.finding.fix is not None]
    return Summary(
        files=result.files,
        resources=len(_distinct(result, arch.resources)),
        workloads=len(_distinct(result, [w.resource for w in arch.workloads])),
        ai_workloads=len(_distinct(result, [w.resource for w in arch.workloads if w.is_ai])),
        findings=len(found),
        known=sum(s.known for s in found),
        gating=sum(s.gates for s in found),
        waived=len(result.waived),
        fixable=len(fixes),
        safe=sum(f.safety is Safety.SAFE for f in fixes),
        unknown=sum(v.outcome is Outcome.UNKNOWN for v in result.undecided),
        errors=sum(v.outcome is Outcome.ERROR for v in result.undecided),
        not_checked=len(result.not_checked),
        diagnostics=len(result.problems),
        severities={s: _with(found, s) for s in reversed(Severity)},
        pillars={p: sum(s.pillar is p for s in found) for p in Pillar},
    )


def _distinct(result: Result, resources: Sequence[Resource]) -> Collection[object]:
    """These objects, with those that variants of one unit have in common counted once."""
    if not any(part.unit.variant for part in result.parts):
        return resources
    units = ((result.unit(resource), resource.ref) for resource in resources)
    return {(unit and unit.name, ref) for unit, ref in units}


def _with(found: tuple[Settled, ...], severity: Severity) -> int:
    return sum(s.severity is severity for s in found)
