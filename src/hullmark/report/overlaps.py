"""Availability with failures that overlap, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hullmark.report.simulation_terms import chance, duration, part, percent
from hullmark.report.visible import count, visible
from hullmark.simulate.overlap.answers import Answer, Cut, Interval, Overlaps, Verdict

Row = tuple[str, ...]

_CUTS, _WEIGHTS, _SHARES = 4, 3, 4
"""How many of each a terminal shows; programs get all."""


def rows(found: Overlaps) -> Iterator[Row]:
    """For a terminal: journeys first, then services, each with what is known of it."""
    for one in sorted(found.answers, key=lambda a: not a.journey):
        yield (_title(one),)
        yield " ", _number(one)
        if one.verdict is not None:
            yield " ", _verdict(one.verdict)
        if one.degraded:
            yield " ", f"up, but with less than all of its soft dependencies for {share(one.degraded)} of the time"
        for each in one.contributions[:_SHARES]:
            yield " ", f"{part(each.part)} {' with '.join(each.groups)}: {each.per_year:.3g} times a year"
        if one.cuts:
            yield " ", f"goes down with {'; '.join(together(cut) for cut in one.cuts[:_CUTS])}"
        if one.weights:
            names = (f"{w.part} ({part(w.criticality)})" for w in one.weights[:_WEIGHTS] if w.criticality >= 0.001)
            yield " ", f"matters most: {', '.join(names)}"


def footing(found: Overlaps) -> str:
    """How the numbers were got, in a sentence."""
    text = f"{found.states:,} states looked at, {found.sampled:,} of them drawn"
    if found.resolution:
        text += f"; three or more failures at once are seen if they take more than {found.resolution:.1g} of the time"
    return text


def _title(one: Answer) -> str:
    users = "" if one.users is None else f", {part(one.users, 0)} of users"
    return f"journey {one.name}{users}" if one.journey else f"{one.name}, {one.need}"


def _number(one: Answer) -> str:
    if one.never:
        return "short before anything fails: fewer pods fit than it needs"
    if one.unavailability is None or one.mean_minutes is None:
        return f"more than {percent(one.below)}: too rare to tell how much more"
    sampling = "sampling exact" if is_exact(one.sampling) else f"sampling {_range(one.sampling)}"
    alone = "" if one.alone is None else f"; by itself {percent(one.alone)}" if _differs(one) else ""
    return (
        f"{percent(one.unavailability)} (95 % intervals: {sampling}, rates {_range(one.rates)}); "
        f"{one.per_year:.3g} outages a year of {duration(60 * one.mean_minutes)} in the mean{alone}"
    )


def _differs(one: Answer) -> bool:
    return one.alone is not None and one.unavailability is not None and one.alone < 0.99 * one.unavailability


def is_exact(interval: Interval) -> bool:
    """Whether drawing leaves nothing to be doubted in the digits that are shown."""
    return interval.high - interval.low < 0.005 * interval.high


def _range(interval: Interval) -> str:
    return f"{percent(interval.high)} to {percent(interval.low)}"


def _verdict(verdict: Verdict) -> str:
    days = f"{verdict.window / 86_400:g} d"
    spent = f"{verdict.spent:.3g} times the" if verdict.spent > 1 else f"{share(verdict.spent)} of the"
    return (
        f"objective {100 * verdict.target:g} % in {days}: kept in {chance(verdict.chance)} of windows; in the mean {spent} budget of "
        f"{duration(verdict.budget)} is used"
    )


def together(cut: Cut) -> str:
    """What a cut is of, such as *zone a + node b-1 (or 3 others like it)*."""
    named = " + ".join(cut.parts)
    return f"{named} (or {count(cut.alike - 1, 'other')} like it)" if cut.alike > 1 else named


def share(value: float) -> str:
    """A share of time in percent; never 0.

    >>> share(0.25), share(1e-9)
    ('25 %', '< 0.0001 %')
    """
    return "< 0.0001 %" if value < 1e-6 else f"{100 * value:.3g} %"


def plain(found: Overlaps | None) -> dict[str, Any] | None:
    """For programs; null where failures that overlap were not counted."""
    if found is None:
        return None
    return {
        "states": found.states,
        "sampled": found.sampled,
        "resolution": found.resolution,
        "chanceOfBroken": list(found.broken),
        "notCounted": list(map(visible, found.uncounted)),
        "answers": list(map(_answer, found.answers)),
    }


def _answer(one: Answer) -> dict[str, Any]:
    return {
        "name": visible(one.name),
        "journey": one.journey,
        "need": one.need or None,
        "users": one.users,
        "shortFromTheStart": one.never,
        "unavailability": one.unavailability,
        "below": one.below if one.unavailability is None and not one.never else None,
        "byItself": one.alone,
        "degraded": one.degraded,
        "interval": {"sampling": list(one.sampling), "rates": list(one.rates)},
        "outagesPerYear": one.per_year,
        "meanMinutes": one.mean_minutes,
        "objective": one.verdict and one.verdict._asdict(),
        "contributions": [{**c._asdict(), "groups": list(map(visible, c.groups))} for c in one.contributions],
        "cuts": [
            {
                "order": c.order,
                "parts": list(map(visible, c.parts)),
                "groups": list(map(visible, c.groups)),
                "alike": c.alike,
                "probability": c.probability,
            }
            for c in one.cuts
        ],
        "importance": [{**w._asdict(), "part": visible(w.part)} for w in one.weights],
    }
