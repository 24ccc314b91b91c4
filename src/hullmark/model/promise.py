"""Availabilities that people promise, in percent, and what is none although it is a number."""

from __future__ import annotations

from typing import NamedTuple

from hullmark.model.form import Form

LEAST = 50.0
"""Nobody promises to be up for less than half of the time; who writes so little means a share (0.999) or a mistake."""

MOST = 99.9999999
"""Three seconds in a thousand years: what is promised beyond leaves no budget that could be computed with."""


class Flaw(NamedTuple):
    """Why a number is no promise, and what to write instead."""

    why: str
    hint: str


def flaw(percent: float) -> Flaw | None:
    """What is wrong with a promise of so many percent; None where nothing is.

    >>> flaw(0.999)
    Flaw(why='less than half of the time', hint='objectives are in percent: write 99.9')
    """
    if percent > MOST:
        return Flaw("no error budget is left", "aim lower, such as 99.99")
    if percent >= LEAST:
        return None
    meant = f": write {percent * 100:.10g}" if LEAST <= percent * 100 < 100 else ", such as 99.9"
    return Flaw("less than half of the time", f"objectives are in percent{meant}")


def share(form: Form, key: str) -> float:
    """The promise below a key, as a share of the time.

    Raises:
        HullmarkError: it is no number, or no promise.
    """
    percent = form.number(key, 0.0, most=100)
    wrong = flaw(percent)
    if wrong is not None:
        raise form.wrong(key, f"'{key}' is {percent:.12g} %: {wrong.why}", wrong.hint)
    return round(percent / 100, 12)
