"""The written charts (``tests/data/helm``) and what is expected of them.

Each line on which a finding is expected says so in a comment, ``# finding: check-id; check-id``, in a template
``{{- /* finding: check-id */}}``, with ``[values-prod.yaml]`` behind it where only that variant has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from hullmark.checks.registry import checks
from hullmark.engine.run import evaluate
from hullmark.graph.build import build
from hullmark.model.finding import Finding
from hullmark.sources.helm import HelmOptions, render
from hullmark.sources.tools import Tools
from hullmark.sources.unit import Unit

CHARTS = Path(__file__).parents[1] / "tests" / "data" / "helm"
NAMES = tuple(sorted(path.name for path in CHARTS.iterdir()))

_NOTE = re.compile(r"finding: ([^\[\]*#\n]+?)(?: \[([^\]]+)\])?(?: \*/| #|\s*$)")


class Spot(NamedTuple):
    """A finding: its check, the line it points at, and the variant that has it."""

    check: str
    file: str
    line: int
    variant: str

    @property
    def in_values(self) -> bool:
        """Whether it points at a file of values."""
        return Path(self.file).name.startswith("values")


def expected(chart: Path, variants: Iterable[str]) -> set[Spot]:
    """What the comments in a chart's files say."""
    found = set()
    for path in chart.rglob("*"):
        for number, line in enumerate(path.read_text().splitlines() if path.is_file() else (), 1):
            for note in _NOTE.finditer(line):
                for variant in (note[2],) if note[2] else variants:
                    found |= {Spot(check, str(path), number, variant) for check in note[1].split("; ")}
    return found


TRACKED = frozenset(spot.check for name in NAMES for spot in expected(CHARTS / name, ("",)))
"""The checks that any chart names; of these every finding has to be expected."""


def findings(unit: Unit) -> Iterator[tuple[str, Finding]]:
    """The findings of all checks on a unit."""
    for judged in evaluate(build(unit.reading.resources), checks()).judged:
        for finding in judged.verdict.findings:
            yield judged.verdict.check, finding


def actual(units: Iterable[Unit]) -> set[Spot]:
    """Where the tracked checks point."""
    return {
        Spot(check, finding.at.source.name, finding.at.line, unit.variant)
        for unit in units
        for check, finding in findings(unit)
        if check in TRACKED
    }


def rendered(name: str, tools: Tools) -> tuple[Unit, ...]:
    """The units of a written chart."""
    return tuple(render(str(CHARTS / name), HelmOptions(), tools))
