"""``hullmark simulate``: what happens when a part of the cluster fails."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from importlib.util import find_spec

from hullmark.cli import pipeline
from hullmark.cli.command import FILES, Command, Option, one_of
from hullmark.cli.inputs import read, titled, unread
from hullmark.cli.options import COLOR, HELP, INPUT, NO_PROGRESS, PATHS, QUIET, RENDERING, UNIT
from hullmark.cli.output import colored, note, width, write
from hullmark.cli.paths import positive
from hullmark.cli.progress import Progress
from hullmark.cli.scan import CLEAN, request
from hullmark.cli.targets import put
from hullmark.cli.trouble import NOTHING, complain
from hullmark.graph.build import build
from hullmark.model.architecture import Architecture
from hullmark.model.errors import HullmarkError
from hullmark.report import simulation as report
from hullmark.report import simulation_json
from hullmark.report import simulation_scenario as scenario_report
from hullmark.simulate.overlap.answers import TRIALS, Notice
from hullmark.simulate.scenarios import SCENARIOS, NoTargetError, scenario
from hullmark.simulate.simulation import Chance, Simulation, simulate
from hullmark.simulate.standing import SEED
from hullmark.sources.files import STDIN

_FORMATS = ("terminal", "json", "html")


def run(options: argparse.Namespace) -> int:
    """Simulate what was read, each deployable unit by itself, and print what comes of it."""
    if options.scenario == "list":
        write(scenario_report.listing(width(sys.stdout)))
        return CLEAN
    plan = pipeline.plan(request(options))
    given = (options.topology, options.rates, options.slo)
    if [*options.argument, *given].count(STDIN) > 1:
        raise HullmarkError("'-' stands for two inputs, and can be read once", "put one of them into a file")
    topology, rates, promised = (None if name is None else pipeline.source_of(name) for name in given)
    begin, asked = options.start, options.scenario or ""
    if asked and options.years:
        raise HullmarkError("--years: one scenario by itself has no years", "leave out --scenario or --years")
    units = read(plan, options)
    progress = Progress(enabled=not (options.quiet or options.no_progress))
    chance = _chance(options, progress) if not options.scenario else None
    declared = plan.terms.settings.declarations
    found = _simulated(
        [(unit.title, build(unit.reading.resources, declared=declared)) for unit in units],
        lambda arch: simulate(
            arch,
            topology,
            rates,
            promised,
            begin=begin,
            scenario=asked,
            chance=chance,
            crowded=options.allow_pending,
        ),
    )
    progress.clear()
    if not found and (code := unread(units)):
        return code
    if not found:
        complain(
            "nothing to simulate", HullmarkError("", "no workload was found; name files or folders that hold some")
        )
        return NOTHING
    _deliver(found, options)
    return unread(units)


def _chance(options: argparse.Namespace, progress: Progress) -> Chance:
    """What is drawn, and how many years are simulated; the bar counts the one and then the other."""

    def counted(of: str) -> Notice:
        def told(done: int, total: int) -> None:
            progress.of = of
            progress(done, total)

        return told

    trials = options.trials if _drawable() else 0
    return Chance(options.seed, trials, counted("states"), options.years, counted("years"))


def _simulated(
    units: Sequence[tuple[str, Architecture]], one: Callable[[Architecture], Simulation]
) -> list[tuple[str, Simulation]]:
    """What is simulated, unit by unit.

    Raises:
        NoTargetError: no unit has what a scenario names.
    """
    found, missed = [], None
    for title, architecture in units:
        if any(not workload.template for workload in architecture.workloads):
            try:
                found.append((title, one(architecture)))
            except NoTargetError as error:  # another unit may have it
                missed = error
    if not found and missed is not None:
        raise missed
    return found


def _deliver(found: Sequence[tuple[str, Simulation]], options: argparse.Namespace) -> None:
    file = "" if options.output == "-" else options.output
    wanted = options.format or {"html": "html", "json": "json"}.get(file.rpartition(".")[2], "terminal")
    if wanted == "html":
        from hullmark.report.simulation_page.page import render

        title = options.title or f"What happens when a part of {titled([unit for unit, _ in found])} fails"
        text = render(found, title)
    elif wanted == "json":
        text = simulation_json.as_json(found)
    else:
        shown = options.color == "always" if file else colored(options.color, sys.stdout)
        room = 100 if file else width(sys.stdout)
        if options.scenario:
            text = scenario_report.render(found, color=shown, width=room)
        else:
            text = report.render(found, color=shown, width=room, brief=options.brief)
    put(text, options, "the simulation")


def _day(text: str) -> date:
    """A day.

    Raises:
        HullmarkError: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise HullmarkError(f"'{text}' is no day", "write year, month and day, such as 2026-12-01") from None


def _scenario(text: str) -> str:
    """What ``--scenario`` may name, or *list*.

    Raises:
        HullmarkError: there is no such scenario.
    """
    if text != "list":
        scenario(text)
    return text


MOST_TRIALS = 10_000_000
"""More draws than this only cost memory and time: intervals shrink by their root."""


MOST_YEARS = 100_000
"""More years than this say nothing that rates of years ago could."""


def _up_to(most: int) -> Callable[[str], int]:
    """A parser of numbers from 1 to so many."""

    def parsed(word: str) -> int:
        found = positive(word)
        if found > most:
            raise HullmarkError(f"'{word}' is too many", f"at most {most}")
        return found

    return parsed


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
    if find_spec("numpy") is None:
        note("failures that overlap are counted with numpy and are left out: pip install 'hullmark[simulate]'")
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
                    "--allow-pending",
                    "simulate a topology that has no room for all pods, instead of telling what would hold them",
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
                Option(
                    "--start",
                    "the day on which training runs start whose topology says none, as 2026-12-01",
                    "DAY",
                    _day,
                ),
                Option(
                    "--scenario",
                    f"only this failure, with its time line: {', '.join(SCENARIOS)}; 'list' says what they are",
                    "NAME[=TARGET]",
                    _scenario,
                    words=("list", *SCENARIOS),
                ),
            ),
        ),
        (
            "how failures that overlap are drawn",
            (
                Option(
                    "--seed", "where random numbers begin; the same seed gives the same output", "NUMBER", _seed, SEED
                ),
                Option(
                    "--trials",
                    "states that are drawn; more make intervals narrower",
                    "NUMBER",
                    _up_to(MOST_TRIALS),
                    TRIALS,
                ),
                Option(
                    "--years",
                    "simulate so many years event by event too: a second failure then finds only the room that the first has left",
                    "NUMBER",
                    _up_to(MOST_YEARS),
                    0,
                ),
            ),
        ),
        ("how it is rendered", RENDERING),
        (
            "what is printed",
            (
                Option(
                    "--format",
                    f"{', '.join(_FORMATS)} (one page that opens offline): instead of what the file's name says",
                    "FORMAT",
                    one_of("format", _FORMATS),
                    words=_FORMATS,
                    short="-f",
                ),
                Option(
                    "--output",
                    "where it goes; a name that ends in .html or .json says the format",
                    "FILE",
                    default="",
                    words=FILES,
                    short="-o",
                ),
                Option("--title", "what stands above the page", "TEXT"),
                Option("--brief", "the summary and what to change first, no more; in the terminal"),
                COLOR,
                NO_PROGRESS,
                QUIET,
                HELP,
            ),
        ),
    ),
    notes="Pages need the extra 'simulate': pip install 'hullmark[simulate]'.\n"
    "exit codes: 0 simulated, 2 usage or a mistake in a file, 3 our fault, 4 nothing to simulate",
)
