"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import hullmark
from hullmark.checks.registry import checks

PROJECT = Path(__file__).parents[1]
SOURCES = sorted((PROJECT / "src").rglob("*.py"))
EVERYTHING = [f for part in ("src", "tests", "bench", "scripts") for f in sorted((PROJECT / part).rglob("*.py"))]

IN_NO_LIST = {
    "secret-in-manifest": "the third of the checks that S17 and T-27 are split into; those rows name it in their notes",
    **dict.fromkeys(
        ("cyclic-calls", "production-notebook", "single-point-of-failure", "unconfined-agent", "unversioned-api"),
        "about the architecture as a whole, which the lists of rows about single objects do not know",
    ),
}
"""Checks that no row of the catalogue leads to, with the reason."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def name(file: Path) -> str:
    return str(file.relative_to(PROJECT))


def test_files_are_short() -> None:
    lengths = {name(f): len(f.read_text().splitlines()) for f in EVERYTHING}
    assert {f: n for f, n in lengths.items() if n > 500} == {}


def public(node: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    """The public definitions in a module or class; a check is described by its module, which is its page."""
    for inner in node.body:
        if isinstance(inner, Definition) and not inner.name.startswith("_") and not is_check(inner):
            yield inner
            if isinstance(inner, ast.ClassDef):
                yield from public(inner)


def is_check(node: Definition) -> bool:
    calls = [d.func for d in node.decorator_list if isinstance(d, ast.Call)]
    return any(isinstance(f, ast.Name) and f.id == "check" for f in calls)


@pytest.mark.parametrize("file", SOURCES, ids=name)
def test_everything_public_says_what_it_is(file: Path) -> None:
    module = ast.parse(file.read_text())
    bare = [f"{d.lineno} {d.name}" for d in public(module) if not ast.get_docstring(d)]
    assert ast.get_docstring(module)
    assert bare == []


def test_the_public_interface_exists() -> None:
    modules = [import_module(m) for m in ("hullmark", "hullmark.sources")]
    for module in modules:
        for each in getattr(module, "__all__", ()):
            assert getattr(module, each) is not None
    assert "scan" in hullmark.__all__


def test_the_catalogue_and_the_checks_agree() -> None:
    with (PROJECT / "docs" / "catalogue.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    listed = {row["check id"] for row in rows}
    known = {check.id for check in checks()}

    assert listed - known == set()
    assert known - listed == set(IN_NO_LIST)
    assert [r for r in rows if not r["row"]] == []
