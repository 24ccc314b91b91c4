"""Colours of the terminal, by what they mean."""

from __future__ import annotations

from collections.abc import Callable

from hullmark.model.terms import Severity

Paint = Callable[[str, str], str]
"""Gives a text the look of a meaning (a key of `LOOKS`)."""

LOOKS = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "fix": "1;32",
    "frame": "1;34",
    "strong": "1",
    "faint": "2",
    "code": "36",
    "added": "32",
    "removed": "31",
}
"""Select-graphic-rendition parameters (ECMA-48 8.3.117) from the basic palette, which every theme defines legibly."""

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
"""The word a finding is announced with; also SARIF's levels."""


def painter(*, color: bool) -> Paint:
    """A function that colours, or one that leaves text as it is."""
    return _colored if color else _plain


def _colored(text: str, look: str) -> str:
    return f"\x1b[{LOOKS[look]}m{text}\x1b[0m" if text else text


def _plain(text: str, look: str) -> str:  # noqa: ARG001 - the same shape as _colored
    return text
