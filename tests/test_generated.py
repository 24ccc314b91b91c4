"""What is made from code is current."""

from __future__ import annotations

import runpy
from pathlib import Path

SCRIPT = Path(__file__).parent.parent / "scripts" / "generate.py"


def test_check_pages_are_current() -> None:
    lagging = runpy.run_path(str(SCRIPT))["stale"](write=False)

    assert lagging == [], "run `make docs`"


def test_the_picture_is_current() -> None:
    lagging = runpy.run_path(str(SCRIPT))["stale_picture"](write=False)

    assert lagging == [], "run `make docs`"
