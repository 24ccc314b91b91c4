"""Foreign words in HTML and SVG."""

from __future__ import annotations

from html import escape

from hullmark.report.visible import visible


def text(words: str) -> str:
    """Words made fit to stand in markup, in text and in attributes: nothing in them is read as markup."""
    return escape(visible(words), quote=True)
