"""Shared by all tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hullmark.sources.tools import Tools, find_tools

PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def tools() -> Tools:
    """The project's own helm and kubectl, installed if need be (`make tools`), without a cache."""
    done = subprocess.run(
        [sys.executable, str(PROJECT / "scripts" / "tools.py")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return find_tools(path=str(PROJECT / ".tools" / "bin"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs the tools, and what shows output that they made."""
    for item in items:
        if "tools" in getattr(item, "fixturenames", ()) or item.path.name in ("test_examples.py", "test_generated.py"):
            item.add_marker("tools")
