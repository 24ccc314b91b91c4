"""The courses of failures as plots show them: failures alike put together, times in a unit that suits them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from hullmark.report.simulation_names import Name
from hullmark.report.simulation_page.plots import Rows, Spec, course
from hullmark.simulate.blast import Blast, Impact

MOST_LINES = 8
"""Services of one plot; of more, those that are away longest are drawn."""

UNKNOWN_END = 3600.0
"""Seconds shown of an outage whose end nobody knows."""

STATES = ("fewer than needed serve", "enough serve, fewer than all")


class Alike(NamedTuple):
    """Failures of one kind that do the same to the same services; ``blast`` is the first of them."""

    blast: Blast
    names: tuple[str, ...]


def alike(blasts: Sequence[Blast]) -> tuple[Alike, ...]:
    """Failures that do something, those that do the same put together."""
    found: dict[tuple[object, ...], list[Blast]] = {}
    for blast in blasts:
        if blast.impacts:
            does = tuple((i.service.name, i.steps, i.times) for i in blast.impacts)
            found.setdefault((blast.failure.kind, does), []).append(blast)
    return tuple(Alike(own[0], tuple(b.failure.name for b in own)) for own in found.values())


def weight(group: Alike) -> float:
    """What orders failures: those come first that cost most in a year, unknown ones last."""
    rate = group.blast.failure.rate
    missed = sum(i.times[0] if i.times[0] else i.away / 1000 for i in group.blast.impacts)
    return 0.0 if rate is None else -rate.per_hour * missed * len(group.names)


def plot(blast: Blast, called: Name) -> Spec:
    """The course of one failure."""
    shown = sorted(blast.impacts, key=lambda i: (-i.away, i.service.name))[:MOST_LINES]
    end = _end(shown)
    size, unit = (3600.0, "hours") if end > 7200 else (60.0, "minutes") if end > 180 else (1.0, "seconds")
    spans: Rows = []
    steps: Rows = []
    for impact in shown:
        name = called(impact.service.name)
        for state, start, stop in spans_of(impact, end):
            spans.append({"name": name, "state": state, "start": start / size, "end": stop / size})
        serving = [(-0.0, impact.service.pods), *impact.steps]
        steps += [{"name": name, "time": t / size, "share": n / max(impact.service.pods, 1)} for t, n in serving]
        steps.append({"name": name, "time": end / size, "share": serving[-1][1] / max(impact.service.pods, 1)})
    if all(i.service.pods == 1 for i in shown):
        steps = []  # one pod serves or does not, as the stretches show
    return course(spans, steps, [called(i.service.name) for i in shown], unit, end / size)


def _end(shown: Sequence[Impact]) -> float:
    """Until when a plot goes: a little longer than all that ends."""
    ends = [i.away for i in shown if math.isfinite(i.away)] + [t for i in shown for t, _ in i.steps]
    longest = max(ends, default=0.0)
    open_ended = any(math.isinf(i.away) for i in shown)
    return max(longest * 1.08, UNKNOWN_END if open_ended else 0.0, 10.0)


def spans_of(impact: Impact, end: float) -> Iterator[tuple[str, float, float]]:
    """The stretches of time in which a service has fewer pods than it needs, or than all."""
    need = impact.service.needs[0].pods
    changes = [*impact.steps, (end, impact.service.pods)]
    for (start, serving), (stop, _) in pairwise(changes):
        if serving < impact.service.pods and start < stop:
            yield STATES[0] if serving < need else STATES[1], start, min(stop, end)
