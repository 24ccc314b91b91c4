"""``hullmark simulate``: what happens when a part of the cluster fails."""

from __future__ import annotations

import argparse
import sys

from hullmark.cli import pipeline
from hullmark.cli.command import FILES, Command, Option, one_of
from hullmark.cli.options import COLOR, HELP, INPUT, NO_PROGRESS, PATHS, QUIET, RENDERING, UNIT
from hullmark.cli.output import colored, note, width, write
from hullmark.cli.paths import positive
from hullmark.cli.progress import Progress
from hullmark.cli.scan import CLEAN, NOTHING, USAGE, request
from hullmark.cli.trouble import complain
from hullmark.graph.build import build
from hullmark.model.errors import HullmarkError
from hullmark.report import simulation as report
from hullmark.report import simulation_json
from hullmark.simulate.overlap.states import TRIALS
from hullmark.simulate.overlap.table import library
from hullmark.simulate.simulation import Chance, simulate
from hullmark.simulate.standing import SEED

_FORMATS = ("terminal", "json")


def run(options: argparse.Namespace) -> int:
    """Simulate what was read, each deployable unit by itself, and print what comes of it."""
    plan = pipeline.plan(request(options))
    topology = pipeline.source_of(options.topology) if options.topology else None
    rates = pipeline.source_of(options.rates) if options.rates else None
    promised = pipeline.source_of(options.slo) if options.slo else None
    progress = Progress(enabled=not (options.quiet or options.no_progress))
    units = plan.read(progress)
    progress.clear()
    progress.of = "states"
    chance = Chance(options.seed, options.trials, progress) if _drawable() else None
    found = []
    for unit in units:
        architecture = build(unit.reading.resources)
        if any(not workload.template for workload in architecture.workloads):
            found.append((unit.title, simulate(architecture, topology, rates, promised, chance=chance)))
    progress.clear()
    if not found:
        complain(
            "nothing to simulate", HullmarkError("", "no workload was found; name files or folders that hold some")
        )
        return NOTHING
    if options.format == "json":
        write(simulation_json.as_json(found))
    else:
        write(report.render(found, color=colored(options.color, sys.stdout), width=width(sys.stdout)))
    unread = any(problem.severity == "error" for unit in units for problem in unit.reading.problems)
    return USAGE if unread else CLEAN


MOST_TRIALS = 10_000_000
"""More draws than this only cost memory and time: intervals shrink by their root."""


def _trials(word: str) -> int:
    """How many states to draw.

    Raises:
        HullmarkError: it is none.
    """
    found = positive(word)
    if found > MOST_TRIALS:
        raise HullmarkError(f"'{word}' is too many", f"at most {MOST_TRIALS}")
    return found


def _seed(word: str) -> int:
    """Where random numbers begin.

    Raises:
        HullmarkError: it is no whole number.
    """
    if not (word.isascii() and word.isdigit() and len(word) <= 18):
        raise HullmarkError(f"'{word}' is no seed", "write a whole number of at most 18 digits")
    return int(word)


def _drawable() -> bool:
    """Whether numpy is there; without it failures that overlap are left out, and that is said."""
    try:
        library()
    except HullmarkError as error:
        note(f"{error.message} and are left out: {error.hint}")
        return False
    return True


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
                    "--slo",
                    "objectives, journeys through several services and what each of them depends on",
                    "FILE",
                    words=FILES,
                ),
            ),
        ),
        (
            "how failures that overlap are drawn",
            (
                Option(
                    "--seed", "where random numbers begin; the same seed gives the same output", "NUMBER", _seed, SEED
                ),
                Option("--trials", "states that are drawn; more make intervals narrower", "NUMBER", _trials, TRIALS),
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
