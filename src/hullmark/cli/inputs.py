"""What commands read, and what they say of what they could not."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from hullmark.cli.pipeline import Plan
from hullmark.cli.progress import Progress
from hullmark.cli.trouble import NOTHING, USAGE, complain
from hullmark.model.errors import HullmarkError
from hullmark.sources.unit import Unit

_MOST = 5
"""How many mistakes are shown where a report does not list them."""


def read(plan: Plan, options: argparse.Namespace) -> tuple[Unit, ...]:
    """What is asked for, by deployable unit, with a bar for the impatient.

    Raises:
        HullmarkError: a path does not exist, or no unit is called as the one that is asked for.
    """
    progress = Progress(enabled=not (options.quiet or options.no_progress))
    units = plan.read(progress)
    progress.clear()
    return units


def unread(units: Sequence[Unit]) -> int:
    """Tell which documents could not be read, and give the exit code: what is missing may matter most."""
    broken = [p for unit in units for p in unit.reading.problems if p.severity == "error"]
    for problem in broken[:_MOST]:
        complain(problem.message, HullmarkError("", problem.hint, problem.place))
    if len(broken) > _MOST:
        complain(
            f"{len(broken) - _MOST} more documents cannot be read", HullmarkError("", "`hullmark scan` lists them")
        )
    return USAGE if broken else 0


def nothing(units: Sequence[Unit]) -> int:
    """Tell why there is nothing to go by: what could not be read, else that there was no object; gives the exit code."""
    return unread(units) or no_object()


def no_object() -> int:
    """Tell that no object was found, and give the exit code."""
    hint = "no Kubernetes object was found; name files or folders that hold some"
    complain("nothing to scan", HullmarkError("", hint))
    return NOTHING


def titled(units: Sequence[str]) -> str:
    """What the whole is called: its only unit, or the folder one stands in."""
    return named(units[0]) if len(units) == 1 else os.path.basename(os.getcwd())


def named(unit: str) -> str:
    """The name of a unit, by which the folder one stands in is called as it is."""
    return os.path.basename(os.getcwd()) + unit[1:] if unit == "." or unit.startswith(". (") else unit
