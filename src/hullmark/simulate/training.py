"""What failures cost training runs: progress, interruptions, and how often to save it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hullmark.model.terms import Role
from hullmark.model.truth import Undecided
from hullmark.model.workload import Workload
from hullmark.simulate.blast import Blast
from hullmark.simulate.checkpoints import best, daly, ettr, young
from hullmark.simulate.effective import Assumption
from hullmark.simulate.pods import Member
from hullmark.simulate.recovery import Start
from hullmark.simulate.services import Service
from hullmark.simulate.standing import Standing
from hullmark.text.source import Place

STATE = 7.0
"""How many times as large as weights of two bytes a checkpoint is: master weights and both moments of Adam besides, 14
bytes a parameter (https://arxiv.org/abs/1910.02054, section 3.1, gradients left out)."""

UNKNOWN_STATE = 105.0
"""Gigabytes of a checkpoint when no model's name tells: of eight billion parameters, rounded."""

INTERVAL_FLAGS = (
    *("--save-interval", "--save_interval", "--save-steps", "--save_steps"),
    *("--checkpoint.interval", "--checkpointing-steps", "--checkpointing_steps"),
)
"""Flags that say after how many steps a run saves: Megatron-LM (``--save-interval``), transformers (``--save_steps``),
torchtitan (``--checkpoint.interval``), diffusers (``--checkpointing_steps``). Sources:
https://github.com/NVIDIA/Megatron-LM/blob/main/megatron/training/arguments.py,
https://huggingface.co/docs/transformers/main_classes/trainer,
https://github.com/pytorch/torchtitan/blob/main/docs/checkpoint.md and
https://huggingface.co/docs/diffusers/training/text2image."""


_TRAINS = frozenset({Role.TRAINING, Role.FINE_TUNING})


class Interval(NamedTuple):
    """How often a run saves, as written: after so many steps."""

    steps: int
    place: Place


@dataclass(frozen=True)
class Training:
    """What is expected of one run; times are hours.

    ``between`` is the mean time between failures of its nodes, ``restart`` from a failure until it works again, ``dump``
    how long one checkpoint stops it. ``progress`` is the share of time that is progress with the best interval, None
    where a restart is never over. ``saves`` says whether it names a place for checkpoints at all.
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

    @property
    def per_month(self) -> float:
        """Interruptions expected in 30 days."""
        return 720 / self.between

    @property
    def wasted_per_day(self) -> float | None:
        """Device-hours a day that are no progress."""
        return None if self.progress is None else self.devices * 24 * (1 - self.progress)

    @property
    def right_step(self) -> float | None:
        """How many seconds a step takes if the interval that is written is the best."""
        return None if self.interval is None else self.best * 3600 / self.interval.steps


def trainings(
    standing: Standing,
    known: Sequence[Service],
    blasts: Sequence[Blast],
    starts: Mapping[Member, Start],
    noted: list[Assumption],
) -> Iterator[Training]:
    """The training runs among services; all pods of a workload are one run, whatever pod set they are of."""
    runs: dict[Workload, list[Service]] = {}
    for service in known:
        workload = service.member.workload
        if workload.role in _TRAINS and workload.training is not None and not workload.training.benchmark:
            runs.setdefault(workload, []).append(service)
    for services in runs.values():
        pods = [pod for service in services for pod in service.member.pods if pod in standing.body]
        nodes = len({standing.cluster.placed[standing.body[pod]] for pod in pods})
        hit = list(_hits(services, blasts))
        if nodes and math.fsum(rate for rate, _ in hit) > 0:
            yield _training(services, nodes, hit, standing.topology.bandwidth.models, starts, noted)


def _hits(services: Sequence[Service], blasts: Sequence[Blast]) -> Iterator[tuple[float, float]]:
    """The failures of single nodes that stop a run: their rates per hour, and the hours until all of it works again."""
    mine = set(services)
    for blast in blasts:
        if blast.failure.kind in ("node", "reclaim") and blast.failure.rate is not None:
            times = [impact.away for impact in blast.impacts if impact.service in mine]
            if times:
                yield blast.failure.rate.per_hour, max(times) / 3600


def _training(
    services: Sequence[Service],
    nodes: int,
    hit: Sequence[tuple[float, float]],
    speed: float,
    starts: Mapping[Member, Start],
    noted: list[Assumption],
) -> Training:
    workload = services[0].member.workload
    name = f"{workload.ref.kind}/{workload.name}"
    weights = max(starts[service.member].model for service in services)
    size = weights * STATE if weights else UNKNOWN_STATE
    dump = size / nodes / speed / 3600
    who = f"all {nodes} nodes" if nodes > 1 else "one node"
    text = f"{name}: a checkpoint has {size:g} GB, written by {who} while the work stands still"
    noted.append(Assumption(text, workload.at()))
    between = 1 / math.fsum(rate for rate, _ in hit)
    restart = math.fsum(rate * hours for rate, hours in hit) * between
    interval = best(dump, between)
    ends = math.isfinite(restart)
    return Training(
        name,
        workload,
        nodes,
        sum(map(_devices, services)),
        between,
        restart if ends else None,
        dump,
        interval,
        young(dump, between),
        daly(dump, between),
        ettr(interval, dump, restart, between) if ends else None,
        next(filter(None, map(_interval, services)), None),
        bool(workload.training and workload.training.checkpoints),
    )


def _devices(service: Service) -> int:
    try:
        return service.member.podset.accelerator_count * service.pods
    except Undecided:
        return 0


def _interval(service: Service) -> Interval | None:
    for container in service.member.podset.containers:
        value = container.argv.flag(*INTERVAL_FLAGS)
        if value is not None and value.isascii() and value.isdigit() and int(value[:12]) > 0:
            return Interval(int(value[:12]), container.argv.place(*INTERVAL_FLAGS))
    return None
