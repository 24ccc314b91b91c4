"""Simulations for programs: ``hullmark.simulate/v1``. The same input gives the same bytes."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from hullmark.model.rates import Rate
from hullmark.report import chronicle, overlaps, simulation_training
from hullmark.report.places import spot
from hullmark.report.simulation_words import not_modelled
from hullmark.report.visible import visible
from hullmark.simulate.availability import Availability
from hullmark.simulate.blast import Blast, Impact
from hullmark.simulate.candidates import Repair
from hullmark.simulate.dependencies import Dependency
from hullmark.simulate.drain import Drain
from hullmark.simulate.felt import Felt, felt
from hullmark.simulate.repairs import Ranked
from hullmark.simulate.services import Need, Service
from hullmark.simulate.simulation import Proof, Simulation, SinglePoint
from hullmark.version import __version__

SCHEMA = "hullmark.simulate/v1"


def as_json(simulations: Sequence[tuple[str, Simulation]]) -> str:
    """Simulations as JSON. Seconds and shares are numbers; null stands for what has no end or is not known."""
    units = [{"unit": visible(title), **_simulation(one)} for title, one in simulations]
    plain = {"schema": SCHEMA, "version": __version__, "units": units}
    return json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _simulation(one: Simulation) -> dict[str, Any]:
    return {
        **_basis(one),
        "services": [
            {"name": visible(s.name), "pods": s.pods, "needs": list(map(_need, s.needs))} for s in one.services
        ],
        "pending": {visible(name): {visible(w): n for w, n in words.items()} for name, words in one.pending.items()},
        "failures": [{**_blast(blast), **_felt(felt(one.network, blast))} for blast in one.blasts],
        "singlePoints": list(map(_point, one.single_points)),
        "capacity": list(map(_proof, one.proofs)),
        "drains": list(map(_drain, one.drains)),
        "availability": [_availability(a) for a in one.availabilities],
        "overlaps": overlaps.plain(one.overlaps),
        "sequence": chronicle.plain(one.chronicle),
        "dependencies": list(map(_dependency, one.network.dependencies)),
        "training": list(map(simulation_training.plain, one.trainings)),
        "repairs": [_ranked(ranked) for ranked in one.plan.ranked],
        "plan": {
            "minutesLostPerYear": one.plan.lost,
            "steps": [{**_repair(step.ranked.repair), "minutesLeftPerYear": step.left} for step in one.plan.steps],
            "notTried": one.plan.left_out,
        },
    }


def _basis(one: Simulation) -> dict[str, Any]:
    """What the answers rest on."""
    return {
        "seed": one.seed,
        "scenario": one.scenario or None,
        "ratesDigest": one.rates_digest,
        "kubernetes": visible(one.topology.control_plane.version),
        "part": "infrastructure, single failures" if one.overlaps is None else "infrastructure",
        "notModelled": [
            *not_modelled(one),
            *(("failures that overlap", "journeys through several services") if one.overlaps is None else ()),
        ],
        "assumptions": [{"text": visible(a.text), **spot(a.place)} for a in one.assumptions],
        "topology": {
            "regions": {visible(name): list(map(visible, zones)) for name, zones in one.topology.regions.items()},
            "pools": [{"name": visible(p.name), "nodes": len(p.nodes)} for p in one.topology.pools],
        },
        "rates": [_rate(rate) for _, rate in sorted(one.rates.items())],
    }


def _point(found: SinglePoint) -> dict[str, Any]:
    return {
        **_of(found.service, found.need),
        "kind": found.kind,
        "failures": list(map(visible, found.names)),
        "longest": _finite(found.longest),
    }


def _proof(found: Proof) -> dict[str, Any]:
    return {
        **_of(found.service, found.need),
        "kind": found.kind,
        "tried": found.tried,
        "holds": found.holds,
        "breaks": list(map(visible, found.breaks)),
        "words": list(map(visible, found.words)),
    }


def _drain(found: Drain) -> dict[str, Any]:
    return {
        "pool": visible(found.pool),
        "nodes": found.nodes,
        "verdict": found.verdict,
        "blocked": {visible(name): visible(why) for name, why in found.blocked.items()},
        "short": [{"service": visible(s.name), "need": need, "serving": n} for s, need, n in found.short],
    }


def _dependency(found: Dependency) -> dict[str, Any]:
    return {
        "service": visible(found.source),
        "kind": found.kind,
        "on": list(map(visible, found.targets)),
        "declared": found.declared,
        "capacity": found.capacity if found.kind == "soft" else None,
    }


def _need(need: Need) -> dict[str, Any]:
    return {"name": need.name, "pods": need.pods, "because": visible(need.because)}


def _of(service: Service, need: Need) -> dict[str, Any]:
    return {"service": visible(service.name), "need": need.name, "pods": need.pods}


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "name": rate.name,
        "perYear": rate.per_year,
        "perHour": {"mean": rate.per_hour, "low": rate.low, "high": rate.high},
        "repairHours": rate.repair_hours,
        "kind": rate.kind,
        "repairKind": rate.repair_kind,
        "source": visible(rate.source),
        "date": rate.date,
    }


def _blast(blast: Blast) -> dict[str, Any]:
    failure = blast.failure
    return {
        "kind": failure.kind,
        "name": visible(failure.name),
        "nodes": len(failure.nodes),
        "rate": failure.rate and failure.rate.name,
        "note": failure.note,
        "noticeSeconds": failure.notice,
        "impacts": list(map(_impact, blast.impacts)),
    }


def _felt(found: Felt) -> dict[str, Any]:
    return {
        "callersDown": list(map(visible, found.services)),
        "journeysDown": list(map(visible, found.journeys)),
        "usersShare": found.users,
    }


def _impact(impact: Impact) -> dict[str, Any]:
    times = {n.name: _finite(t) for n, t in zip(impact.service.needs, impact.times, strict=True)}
    return {
        "service": visible(impact.service.name),
        "lost": impact.lost,
        "serving": {"all": impact.service.pods, "before": impact.before, "after": impact.after},
        "missing": times,
        "away": _finite(impact.away),
        "phases": impact.phases and asdict(impact.phases),
        "pending": {visible(why): number for why, number in impact.pending.items()},
        "capacity": [{"at": time, "serving": serving} for time, serving in impact.steps],
    }


def _availability(one: Availability) -> dict[str, Any]:
    return {
        **_of(one.service, one.need),
        "lackingBefore": one.lacking,
        "unavailability": one.unavailability,
        "interval": None if one.low is None else [one.low, one.high],
        "outagesPerYear": one.per_year,
        "meanMinutes": one.mean_minutes,
        "contributions": [
            {
                "group": visible(share.group),
                "unavailability": share.unavailability,
                "part": share.part,
                "perYear": share.per_year,
                "kind": share.kind,
            }
            for share in one.shares
        ],
        "takenAsGiven": list(one.fixed),
        "notCounted": list(map(visible, one.unbounded)),
    }


def _repair(repair: Repair) -> dict[str, Any]:
    return {
        "kind": repair.kind,
        "subject": visible(repair.subject),
        "what": visible(repair.what),
        "place": spot(repair.place),
        "cost": {"points": round(repair.cost.points, 6), "because": repair.cost.because},
    }


def _ranked(ranked: Ranked) -> dict[str, Any]:
    return {
        **_repair(ranked.repair),
        "minutesSavedPerYear": ranked.saved,
        "interval": [ranked.low, ranked.high],
        "acceleratorHoursPerMonth": ranked.hours,
        "failuresSurvived": ranked.freed,
        "savedPerPoint": ranked.worth,
    }


def _finite(seconds: float) -> float | None:
    return None if math.isinf(seconds) else seconds
