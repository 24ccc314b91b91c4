"""Accepted findings."""

from __future__ import annotations

from typing import NamedTuple

from hullmark.text.source import Place


class Waiver(NamedTuple):
    """A decision to accept a check's findings on some subjects until a date.

    Empty ``kind``, ``namespace``, ``name``, ``container`` and ``paths`` match anything; ``expires`` is an ISO date
    (YYYY-MM-DD), the last day it holds. ``place`` is where it is written. ``paths`` are file patterns in the syntax of
    ``.hullmarkignore``.
    """

    check: str
    reason: str
    owner: str
    expires: str
    place: Place
    kind: str = ""
    namespace: str = ""
    name: str = ""
    container: str = ""
    paths: tuple[str, ...] = ()
