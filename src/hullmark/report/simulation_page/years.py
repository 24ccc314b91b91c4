"""Years simulated event by event, on the page: what they show beside what was estimated, and what competition for room does."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.report.chronicle import footing, kept, signed
from hullmark.report.simulation_names import Name, names
from hullmark.report.simulation_page import plots
from hullmark.report.simulation_page.promises import MOST_BARS, bar, title
from hullmark.report.simulation_page.tables import Cell, figure, table
from hullmark.report.simulation_terms import chance as likely
from hullmark.report.simulation_terms import duration, part, percent
from hullmark.report.visible import visible
from hullmark.simulate.repairs import MINUTES
from hullmark.simulate.sequence.answers import Months, Record
from hullmark.simulate.simulation import Simulation


def years(one: Simulation) -> Iterator[str]:
    """What years show, journeys first."""
    if one.chronicle is None:
        return
    called = names(one)
    records = sorted(one.chronicle.records, key=lambda record: not record.journey)
    shown = [record for record in records if record.unavailability][:MOST_BARS]
    if shown:
        bars = [bar(r, r.sampling, None if r.months is None else r.months.target, called) for r in shown]
        spec = plots.intervals(bars, [title(r, called) for r in shown])
        told = "Bars are 95 % intervals for chance, with rates as they are; a red line is the objective."
        yield figure(plots.draw(spec, "availability in years event by event"), told)
    heads = ("promise", "available", "estimated", "competition for room, minutes a year", "outages a year", "each")
    yield from table(heads, (_row(record, called) for record in records))
    promised = [(record, record.months) for record in records if record.months is not None and not record.never]
    heads = ("promise", "windows", "kept in", "computed", "budget used", "19 of 20 use at most")
    yield from table(heads, (_months(title(record, called), months) for record, months in promised))
    yield f'<p class="faint">{visible(footing(one.chronicle))}, seed {one.chronicle.seed}.</p>\n'


def _row(one: Record, called: Name) -> tuple[str | Cell, ...]:
    name = title(one, called)
    if one.never:
        return name, Cell("never: too few pods before anything fails", None, "bad"), "", "", "", ""
    estimated = "" if one.estimated is None else Cell(percent(one.estimated), one.estimated)
    low, high = (signed(bound * MINUTES) for bound in one.difference)
    tone = "bad" if one.difference.low > 0 else ""
    minutes = signed(one.more * MINUTES) if one.differing else "none seen"
    felt = Cell(minutes, one.more, tone, f"{low} to {high}")
    if one.unavailability is None or one.per_year is None or one.minutes is None:
        bound = Cell(f"more than {percent(one.sampling.high)}", one.sampling.high, "", "no outage seen")
        return name, bound, estimated, felt, Cell(f"fewer than {one.often.high:.2g}", one.often.high), ""
    return (
        name,
        Cell(
            percent(one.unavailability),
            one.unavailability,
            "",
            f"{percent(one.sampling.high)} to {percent(one.sampling.low)}",
        ),
        estimated,
        felt,
        Cell(f"{one.per_year:.3g}", one.per_year, "", f"{one.often.low:.2g} to {one.often.high:.2g}"),
        Cell(duration(one.minutes * 60), one.minutes),
    )


def _months(name: str, months: Months) -> tuple[str | Cell, ...]:
    chance = months.kept / months.windows
    return (
        name,
        Cell(f"{months.windows:,}", months.windows, "", f"of {duration(months.window)}"),
        Cell(kept(months), chance if 0 < chance < 1 else None),
        "" if months.computed is None else Cell(likely(months.computed), months.computed),
        Cell(part(months.spent, 0), months.spent, "good" if months.spent <= 1 else "bad", duration(months.budget)),
        Cell(part(months.late, 0) if months.late else "nothing", months.late),
    )
