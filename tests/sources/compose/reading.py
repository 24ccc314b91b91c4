"""Projects written in tests, and what is read of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

from hullmark.graph.build import build
from hullmark.model.architecture import Architecture
from hullmark.model.workload import Workload
from hullmark.sources.compose import read_project
from hullmark.sources.unit import Unit
from hullmark.text.source import Place
from hullmark.text.tree import Node


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files of a project."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))


def project(folder: Path, text: str, files: Mapping[str, str] | None = None, *over: str) -> Unit:
    """The project of a Compose file, other files beside it, and files that are merged over it."""
    write(folder, {"compose.yaml": text, **(files or {})})
    return read_project([str(folder / name) for name in ("compose.yaml", *over)])


def service(folder: Path, fields: str, files: Mapping[str, str] | None = None) -> Unit:
    """A project with one service, ``a``, of these fields."""
    indented = "\n".join(f"    {line}" for line in dedent(fields).strip().splitlines())
    return project(folder, f"services:\n  a:\n    image: a:1.2.3\n{indented}\n", files)


def node(unit: Unit, name: str = "a") -> Node:
    """The object of a service."""
    return next(r.node for r in unit.reading.resources if r.ref.name == name and r.ref.kind == "ComposeService")


CONTAINER = ("spec", "template", "spec", "containers", 0)
POD = ("spec", "template", "spec")


def container(unit: Unit, *keys: str | int, name: str = "a") -> Any:
    """A value of a service's container."""
    return node(unit, name).get(*CONTAINER, *keys)


def pod(unit: Unit, *keys: str | int, name: str = "a") -> Any:
    """A value of a service's pod."""
    return node(unit, name).get(*POD, *keys)


def written(place: Place) -> str:
    """What stands at a place, and where: ``compose.yaml:3 text``."""
    return f"{Path(place.source.name).name}:{place.line} {place.source.text[slice(*place.span)]}"


def spoken(unit: Unit) -> str:
    """All messages of a unit."""
    found = [f"{Path(p.place.source.name).name}:{p.place.line} {p.message}" for p in unit.reading.problems]
    found += [f"{Path(n.file).name}:{n.line} {n.reason}" for n in unit.reading.not_checked]
    return "\n".join(found)


def architecture(unit: Unit) -> Architecture:
    """What a unit makes."""
    return build(unit.reading.resources)


def workload(unit: Unit, name: str = "a") -> Workload:
    """A service as it is recognised."""
    return next(w for w in architecture(unit).workloads if w.name == name)
