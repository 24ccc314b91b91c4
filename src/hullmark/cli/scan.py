"""``hullmark scan``: the main job."""

from __future__ import annotations

import argparse
import gc
from dataclasses import replace

from hullmark.cli import pipeline
from hullmark.cli.command import FILES, Command, Option, one_of
from hullmark.cli.inputs import no_object, read
from hullmark.cli.options import (
    CHECK,
    COLOR,
    COMPLETE,
    HELP,
    INPUT,
    NO_PROGRESS,
    PATHS,
    PROFILE,
    QUIET,
    RENDERING,
    SKIP,
    UNIT,
)
from hullmark.cli.output import note, write
from hullmark.cli.targets import FORMATS, deliver, save, target, targets
from hullmark.cli.trouble import NOTHING, OUR_FAULT, USAGE
from hullmark.engine import baseline
from hullmark.engine.profiles import THRESHOLDS
from hullmark.engine.result import Result
from hullmark.model.terms import Outcome, Severity
from hullmark.report.sources import listing
from hullmark.sources.unit import Rendering

CLEAN, FINDINGS = 0, 1
"""Exit codes of a scan that went well; the others are those of `hullmark.cli.trouble`."""


def run(options: argparse.Namespace) -> int:
    """Scan, report, and give the exit code."""
    # Nearly all that is made here is kept to the end, so there is nothing for the collector to find.
    gc.disable()
    wanted = targets(options.format, options.output)
    plan = pipeline.plan(request(options))
    units = read(plan, options)
    if options.list_sources:
        write(listing(units))
        return CLEAN if any(unit.reading.resources for unit in units) else NOTHING
    result = plan.judge(units)
    if options.write_baseline:
        save(options.write_baseline, baseline.write(result.findings))
        _note(options, f"the baseline '{options.write_baseline}' knows {len(result.findings)} findings now")
    shown = _at_least(result, options.min_severity)
    for one in wanted:
        deliver(shown, one, color=options.color, complete=options.all)
        if one.file:
            _note(options, f"{one.format} report written to '{one.file}'")
    gc.freeze()
    if options.write_baseline and not _failed(result):
        return CLEAN
    unchecked = plan.terms.settings.fail_on_unchecked or options.fail_on_unchecked
    return exit_code(result, fail_on_unchecked=unchecked)


def request(options: argparse.Namespace) -> pipeline.Request:
    """What the options of a command that scans ask for."""
    given = vars(options)
    return pipeline.Request(
        paths=tuple(options.argument),
        exclude=tuple(options.exclude),
        config=options.config or "",
        profile=given.get("profile") or "",
        fail_on=given.get("fail_on") or "",
        baseline=given.get("baseline") or "",
        only=frozenset(given.get("check") or ()),
        skip=frozenset(given.get("skip") or ()),
        rendering=Rendering(
            helm=options.helm or "",
            cached=not options.no_cache,
            values=tuple(options.values),
            settings=tuple(options.set),
            namespace=options.namespace or "",
            release_name=options.release_name or "",
            kube_version=options.kube_version or "",
            api_versions=tuple(options.api_versions),
        ),
        unit=options.unit or "",
        complete=bool(given.get("complete")),
    )


def exit_code(result: Result, *, fail_on_unchecked: bool = False) -> int:
    """What a result means for whoever called; complains where nothing could be looked at."""
    if _failed(result):
        return OUR_FAULT
    unread = any(p.severity == "error" for p in result.problems)
    if not result.architecture.resources and not unread:
        return no_object()
    if any(s.gates for s in result.findings):
        return FINDINGS
    # A document that cannot be read was not checked, so the run was not clean; the diagnostic says what to mend.
    return USAGE if unread or (fail_on_unchecked and result.not_checked) else CLEAN


def _failed(result: Result) -> bool:
    return any(v.outcome is Outcome.ERROR for v in result.undecided)


def _at_least(result: Result, severity: str | None) -> Result:
    """The result without findings below a severity; the exit code does not depend on it."""
    if severity is None:
        return result
    lowest = Severity[severity.upper()]
    return replace(result, findings=tuple(s for s in result.findings if s.severity >= lowest))


def _note(options: argparse.Namespace, text: str) -> None:
    if not options.quiet:
        note(text)


LIST_SOURCES = Option("--list-sources", "say what was found, what each is and how it was read, and stop")

_SEVERITIES = tuple(s.word for s in Severity)

COMMAND = Command(
    "scan",
    "find where AI workloads fall short of best practice",
    run,
    PATHS,
    (
        ("what is read", (*INPUT, UNIT, LIST_SOURCES)),
        ("how it is rendered", RENDERING),
        (
            "what is checked",
            (
                CHECK,
                SKIP,
                COMPLETE,
                PROFILE,
                Option(
                    "--fail-on",
                    f"{', '.join(THRESHOLDS)}: the least severity that decides the exit code, instead of the profile's",
                    "SEVERITY",
                    one_of("severity", tuple(THRESHOLDS)),
                    words=tuple(THRESHOLDS),
                ),
                Option("--fail-on-unchecked", "exit with 2 if something could not be checked"),
                Option("--baseline", "findings that are known and do not count", "FILE", words=FILES),
                Option("--write-baseline", "write all findings of this scan into a baseline", "FILE", words=FILES),
            ),
        ),
        (
            "what is printed",
            (
                Option(
                    "--format",
                    f"{', '.join(FORMATS)}; with =FILE into a file",
                    "FORMAT[=FILE]",
                    target,
                    many=True,
                    words=FORMATS,
                    short="-f",
                ),
                Option(
                    "--output", "the file for the one format that has none", "FILE", default="", words=FILES, short="-o"
                ),
                Option(
                    "--min-severity",
                    "leave out findings below this severity; the exit code stays the same",
                    "SEVERITY",
                    one_of("severity", _SEVERITIES),
                    words=_SEVERITIES,
                ),
                Option("--all", "also show every place, what is waived, and what the baseline knows"),
                COLOR,
                NO_PROGRESS,
                QUIET,
                HELP,
            ),
        ),
    ),
    notes="exit codes: 0 clean, 1 findings that count, 2 usage or configuration, 3 our fault, 4 nothing to scan",
)
