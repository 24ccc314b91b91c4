"""Whether what was read of a chart holds for the version that is used."""

from __future__ import annotations

import re

from hullmark.model.truth import is_placeholder
from hullmark.text.regex import regex

_VERSION = regex(r"v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:[-+][\w.+-]*)?", re.ASCII)
_TAG = regex(r"[\w.-]*?-(v?\d{1,9}\.\d{1,9}\.\d{1,9})", re.ASCII)
"""A release tag of a repository of charts: the chart's name, then its version."""


def number(version: str) -> tuple[int, int, int] | None:
    """A version of three numbers; None for anything else, ranges included."""
    tag = _TAG.fullmatch(version)
    found = _VERSION.fullmatch(tag[1] if tag is not None else version.strip())
    return None if found is None else (int(found[1]), int(found[2]), int(found[3]))


def unseen(chart: str, version: str, seen: tuple[str, str]) -> str:
    """Why the defaults of a chart are not known in this version; empty if they are."""
    if not version or is_placeholder(version):
        return f"which version of chart '{chart}' is used is not known"
    exact = number(version)
    if exact is None:
        return f"'{version}' is no single version of chart '{chart}'"
    first, last = number(seen[0]), number(seen[1])
    if first is None or last is None or not first <= exact <= last:
        return f"the defaults of chart '{chart}' {version} are not known here"
    return ""
