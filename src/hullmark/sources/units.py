"""Reads everything that is to be scanned, by deployable unit."""

from __future__ import annotations

import os
from collections.abc import Sequence

from hullmark.model.finding import NotChecked
from hullmark.sources.discovery import is_rendered, lay_out
from hullmark.sources.files import File, find
from hullmark.sources.reading import Progress, Reading, read_files
from hullmark.sources.unit import Rendering, Unit
from hullmark.sources.valuefiles import Shelf
from hullmark.text.source import Problem


def units(
    paths: Sequence[str], exclude: Sequence[str], rendering: Rendering, progress: Progress | None = None
) -> tuple[Unit, ...]:
    """The units these paths lead to, rendered where they have to be; manifests come first.

    Args:
        paths: files, folders, globs, and ``-`` for standard input.
        exclude: patterns of what to leave out, in the syntax of `hullmark.sources.ignore`.
        rendering: how charts and kustomizations are rendered.
        progress: is told how far reading has got.

    Raises:
        HullmarkError: a path does not exist, or the helm that was asked for cannot be run.
    """
    found = list(find(paths, exclude))
    shelf = Shelf(item.name for item in found if isinstance(item, File))
    return tuple(
        unit._replace(reading=unit.reading.mapped(shelf.lent)) for unit in _units(found, paths, rendering, progress)
    )


def _units(
    found: Sequence[File | NotChecked | Problem], paths: Sequence[str], rendering: Rendering, progress: Progress | None
) -> tuple[Unit, ...]:
    name = os.path.normpath(paths[0]) if len(paths) == 1 else "manifests"
    if not is_rendered(found) and not rendering.helm:
        return (Unit(name, "manifests", read_files(found, progress)),)
    from hullmark.sources.rendered import rendered, tools

    ready = tools(rendering)
    layout = lay_out(found, kustomize=bool(ready.kustomize))
    # What is scanned as a whole may refer to itself; files that were named one by one stay in their folders.
    root = paths[0] if len(paths) == 1 and os.path.isdir(paths[0]) else ""
    others = tuple(rendered(layout, rendering, ready, root))
    plain = Unit(name, "manifests", read_files(layout.rest, progress))
    return (plain, *others) if not others or _says(plain.reading) else others


def _says(reading: Reading) -> bool:
    """Whether there is anything to tell of it."""
    return bool(reading.resources or reading.not_checked or reading.problems)
