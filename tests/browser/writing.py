"""Writes the pages that the browser looks at."""

from __future__ import annotations

import os
import sys
from contextlib import chdir
from pathlib import Path

from hullmark.cli import main

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench"))

from estate import teams  # noqa: E402 - beside the benchmarks


def written(command: str, source: Path, folder: Path, *words: str) -> Path:
    """The page of a command about a folder."""
    file = folder / f"{command}.html"
    with chdir(source):
        assert main([command, ".", "-o", str(file), "--quiet", "--title", source.name, *words]) == os.EX_OK
    return file


def estate(folder: Path, number: int) -> Path:
    """A folder with the manifests of some teams."""
    source = folder / "estate"
    source.mkdir()
    for name, text in teams(number, careless=True):
        (source / name).write_text(text)
    return source
