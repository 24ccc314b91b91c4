"""``hullmark checks``: the list of all checks."""

from __future__ import annotations

import argparse
import sys

from hullmark.checks.registry import AnyCheck, checks
from hullmark.cli.command import Command, Option, one_of
from hullmark.cli.options import COLOR, HELP
from hullmark.cli.output import colored, width, write
from hullmark.model.terms import Pillar, Role
from hullmark.report import listing

_FORMATS = ("terminal", "json", "markdown")
_PILLARS = tuple(p.value for p in Pillar)
_ROLES = tuple(r.value for r in Role)


def run(options: argparse.Namespace) -> int:
    """List the checks that the options choose."""
    chosen = [c for c in checks() if _wanted(c, options.pillar, options.role)]
    if options.format == "json":
        write(listing.as_json(chosen))
    elif options.format == "markdown":
        write(listing.markdown(chosen))
    else:
        write(listing.render(chosen, color=colored(options.color, sys.stdout), width=width(sys.stdout)))
    return 0


def _wanted(check: AnyCheck, pillar: str | None, role: str | None) -> bool:
    if pillar is not None and check.pillar.value != pillar:
        return False
    return role is None or not check.roles or Role(role) in check.roles


COMMAND = Command(
    "checks",
    "list all checks",
    run,
    None,
    (
        (
            "which",
            (
                Option("--pillar", ", ".join(_PILLARS), "PILLAR", one_of("pillar", _PILLARS), words=_PILLARS),
                Option(
                    "--role",
                    "only checks that look at workloads of this role, such as training or online-inference",
                    "ROLE",
                    one_of("role", _ROLES),
                    words=_ROLES,
                ),
            ),
        ),
        (
            "how",
            (
                Option(
                    "--format",
                    f"{', '.join(_FORMATS)}",
                    "FORMAT",
                    one_of("format", _FORMATS),
                    "terminal",
                    words=_FORMATS,
                    short="-f",
                ),
                COLOR,
                HELP,
            ),
        ),
    ),
)
