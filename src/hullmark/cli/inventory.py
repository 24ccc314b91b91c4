"""``hullmark inventory``: which AI workloads there are."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator

from hullmark.cli import pipeline
from hullmark.cli.command import Command, Option, one_of
from hullmark.cli.options import COLOR, HELP, INPUT, NO_PROGRESS, PATHS, QUIET
from hullmark.cli.output import colored, write
from hullmark.cli.progress import Progress
from hullmark.cli.scan import CLEAN, exit_code, request
from hullmark.graph.build import build
from hullmark.model.architecture import Architecture
from hullmark.model.workload import Replicas, Workload
from hullmark.report.snippet import address
from hullmark.report.style import Paint, painter
from hullmark.report.visible import cells, count, fit, visible
from hullmark.report.workloads import models, together, workloads

SCHEMA = "hullmark.inventory/v1"
_FORMATS = ("terminal", "json")
_TITLES = ("workload", "namespace", "role", "engine", "models", "accelerators", "replicas", "exposure", "impact")


def run(options: argparse.Namespace) -> int:
    """List the workloads."""
    plan = pipeline.plan(request(options))
    progress = Progress(enabled=not (options.quiet or options.no_progress))
    reading = plan.read(progress)
    progress.clear()
    if not reading.resources:
        return exit_code(plan.judge(reading))
    arch = build(reading.resources)
    chosen = [w for w in arch.workloads if options.all or w.is_ai]
    if options.format == "json":
        plain = {"schema": SCHEMA, "workloads": workloads(arch, chosen)}
        write(json.dumps(plain, indent=2, ensure_ascii=False) + "\n")
    else:
        paint = painter(color=colored(options.color, sys.stdout))
        write("".join(f"{line}\n" for line in _table(arch, chosen, paint, evidence=options.evidence)))
    return CLEAN


def _table(arch: Architecture, chosen: list[Workload], paint: Paint, *, evidence: bool) -> Iterator[str]:
    rows = [_row(arch, w) for w in chosen]
    if rows:
        widths = [max(map(cells, column)) for column in zip(_TITLES, *rows, strict=True)]
        yield paint(_line(_TITLES, widths), "strong")
        for workload, row in zip(chosen, rows, strict=True):
            yield _line(row, widths)
            if evidence:
                yield from _evidence(arch, workload, paint)
        yield ""
    others = len(arch.workloads) - len(chosen)
    rest = f"; {others} more run no AI (--all shows them)" if others else ""
    yield f"{count(len(chosen), 'workload')} in {count(len(arch.resources), 'resource')}{rest}"


def _line(row: Iterable[str], widths: Iterable[int]) -> str:
    return "  ".join(fit(text, room) for text, room in zip(row, widths, strict=True)).rstrip()


def _row(arch: Architecture, workload: Workload) -> tuple[str, ...]:
    found = models(workload)
    more = f" +{len(found) - 1}" if len(found) > 1 else ""
    return (
        visible(f"{workload.ref.kind}/{workload.name}"),
        visible(workload.namespace) or "-",
        workload.role.value,
        workload.engine or "-",
        f"{visible(found[0].id)}{more}" if found else "-",
        _accelerators(workload),
        _replicas(together(arch, workload)),
        arch.exposure(workload).reach.word,
        arch.impact(workload).impact.word,
    )


def _accelerators(workload: Workload) -> str:
    names = dict.fromkeys(a.resource.rpartition("/")[2] for c in workload.containers for a in c.accelerators)
    if not names:
        return "-"
    total = workload.accelerator_total
    return visible(f"{'?' if total is None else total} {', '.join(names)}")


def _replicas(replicas: Replicas) -> str:
    least, most = ("?" if n is None else str(n) for n in (replicas.least, replicas.most))
    return least if least == most else f"{least}-{most}"


def _evidence(arch: Architecture, workload: Workload, paint: Paint) -> Iterator[str]:
    for item in workload.evidence:
        where = f" ({address(item.place)})" if item.place is not None else ""
        yield paint(f"    role: {visible(item.text)}{where}", "faint")
    for hop in arch.exposure(workload).path:
        yield paint(f"    exposure: {visible(hop.text)} ({address(hop.place)})", "faint")
    for reason in arch.impact(workload).reasons:
        yield paint(f"    impact: {visible(reason)}", "faint")


COMMAND = Command(
    "inventory",
    "list the AI workloads and what they are made of",
    run,
    PATHS,
    (
        ("what is read", INPUT),
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
