"""How what went wrong is told: user errors like a finding, our own as a bug to report (law 7 of the house)."""

from __future__ import annotations

import os
import sys

from hullmark.cli.output import colored, note, width
from hullmark.model.errors import HullmarkError
from hullmark.report.terminal import diagnostic

USAGE, OUR_FAULT, NOTHING, INTERRUPTED = 2, 3, 4, 130
"""Exit codes; 130 is what shells give for SIGINT."""


def told(trouble: BaseException) -> int:
    """Tell what went wrong on standard error, and give the exit code."""
    if isinstance(trouble, KeyboardInterrupt):
        note("interrupted")
        return INTERRUPTED
    if isinstance(trouble, HullmarkError):
        complain(trouble.message, trouble)
        return USAGE
    if os.environ.get("HULLMARK_DEBUG"):
        raise trouble
    complain(
        f"this is a bug in hullmark, please report it: {described(trouble)}",
        HullmarkError("", "HULLMARK_DEBUG=1 shows where it happened; please add that to the report"),
    )
    return OUR_FAULT


def complain(message: str, about: HullmarkError) -> None:
    """Print an error with the place and the hint of another."""
    shown = diagnostic(message, about.place, about.hint, color=colored("auto", sys.stderr), width=width(sys.stderr))
    note(shown.rstrip("\n"))


def described(trouble: BaseException) -> str:
    """The type of an exception and what it says, on one line."""
    said = " ".join(str(trouble).split())
    return f"{type(trouble).__name__}: {said}" if said else type(trouble).__name__
