"""Places for programs."""

from __future__ import annotations

from typing import Any

from hullmark.report.visible import visible
from hullmark.text.source import Place


def span(place: Place) -> dict[str, Any]:
    """A place: file, and 1-based lines and columns in characters, the end just past the last one."""
    start, end = place.start, place.end
    return {
        "file": visible(place.source.name),
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    }


def spot(place: Place | None) -> dict[str, Any]:
    """Only the file and the 1-based line; null where there is no place."""
    return {"file": place and visible(place.source.name), "line": place and place.line}
