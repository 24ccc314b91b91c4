"""How bad it is that a service asks nobody who he is, by who can reach it."""

from __future__ import annotations

from hullmark.model.architecture import Exposure
from hullmark.model.terms import Reach, Severity


def severity(exposure: Exposure) -> Severity | None:
    """Critical for what is published, medium where a policy or a project's own network keeps others out; else the check's."""
    if exposure.least is Reach.PUBLIC:
        return Severity.CRITICAL
    return Severity.MEDIUM if exposure.enclosed or exposure.least is Reach.ISOLATED else None
