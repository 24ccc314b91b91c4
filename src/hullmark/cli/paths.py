"""``hullmark paths``: how an attacker gets from where anybody is to what nobody should get."""

from __future__ import annotations

import argparse
import sys

from hullmark.cli import pipeline
from hullmark.cli.command import Command, Option, one_of
from hullmark.cli.inputs import nothing, read, unread
from hullmark.cli.options import COLOR, HELP, INPUT, NO_PROGRESS, PATHS, QUIET, RENDERING, UNIT
from hullmark.cli.output import colored, width, write
from hullmark.cli.scan import request
from hullmark.engine.attack.attack import attacks
from hullmark.model.errors import HullmarkError
from hullmark.report import attack as report

_FORMATS = ("terminal", "json")


def run(options: argparse.Namespace) -> int:
    """Find attack paths and print them."""
    plan = pipeline.plan(request(options))
    units = read(plan, options)
    result = plan.judge(units)
    if not result.architecture.resources:
        return nothing(units)
    found = tuple(attacks(result))
    if options.format == "json":
        write(report.as_json(found))
    else:
        color = colored(options.color, sys.stdout)
        write(report.render(found, color=color, width=width(sys.stdout), limit=options.limit))
    return unread(units)


def positive(word: str) -> int:
    """A number of at least one.

    Raises:
        HullmarkError: it is none.
    """
    if not word.isdecimal() or int(word) < 1:
        raise HullmarkError(f"'{word}' is no number of at least 1", "write a whole number, such as 20")
    return int(word)


COMMAND = Command(
    "paths",
    "show how an attacker gets from where anybody is to what matters, and what cuts most ways",
    run,
    PATHS,
    (
        ("what is read", (*INPUT, UNIT)),
        ("how it is rendered", RENDERING),
        (
            "what is printed",
            (
                Option("--limit", "how many paths of each unit are shown (10)", "N", positive, 10),
                Option(
                    "--format",
                    ", ".join(_FORMATS),
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
    notes="A path is shown with every step's evidence, the findings that open it, and what had to be assumed.",
)
