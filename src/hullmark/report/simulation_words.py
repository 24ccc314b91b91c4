"""What a simulation says, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.report.simulation_names import names
from hullmark.report.simulation_terms import chance, duration, percent, rounded
from hullmark.report.visible import count, visible
from hullmark.simulate.availability import Availability
from hullmark.simulate.overlap.answers import Overlaps
from hullmark.simulate.repairs import MINUTES
from hullmark.simulate.simulation import PROVED, Simulation
from hullmark.version import __version__


def made_by(one: Simulation) -> str:
    """What has to be known to get the same numbers again."""
    kubernetes = f"Kubernetes {visible(one.topology.control_plane.version)}"
    return f"hullmark {__version__}, {kubernetes}, rates {one.rates_digest}, seed {one.seed}"


def not_modelled(one: Simulation) -> tuple[str, ...]:
    """Which part of availability is left out, however much is simulated."""
    by_change = "outages by change"
    return (f"{by_change} other than bad rollouts",) if one.rollouts_counted else (by_change,)


def sentences(one: Simulation) -> Iterator[str]:
    """The summary, the most important first."""
    yield _size(one)
    waiting = sum(number for words in one.pending.values() for number in words.values())
    if waiting:
        yield f"{count(waiting, 'pod fits', 'pods fit')} nowhere even before anything fails."
    yield from _survival(one)
    yield from _objectives(one)
    yield from _competition(one)
    weakest = weakest_of(one)
    if weakest is not None and weakest.unavailability is not None:
        yield (
            f"Weakest by itself is {names(one)(weakest.service.name)} with {percent(weakest.unavailability)}: "
            f"{weakest.per_year:.2g} outages a year, {duration((weakest.mean_minutes or 0) * 60)} each in the mean."
        )
    yield from _plan(one)
    for run in one.trainings:
        if not run.saves:
            yield (
                f"{visible(run.name)} loses all its work when a node fails, which is every "
                f"{duration(run.between * 3600)}: nothing it saves outlives its pods."
            )
        elif run.progress is not None:
            yield (
                f"{visible(run.name)} makes progress {chance(run.progress)} of the time if it saves every "
                f"{duration(run.best * 3600)}; a node fails under it every {duration(run.between * 3600)}."
            )


def _size(one: Simulation) -> str:
    pods, nodes = sum(s.pods for s in one.services), len(one.topology.nodes)
    zones = len({node.zone for node in one.topology.nodes})
    return (
        f"{count(pods, 'pod')} of {count(len(one.services), 'group')} on {count(nodes, 'node')} "
        f"in {count(zones, 'zone')}."
    )


def _survival(one: Simulation) -> Iterator[str]:
    services = {a.service.name for a in one.availabilities}
    kept = []
    for kind in PROVED[:2]:
        short = {p.service.name for p in one.single_points if p.kind == kind and p.need is p.service.needs[0]}
        stuck = {a.service.name for a in one.availabilities if a.lacking and a.need is a.service.needs[0]}
        kept.append(len(services - short - stuck))
    if services:
        have = "keep what they need" if kept[0] > 1 else "keeps what it needs"
        node, zone = (number or "none" for number in kept)
        yield f"Of {count(len(services), 'service')}, {node} {have} when any node is lost, {zone} when any zone is."


def target_of(one: Simulation, found: Availability) -> float | None:
    """The availability that somebody promised of a service, if any: the file of objectives comes before the topology."""
    said = (one.network.said or {}).get(found.service.name)
    if said is not None and said.promised is not None:
        return said.promised.target
    mine = (o.target for o in one.topology.objectives if o.journey == found.service.member.workload.name)
    return next(mine, None)


def _objectives(one: Simulation) -> Iterator[str]:
    if one.overlaps is not None:
        yield from _verdicts(one, one.overlaps)
        return
    for found in one.availabilities:
        target = target_of(one, found)
        if target is None:
            continue
        what = f"The objective of {names(one)(found.service.name)}, {target * 100:.6g} %, is"
        if found.lacking:
            yield f"{what} missed: {count(found.lacking, 'pod is', 'pods are')} too few even before anything fails."
        elif found.unavailability is None or found.high is None:
            yield f"{what} met as far as single failures go: none leaves it short."
        else:
            allowed = 1 - target
            met = "met" if found.high <= allowed else "missed" if found.unavailability > allowed else "met in the mean"
            between = f"{percent(found.unavailability)}, and at worst {percent(found.high)} for what is not known"
            yield f"{what} {met}: {between}."


def _verdicts(one: Simulation, overlaps: Overlaps) -> Iterator[str]:
    """Objectives with failures that overlap counted in, journeys first."""
    for found in sorted(overlaps.answers, key=lambda a: not a.journey):
        verdict = found.verdict
        if verdict is None:
            continue
        name = f"journey '{visible(found.name)}'" if found.journey else names(one)(found.name)
        what = f"The objective of {name}, {verdict.target * 100:.6g} %, is"
        if found.never:
            yield f"{what} missed: too few pods fit even before anything fails."
            continue
        kept = f"it is kept in {chance(verdict.chance)} of windows of {duration(verdict.window)}"
        mean = percent(found.below if found.unavailability is None else found.unavailability)
        yield f"{what} {'met' if verdict.spent <= 1 else 'missed'} in the mean: {mean}; {kept}."


def _competition(one: Simulation) -> Iterator[str]:
    """Who loses most where failures compete for room, as far as that is no chance."""
    found = one.chronicle
    sure = [r for r in found.records if r.difference.low > 0] if found is not None else []
    most = max(sure, key=lambda record: record.more, default=None)
    if most is not None:
        name = f"journey '{visible(most.name)}'" if most.journey else names(one)(most.name)
        low, high = (rounded(bound * MINUTES) for bound in most.difference)
        yield (
            f"Event by event {name} loses {rounded(most.more * MINUTES)} minutes a year more ({low} to {high}), "
            "because a second failure finds the room taken that the first one needed."
        )


def _plan(one: Simulation) -> Iterator[str]:
    if one.plan.steps:
        first = one.plan.steps[0].ranked.repair
        yield (
            f"To change first: {names(one)(first.subject)}: {visible(first.what)}. "
            f"{_changes(len(one.plan.steps))} what all services miss from {rounded(one.plan.lost)} "
            f"to {rounded(one.plan.steps[-1].left)} minutes a year."
        )


def _changes(number: int) -> str:
    return "It takes" if number == 1 else f"{number} changes together take"


def weakest_of(one: Simulation) -> Availability | None:
    """The service that is down most; None when no single failure with a known rate leaves any short."""
    found = [a for a in one.availabilities if a.need is a.service.needs[0] and not a.lacking]
    known = [a for a in found if a.unavailability is not None]
    return max(known, key=lambda a: a.unavailability or 0.0, default=None)
