"""What a simulation says, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.report.simulation import KINDS, duration, percent
from hullmark.report.simulation_page.names import names
from hullmark.report.visible import count, visible
from hullmark.simulate.availability import Availability
from hullmark.simulate.simulation import PROVED, Simulation


def sentences(one: Simulation) -> Iterator[str]:
    """The summary, the most important first."""
    yield _size(one)
    waiting = sum(number for words in one.pending.values() for number in words.values())
    if waiting:
        yield f"{count(waiting, 'pod fits', 'pods fit')} nowhere even before anything fails."
    yield from _survival(one)
    weakest = weakest_of(one)
    if weakest is not None and weakest.unavailability is not None:
        yield (
            f"Weakest is {names(one)(weakest.service.name)} with {percent(weakest.unavailability)}: "
            f"{weakest.per_year:.2g} outages a year, {duration((weakest.mean_minutes or 0) * 60)} each in the mean."
        )
    yield from _plan(one)
    for run in one.trainings:
        if run.progress is not None:
            yield (
                f"{visible(run.name)} makes progress {run.progress:.1%} of the time if it saves every "
                f"{duration(run.best * 3600)}; a node fails under it every {duration(run.between * 3600)}."
            )


def _size(one: Simulation) -> str:
    pods, nodes = sum(s.pods for s in one.services), len(one.topology.nodes)
    zones = len({node.zone for node in one.topology.nodes})
    return (
        f"{count(len(one.services), 'group')} of {count(pods, 'pod')} stand on {count(nodes, 'node')} "
        f"in {count(zones, 'zone')}."
    )


def _survival(one: Simulation) -> Iterator[str]:
    services = {a.service.name for a in one.availabilities}
    for kind in PROVED[:2]:
        short = {p.service.name for p in one.single_points if p.kind == kind and p.need is p.service.needs[0]}
        kept = len(services) - len(short)
        if services:
            yield f"{kept} of {count(len(services), 'service')} notice nothing when any {KINDS[kind]} is lost."


def _plan(one: Simulation) -> Iterator[str]:
    if one.plan.steps:
        first = one.plan.steps[0].ranked.repair
        yield (
            f"To change first: {names(one)(first.subject)}: {visible(first.what)}. "
            f"{count(len(one.plan.steps), 'change')} together take what all services miss from {one.plan.lost:.0f} "
            f"to {one.plan.steps[-1].left:.0f} minutes a year."
        )


def weakest_of(one: Simulation) -> Availability | None:
    """The service that is down most; None when no single failure with a known rate leaves any short."""
    known = [a for a in one.availabilities if a.unavailability is not None and a.need is a.service.needs[0]]
    return max(known, key=lambda a: a.unavailability or 0.0, default=None)
