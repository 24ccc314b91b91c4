"""Simulations for people: what fails, who stops, for how long, and what the numbers rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from hullmark.report import chronicle, overlaps, simulation_training
from hullmark.report.simulation_names import names
from hullmark.report.simulation_terms import (
    FIRST,
    KINDS,
    duration,
    lasting,
    needed,
    part,
    percent,
    points,
    rounded,
    saving,
)
from hullmark.report.simulation_words import made_by, not_modelled, sentences
from hullmark.report.snippet import address
from hullmark.report.style import Paint, painter
from hullmark.report.visible import cells, count, fit, visible, wrap
from hullmark.simulate.availability import Availability
from hullmark.simulate.blast import Impact
from hullmark.simulate.felt import Felt, felt
from hullmark.simulate.simulation import Simulation

Row = tuple[str, ...]


def render(simulations: Sequence[tuple[str, Simulation]], *, color: bool, width: int = 100, brief: bool = False) -> str:
    """Simulations of deployable units for a terminal; ``brief`` leaves out all but the summary and what to change."""
    paint, room = painter(color=color), max(width, 60)
    lines: list[str] = []
    for title, one in simulations:
        if len(simulations) > 1:
            lines += [paint(f"── {visible(title)} ".ljust(room, "─"), "faint"), ""]
        lines += _brief(one, paint, room) if brief else _simulation(one, paint, room)
        lines += (*(_counted(one, room) if brief else rests(one, paint, room)), *_made(one, paint, room), "")
    return "\n".join(lines) + "\n"


def _brief(one: Simulation, paint: Paint, width: int, most: int = 5) -> Iterator[str]:
    yield paint("in short", "strong")
    for text in sentences(one):
        for index, line in enumerate(wrap(visible(text), width - 4)):
            yield f"  {'-' if index == 0 else ' '} {line}"
    yield ""
    title = "what to change first (minutes a year that services no longer miss, for what it costs)"
    yield from _section(title, _repairs(one, most), paint, width)
    yield from _section("the best of them, one after the other", _steps(one), paint, width)


def _simulation(one: Simulation, paint: Paint, width: int) -> Iterator[str]:
    yield from _brief(one, paint, width, FIRST)
    yield from _section("pods that fit nowhere before anything fails", _pending(one), paint, width)
    yield from _blasts(one, paint, width)
    yield from _section("who else feels it: callers and journeys", _felt(one), paint, width)
    yield from _section("single points of failure", _points(one), paint, width)
    yield from _section("is what is needed still placed after losing one?", _proofs(one), paint, width)
    yield from _section("draining a pool, node by node", _drains(one), paint, width)
    if one.overlaps is None:
        title = "availability, the infrastructure part: single failures only"
        yield from _section(title, _availabilities(one.availabilities), paint, width)
    else:
        title = "availability, the infrastructure part: what several failures do at once included"
        yield from _section(title, overlaps.rows(one.overlaps), paint, width)
    if one.chronicle is not None:
        yield from _section(chronicle.title(one.chronicle), chronicle.rows(one.chronicle), paint, width)
    yield from _section(
        "training", (row for run in one.trainings for row in simulation_training.rows(run)), paint, width
    )


def rests(one: Simulation, paint: Paint, width: int) -> Iterator[str]:
    """All that a simulation takes for granted, and what it does not model."""
    yield paint("what this rests on", "strong")
    for assumption in one.assumptions:
        where = "" if assumption.place is None else f" ({address(assumption.place)})"
        for index, line in enumerate(wrap(visible(assumption.text + where), width - 4)):
            yield f"  {'-' if index == 0 else ' '} {line}"


def _counted(one: Simulation, width: int) -> Iterator[str]:
    """How much a simulation takes for granted, where only the summary is asked for."""
    left_out = " and ".join(not_modelled(one))
    yield from wrap(f"{count(len(one.assumptions), 'assumption')} (without --brief); not counted: {left_out}", width)


def _made(one: Simulation, paint: Paint, width: int) -> Iterator[str]:
    if one.overlaps is not None:
        yield paint(overlaps.footing(one.overlaps), "faint")
    if one.chronicle is not None:
        yield from (paint(line, "faint") for line in wrap(chronicle.footing(one.chronicle), width))
    yield paint(made_by(one), "faint")


def _section(title: str, rows: Iterable[Row], paint: Paint, width: int) -> Iterator[str]:
    """Rows under a title, the last column wrapped; nothing at all without rows."""
    found = list(rows)
    if found:
        yield paint(title, "strong")
        yield from _table(found, width)
        yield ""


def _table(rows: Iterable[Row], width: int) -> Iterator[str]:
    """Rows in columns, the last one wrapped."""
    found = [tuple(map(visible, row)) for row in rows]
    columns = max(map(len, found), default=1) - 1
    sizes = [max((cells(row[c]) for row in found if len(row) > c + 1), default=0) for c in range(columns)]
    for row in found:
        left = "  ".join(fit(text, size) for text, size in zip(row[:-1], sizes, strict=False))
        indent = cells(left) + 4 if left else 2
        lines = list(wrap(row[-1], max(width - indent, 30))) or [""]
        yield f"  {left}{'  ' if left else ''}{lines[0]}".rstrip()
        yield from (" " * indent + line for line in lines[1:])


def _pending(one: Simulation) -> Iterator[Row]:
    for name, words in one.pending.items():
        for why, number in words.items():
            yield name, count(number, "pod"), why


def _blasts(one: Simulation, paint: Paint, width: int) -> Iterator[str]:
    """Service by service what stops it; failures with the same effect share a row."""
    yield paint("what a single failure does (pods that serve: all → at worst → once replaced)", "strong")
    for service in one.services:
        rows: dict[tuple[str, str, str], list[str]] = {}
        for blast in one.blasts:
            for impact in blast.impacts:
                if impact.service is service:
                    key = (blast.failure.kind, _serving(impact), _course(impact))
                    rows.setdefault(key, []).append(blast.failure.name)
        if rows:
            yield f"  {visible(service.name)}"
            table = [(f"  {_names(kind, names)}", serving, text) for (kind, serving, text), names in rows.items()]
            yield from _table(table, width)
    quiet = Counter(b.failure.kind for b in one.blasts if not b.impacts and not b.failure.note)
    told = [(f"{KINDS[b.failure.kind]} {b.failure.name}", b.failure.note) for b in one.blasts if not b.impacts]
    rows_left = [(_others(kind, number), "nothing stops") for kind, number in quiet.items()]
    yield from _table([*rows_left, *(row for row in told if row[1])], width)
    yield ""


def _felt(one: Simulation) -> Iterator[Row]:
    """Failures with the same effect on callers and journeys share a row."""
    found: dict[tuple[str, Felt], list[str]] = {}
    for blast in one.blasts:
        effect = felt(one.network, blast)
        if effect.services or effect.journeys:
            found.setdefault((blast.failure.kind, effect), []).append(blast.failure.name)
    for (kind, effect), hit in found.items():
        users = "" if effect.users is None else f" ({part(effect.users, 0)} of users or more)"
        texts = [f"down too: {_some(effect.services)}"] if effect.services else []
        texts += [f"journeys that stop: {_some(effect.journeys)}{users}"] if effect.journeys else []
        yield _names(kind, hit), "; ".join(texts)


def _others(kind: str, number: int) -> str:
    return f"{count(number, KINDS[kind].removesuffix(' of'))} besides"


def _names(kind: str, names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"{KINDS[kind]} {names[0]}"
    return f"{KINDS[kind]} {names[0]} or {count(len(names) - 1, 'other')} like it"


def _serving(impact: Impact) -> str:
    return f"{impact.service.pods} → {impact.before} → {impact.after}"


def _course(impact: Impact) -> str:
    needs = zip(impact.service.needs, impact.times, strict=True)
    short = [f"{need.name} ({need.pods}) missing {lasting(time)}" for need, time in needs if time > 0]
    words = [f"{count(number, 'pod')} pending: {why}" for why, number in impact.pending.items()]
    return "; ".join([*(short or [f"enough serve; fewer than all {lasting(impact.away)}"]), *words])


def _points(one: Simulation) -> Iterator[Row]:
    found: dict[tuple[str, str], list[str]] = {}
    for point in one.single_points:
        key = point.service.name, needed(point.need, point.service)
        found.setdefault(key, []).append(_names(point.kind, point.names))
    for (name, need), texts in found.items():
        yield name, need, "; ".join(texts)


def _proofs(one: Simulation) -> Iterator[Row]:
    found: dict[tuple[str, str], list[str]] = {}
    for proof in one.proofs:
        verdict = "yes" if proof.holds else f"NO ({_some(proof.breaks)})"
        key = proof.service.name, needed(proof.need, proof.service)
        found.setdefault(key, []).append(f"{KINDS[proof.kind]} {verdict}")
    for (name, need), texts in found.items():
        yield name, need, ", ".join(texts)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _drains(one: Simulation) -> Iterator[Row]:
    for drain in one.drains:
        yield drain.pool, count(drain.nodes, "node"), drain.verdict
        for name, why in drain.blocked.items():
            yield "", "", f"{name}: {why}"
        for service, need, fewest in drain.short:
            yield "", "", f"{service.name}: {fewest} of {service.pods} serve meanwhile, {need} is missing"


def _availabilities(found: Sequence[Availability]) -> Iterator[Row]:
    for one in found:
        yield (f"{one.service.name}, {needed(one.need, one.service)}: {one.need.because}",)
        yield "", _number(one)
        for share in one.shares:
            yield "", f"{part(share.part)} {share.group}: {share.per_year:.3g} times a year ({share.kind})"
        if one.unbounded:
            yield "", f"not counted, because how often or how long is not known: {', '.join(one.unbounded)}"


def _number(one: Availability) -> str:
    if one.lacking:
        return f"never: {count(one.lacking, 'pod')} too few even before anything fails"
    if one.unavailability is None or one.low is None or one.high is None:
        return "no single failure with a known rate leaves it short; failures that overlap are not modelled yet"
    known = "" if not one.fixed else f", {', '.join(one.fixed)} taken as given"
    return (
        f"{percent(one.unavailability)} (95 % interval {percent(one.high)} to {percent(one.low)}{known}); "
        f"{one.per_year:.3g} outages a year of {duration((one.mean_minutes or 0) * 60)} in the mean"
    )


def _repairs(one: Simulation, most: int) -> Iterator[Row]:
    for ranked in one.plan.ranked[:most]:
        repair = ranked.repair
        yield saving(ranked), points(repair.cost.points), f"{names(one)(repair.subject)}: {repair.what}"
    if one.plan.left_out:
        yield (f"{count(one.plan.left_out, 'candidate')} more not tried: the fleet is too large to simulate all",)


def _steps(one: Simulation) -> Iterator[Row]:
    if one.plan.steps:
        yield rounded(one.plan.lost), "minutes a year are missed by all services together as they are"
    for step in one.plan.steps:
        yield rounded(step.left), f"once done: {names(one)(step.ranked.repair.subject)}: {step.ranked.repair.what}"
