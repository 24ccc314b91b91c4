"""The generated part of the documentation: a page a check, and their list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hullmark.model.check import Check
from hullmark.report import listing, page

NOTICE = "<!-- Generated from the check's module by scripts/generate.py: change it there. -->\n\n"


def pages(checks: Iterable[Check[Any]]) -> dict[str, str]:
    """The files of ``docs/checks``, by name."""
    found = list(checks)
    files = {f"{check.id}.md": NOTICE + page.markdown(check) for check in found}
    return {"README.md": NOTICE + listing.markdown(found), **files}
