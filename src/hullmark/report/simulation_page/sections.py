"""The sections of the page: what is drawn, and the tables beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields

from hullmark.model.checkpoints import ettr
from hullmark.report import simulation_training
from hullmark.report.markup import text
from hullmark.report.simulation_names import Name, names
from hullmark.report.simulation_page import plots
from hullmark.report.simulation_page.courses import Alike, alike, plot, weight
from hullmark.report.simulation_page.tables import Cell, figure, table
from hullmark.report.simulation_terms import (
    FIRST,
    KINDS,
    chance,
    duration,
    lasting,
    needed,
    percent,
    points,
    rounded,
    saving,
)
from hullmark.report.simulation_words import not_modelled, target_of
from hullmark.report.snippet import address
from hullmark.report.visible import count, visible
from hullmark.simulate.availability import Availability
from hullmark.simulate.blast import Blast, Impact
from hullmark.simulate.candidates import Repair
from hullmark.simulate.felt import Felt, felt
from hullmark.simulate.recovery import Recovery
from hullmark.simulate.repairs import MINUTES, Ranked
from hullmark.simulate.simulation import Simulation
from hullmark.simulate.training import Training

MOST_PLOTS, MOST_ROWS, MOST_BARS = 6, 60, 30
"""Failures that are drawn, rows for those that are not, and bars of one plot; JSON has all."""


def repairs(one: Simulation) -> Iterator[str]:
    """What to change first: the plan as a ladder, and every repair by itself."""
    steps, name = one.plan.steps, names(one)
    if steps:
        left = [("as it is", one.plan.lost, "")]
        for number, step in enumerate(steps, 1):
            hours = f"; {step.ranked.hours:,.0f} accelerator-hours a month" if step.ranked.hours >= 1 else ""
            left.append((f"{number}. {_change(step.ranked.repair, name)}", step.left, hours))
        rows: plots.Rows = [{"name": visible(n), "value": v, "text": duration(v * 60) + h} for n, v, h in left]
        spec = plots.ladder(rows, [visible(n) for n, _, _ in left], "minutes a year that all services together miss")
        yield figure(plots.draw(spec, "minutes missed a year after each change"), "Changes one after the other.")
    heads = ("change", "saves", "costs", "per point")
    yield from table(heads, (_repair(ranked, name) for ranked in one.plan.ranked[: 2 * FIRST]))
    if one.plan.left_out:
        yield f"<p>{count(one.plan.left_out, 'candidate')} not tried: the fleet is too large to simulate all.</p>\n"
    if not one.plan.ranked and not one.plan.left_out:
        yield "<p>Nothing that is known to help saves a minute a year.</p>\n"


def _change(repair: Repair, name: Name) -> str:
    return f"{name(repair.subject)}: {visible(repair.what)}"


def _repair(ranked: Ranked, name: Name) -> tuple[str | Cell, ...]:
    repair = ranked.repair
    gain = ranked.saved if abs(ranked.saved) >= 0.05 else ranked.hours
    return (
        Cell(_change(repair, name), note="" if repair.place is None else address(repair.place)),
        Cell(saving(ranked), gain),
        Cell(points(repair.cost.points), repair.cost.points, note=repair.cost.because),
        Cell(rounded(ranked.worth), ranked.worth),
    )


def availability(one: Simulation) -> Iterator[str]:
    """Availabilities with their intervals, and what they are made of."""
    name = names(one)
    known = [a for a in one.availabilities if a.unavailability and not a.lacking]
    targets = {a.service.name: target for a in known if (target := target_of(one, a)) is not None}
    if known:
        shown = sorted(known, key=lambda a: -(a.unavailability or 0))[:MOST_BARS]
        rows: plots.Rows = [
            {
                "name": _named(a, name),
                "mean": _drawn(a.unavailability),
                "low": _drawn(a.low),
                "high": _drawn(a.high),
                "target": 1 - targets[a.service.name] if a.service.name in targets else None,
            }
            for a in shown
        ]
        drawing = plots.draw(plots.intervals(rows, [_named(a, name) for a in shown]), "availability of each service")
        told = "A red line is the objective." if targets else ""
        yield figure(drawing, told)
        yield from _contributions(shown, name)
    heads = ("service", "needed", "available", "95 % interval", "outages a year", "mean outage", "not counted")
    yield from table(heads, (_available(a, name) for a in one.availabilities))


def _named(one: Availability, name: Name) -> str:
    return f"{name(one.service.name)}, {needed(one.need, one.service)}"


def _drawn(unavailability: float | None) -> float:
    """A share that a logarithmic axis can show."""
    return max(unavailability or 0.0, 1e-9)


def _available(one: Availability, name: Name) -> tuple[str | Cell, ...]:
    need = Cell(needed(one.need, one.service), note=one.need.because)
    missing, title = ", ".join(one.unbounded), name(one.service.name)
    if one.lacking:
        short = f"never: {count(one.lacking, 'pod')} too few even before anything fails"
        return title, need, Cell(short, one.lacking, "bad"), "", "", "", missing
    if one.unavailability is None or one.low is None or one.high is None:
        return title, need, "no single failure leaves it short", "", "", "", missing
    return (
        title,
        need,
        Cell(percent(one.unavailability), one.unavailability),
        f"{percent(one.high)} to {percent(one.low)}",
        Cell(f"{one.per_year:.3g}", one.per_year),
        Cell(duration((one.mean_minutes or 0) * 60), one.mean_minutes),
        missing,
    )


def _contributions(shown: list[Availability], name: Name) -> Iterator[str]:
    sums: dict[str, float] = {}
    for each in shown:
        for share in each.shares:
            sums[share.group] = sums.get(share.group, 0.0) + share.unavailability
    parts = sorted(sums, key=lambda group: (-sums[group], group))[: plots.SERIES - 1]
    rest = "other"
    rows = [
        {
            "name": _named(each, name),
            "part": visible(share.group) if share.group in parts else rest,
            "value": share.unavailability * MINUTES,
            "order": parts.index(share.group) if share.group in parts else len(parts),
        }
        for each in shown
        for share in each.shares
    ]
    legend = [*map(visible, parts), *([rest] if len(sums) > len(parts) else [])]
    spec = plots.bars(rows, [_named(each, name) for each in shown], legend, "minutes a year, by what causes them")
    yield figure(plots.draw(spec, "contributions to the time that services miss"))


def courses(one: Simulation) -> Iterator[str]:
    """Failure by failure who stops, who runs on with less, and when it is over."""
    groups, name = sorted(alike(one.blasts), key=weight), names(one)
    for group in groups[:MOST_PLOTS]:
        failure = group.blast.failure
        often = "" if failure.rate is None else f", {failure.rate.per_year:.2g} times a year each ({failure.rate.kind})"
        title = _failure(group)
        yield f'<div class="course"><h3>{text(title)}<span class="faint">{text(often)}</span></h3>\n'
        yield figure(plots.draw(plot(group.blast, name), visible(f"course of the loss of {title}")))
        yield from table(
            ("service", "serve: all → worst → once replaced", "missing"), _impacts(group.blast.impacts, name)
        )
        yield from _felt(felt(one.network, group.blast), name)
        yield "</div>\n"
    rows = [(_failure(g), *row) for g in groups[MOST_PLOTS:] for row in _impacts(g.blast.impacts, name)]
    if rows:
        yield f"<h3>{count(len(groups) - MOST_PLOTS, 'failure')} more</h3>\n"
        yield from table(("failure", "service", "serve", "missing"), rows[:MOST_ROWS])
    if len(rows) > MOST_ROWS:
        yield f"<p>and {len(rows) - MOST_ROWS} more in the JSON</p>\n"
    quiet = [f"{KINDS[b.failure.kind]} {b.failure.name}: {b.failure.note}" for b in one.blasts if _told(b)]
    if quiet:
        yield f"<ul>{''.join(f'<li>{text(line)}</li>' for line in quiet)}</ul>\n"


def _felt(effect: Felt, name: Name) -> Iterator[str]:
    """Who stops because what they need does, and what users can no longer do."""
    if effect.services:
        yield f"<p>Down too, because they need it: {text(', '.join(map(name, effect.services)))}.</p>\n"
    if effect.journeys:
        yield f"<p>Journeys that stop: {text(', '.join(effect.journeys))}.</p>\n"


def _failure(group: Alike) -> str:
    failure, more = group.blast.failure, len(group.names) - 1
    return f"{KINDS[failure.kind]} {failure.name}" + (f" or {count(more, 'other')} like it" if more else "")


def _told(blast: Blast) -> bool:
    return not blast.impacts and bool(blast.failure.note)


def _impacts(impacts: tuple[Impact, ...], name: Name) -> Iterator[tuple[str | Cell, ...]]:
    for impact in impacts:
        needs = zip(impact.service.needs, impact.times, strict=True)
        short = [f"{needed(need, impact.service)} {lasting(time)}" for need, time in needs if time > 0]
        words = [f"{count(n, 'pod')} pending: {why}" for why, n in impact.pending.items()]
        tone = "bad" if impact.times[0] > 0 else ""
        told = "; ".join(short or [f"enough serve; fewer than all {lasting(impact.away)}"])
        longest = impact.times[0] if math.isfinite(impact.times[0]) else None
        serving = f"{impact.service.pods} → {impact.before} → {impact.after}".replace(" ", "\u00a0")
        yield name(impact.service.name), serving, Cell(told, longest, tone, "; ".join(words))


_PHASES = tuple(f.name for f in fields(Recovery))


def phases(one: Simulation) -> Iterator[str]:
    """The phases between the loss of a node and the last pod that serves again, service by service."""
    slowest: dict[str, Recovery] = {}
    for blast in one.blasts:
        for impact in blast.impacts if blast.failure.kind == "node" else ():
            old = slowest.get(impact.service.name)
            if impact.phases is not None and (old is None or impact.phases.total > old.total):
                slowest[impact.service.name] = impact.phases
    name = names(one)
    shown = sorted(slowest, key=lambda title: -slowest[title].total)[:MOST_BARS]
    rows = [
        {"name": name(title), "part": phase, "value": getattr(slowest[title], phase), "order": order}
        for title in shown
        for order, phase in enumerate(_PHASES)
        if getattr(slowest[title], phase) > 0
    ]
    if rows:
        used = [phase for phase in _PHASES if any(row["part"] == phase for row in rows)]
        spec = plots.bars(rows, list(map(name, shown)), used, "seconds from the loss of a node")
        yield figure(
            plots.draw(spec, "phases of recovery"), "The slowest recovery of each group of pods after one node."
        )


def weakest(one: Simulation) -> Iterator[str]:
    """Single points of failure, and whether what is needed still has a place after losing one."""
    name = names(one)
    yield from table(
        ("service", "short of", "when this is lost", "at most"),
        (
            (
                name(p.service.name),
                needed(p.need, p.service),
                f"{KINDS[p.kind]} {p.names[0]}" + (f" or {count(len(p.names) - 1, 'other')}" if p.names[1:] else ""),
                Cell(duration(p.longest), p.longest) if math.isfinite(p.longest) else "until it is mended",
            )
            for p in one.single_points
        ),
    )
    if one.proofs:
        yield "<h3>Is what is needed still placed after losing one?</h3>\n"
    yield from table(
        ("service", "need", "after losing any", "placed", "why not"),
        (
            (
                name(p.service.name),
                needed(p.need, p.service),
                f"{KINDS[p.kind]} ({p.tried})",
                Cell("yes", None, "good") if p.holds else Cell(f"no: {', '.join(p.breaks[:4])}", None, "bad"),
                "; ".join(p.words[:2]),
            )
            for p in one.proofs
        ),
    )


def drains(one: Simulation) -> Iterator[str]:
    """How the drain of each pool ends."""
    name = names(one)
    yield from table(
        ("pool", "nodes", "ends", "because"),
        (
            (
                d.pool,
                str(d.nodes),
                Cell(d.verdict, None, "good" if d.verdict == "finishes" else "bad"),
                "; ".join(
                    [
                        *(f"{name(title)}: {why}" for title, why in d.blocked.items()),
                        *(
                            f"{name(s.name)}: {n} of {s.pods} serve meanwhile, {need} is missing"
                            for s, need, n in d.short
                        ),
                    ]
                ),
            )
            for d in one.drains
        ),
    )


def training(one: Simulation) -> Iterator[str]:
    """What failures cost each run, and how often it should save."""
    for run in one.trainings:
        yield f"<h3>{text(run.name)}</h3>\n"
        if run.progress is not None and run.restart is not None:
            yield figure(plots.draw(_curve(run, run.restart), "progress against the checkpoint interval"))
        yield from table(("what", "value"), _run(run))
        lines = list(simulation_training.rows(run))[1:]
        yield f"<ul>{''.join(f'<li>{text(line)}</li>' for _, line in lines)}</ul>\n"


def _curve(run: Training, restart: float) -> plots.Spec:
    def at(hours: float) -> dict[str, float]:
        return {"minutes": hours * 60, "progress": ettr(hours, run.dump, restart, run.between)}

    rows = [at(run.best * 2 ** (step / 8)) for step in range(-32, 33)]
    marked = {f"best: {duration(run.best * 3600)}": run.best, f"Young: {duration(run.young * 3600)}": run.young}
    if run.written is not None:
        marked[f"as written: {duration(run.written * 3600)}"] = run.written
    marks = [{"name": name, **at(hours)} for name, hours in marked.items()]
    return plots.curve(rows, marks, list(marked))


def _run(run: Training) -> Iterator[tuple[str | Cell, ...]]:
    yield "nodes, accelerators", f"{run.nodes}, {run.devices}"
    yield "time between failures", Cell(duration(run.between * 3600), run.between)
    if run.restart is not None:
        yield "from a failure until it works again", Cell(duration(run.restart * 3600), run.restart)
    yield "best checkpoint interval", Cell(duration(run.best * 3600), run.best)
    if run.progress is not None:
        yield "progress at best", Cell(chance(run.progress), run.progress)
    if run.progress_as_written is not None and run.written is not None:
        yield "progress as it saves now", Cell(chance(run.progress_as_written), run.progress_as_written)


def basis(one: Simulation) -> Iterator[str]:
    """Assumptions, and the rates with their sources."""
    texts = [(a.text, "" if a.place is None else address(a.place)) for a in one.assumptions]
    lines = (f"<li>{text(words)}{f' <code>{text(at)}</code>' if at else ''}</li>" for words, at in texts)
    yield f"<ul>{''.join(lines)}</ul>\n"
    yield from table(
        ("rate", "times a year", "95 % interval", "hours to mend", "kind", "source", "date"),
        (
            (
                f"{r.name}: {r.what}",
                Cell(f"{r.per_year:.3g}", r.per_year),
                "none" if r.low is None or r.high is None else f"{r.low * 8766:.3g} to {r.high * 8766:.3g}",
                Cell(f"{r.repair_hours:g}", r.repair_hours),
                r.kind if r.kind == r.repair_kind else f"{r.kind}, mending {r.repair_kind}",
                r.source,
                r.date,
            )
            for _, r in sorted(one.rates.items())
        ),
    )


NOT_MODELLED = (
    "requests sent to dead pods before their endpoints are withdrawn",
    "other ties of the scheduler: one of several placements is simulated",
)
SINGLE_ONLY = ("failures that overlap", "journeys through several services")
"""What is left out where only single failures were simulated."""


def missing(one: Simulation) -> Iterator[str]:
    """What is left out."""
    lines = (
        *(f"{said}, which are most outages" for said in not_modelled(one)),
        *NOT_MODELLED,
        *(SINGLE_ONLY if one.overlaps is None else ()),
    )
    yield f"<ul>{''.join(f'<li>{text(line)}</li>' for line in lines)}</ul>\n"
    yield "<p>docs/simulation.md says what each of them costs.</p>\n"
