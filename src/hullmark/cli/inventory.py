"""``hullmark inventory``: which AI workloads there are."""

from __future__ import annotations

import argparse
import sys

from hullmark.cli import pipeline
from hullmark.cli.command import Command, Option, one_of
from hullmark.cli.inputs import nothing, read, unread
from hullmark.cli.options import COLOR, HELP, INPUT, NO_PROGRESS, PATHS, QUIET, RENDERING, UNIT
from hullmark.cli.output import colored, write
from hullmark.cli.scan import request
from hullmark.graph.build import build
from hullmark.model.architecture import side_by_side
from hullmark.report import inventory

_FORMATS = ("terminal", "json")


def run(options: argparse.Namespace) -> int:
    """List the workloads."""
    plan = pipeline.plan(request(options))
    units = read(plan, options)
    if not any(unit.reading.resources for unit in units):
        return nothing(units)
    built = [build(unit.reading.resources, declared=plan.terms.settings.declarations) for unit in units]
    arch = side_by_side(built)
    homes = {r: unit for unit, part in zip(units, built, strict=True) for r in part.resources}
    chosen = [w for w in arch.workloads if options.all or w.is_ai]
    if options.format == "json":
        write(inventory.as_json(arch, chosen, homes))
    else:
        write(
            inventory.render(arch, chosen, homes, color=colored(options.color, sys.stdout), evidence=options.evidence)
        )
    return unread(units)


COMMAND = Command(
    "inventory",
    "list the AI workloads and what they are made of",
    run,
    PATHS,
    (
        ("what is read", (*INPUT, UNIT)),
        ("how it is rendered", RENDERING),
        (
            "what is printed",
            (
                Option("--all", "also workloads that run no AI"),
                Option("--evidence", "say why: what role, exposure and impact were read from"),
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
)
