"""How well findings in charts are traced to the lines that their owners can edit. Run: ``make bench-tracing``.

For each written chart, and for charts named on the command line, it says how many findings of all checks point at values, at
the exact line of a template, and at the nearest thing that is there; for the written ones also how many of the
expected lines were hit, and how many wrong ones.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter
from typing import NamedTuple
from unittest import mock

from charted import CHARTS, NAMES, actual, expected, findings

from hullmark.sources.helm import HelmOptions, render
from hullmark.sources.process import run
from hullmark.sources.tools import Tools, find_tools


class Figures(NamedTuple):
    """Counts of one chart."""

    seconds: float
    runs: int
    values: int
    templates: int
    near: int
    in_values: int
    hit_values: int
    in_templates: int
    hit_templates: int
    wrong: int


def main() -> None:
    tools = find_tools(path=str(Path(__file__).parents[1] / ".tools" / "bin"))
    charts = [CHARTS / name for name in NAMES] + [Path(name) for name in sys.argv[1:]]
    print(f"{'chart':>24}  seconds  runs   values  template  nearest   of expected in values, templates; wrong")
    rows = []
    for chart in charts:
        row = measure(chart, tools)
        rows.append(row)
        _print(chart.name, row)
    _print("all", Figures(*map(sum, zip(*rows, strict=True))))


def _print(name: str, row: Figures) -> None:
    hit = f"{row.hit_values}/{row.in_values}, {row.hit_templates}/{row.in_templates}; {row.wrong}"
    seen = f"{row.values:7}  {row.templates:8}  {row.near:7}"
    print(f"{name:>24}  {row.seconds:7.2f}  {row.runs:4}  {seen}   {hit if row.in_values else ''}", flush=True)


def measure(chart: Path, tools: Tools) -> Figures:
    """Render a chart and look where its findings point."""
    with mock.patch("hullmark.sources.helm.command.run", wraps=run) as runs:
        start = perf_counter()
        units = list(render(str(chart), HelmOptions(), tools))
        seconds = perf_counter() - start
    places = [finding.at for unit in units for _, finding in findings(unit)]
    wanted = expected(chart, [unit.variant for unit in units]) if chart.parent == CHARTS else set()
    found = actual(units) if wanted else set()
    in_values = {spot for spot in wanted if spot.in_values}
    return Figures(
        seconds,
        runs.call_count,
        sum(place.via is not None for place in places),
        sum(place.via is None and place.exact for place in places),
        sum(place.via is None and not place.exact for place in places),
        len(in_values),
        len(in_values & found),
        len(wanted - in_values),
        len((wanted - in_values) & found),
        len(found - wanted),
    )


if __name__ == "__main__":
    main()
