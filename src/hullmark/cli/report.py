"""``hullmark report``: everything about a system in one page, for a pull request or a reviewer."""

from __future__ import annotations

import argparse

from hullmark.cli import pipeline
from hullmark.cli.command import FILES, Command, Option
from hullmark.cli.inputs import named, nothing, read, titled, unread
from hullmark.cli.options import COMPLETE, HELP, INPUT, NO_PROGRESS, PATHS, PROFILE, QUIET, RENDERING, UNIT
from hullmark.cli.output import note
from hullmark.cli.scan import request
from hullmark.cli.targets import put
from hullmark.engine.attack.attack import attacks
from hullmark.report.picture.architecture import scene
from hullmark.report.picture.layout import LACKING, available
from hullmark.report.review import render


def run(options: argparse.Namespace) -> int:
    """Write the page."""
    plan = pipeline.plan(request(options))
    units = read(plan, options)
    result = plan.judge(units)
    if not result.architecture.resources:
        return nothing(units)
    found = tuple(attacks(result))
    scenes = [
        scene(attack, part.result, named(part.unit.title)) for attack, part in zip(found, result.parts, strict=True)
    ]
    title = options.title or titled([attack.unit.title for attack in found])
    if not available():
        note(f"the picture is left out: {'; '.join(LACKING)}")
    page = render(result, found, scenes, title)
    put(page, options, "the report")
    return unread(units)


COMMAND = Command(
    "report",
    "write one page for a reviewer: figures, what to do first, pictures, inventory, findings, paths",
    run,
    PATHS,
    (
        ("what is read", (*INPUT, UNIT)),
        ("how it is rendered", RENDERING),
        (
            "what is written",
            (
                PROFILE,
                Option("--baseline", "findings that are known and left out", "FILE", words=FILES),
                COMPLETE,
                Option("--output", "the page", "FILE", default="", words=FILES, short="-o"),
                Option("--title", "what stands above it", "TEXT"),
                NO_PROGRESS,
                QUIET,
                HELP,
            ),
        ),
    ),
    notes="The page opens offline, needs nothing else and prints. The picture in it needs the extra 'map'.",
)
