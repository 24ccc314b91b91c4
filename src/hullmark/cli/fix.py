"""``hullmark fix``: repairs, shown as a diff or written."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Iterator

from hullmark.cli import pipeline
from hullmark.cli.command import Command, Option
from hullmark.cli.inputs import nothing
from hullmark.cli.options import CHECK, COLOR, HELP, INPUT, NO_PROGRESS, PATHS, QUIET, RENDERING, SKIP, UNIT
from hullmark.cli.output import colored, note, replace, write
from hullmark.cli.progress import Progress
from hullmark.cli.scan import CLEAN, FINDINGS, request
from hullmark.engine.fix import Repair, repair
from hullmark.model.terms import Safety
from hullmark.report.diff import unified
from hullmark.report.visible import count, visible
from hullmark.sources.files import STDIN, contents
from hullmark.text.source import Source


def run(options: argparse.Namespace) -> int:
    """Repair what can be repaired; the exit code tells whether something could not be written."""
    gc.disable()
    # All checks run, so that the proof sees everything; the options only choose what is repaired.
    plan = pipeline.plan(request(options)._replace(only=frozenset(), skip=frozenset()))
    progress = Progress(enabled=not (options.quiet or options.no_progress))
    units = plan.read(progress)
    progress.clear()
    if not any(unit.reading.resources for unit in units):
        return nothing(units)
    # What is rendered cannot be edited, and what lies beside it does not depend on it.
    plain = [unit for unit in units if unit.reading.sources]
    if len(plain) < len(units) and not options.quiet:
        note(f"{count(len(units) - len(plain), 'rendered unit')} left out: what it is made of is for you to change")
    if not plain:
        return CLEAN
    sources = {source.name: source for unit in plain for source in unit.reading.sources}
    made = repair(
        {name: source.text for name, source in sources.items()},
        lambda texts: plan.judge([unit.changed(texts) for unit in plain]),
        lambda settled: settled.check not in options.skip and (not options.check or settled.check in options.check),
        Safety.UNSAFE if options.unsafe else Safety.SAFE,
    )
    changed = [(sources[name], text) for name, text in sorted(made.texts.items())]
    refused = list(_written(changed)) if options.write else []
    if not options.write:
        color = colored(options.color, sys.stdout)
        write("".join(unified(source.name, source.text, text, color=color) for source, text in changed))
    for reason in refused:
        note(reason)
    if not options.quiet:
        note("\n".join(_summary(made, len(changed) - len(refused), wrote=options.write)))
    return FINDINGS if refused else CLEAN


def _written(changed: list[tuple[Source, str]]) -> Iterator[str]:
    """Write the changed texts; gives the reason for each that was left alone."""
    for source, text in changed:
        name = visible(source.name)
        if source.name == STDIN:
            yield "standard input cannot be changed in place; leave out --write to see the diff"
        elif contents(source.name) != source.encode(source.text):
            yield f"'{name}' was changed by someone else meanwhile and is left alone; run the command again"
        else:
            try:
                replace(source.name, (source.encode(text),))
            except OSError as error:
                yield f"'{name}' cannot be written: {(error.strerror or str(error)).lower()}"


def _summary(made: Repair, files: int, *, wrote: bool) -> Iterator[str]:
    reasons: dict[str, int] = {}
    for declined in made.declined:
        reasons[declined.reason] = reasons.get(declined.reason, 0) + 1
    for reason, number in reasons.items():
        yield f"{number} left alone: {visible(reason)}"
    if not made.applied:
        yield "nothing to fix"
        return
    done = "repaired" if wrote else "can be repaired"
    proof = "a new scan proves it" if wrote else "--write does it"
    yield f"{count(len(made.applied), 'finding')} in {count(files, 'file')} {done}; {proof}"


COMMAND = Command(
    "fix",
    "repair findings, as a diff or in place",
    run,
    PATHS,
    (
        ("what is read", (*INPUT, UNIT)),
        ("how it is rendered", RENDERING),
        (
            "what is repaired",
            (
                CHECK._replace(help="repair only findings of this check"),
                SKIP._replace(help="leave findings of this check alone"),
                Option("--unsafe", "also make changes that need a human look afterwards"),
                Option("--write", "change the files instead of printing a diff"),
            ),
        ),
        ("what is printed", (COLOR, NO_PROGRESS, QUIET, HELP)),
    ),
    notes="A fix is kept only if a new scan finds it gone and nothing new; all other bytes of a file stay as they are.",
)
