"""``hullmark explain``: the page of a check, offline; or all that is known of one workload."""

from __future__ import annotations

import argparse
import sys

from hullmark.checks.registry import checks
from hullmark.cli.command import Argument, Command, Option, one_of
from hullmark.cli.options import (
    COLOR,
    HELP,
    INPUT,
    NO_PROGRESS,
    PROFILE,
    QUIET,
    RENDERING,
    UNIT,
    check_id,
    check_ids,
)
from hullmark.cli.output import colored, width, write
from hullmark.model.errors import HullmarkError
from hullmark.report.page import render

_FORMATS = ("terminal", "json")


def run(options: argparse.Namespace) -> int:
    """Print the page of a check, or a workload's dossier."""
    wanted, *paths = options.argument
    if "/" in wanted:
        # Reading and judging is loaded only where there is something to read.
        from hullmark.cli import portrait

        return portrait.run(options, wanted, paths or ["."])
    if paths:
        hint = "to explain a workload, write workload/NAME; see `hullmark explain --help`"
        raise HullmarkError(f"one CHECK is enough, {len(options.argument)} were given", hint)
    if options.format == "json":
        raise HullmarkError("a check's page is text", "`hullmark checks --format json` lists checks for programs")
    found = check_id(wanted)
    check = next(c for c in checks() if c.id == found)
    write(render(check, color=colored(options.color, sys.stdout), width=width(sys.stdout)))
    return 0


COMMAND = Command(
    "explain",
    "say what a check finds and how to fix it, or what is known of a workload and why",
    run,
    Argument(
        "CHECK|WORKLOAD",
        "the id of a check, as findings show it; or workload/NAME, workload/NAMESPACE/NAME or KIND/NAME, "
        "and then the files and folders it is in (the working directory)",
        many=True,
        words=check_ids,
    ),
    (
        ("what is read for a workload", (*INPUT, UNIT)),
        ("how it is rendered", RENDERING),
        (
            "what is printed",
            (
                PROFILE,
                Option(
                    "--format",
                    "terminal, json (for a workload)",
                    "FORMAT",
                    one_of("format", _FORMATS),
                    "terminal",
                    words=_FORMATS,
                    short="-f",
                ),
                COLOR,
                NO_PROGRESS,
                QUIET,
                HELP,
            ),
        ),
    ),
)
