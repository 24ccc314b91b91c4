"""One failure on request: its time line for people, and the list of what can be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hullmark.report.simulation import rests
from hullmark.report.simulation_terms import KINDS, duration, lasting
from hullmark.report.simulation_words import made_by
from hullmark.report.style import Paint, painter
from hullmark.report.visible import count, visible, wrap
from hullmark.simulate.blast import Blast, Impact
from hullmark.simulate.scenarios import SCENARIOS
from hullmark.simulate.simulation import Simulation

MOST = 20
"""Failures that are shown one by one; JSON has all."""


def listing(width: int) -> str:
    """The scenarios there are, with what happens and what their target is."""
    room = max(map(len, SCENARIOS)) + 2
    lines = ["scenarios: hullmark simulate PATH --scenario NAME[=TARGET]; without a target, all there are", ""]
    for name, scenario in SCENARIOS.items():
        texts = wrap(f"{scenario.what}; target: {scenario.target}", max(width, 60) - room - 2)
        for index, text in enumerate(texts):
            lines.append(f"  {name if index == 0 else '':<{room}}{text}")
    return "\n".join(lines) + "\n"


def render(simulations: Sequence[tuple[str, Simulation]], *, color: bool, width: int = 100) -> str:
    """The failures that a scenario means, for a terminal."""
    paint, room = painter(color=color), max(width, 60)
    lines: list[str] = []
    for title, one in simulations:
        if len(simulations) > 1:
            lines += [paint(f"── {visible(title)} ".ljust(room, "─"), "faint"), ""]
        for blast in one.blasts[:MOST]:
            lines += _blast(blast, paint, room)
        if len(one.blasts) > MOST:
            lines.append(
                f"{count(len(one.blasts) - MOST, 'more', 'more')} like it; name one as its target, or see JSON"
            )
        lines += (*rests(one, paint, room), paint(made_by(one), "faint"))
    return "\n".join(lines) + "\n"


def _blast(blast: Blast, paint: Paint, width: int) -> Iterator[str]:
    failure = blast.failure
    yield paint(f"{KINDS[failure.kind]} {visible(failure.name)}", "strong")
    if failure.rate is not None:
        rate = failure.rate
        mended = f"{rate.repair_hours:g} h" if rate.repair_hours >= 0.05 else duration(rate.repair_hours * 3600)
        yield from _lines(
            f"about {rate.per_year:.3g} times a year ({rate.kind}), mended after {mended} "
            f"({rate.repair_kind}): {rate.source}",
            width,
        )
    if failure.note:
        yield from _lines(failure.note, width)
    if not blast.impacts:
        yield "  nothing that is simulated stops"
    for impact in blast.impacts:
        yield from _impact(impact, width)
    yield ""


def _impact(impact: Impact, width: int) -> Iterator[str]:
    service = impact.service
    yield f"  {visible(service.name)}"
    steps = [f"{duration(time)}: {serving} of {service.pods} serve" for time, serving in _reached(impact)]
    yield from _lines("; ".join(steps), width, 4)
    for need, time in zip(service.needs, impact.times, strict=True):
        missing = f"missing {lasting(time)}" if time > 0 else "never missing"
        yield from _lines(f"{need.name} ({need.pods}; {need.because}): {missing}", width, 4)
    for why, number in impact.pending.items():
        yield from _lines(f"{count(number, 'pod')} pending: {why}", width, 4)


def _reached(impact: Impact) -> Iterator[tuple[float, int]]:
    """When how many serve, the last state of each moment."""
    last = dict(impact.steps)
    yield from sorted(last.items())


def _lines(text: str, width: int, indent: int = 2) -> Iterator[str]:
    for index, line in enumerate(wrap(visible(text), width - indent - 2)):
        yield " " * (indent if index == 0 else indent + 2) + line
