"""A newcomer follows CONTRIBUTING.md to the letter and has a check that works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from whole import PROJECT

pytestmark = pytest.mark.slow

GUIDE = (PROJECT / "CONTRIBUTING.md").read_text()

_WRITE = re.compile(r"<!-- test: write (\S+) -->\n(`{3,})python\n(.*?)^\2$", re.MULTILINE | re.DOTALL)
_RUN = re.compile(r"<!-- test: run -->\n(`{3,})console\n(.*?)^\1$", re.MULTILINE | re.DOTALL)

HERE = {".venv/bin/python": [sys.executable], ".venv/bin/hullmark": [sys.executable, "-m", "hullmark"]}
"""The programs of the guide, as this very environment has them."""


def run(command: list[str], folder: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_first_check(tmp_path: Path) -> None:
    for part in ("src/hullmark", "tests/checks"):
        shutil.copytree(PROJECT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    written = _WRITE.findall(GUIDE)
    commands = [line.removeprefix("$ ") for _, block in _RUN.findall(GUIDE) for line in block.splitlines()]
    assert len(written) == 1
    assert len(commands) == 2
    for path, _, text in written:
        (tmp_path / path).write_text(text)

    tests, page = (
        run([*HERE[program], *rest.split()], tmp_path) for program, _, rest in (c.partition(" ") for c in commands)
    )

    assert re.search(r"^[4-9] passed", tests, re.MULTILINE), tests
    assert "Container keeps a terminal open" in page
    for path, _, _ in written:
        run([sys.executable, "-m", "ruff", "check", "--no-cache", path], tmp_path)
        run([sys.executable, "-m", "ruff", "format", "--no-cache", "--check", path], tmp_path)
