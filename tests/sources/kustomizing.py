"""The kustomizations of the tests, built once, and what is looked at in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hullmark.checks.registry import checks
from hullmark.engine.run import verdicts
from hullmark.graph.build import build as architecture
from hullmark.model.finding import Finding
from hullmark.sources.kustomize.roots import roots
from hullmark.sources.unit import Unit
from hullmark.text.tree import Map, Node, Seq

DATA = Path(__file__).parents[1] / "data" / "kustomize"

CASES = ("merge", "json", "images", "generators", "components", "nested", "replacements")
"""The folders whose kustomizations build."""

MARK = re.compile(r"# finding: ([\w -]+)$")


def folders(case: str) -> tuple[str, ...]:
    """The kustomizations of a case that are to be built, relative to the data."""
    return roots(sorted(str(file.relative_to(DATA)) for file in (DATA / case).rglob("kustomization.y*ml"))).roots


def marked(case: str) -> set[tuple[str, int, str]]:
    """The findings that the files of a case announce: file, line and check."""
    expected = set()
    for file in (DATA / case).rglob("*"):
        for number, line in enumerate(file.read_text().splitlines() if file.is_file() else (), 1):
            if found := MARK.search(line):
                expected |= {(str(file.relative_to(DATA)), number, check) for check in found[1].split()}
    return expected


def findings(unit: Unit) -> Iterator[tuple[str, Finding]]:
    """The findings of all checks on a unit."""
    for verdict in verdicts(architecture(unit.reading.resources), checks()):
        for finding in verdict.findings:
            yield verdict.check, finding


def leaves(node: Node) -> Iterator[Node]:
    """The plain values in a node."""
    if isinstance(node.value, (Map, Seq)):
        for child in node.children():
            yield from leaves(child)
    else:
        yield node


def put(root: Path, files: dict[str, str]) -> None:
    """Write files."""
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
