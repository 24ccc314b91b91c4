"""Lengths of time as people write them: ``30d``, ``12h``, ``5m``, ``4.2s``."""

from __future__ import annotations

from hullmark.text.regex import regex

HINT = "write a number and its unit, such as 30d, 12h, 5m or 90s"
"""What to tell somebody whose text is none."""

_DURATION = regex(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*(s|m|h|d|w|y)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_557_600}


def seconds(text: str) -> float | None:
    """The seconds of a length of time; None for a text that is none, and for none at all."""
    parts = _DURATION.fullmatch(text)
    return None if parts is None else float(parts[1]) * _SECONDS[parts[2]] or None
