"""Years simulated event by event, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hullmark.report.overlaps import share
from hullmark.report.simulation_terms import chance, duration, percent, rounded
from hullmark.report.visible import count, visible
from hullmark.simulate.overlap.answers import Interval
from hullmark.simulate.repairs import MINUTES
from hullmark.simulate.sequence.answers import Chronicle, Months, Record

Row = tuple[str, ...]


def rows(found: Chronicle) -> Iterator[Row]:
    """For a terminal: journeys first, then services, each with what the years show of it."""
    for one in sorted(found.records, key=lambda record: not record.journey):
        yield (f"journey {one.name}" if one.journey else f"{one.name}, {one.need}",)
        if one.never:
            yield " ", "short before anything fails: fewer pods fit than it needs"
            continue
        yield " ", _number(one, found.years)
        yield " ", competition(one)
        if one.months is not None:
            yield " ", _months(one.months)


def title(found: Chronicle) -> str:
    """What stands above them."""
    return f"{passed(found.years)} event by event: what a second failure does with the room that the first has left"


def passed(years: float) -> str:
    """So many years, in words."""
    return many(round(years), "year") if years >= 1 else f"{years:.2g} years"


def many(number: int, noun: str) -> str:
    """A count that may be large.

    >>> many(12100, "window"), many(1, "window")
    ('12,100 windows', '1 window')
    """
    return count(number, noun).replace(str(number), f"{number:,}", 1)


def footing(found: Chronicle) -> str:
    """How the numbers were got, in a sentence."""
    text = (
        f"{many(found.failures, 'failure')} in {passed(found.years)}; in {found.crowded:,} of "
        f"{many(found.spells, 'spell')} without all pods or room another one came before everything was back"
    )
    cut = (
        ""
        if found.years >= found.wanted
        else f"; the limit of work ended them before the {found.wanted:,.0f} asked for"
    )
    return text + cut


def _number(one: Record, years: float) -> str:
    if one.unavailability is None or one.per_year is None or one.minutes is None:
        return (
            f"more than {percent(one.sampling.high)}: no outage in {passed(years)}, so that there are fewer than "
            f"{one.often.high:.2g} a year (95 %)"
        )
    each = "" if one.lasting is None else f" ({_times(one.lasting)})"
    return (
        f"{percent(one.unavailability)} (95 % interval {percent(one.sampling.high)} to {percent(one.sampling.low)}); "
        f"{many(one.outages, 'outage')} seen, {one.per_year:.3g} a year ({one.often.low:.2g} to {one.often.high:.2g}) of "
        f"{duration(60 * one.minutes)} in the mean{each}"
    )


def _times(minutes: Interval) -> str:
    return f"{duration(60 * minutes.low)} to {duration(60 * minutes.high)}"


def competition(one: Record) -> str:
    """What competition for room does, in words."""
    low, high = (bound * MINUTES for bound in one.difference)
    if not one.differing:
        return f"competition for room: none was seen to matter; less than {_minutes(high)} a year (95 %)"
    sure = "" if low > 0 or high < 0 else ", which may be chance"
    part = one.more / one.apart if one.apart else 0.0
    grown = f": {100 * part:+.0f} % of what single recoveries leave" if abs(part) >= 0.005 else ""
    return (
        f"competition for room: {signed(one.more * MINUTES)} minutes a year ({signed(low)} to {signed(high)}{sure}), by "
        f"{many(one.differing, 'spell')}{grown}"
    )


def _minutes(value: float) -> str:
    return f"{value:.2g} minutes" if value < 10 else f"{value:,.0f} minutes"


def signed(value: float) -> str:
    """A number of minutes with its sign.

    >>> signed(3.14159), signed(-1234.5), signed(0.0123)
    ('+3.1', '-1,234', '+0.012')
    """
    return f"{value:+.2g}" if abs(value) < 0.1 else f"{'+' if value > 0 else ''}{rounded(value)}"


def kept(months: Months) -> str:
    """How often an objective is kept, in words; never in none and never in all windows."""
    if months.kept == months.windows:
        return f"all {many(months.windows, 'window')}, more than {chance(months.chance.low).lstrip('> ')} (95 %)"
    if not months.kept:
        return f"none of {many(months.windows, 'window')}, less than {chance(months.chance.high).lstrip('< ')} (95 %)"
    between = f"{chance(months.chance.low)} to {chance(months.chance.high)}"
    return f"{chance(months.kept / months.windows)} of {many(months.windows, 'window')} ({between})"


def _months(months: Months) -> str:
    beside = [] if months.computed is None else [f"computed for outages at random: {chance(months.computed)}"]
    if months.apart > months.kept:
        beside.append(f"{many(months.apart - months.kept, 'window')} lost to competition")
    most = f"at most {share(months.late)}" if months.late else "nothing"
    return (
        f"objective {100 * months.target:g} % in {duration(months.window)}: kept in {kept(months)}"
        f"{''.join(f'; {text}' for text in beside)}; of the budget of {duration(months.budget)} {share(months.spent)} is used in "
        f"the mean, and in 19 of 20 windows {most}"
    )


def plain(found: Chronicle | None) -> dict[str, Any] | None:
    """For programs; null where no years were asked for."""
    if found is None:
        return None
    return {
        "years": found.years,
        "yearsAskedFor": found.wanted,
        "failures": found.failures,
        "spells": found.spells,
        "crowdedSpells": found.crowded,
        "records": list(map(_record, found.records)),
    }


def _record(one: Record) -> dict[str, Any]:
    seen = not one.never
    return {
        "name": visible(one.name),
        "journey": one.journey,
        "need": one.need or None,
        "shortFromTheStart": one.never,
        "outages": one.outages if seen else None,
        "unavailability": one.unavailability,
        "unavailabilityInterval": list(one.sampling) if seen else None,
        "outagesPerYear": one.per_year,
        "outagesPerYearInterval": list(one.often) if seen else None,
        "meanMinutes": one.minutes,
        "meanMinutesInterval": None if one.lasting is None else list(one.lasting),
        "competition": _competition(one) if seen else None,
        "estimated": one.estimated,
        "objective": None if one.months is None or one.never else _objective(one.months),
    }


def _competition(one: Record) -> dict[str, Any]:
    return {
        "apart": one.apart or None,
        "difference": one.more,
        "interval": list(one.difference),
        "spells": one.differing,
    }


def _objective(months: Months) -> dict[str, Any]:
    certain = months.kept in (0, months.windows)
    return {
        "target": months.target,
        "window": months.window,
        "budget": months.budget,
        "windows": months.windows,
        "kept": months.kept,
        "keptApart": months.apart,
        "chance": None if certain else months.kept / months.windows,
        "chanceInterval": list(months.chance),
        "computed": months.computed,
        "spent": months.spent,
        "spentIn19Of20": months.late,
    }
