"""Reads everything that is to be scanned, by deployable unit."""

from __future__ import annotations

import os
from collections.abc import Sequence

from hullmark.sources.files import find
from hullmark.sources.reading import Progress, read_files
from hullmark.sources.unit import Rendering, Unit


def units(
    paths: Sequence[str], exclude: Sequence[str], rendering: Rendering, progress: Progress | None = None
) -> tuple[Unit, ...]:
    """The units these paths lead to, rendered where they have to be.

    Args:
        paths: files, folders, globs, and ``-`` for standard input.
        exclude: patterns of what to leave out, in the syntax of `hullmark.sources.ignore`.
        rendering: how charts and kustomizations are rendered.
        progress: is told how far reading has got.

    Raises:
        HullmarkError: a path does not exist.
    """
    reading = read_files(list(find(paths, exclude)), progress)
    name = os.path.normpath(paths[0]) if len(paths) == 1 else "manifests"
    return (Unit(name, "manifests", reading),)
