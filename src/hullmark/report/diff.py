"""Unified diffs of fixes."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.report.style import painter
from hullmark.report.visible import visible

_LOOKS = {"+": "added", "-": "removed", "@": "note"}


def unified(name: str, before: str, after: str, *, color: bool) -> str:
    """How a file changes, as ``patch -p1`` and ``git apply`` read it; empty when it does not.

    Line ends are kept. Control characters in the text are made visible, so a diff is for people first.
    """
    return "".join(f"{line}\n" for line in _lines(name, before, after, color=color))


def _lines(name: str, before: str, after: str, *, color: bool) -> Iterator[str]:
    from difflib import unified_diff

    paint, path = painter(color=color), visible(name.removeprefix("./").lstrip("/"))
    lines = unified_diff(_split(before), _split(after), lineterm="\n")
    for number, line in enumerate(lines):
        if number < 2:
            yield paint(f"--- a/{path}" if number == 0 else f"+++ b/{path}", "strong")
            continue
        body = line.removesuffix("\n")
        end = "\r" if body.endswith("\r") else ""
        text = "\t".join(map(visible, body.removesuffix("\r").split("\t")))
        yield (paint(text, _LOOKS[line[0]]) if line[0] in _LOOKS else text) + end
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _split(text: str) -> list[str]:
    """Lines with their ends, at line feeds only (``str.splitlines`` also splits at form feeds and the like)."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
