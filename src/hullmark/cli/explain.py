"""``hullmark explain CHECK``: the page of a check, offline."""

from __future__ import annotations

import argparse
import sys

from hullmark.checks.registry import checks
from hullmark.cli.command import Argument, Command
from hullmark.cli.options import COLOR, HELP, check_id, check_ids
from hullmark.cli.output import colored, width, write
from hullmark.report.page import render


def run(options: argparse.Namespace) -> int:
    """Print the page of a check."""
    wanted = check_id(options.argument[0])
    check = next(c for c in checks() if c.id == wanted)
    write(render(check, color=colored(options.color, sys.stdout), width=width(sys.stdout)))
    return 0


COMMAND = Command(
    "explain",
    "say what a check finds, why it matters and how to fix it",
    run,
    Argument("CHECK", "the id of a check, as findings show it", words=check_ids),
    (("options", (COLOR, HELP)),),
)
