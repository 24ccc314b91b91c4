"""``hullmark simulate``: what happens when a part of the cluster fails."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from hullmark.cli import pipeline
from hullmark.cli.command import FILES, Command, Option, one_of
from hullmark.cli.options import COLOR, HELP, INPUT, NO_PROGRESS, PATHS, QUIET, RENDERING, UNIT
from hullmark.cli.output import colored, width, write
from hullmark.cli.progress import Progress
from hullmark.cli.scan import CLEAN, NOTHING, USAGE, request
from hullmark.cli.trouble import complain
from hullmark.graph.build import build
from hullmark.model.errors import HullmarkError
from hullmark.report import simulation as report
from hullmark.report import simulation_json
from hullmark.report import simulation_scenario as scenario_report
from hullmark.simulate.scenarios import SCENARIOS, NoTargetError
from hullmark.simulate.simulation import simulate

_FORMATS = ("terminal", "json")


def run(options: argparse.Namespace) -> int:
    """Simulate what was read, each deployable unit by itself, and print what comes of it."""
    if options.scenario == "list":
        write(scenario_report.listing(width(sys.stdout)))
        return CLEAN
    plan = pipeline.plan(request(options))
    topology = pipeline.source_of(options.topology) if options.topology else None
    rates = pipeline.source_of(options.rates) if options.rates else None
    begin = _day(options.start) if options.start else None
    progress = Progress(enabled=not (options.quiet or options.no_progress))
    units = plan.read(progress)
    progress.clear()
    found, missed = [], None
    for unit in units:
        architecture = build(unit.reading.resources)
        if any(not workload.template for workload in architecture.workloads):
            try:
                one = simulate(architecture, topology, rates, begin=begin, scenario=options.scenario or "")
            except NoTargetError as error:  # another unit may have it
                missed = error
            else:
                found.append((unit.title, one))
    if not found and missed is not None:
        raise missed
    if not found:
        complain(
            "nothing to simulate", HullmarkError("", "no workload was found; name files or folders that hold some")
        )
        return NOTHING
    if options.format == "json":
        write(simulation_json.as_json(found))
    elif options.scenario:
        write(scenario_report.render(found, color=colored(options.color, sys.stdout), width=width(sys.stdout)))
    else:
        write(report.render(found, color=colored(options.color, sys.stdout), width=width(sys.stdout)))
    unread = any(problem.severity == "error" for unit in units for problem in unit.reading.problems)
    return USAGE if unread else CLEAN


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise HullmarkError(f"--start: '{text}' is no day", "write year, month and day, such as 2026-12-01") from None


COMMAND = Command(
    "simulate",
    "show what stops when a node, a zone or a provider fails, and for how long",
    run,
    PATHS,
    (
        ("what is read", (*INPUT, UNIT)),
        (
            "what it runs on",
            (
                Option(
                    "--topology",
                    "zones, pools of nodes and control plane; else the Node objects of the scan, else made up to fit",
                    "FILE",
                    words=FILES,
                ),
                Option(
                    "--rates", "failures that you counted yourself, instead of the rates that ship", "FILE", words=FILES
                ),
                Option(
                    "--start", "the day on which training runs start whose topology says none, as 2026-12-01", "DAY"
                ),
                Option(
                    "--scenario",
                    f"only this failure, with its time line: {', '.join(SCENARIOS)}; 'list' says what they are",
                    "NAME[=TARGET]",
                    words=("list", *SCENARIOS),
                ),
            ),
        ),
        ("how it is rendered", RENDERING),
        (
            "what is printed",
            (
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
    notes="exit codes: 0 simulated, 2 usage or a mistake in a file, 3 our fault, 4 nothing to simulate",
)
