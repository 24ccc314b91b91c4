"""The simulation of one architecture: everything asked of it, from manifests to numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from hullmark.graph.components import components
from hullmark.model.architecture import Architecture
from hullmark.model.declaration import KEYS
from hullmark.model.errors import HullmarkError, nearest
from hullmark.model.form import document
from hullmark.model.rates import Rate, digest, overridden, shipped
from hullmark.simulate.availability import Availability, availability
from hullmark.simulate.blast import Blast
from hullmark.simulate.dependencies import Network, network
from hullmark.simulate.drain import Drain
from hullmark.simulate.effective import Assumption
from hullmark.simulate.events import on_request
from hullmark.simulate.faults import Failure
from hullmark.simulate.generated import generated
from hullmark.simulate.holding import require, require_room
from hullmark.simulate.overlap.answers import TRIALS, Notice, Overlaps
from hullmark.simulate.overlap.system import system
from hullmark.simulate.pods import Fleet, Member, fleet
from hullmark.simulate.repairs import Plan, plan
from hullmark.simulate.scenarios import chosen
from hullmark.simulate.sequence.answers import Chronicle
from hullmark.simulate.sequence.hazards import SPREAD
from hullmark.simulate.sequence.play import Play, Stage, play
from hullmark.simulate.services import Need, Service, promises, services
from hullmark.simulate.setting import Course, Setting
from hullmark.simulate.slo import Slo
from hullmark.simulate.slo import read as read_slo
from hullmark.simulate.standing import SEED, Standing
from hullmark.simulate.startup import start_of
from hullmark.simulate.topology import RunFacts, Topology, of_nodes, read
from hullmark.simulate.training import Training, trainings
from hullmark.text.source import Source


@dataclass(frozen=True)
class Proof:
    """Whether a service keeps what it needs after the loss of any one failure of a kind; ``breaks`` are those that break it.

    ``words`` are why pods stay pending then, in the scheduler's words.
    """

    service: Service
    need: Need
    kind: str
    tried: int
    breaks: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing of the kind breaks it."""
        return not self.breaks


class SinglePoint(NamedTuple):
    """Failures of one kind each of which alone leaves a service short, and for how many seconds at most."""

    service: Service
    need: Need
    kind: str
    names: tuple[str, ...]
    longest: float


class Chance(NamedTuple):
    """How failures that overlap are drawn (not at all without ``trials``), and how many ``years`` are simulated event by event.

    ``notice`` and ``passed`` are told how far that has got.
    """

    seed: int = SEED
    trials: int = TRIALS
    notice: Notice | None = None
    years: int = 0
    passed: Notice | None = None


@dataclass(frozen=True)
class Simulation:
    """All answers, and what they rest on. ``pending`` are pods that fit nowhere before anything fails."""

    topology: Topology
    services: tuple[Service, ...]
    pending: Mapping[str, Mapping[str, int]]
    blasts: tuple[Blast, ...]
    drains: tuple[Drain, ...]
    proofs: tuple[Proof, ...]
    single_points: tuple[SinglePoint, ...]
    availabilities: tuple[Availability, ...]
    trainings: tuple[Training, ...]
    plan: Plan
    rates: Mapping[str, Rate]
    rates_digest: str
    assumptions: tuple[Assumption, ...]
    network: Network
    overlaps: Overlaps | None = None
    chronicle: Chronicle | None = None
    seed: int = SEED
    scenario: str = ""

    @property
    def rollouts_counted(self) -> bool:
        """Whether somebody said how often rollouts go wrong, so that they are among what is counted."""
        return _rollouts_counted(self.rates)


def simulate(  # noqa: PLR0913 - all that may be said of one simulation
    arch: Architecture,
    described: Source | None = None,
    counted: Source | None = None,
    promised: Source | None = None,
    *,
    begin: date | None = None,
    scenario: str = "",
    chance: Chance | None = None,
    crowded: bool = False,
) -> Simulation:
    """Simulate an architecture on a described topology (or one that is found or made up), with one's own rates.

    ``promised`` are objectives, journeys and dependencies (`hullmark.simulate.slo`); ``begin`` is the day from which
    runs and horizons count; without one they are told in days. ``chance`` is how failures that overlap are drawn;
    without it they are left out.
    ``scenario`` leaves all failures out but those that it names (`hullmark.simulate.scenarios`), and with them all that
    rests on having seen every failure. A described topology that is too small for all pods together is refused unless it
    may be ``crowded``; Node objects are an observation, in which pods may be pending.

    Raises:
        HullmarkError: the topology, the rates or the objectives are wrong; the error says where and what would be right.
    """
    crew = fleet(arch)
    topology, slo, rates = _said(arch, crew, described, counted, promised)
    noted = list(crew.assumptions)
    setting = _setting(arch, crew, topology, slo, rates, noted)
    standing = setting.stand()
    if described is not None and not crowded:
        require_room(setting, standing)

    def asked(every: Sequence[Failure], standing: Standing, known: Sequence[Service]) -> Iterable[Failure]:
        return chosen(scenario, [*every, *on_request(standing, rates, known, arch)])

    course = setting.run(asked if scenario else None, standing)
    known, blasts = course.services, course.blasts
    judged = () if scenario else known
    lasting = [service for service in judged if service.member.workload.lifetime == "service"]
    overlaps, chronicle = (None, None) if chance is None or scenario else _by_chance(setting, course, chance)
    runs = tuple(trainings(standing, judged, blasts, setting.starts, noted, begin))
    used = {f.rate.name: f.rate for f in (b.failure for b in blasts) if f.rate is not None}
    texts = (
        *_assumptions(topology, crew.members, used),
        *_assumed(overlaps, chronicle, setting.ties),
        *noted,
        *_strangers(topology, known),
    )
    return Simulation(
        topology,
        known,
        _pending(standing, known),
        blasts,
        course.drains,
        tuple(proof for service in judged for proof in _proofs(service, blasts)),
        tuple(point for service in lasting for point in _single_points(service, blasts)),
        tuple(found for service in lasting for found in _available(service, course)),
        runs,
        Plan() if scenario else plan(setting, course),
        used,
        digest(rates),
        tuple({a.text: a for a in reversed(texts)}.values())[::-1],
        setting.ties,
        overlaps,
        chronicle,
        SEED if chance is None else chance.seed,
        scenario,
    )


def _said(
    arch: Architecture, crew: Fleet, described: Source | None, counted: Source | None, promised: Source | None
) -> tuple[Topology, Slo, dict[str, Rate]]:
    """What the files say, and what is taken where they say nothing; of rates the file of objectives has the last word."""
    rates = dict(shipped())
    if counted is not None:
        rates = overridden(rates, document(counted, "a file of rates"))
    topology = read(described, rates) if described is not None else of_nodes(arch.resources) or generated(crew.pods)
    rates = overridden(rates, topology.rates)
    slo = read_slo(promised, rates) if promised is not None else Slo()
    topology = _timed(slo.onto(topology), arch)
    if described is not None:
        require(topology, crew)
    return topology, slo, dict(slo.rates or rates)


def _setting(
    arch: Architecture, crew: Fleet, topology: Topology, slo: Slo, rates: Mapping[str, Rate], noted: list[Assumption]
) -> Setting:
    """What the simulation starts from; what had to be assumed for it is ``noted``."""
    starts = {member: start_of(member.podset, noted) for member in crew.members}
    known = services(crew, arch, topology.objectives, {one.name: one for one in slo.services})
    graph = components(arch)
    return Setting(
        topology,
        crew,
        promises(arch),
        starts,
        {service.member.podset: service.needs for service in known},
        graph,
        network(slo, known, graph, topology.third_parties, topology.objectives),
        rates,
        {r.ref.name: r.labels for r in arch.kinds("Namespace")},
    )


def _timed(topology: Topology, arch: Architecture) -> Topology:
    """The topology with the time of a step of the runs that declare it; what the topology itself says counts before that.

    Raises:
        HullmarkError: the time that is declared is none.
    """
    runs = dict(topology.runs)
    for workload in arch.workloads:
        for flaw in arch.declared(workload).flaws:
            if not flaw.unknown and "step-time" in nearest(flaw.key[:64], KEYS):
                raise HullmarkError(flaw.message, flaw.hint, flaw.place)
        step, facts = arch.declared(workload).step_time, runs.get(workload.name, RunFacts())
        if step is not None and facts.step is None and workload.training is not None:
            runs[workload.name] = facts._replace(step=step / 3600)
    return replace(topology, runs=runs)


def _by_chance(setting: Setting, course: Course, chance: Chance) -> tuple[Overlaps | None, Chronicle | None]:
    """What several failures do at once: estimated from states that are drawn, and in years event by event."""
    standing, known = course.standing, course.services
    unplaced = {s.name: [i for i, p in enumerate(s.member.pods) if p not in standing.body] for s in known}
    model = system(setting.topology, course.blasts, setting.ties, known, unplaced)
    stage = Stage(standing, setting.starts, course.blasts, setting.ties, model)
    overlaps = chronicle = None
    if chance.trials:
        from hullmark.simulate.overlap.solve import solve

        overlaps = solve(stage.system, stage.network, seed=chance.seed, trials=chance.trials, notice=chance.notice)
    if chance.years:
        chronicle = play(stage, Play(chance.years, chance.seed, chance.passed), overlaps)
    return overlaps, chronicle


def _available(service: Service, course: Course) -> Iterator[Availability]:
    serving = course.standing.serving(service.member)
    for found in availability(service, course.hits):
        yield replace(found, lacking=max(found.need.pods - serving, 0))


def _strangers(topology: Topology, known: tuple[Service, ...]) -> Iterator[Assumption]:
    """What the topology says of training runs that are not there; they may be of another deployable unit."""
    names = {service.member.workload.name for service in known}
    for name, facts in topology.runs.items():
        if name not in names:
            yield Assumption(f"no workload here is called '{name}', of which the topology speaks as a run", facts.place)


def _pending(standing: Standing, known: tuple[Service, ...]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for service in known:
        for pod in service.member.pods:
            if pod in standing.pending:
                words = found.setdefault(service.name, {})
                why = standing.pending[pod]
                words[why] = words.get(why, 0) + 1
    return found


PROVED = ("node", "zone", "pool")
"""The kinds of failures after which what is needed should still have a place."""


def _proofs(service: Service, blasts: tuple[Blast, ...]) -> tuple[Proof, ...]:
    """The proofs of a service by need and kind; a kind of which there is only one cannot be survived and is shown so."""
    found = []
    for need in service.needs:
        for kind in PROVED:
            tried = [b for b in blasts if b.failure.kind == kind]
            broken = [
                (b.failure.name, i) for b in tried for i in b.impacts if i.service is service and i.after < need.pods
            ]
            words = tuple(dict.fromkeys(word for _, impact in broken for word in impact.pending))
            if tried:
                found.append(Proof(service, need, kind, len(tried), tuple(name for name, _ in broken), words))
    return tuple(found)


def _single_points(service: Service, blasts: tuple[Blast, ...]) -> Iterator[SinglePoint]:
    hit = [(b.failure, i) for b in blasts for i in b.impacts if i.service is service]
    for index, need in enumerate(service.needs):
        kinds = dict.fromkeys(failure.kind for failure, impact in hit if impact.times[index] > 0)
        for kind in kinds:
            mine = [(f.name, i.times[index]) for f, i in hit if f.kind == kind and i.times[index] > 0]
            yield SinglePoint(service, need, kind, tuple(n for n, _ in mine), max(time for _, time in mine))


def _assumed(overlaps: Overlaps | None, chronicle: Chronicle | None, ties: Network) -> Iterator[Assumption]:
    """What failures that overlap, and who depends on whom, rest on."""
    derived = sum(not d.declared and d.kind == "hard" for d in ties.dependencies)
    if derived:
        yield Assumption(
            f"{derived} calls that nobody declared otherwise are hard: the caller is down with what it calls"
        )
    if overlaps is not None:
        yield Assumption("of failures at the same time each recovers as if alone, unless what starts pods is down too")
        yield Assumption("pods that moved are hit by what fails where they stood before")
    if chronicle is not None:
        yield Assumption(
            f"event by event, times to mend are lognormal, the standard deviation of their logarithm {SPREAD:g}"
        )
        yield Assumption(
            "event by event, pods stand where they stood at first again once nothing is broken and every pod serves"
        )


def _assumptions(topology: Topology, members: tuple[Member, ...], used: Mapping[str, Rate]) -> tuple[Assumption, ...]:
    texts = list(topology.assumptions)
    texts += [
        f"rate '{r.name}': {r.per_year:.3g} a year ({r.kind}), {r.repair_hours:g} h to mend ({r.repair_kind}); {r.what}"
        for r in sorted(used.values(), key=lambda r: r.name)
        if (r.kind, r.repair_kind) != ("measured", "measured")
    ]
    if any(member.volumes.reach == "unknown" for member in members):
        texts.append("volumes that nothing tells about are reachable from one zone")
    texts.append("nothing else runs on the nodes")
    if _rollouts_counted(used):
        texts.append("of outages by change only bad rollouts are counted, as often as the rates say")
    else:
        texts.append(
            "outages by change (deployments, configuration) are not counted: numbers are the infrastructure part"
        )
    return tuple(Assumption(text) for text in texts)


def _rollouts_counted(rates: Mapping[str, Rate]) -> bool:
    return any(rate.name == "bad_rollout" and rate.kind == "measured" for rate in rates.values())
