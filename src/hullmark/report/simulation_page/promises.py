"""Objectives and journeys on the page: availability with failures that overlap, verdicts, cuts and what matters most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hullmark.report.overlaps import is_exact, together
from hullmark.report.simulation_names import Name, names
from hullmark.report.simulation_page import plots
from hullmark.report.simulation_page.tables import Cell, figure, table
from hullmark.report.simulation_terms import chance, duration, part, percent, rarely, rounded
from hullmark.report.visible import visible
from hullmark.simulate.overlap.answers import Answer, Interval
from hullmark.simulate.repairs import MINUTES
from hullmark.simulate.sequence.answers import Record
from hullmark.simulate.simulation import Simulation

MOST_BARS, MOST_CUTS, MOST_WEIGHTS = 30, 4, 4
"""Bars of a plot, and cuts and parts of one answer; JSON has all."""


def promises(one: Simulation) -> Iterator[str]:
    """What is promised and whether it is kept, journeys first."""
    if one.overlaps is None:
        return
    called = names(one)
    answers = sorted(one.overlaps.answers, key=lambda a: not a.journey)
    known = [a for a in answers if a.unavailability]
    if known:
        shown = known[:MOST_BARS]
        rows = [bar(a, a.rates, None if a.verdict is None else a.verdict.target, called) for a in shown]
        told = "Bars are 95 % intervals for what is not known of the rates; a red line is the objective."
        spec = plots.intervals(rows, [title(a, called) for a in shown])
        yield figure(plots.draw(spec, "availability with failures that overlap"), told)
        yield from _contributions(shown, called)
    heads = ("promise", "available", "rates not known", "sampling", "kept", "budget used", "outages a year", "each")
    yield from table(heads, (_row(a, called) for a in answers))
    looked = (
        f"{one.overlaps.states:,} states looked at, {one.overlaps.sampled:,} of them drawn, seed {one.overlaps.seed}."
    )
    yield f'<p class="faint">{looked}</p>\n'
    yield from _cuts(answers, called)


def title(one: Answer | Record, called: Name) -> str:
    """How a service with one of its needs, or a journey, is called."""
    if one.journey:
        return f"journey {visible(one.name)}"
    return f"{called(one.name)}, {one.need}" if one.need else called(one.name)


def bar(one: Answer | Record, within: Interval, target: float | None, called: Name) -> dict[str, object]:
    """The bar of an unavailability in a plot of intervals, whose scale knows no zero; ``target`` is the share of time that is promised."""
    floor = 1e-12
    return {
        "name": title(one, called),
        "mean": max(one.unavailability or 0.0, floor),
        "low": max(within.low, floor),
        "high": max(within.high, floor),
        "target": None if target is None else 1 - target,
    }


def _row(one: Answer, called: Name) -> tuple[str | Cell, ...]:
    name = title(one, called)
    verdict = one.verdict
    kept: str | Cell = ""
    spent: str | Cell = ""
    if verdict is not None:
        window = f"of windows of {duration(verdict.window)}"
        kept = Cell(chance(verdict.chance), verdict.chance, "", window)
        tone = "good" if verdict.spent <= 1 and not one.never else "bad"
        spent = Cell(part(verdict.spent, 0), verdict.spent, tone, f"of {duration(verdict.budget)}")
    if one.never:
        return name, Cell("never: too few pods before anything fails", None, "bad"), "", "", kept, spent, "", ""
    if one.unavailability is None or one.mean_minutes is None:
        return name, Cell(f"more than {percent(one.below)}", one.below), "", "", kept, spent, "", ""
    alone = "" if one.alone is None or one.alone > 0.99 * one.unavailability else f"{percent(one.alone)} by itself"
    return (
        name,
        Cell(percent(one.unavailability), one.unavailability, "", alone),
        f"{percent(one.rates.high)} to {percent(one.rates.low)}",
        "exact" if is_exact(one.sampling) else f"{percent(one.sampling.high)} to {percent(one.sampling.low)}",
        kept,
        spent,
        Cell(f"{one.per_year:.3g}", one.per_year),
        Cell(duration(one.mean_minutes * 60), one.mean_minutes),
    )


def _contributions(shown: Sequence[Answer], called: Name) -> Iterator[str]:
    sums: dict[str, float] = {}
    for one in shown:
        for each in one.contributions:
            group = " with ".join(each.groups)
            sums[group] = sums.get(group, 0.0) + each.unavailability
    parts = sorted(sums, key=lambda group: (-sums[group], group))[: plots.SERIES - 1]
    rows: plots.Rows = []
    for one in shown:
        for each in one.contributions:
            group = " with ".join(each.groups)
            told, order = (visible(group), parts.index(group)) if group in parts else ("other", len(parts))
            value = each.unavailability * MINUTES
            rows.append({"name": title(one, called), "part": told, "value": value, "order": order})
    if rows:
        legend = [*map(visible, parts), *(["other"] if len(sums) > len(parts) else [])]
        spec = plots.bars(rows, [title(one, called) for one in shown], legend, "minutes a year, by what causes them")
        yield figure(plots.draw(spec, "contributions to the time that promises are not kept"))


def _cuts(answers: Sequence[Answer], called: Name) -> Iterator[str]:
    rows = [
        (title(a, called), together(cut), Cell(rarely(cut.probability), cut.probability))
        for a in answers
        for cut in a.cuts[:MOST_CUTS]
    ]
    if rows:
        yield "<h3>What is enough to stop it</h3>\n"
    yield from table(("promise", "lost together", "share of time"), rows)
    heavy = [
        (
            title(a, called),
            w.part,
            Cell(part(w.criticality), w.criticality),
            Cell(rounded(w.achievement), w.achievement),
            Cell(f"{w.birnbaum:.2g}", w.birnbaum),
        )
        for a in answers
        for w in a.weights[:MOST_WEIGHTS]
    ]
    if heavy:
        yield "<h3>What matters most</h3>\n"
    yield from table(("promise", "part", "of its downtime", "times as much if it is down", "Birnbaum"), heavy)
