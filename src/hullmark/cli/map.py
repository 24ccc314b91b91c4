"""``hullmark map``: a picture of the architecture."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module

from hullmark.cli import pipeline
from hullmark.cli.command import FILES, Command, Option, one_of
from hullmark.cli.inputs import named, nothing, read, titled, unread
from hullmark.cli.options import HELP, INPUT, NO_PROGRESS, PATHS, QUIET, RENDERING, UNIT
from hullmark.cli.paths import positive
from hullmark.cli.scan import request
from hullmark.cli.targets import put
from hullmark.engine.attack.attack import attacks
from hullmark.model.component import Graph
from hullmark.model.errors import HullmarkError
from hullmark.report.picture import plain
from hullmark.report.picture.architecture import scene, side_by_side
from hullmark.report.picture.scene import Path, Scene

FORMATS = {"svg": "svg", "html": "html", "mmd": "mermaid", "dot": "dot", "json": "plain"}
"""The formats by the suffix of a file; each is a module of `hullmark.report.picture` with a function ``render``."""

_THEMES = ("auto", "light", "dark")


def run(options: argparse.Namespace) -> int:
    """Draw the architecture."""
    suffix = options.format or _suffix(options.output)
    plan = pipeline.plan(request(options))
    units = read(plan, options)
    result = plan.judge(units)
    if not result.architecture.resources:
        return nothing(units)
    found = list(attacks(result))
    scenes = [
        scene(attack, part.result, named(part.unit.title)) for attack, part in zip(found, result.parts, strict=True)
    ]
    title = options.title or titled([attack.unit.title for attack in found])
    graphs = [(attack.unit.title, attack.graph) for attack in found]
    drawn = _drawn(side_by_side([s for s in scenes if s.tiles] or scenes, title), suffix, options, graphs)
    put(drawn, options, "the picture")
    return unread(units)


def _suffix(file: str | None) -> str:
    suffix = (file or "").rpartition(".")[2]
    if not file or file == "-":
        return "svg"
    return one_of("format", tuple(FORMATS))(suffix)


def _drawn(picture: Scene, suffix: str, options: argparse.Namespace, graphs: Sequence[tuple[str, Graph]]) -> str:
    module = import_module(f"hullmark.report.picture.{FORMATS[suffix]}")
    if suffix == "json":
        return plain.render(picture, graphs)
    path = _path(picture, options.path) if options.path else None
    drawn: str = module.render(picture, theme=options.theme, path=path) if suffix == "svg" else module.render(picture)
    return drawn


def _path(picture: Scene, number: int) -> Path:
    if number > len(picture.paths):
        there = f"there are {len(picture.paths)}" if picture.paths else "there is none"
        raise HullmarkError(f"there is no attack path {number}", f"{there}; `hullmark paths` lists them")
    return picture.paths[number - 1]


COMMAND = Command(
    "map",
    "draw the architecture: what calls, reads, loads and exposes what, and what was found on it",
    run,
    PATHS,
    (
        ("what is read", (*INPUT, UNIT)),
        ("how it is rendered", RENDERING),
        (
            "what is drawn",
            (
                Option(
                    "--output",
                    "where the picture goes; .svg, .html (interactive), .mmd (Mermaid), .dot or .json",
                    "FILE",
                    default="",
                    words=FILES,
                    short="-o",
                ),
                Option(
                    "--format",
                    f"{', '.join(FORMATS)}: instead of what the file's name says",
                    "FORMAT",
                    one_of("format", tuple(FORMATS)),
                    words=tuple(FORMATS),
                    short="-f",
                ),
                Option("--title", "what stands above the picture", "TEXT"),
                Option(
                    "--theme",
                    "auto (what the reader's system wants), light or dark; for svg",
                    "THEME",
                    one_of("theme", _THEMES),
                    "auto",
                    words=_THEMES,
                ),
                Option("--path", "highlight this attack path; for svg", "N", positive),
                NO_PROGRESS,
                QUIET,
                HELP,
            ),
        ),
    ),
    notes="Pictures need the extra 'map': pip install 'hullmark[map]'.",
)
