"""All that a scan knows of one workload: what it is, what it weighs and why, what follows, what was found, what is open."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from hullmark.engine.priority import priority
from hullmark.engine.profiles import NEVER, PROFILES, Profile, is_sample
from hullmark.engine.result import Part, Settled
from hullmark.model.architecture import Architecture
from hullmark.model.declaration import AiActClass, Declarations
from hullmark.model.finding import Verdict
from hullmark.model.resource import Resource
from hullmark.model.terms import Confidence, Impact, Outcome, Reach, Severity
from hullmark.model.workload import Workload
from hullmark.report.mask import redact
from hullmark.report.places import spot
from hullmark.report.snippet import address
from hullmark.report.style import LEVELS, Paint, painter
from hullmark.report.visible import count, visible, wrap
from hullmark.report.workloads import declared, models, together, workloads
from hullmark.text.source import Place

SCHEMA = "hullmark.workload/v1"
_MOST = 300
"""Characters of a line that is longer than anybody reads."""


@dataclass(frozen=True, eq=False)
class Dossier:
    """A workload in its deployable unit, and the profile it is judged by; ``samples`` says that samples gate too."""

    part: Part
    workload: Workload
    profile: Profile
    samples: bool = False

    @property
    def arch(self) -> Architecture:
        """The architecture it is part of."""
        return self.part.architecture

    @cached_property
    def findings(self) -> tuple[Settled, ...]:
        """What was found on it and on the objects around it, the most urgent first."""
        near = {self.workload.resource, *self._around()}
        found = (s for s in self.part.result.findings if s.workload is self.workload or s.resource in near)
        return tuple(sorted(found, key=lambda s: -s.priority))

    def _around(self) -> Iterator[Resource]:
        for podset in self.workload.podsets:
            yield from self.arch.around(podset).objects

    @cached_property
    def undecided(self) -> tuple[Verdict, ...]:
        """The checks whose outcome on it is not known."""
        ref = self.workload.ref
        subject = (ref.kind, ref.namespace, ref.name)
        return tuple(v for v in self.part.result.undecided if v.subject[:3] == subject)

    @property
    def sample(self) -> bool:
        """Whether it is reported only, as what is no part of production."""
        return not self.samples and is_sample(self.workload.resource.file, self.workload.namespace)


class _Lifted(NamedTuple):
    """The points that impact and exposure add to the priority of each finding."""

    impact: int
    exposure: int

    @classmethod
    def of(cls, impact: Impact, reach: Reach) -> _Lifted:
        least = priority(Severity.INFO, Impact.LOW, Reach.LOOPBACK, Confidence.HIGH)
        return cls(
            priority(Severity.INFO, impact, Reach.LOOPBACK, Confidence.HIGH) - least,
            priority(Severity.INFO, Impact.LOW, reach, Confidence.HIGH) - least,
        )


def as_json(dossier: Dossier) -> str:
    """The dossier as ``hullmark.workload/v1``; the workload is as in ``hullmark.inventory/v1``."""
    arch, workload = dossier.arch, dossier.workload
    (told,) = workloads(arch, (workload,))
    said = arch.declared(workload)
    lifted = _Lifted.of(arch.impact(workload).impact, arch.exposure(workload).least)
    report = {
        "schema": SCHEMA,
        "workload": {**told, "unit": visible(dossier.part.unit.title)},
        "disagreeing": [{"key": s.key, "value": visible(s.word), **spot(s.place)} for s in said.others],
        "scrutiny": {
            "profile": dossier.profile.name,
            "gates_from": {name: _threshold(p, arch, workload) for name, p in _profiles(dossier).items()},
            "priority_points": {"impact": lifted.impact, "exposure": lifted.exposure},
            "sample": dossier.sample,
            "gating": sum(s.gates for s in dossier.findings),
            "gating_by_impact": sum(s.by_impact for s in dossier.findings),
        },
        "findings": [
            {
                "check": s.check, "severity": s.severity.word, "confidence": s.confidence.word, "priority": s.priority,
                "message": visible(redact(s.finding.message, s.finding)), **spot(s.finding.at),
                "gates": s.gates, "gates_by_impact": s.by_impact, "known": s.known,
            }
            for s in dossier.findings
        ],
        "unknown": [{"text": visible(text), **spot(place)} for text, place in _open(dossier)],
    }  # fmt: skip
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def render(dossier: Dossier, *, color: bool, width: int = 100) -> str:
    """The dossier for the terminal."""
    paint = painter(color=color)
    workload = dossier.workload
    title = visible(str(workload.ref))[:_MOST]
    lines = [paint(title, "strong"), paint(f"{workload.role_word} · {address(workload.resource.place)}", "faint")]
    sections = (
        ("what it is", _identity(dossier)),
        (f"impact {dossier.arch.impact(workload).impact.word}", _impact(dossier)),
        (f"exposure {_exposure(dossier)}", _path(dossier)),
        ("declared", _declared(dossier)),
        ("scrutiny", _scrutiny(dossier)),
        (f"findings ({len(dossier.findings)})", _findings(dossier, paint)),
        ("not known", (_placed(text, place) for text, place in _open(dossier))),
    )
    for heading, found in sections:
        rows = list(found)
        lines += ["", paint(heading, "strong"), *_wrapped(rows or ["nothing"], max(width, 40))]
    return "\n".join(lines) + "\n"


def _wrapped(rows: Sequence[str], width: int) -> Iterator[str]:
    for row in rows:
        for i, line in enumerate(wrap(row, width - 4)):
            yield f"  {line}" if i == 0 else f"    {line}"


def _placed(text: str, place: Place | None) -> str:
    shown = visible(text)
    shown = shown if len(shown) <= _MOST else f"{shown[:_MOST]}…"
    return f"{shown} ({address(place)})" if place is not None else shown


def _identity(dossier: Dossier) -> Iterator[str]:
    workload = dossier.workload
    for item in workload.evidence:
        yield _placed(f"role {workload.role.value}: {item.text}", item.place)
    if workload.inferred:
        yield f"kind {visible(workload.ref.kind)} is in no table; its pods were found by their shape"
    if workload.template:
        yield "a template: what it lacks may be added where it is used"
    if workload.engine:
        yield f"engine {workload.engine}"
    for model in models(workload):
        pin = model.digest or model.revision
        yield _placed(f"model {model.id}{f' at {pin}' if pin else ', not pinned'}", model.place)
    for device in (a for c in workload.containers for a in c.accelerators):
        yield _placed(f"{'?' if device.count is None else device.count} {device.resource} for each pod", device.place)
    if not workload.podsets:
        yield "its pods are made by its operator"
        return
    replicas = together(dossier.arch, workload)
    least, most = ("?" if n is None else str(n) for n in (replicas.least, replicas.most))
    span = least if least == most else f"{least} to {most}"
    yield _placed(f"{span} {'replica' if span == '1' else 'replicas'}, {replicas.source}", None)


def _impact(dossier: Dossier) -> Iterator[str]:
    because = dossier.arch.impact(dossier.workload).because
    for reason in because:
        yield _placed(f"{reason.impact.word}: {reason.text}", reason.place)
    if not because:
        yield "no reason was seen for more"


def _exposure(dossier: Dossier) -> str:
    exposure = dossier.arch.exposure(dossier.workload)
    return visible(f"{exposure.word}, {exposure.authenticated or 'no authentication seen'}")


def _path(dossier: Dossier) -> Iterator[str]:
    for hop in dossier.arch.exposure(dossier.workload).path:
        yield _placed(hop.text, hop.place)


def _declared(dossier: Dossier) -> Iterator[str]:
    arch, workload = dossier.arch, dossier.workload
    said: Declarations = arch.declared(workload)
    for key, statement in declared(arch, workload):
        meaning = f": {statement.value.meaning}" if isinstance(statement.value, AiActClass) else ""
        yield _placed(f"{key} {statement.word}{meaning}", statement.place)
    for statement in said.others:
        yield _placed(f"disagrees: {statement.key} {statement.word}", statement.place)
    for flaw in said.flaws:
        yield _placed(flaw.message, flaw.place)


def _profiles(dossier: Dossier) -> dict[str, Profile]:
    return {**PROFILES, dossier.profile.name: dossier.profile}


def _threshold(profile: Profile, arch: Architecture, workload: Workload) -> str:
    lowest = profile.gates[arch.impact(workload).impact]
    return "never" if lowest >= NEVER else Severity(lowest).word


def _scrutiny(dossier: Dossier) -> Iterator[str]:
    arch, workload, mine = dossier.arch, dossier.workload, dossier.profile
    impact = arch.impact(workload).impact
    yield _gate(mine, _threshold(mine, arch, workload), impact)
    others = (f"{n} from {_threshold(p, arch, workload)}" for n, p in PROFILES.items() if n != mine.name)
    yield f"other profiles: {', '.join(others)}"
    lifted = _Lifted.of(impact, arch.exposure(workload).least)
    yield f"priority: {lifted.impact} points for its impact and {lifted.exposure} for its exposure on each finding"
    if dossier.sample:
        yield "it counts as a sample by its folder or namespace, so its findings are reported and do not gate"
    gating = [s for s in dossier.findings if s.gates]
    lifted_by = [s for s in gating if s.by_impact]
    yield f"{count(len(gating), 'finding')} {'gates' if len(gating) == 1 else 'gate'}" + (
        f", {len(lifted_by)} of them because of the impact: {', '.join(dict.fromkeys(s.check for s in lifted_by))}"
        if lifted_by
        else ""
    )


def _gate(profile: Profile, threshold: str, impact: Impact) -> str:
    if threshold == "never":
        return f"profile {profile.name}: nothing gates"
    reported = f", but for {', '.join(sorted(t.value for t in profile.reported))}" if profile.reported else ""
    sure = f" and confidence {profile.confidence.word}" if profile.confidence > Confidence.LOW else ""
    return f"profile {profile.name}: at impact {impact.word}, findings gate from severity {threshold}{sure}{reported}"


def _findings(dossier: Dossier, paint: Paint) -> Iterator[str]:
    for s in dossier.findings:
        notes = [w for w, true in (("in the baseline", s.known), ("gates", s.gates and not s.by_impact)) if true]
        notes += ["gates because of the impact"] if s.by_impact else []
        head = f"{s.priority} {paint(f'{s.severity.word}[{s.check}]', LEVELS[s.severity])}"
        told = _placed(redact(s.finding.message, s.finding), s.finding.at)
        yield f"{head} {told}{''.join(f' · {note}' for note in notes)}"


def _open(dossier: Dossier) -> Iterator[tuple[str, Place | None]]:
    """What nobody can know of it from what was read, each once."""
    workload, arch = dossier.workload, dossier.arch
    exposure = arch.exposure(workload)
    if exposure.unknown:
        yield f"exposure: {exposure.unknown}", None
    if together(arch, workload).wanted is None:
        yield "how many replicas run", None
    if workload.accelerator_total is None and any(c.accelerators for c in workload.containers):
        yield "how many accelerators it holds", None
    for podset in workload.podsets:
        identity = arch.around(podset).identity
        if podset.unsettled:
            yield podset.unsettled, podset.at()
        yield from (
            (f"what {g.role_kind} '{g.role_name}' allows", g.binding.place) for g in identity.grants if not g.known
        )
    reasons: dict[str, list[Verdict]] = {}
    for verdict in dossier.undecided:
        reasons.setdefault(f"{verdict.reason}{' (failed)' if verdict.outcome is Outcome.ERROR else ''}", []).append(
            verdict
        )
    for reason, verdicts in reasons.items():
        yield f"{reason} [{', '.join(dict.fromkeys(v.check for v in verdicts))}]", verdicts[0].at
