"""What failures cost training runs: progress, interruptions, and how often to save it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import NamedTuple

from hullmark.model.checkpoints import best, daly, ettr, spares, young
from hullmark.model.rates import Rate
from hullmark.model.saving import Interval, interval
from hullmark.model.terms import Role
from hullmark.model.truth import Undecided, string
from hullmark.model.workload import Setting, Workload
from hullmark.simulate.blast import Blast
from hullmark.simulate.doubt import Doubt, Strike, doubted, paces
from hullmark.simulate.effective import Assumption
from hullmark.simulate.pods import Member
from hullmark.simulate.recovery import Start
from hullmark.simulate.runs import Outcome, Plan, outcome
from hullmark.simulate.services import Service
from hullmark.simulate.standing import SEED, Standing
from hullmark.simulate.topology import RunFacts

STATE = 7.0
"""How many times as large as weights of two bytes a checkpoint is: master weights and both moments of Adam besides, 14
bytes a parameter (https://arxiv.org/abs/1910.02054, section 3.1, gradients left out)."""

UNKNOWN_STATE = 105.0
"""Gigabytes of a checkpoint when no model's name tells: of eight billion parameters, rounded."""

DAYS = 30.0
"""Days of work of a run whose length nobody says."""

LEMON = 10.0
"""How many times as often as its neighbours a lemon fails. Detecting lemons took failures of large jobs from 14 % to 4 %
(https://arxiv.org/abs/2410.21680, section on lemon nodes); the factor is assumed."""

_TRAINS = frozenset({Role.TRAINING, Role.FINE_TUNING})


class Cost(NamedTuple):
    """What an hour of all devices of a run costs, and in which currency."""

    per_hour: float
    currency: str


@dataclass(frozen=True)
class Training:
    """What is expected of one run; times are hours.

    ``between`` is the mean time between failures of its nodes, ``restart`` from a failure until it works again, ``dump``
    how long one checkpoint stops it. ``progress`` is the share of time that is progress with the best interval, None
    where a restart is never over. ``saves`` says whether it names a place for checkpoints that outlives its pods. ``written`` is the
    interval that the files say, where they (or the topology, which knows how long a step takes) tell a time; ``spares``
    how many nodes in reserve are enough 99 times in 100; ``best_runs`` and ``written_runs`` what came of thousands of
    runs with either interval, the latter without any checkpoint where none outlives the pods. ``strikes`` are the failures
    that stop it, and ``doubt`` what came of ``runs`` whose rates were drawn as well, None where they are known for sure.
    """

    name: str
    workload: Workload
    nodes: int
    devices: int
    between: float
    restart: float | None
    dump: float
    best: float
    young: float
    daly: float
    progress: float | None
    interval: Interval | None
    saves: bool
    written: float | None = None
    spares: int = 0
    strikes: tuple[Strike, ...] = ()
    best_runs: Outcome | None = None
    written_runs: Outcome | None = None
    doubt: Doubt | None = None
    cost: Cost | None = None
    start: date | None = None
    days: float | None = None

    @property
    def runs(self) -> Outcome | None:
        """Many runs as it is written, where that is known, else with the best interval."""
        return self.best_runs if self.saves and self.written is None else self.written_runs

    @property
    def progress_as_written(self) -> float | None:
        """The share of time that is progress as it saves now; with the best interval where nothing tells that."""
        if self.written is None or self.restart is None:
            return self.progress
        return ettr(self.written, self.dump, self.restart, self.between)

    @property
    def off(self) -> float | None:
        """How many times the interval that is written is too long (below one: too short)."""
        return None if self.written is None else self.written / self.best

    @property
    def loses(self) -> tuple[float, float] | None:
        """Hours of work that one failure loses, in the mean and at worst; None: everything since the start."""
        every = self.best if self.written is None else self.written
        if self.days is not None:
            every = min(every, self.days * 24)
        return (every / 2, every + self.dump) if self.saves else None

    @property
    def per_month(self) -> float:
        """Interruptions expected in 30 days."""
        return 720 / self.between

    @property
    def with_lemon(self) -> float:
        """Hours between failures with a lemon among its nodes, which fails `LEMON` times as often as the others."""
        return self.between * self.nodes / (self.nodes - 1 + LEMON)

    @property
    def wasted_per_day(self) -> float | None:
        """Device-hours a day that are no progress."""
        return None if self.progress is None else self.devices * 24 * (1 - self.progress)

    @property
    def right_step(self) -> float | None:
        """How many seconds a step takes if the interval that is written is the best."""
        steps = None if self.interval is None else self.interval.steps
        return None if steps is None else self.best * 3600 / steps


def trainings(
    standing: Standing,
    known: Sequence[Service],
    blasts: Sequence[Blast],
    starts: Mapping[Member, Start],
    noted: list[Assumption],
    begin: date | None = None,
) -> Iterator[Training]:
    """The training runs among services, each with thousands of draws of it.

    All pods of a workload are one run, whatever pod set they are of.

    ``begin`` is when runs start whose start the topology does not say.
    """
    for made, facts, cost in expected(standing, known, blasts, starts, noted):
        yield _simulated(made, facts, cost, begin)


def expected(
    standing: Standing,
    known: Sequence[Service],
    blasts: Sequence[Blast],
    starts: Mapping[Member, Start],
    noted: list[Assumption],
) -> Iterator[tuple[Training, RunFacts, Cost | None]]:
    """The training runs among services in the mean; all pods of a workload are one run, whatever pod set they are of."""
    runs: dict[Workload, list[Service]] = {}
    for service in known:
        workload = service.member.workload
        if workload.role in _TRAINS and workload.training is not None and not workload.training.benchmark:
            runs.setdefault(workload, []).append(service)
    for services in runs.values():
        nodes = _nodes(services, standing)
        hit = list(_hits(services, blasts))
        if nodes and math.fsum(each.rate for each in hit) > 0:
            facts = standing.topology.runs.get(services[0].member.workload.name, RunFacts())
            made = _training(services, len(nodes), hit, standing.topology.bandwidth.models, starts, noted, facts)
            cost = _cost(made.devices, nodes, standing)
            yield made, facts, cost


def _nodes(services: Sequence[Service], standing: Standing) -> set[int]:
    pods = [pod for service in services for pod in service.member.pods if pod in standing.body]
    return {standing.cluster.placed[standing.body[pod]] for pod in pods}


class _Hit(NamedTuple):
    """The failure of one node that stops a run: how often it happens, and the hours until all works again."""

    by: Rate
    hours: float

    @property
    def rate(self) -> float:
        """How often an hour."""
        return self.by.per_hour


def _hits(services: Sequence[Service], blasts: Sequence[Blast]) -> Iterator[_Hit]:
    mine = set(services)
    for blast in blasts:
        rate = blast.failure.rate
        if blast.failure.kind in ("node", "reclaim") and rate is not None:
            times = [impact.away for impact in blast.impacts if impact.service in mine]
            if times:
                yield _Hit(rate, max(times) / 3600)


def _strikes(hit: Sequence[_Hit]) -> Iterator[Strike]:
    """Failures of nodes alike together."""
    alike: dict[Rate, list[float]] = {}
    for each in hit:
        alike.setdefault(each.by, []).append(each.hours)
    for rate, hours in alike.items():
        yield Strike(rate, len(hours), math.fsum(hours) / len(hours))


def _training(  # noqa: PLR0913, PLR0917 - what a run rests on
    services: Sequence[Service],
    nodes: int,
    hit: Sequence[_Hit],
    speed: float,
    starts: Mapping[Member, Start],
    noted: list[Assumption],
    facts: RunFacts,
) -> Training:
    workload = services[0].member.workload
    name = f"{workload.ref.kind}/{workload.name}"
    dump = facts.dump
    if dump is None:
        weights = max(starts[service.member].model for service in services)
        size = weights * STATE if weights else UNKNOWN_STATE
        dump = size / nodes / speed / 3600
        who = f"all {nodes} nodes" if nodes > 1 else "one node"
        text = f"{name}: a checkpoint has {size:g} GB, written by {who} while the work stands still"
        noted.append(Assumption(text, workload.at()))
    between = 1 / math.fsum(each.rate for each in hit)
    restart = facts.restart or math.fsum(each.rate * each.hours for each in hit) * between
    optimum = best(dump, between)
    ends = math.isfinite(restart)
    found = next(filter(None, map(_interval, services)), None)
    return Training(
        name,
        workload,
        nodes,
        sum(map(_devices, services)),
        between,
        restart if ends else None,
        dump,
        optimum,
        young(dump, between),
        daly(dump, between),
        ettr(optimum, dump, restart, between) if ends else None,
        found,
        any(map(_kept, workload.training.checkpoints if workload.training else ())),
        None if found is None else found.hours(facts.step),
        strikes=tuple(_strikes(hit)),
        spares=spares(math.fsum(each.rate * each.by.repair_hours for each in hit)),
    )


def _simulated(made: Training, facts: RunFacts, cost: Cost | None, begin: date | None) -> Training:
    """A run with thousands of draws of it, by its best interval and by the one that is written."""
    work = (facts.days or DAYS) * 24

    def plan(every: float | None, dump: float) -> Plan | None:
        if every is None or made.restart is None:
            return None
        return Plan(work, min(every, work), dump, made.restart, made.between)

    plans = [plan(made.best, made.dump), plan(made.written, made.dump) if made.saves else plan(work, 0.0)]
    drawn = [None if p is None else outcome(p, Random(SEED)) for p in plans]  # noqa: S311 - repeatable
    start = facts.start or begin
    made = replace(made, best_runs=drawn[0], written_runs=drawn[1], cost=cost, start=start, days=facts.days)
    if made.runs is None:
        return made
    drawn_too = doubted(made.runs.plan, paces(made.strikes, facts.restart), Random(SEED))  # noqa: S311 - repeatable
    return replace(made, doubt=drawn_too)


def _cost(devices: int, nodes: set[int], standing: Standing) -> Cost | None:
    """What an hour of a run costs; None where the price of some of its nodes is not told."""
    prices = [standing.pools[node].price for node in nodes]
    known = [price for price in prices if price is not None]
    if not devices or not prices or len(known) < len(prices):
        return None
    return Cost(devices * math.fsum(known) / len(known), standing.topology.currency)


def _kept(setting: Setting) -> bool:
    """Whether what is saved at a place outlives the pod, as far as can be seen: an emptyDir does not."""
    mount = setting.container.mount_for(setting.value) if setting.container is not None else None
    if mount is None or setting.container is None:
        return True
    volume = setting.container.podset.volumes.get(string(mount.node.value, "name"))
    return volume is None or volume.get("emptyDir") is None


def _devices(service: Service) -> int:
    try:
        return service.member.podset.accelerator_count * service.pods
    except Undecided:
        return 0


def _interval(service: Service) -> Interval | None:
    return next(filter(None, map(interval, service.member.podset.containers)), None)
