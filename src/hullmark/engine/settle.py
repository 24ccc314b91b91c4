"""From verdicts to the result of a scan: everything around a finding is decided here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from hullmark.engine.bundle import ranked
from hullmark.engine.config import Settings
from hullmark.engine.fingerprint import fingerprints, identity
from hullmark.engine.priority import priority
from hullmark.engine.profiles import chosen, is_sample
from hullmark.engine.result import Result, Settled, WaiverNote
from hullmark.engine.run import Evaluation, Judged, Tally
from hullmark.engine.waivers import Waivers, collect
from hullmark.model.architecture import Architecture
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Impact, Outcome, Reach, Role
from hullmark.model.waiver import Waiver
from hullmark.model.workload import Workload
from hullmark.sources import Reading

VIA = "what it is rendered through"
"""What the template or base is called that stands between a value and the object."""


class Terms(NamedTuple):
    """What a scan is judged by.

    ``names`` gives the id of each check by every name it goes by (`config.identifiers`), ``today`` is the ISO date that
    decides which waivers have expired, ``baseline`` holds the fingerprints of known findings, None without a baseline.
    """

    settings: Settings
    names: Mapping[str, str]
    today: str
    baseline: frozenset[str] | None = None


def settle(arch: Architecture, evaluation: Evaluation, terms: Terms, reading: Reading) -> Result:
    """The result of a scan: severities, waivers, baseline and profile applied, equal findings merged, in order."""
    waivers = collect(arch, terms.settings.waivers, terms.names, terms.today)
    standings = _Standings(arch)
    accepted = list(_accepted(evaluation.judged, waivers, standings))
    merged = list(_merged(accepted))
    prints = list(fingerprints(identity(i.check.id, i.verdict.subject, i.resource, f) for i, _, f in merged))
    settled = [
        _settled(item, finding, waiver, fingerprint, standings, terms)
        for (item, waiver, finding), fingerprint in zip(merged, prints, strict=True)
    ]
    used = [waiver for _, waiver in accepted if waiver is not None]
    return Result(
        architecture=arch,
        findings=ranked(s for s in settled if s.waiver is None),
        waived=ranked(s for s in settled if s.waiver is not None),
        undecided=tuple(i.verdict for i in evaluation.judged if i.verdict.outcome in (Outcome.UNKNOWN, Outcome.ERROR)),
        tallies=_tallies(evaluation, accepted),
        not_checked=reading.not_checked,
        problems=reading.problems,
        waiver_notes=(*waivers.notes, *waivers.unused(used), *_about_nothing(arch, terms.settings)),
        files=reading.files,
        profile=terms.settings.profile,
        gone=len((terms.baseline or frozenset()) - set(prints)),
        prints=frozenset(prints),
    )


class _Standings:
    """How much hangs on an object: its own impact and exposure if it runs something, else those of what it serves."""

    def __init__(self, arch: Architecture) -> None:
        self.workloads = {w.resource: w for w in arch.workloads}
        self.weights: dict[Resource, tuple[Impact, Reach]] = {}
        for workload in arch.workloads:
            weight = (arch.impact(workload).impact, arch.exposure(workload).least)
            self._raise(workload.resource, weight)
            for podset in workload.podsets:
                for resource in arch.around(podset).objects:
                    if resource not in self.workloads:
                        self._raise(resource, weight)

    def _raise(self, resource: Resource, weight: tuple[Impact, Reach]) -> None:
        impact, reach = self.weights.get(resource, weight)
        self.weights[resource] = (max(impact, weight[0]), max(reach, weight[1]))

    def weight(self, resource: Resource) -> tuple[Impact, Reach]:
        """Impact and exposure; the middle where nothing in the scan says."""
        return self.weights.get(resource, (Impact.MODERATE, Reach.CLUSTER))


def _about_nothing(arch: Architecture, settings: Settings) -> Iterator[WaiverNote]:
    """Notes about the declarations of ``hullmark.yaml`` that no object matches."""
    if settings.declarations:
        used = frozenset(place for d in arch.declarations.values() for place in d.entries)
        for entry in settings.declarations:
            if entry.place not in used:
                yield WaiverNote(None, "unused", entry.place, "the declaration is about nothing that was read")


def _accepted(
    judged: Iterable[Judged], waivers: Waivers, standings: _Standings
) -> Iterator[tuple[Judged, Waiver | None]]:
    """What has findings, with its workload if its object runs something, and the waiver that accepts them."""
    for item in judged:
        if not item.verdict.findings:
            continue
        workload: Workload | None = item.workload or standings.workloads.get(item.resource)
        waiver = waivers.accepting(item.check.id, item.verdict.subject, item.subject, item.resource, workload)
        yield item if item.workload is workload else item._replace(workload=workload), waiver


def _merged(
    accepted: Iterable[tuple[Judged, Waiver | None]],
) -> Iterator[tuple[Judged, Waiver | None, Finding]]:
    """Findings one by one; those that pod sets share through an anchor, and so at the same place, only once."""
    seen: set[tuple[object, ...]] = set()
    for item, waiver in accepted:
        for finding in item.verdict.findings:
            key = (item.check, item.resource, finding.at.source, finding.at.span, finding.message, waiver)
            if key not in seen:
                seen.add(key)
                yield item, waiver, finding


def _settled(
    item: Judged, finding: Finding, waiver: Waiver | None, fingerprint: str, standings: _Standings, terms: Terms
) -> Settled:
    check, settings = item.check, terms.settings
    if finding.at.via is not None:
        finding = finding._replace(related=((finding.at.via, VIA), *finding.related))
    severity = settings.severities.get(check.id, finding.severity)
    severity = check.severity if severity is None else severity
    confidence = check.confidence if finding.confidence is None else finding.confidence
    if item.workload is not None and check.roles and Role.GENERIC not in check.roles:
        confidence = min(confidence, item.workload.role_confidence)  # it is only about the roles it names
    impact, reach = standings.weight(item.resource)
    known = terms.baseline is not None and fingerprint in terms.baseline
    sample = not settings.gate_samples and is_sample(item.resource.file, item.resource.ref.namespace)
    profile = chosen(settings.profile, settings.fail_on)
    decides = profile.gate(severity, confidence, impact, check.absence)
    gates = decides and waiver is None and not known and not sample
    return Settled(
        check.id,
        check.pillar,
        severity,
        confidence,
        priority(severity, impact, reach, confidence),
        item.verdict.subject,
        item.resource,
        item.workload,
        impact,
        reach,
        finding,
        fingerprint,
        check.absence,
        gates,
        waiver=waiver,
        known=known,
        covered_by=check.covered_by,
        by_impact=gates and profile.by_impact(severity, impact),
    )


def _tallies(
    evaluation: Evaluation, accepted: Iterable[tuple[Judged, Waiver | None]]
) -> Mapping[str, Mapping[Outcome, int]]:
    """The tallies with *waived* in place of *fail* where a waiver accepts all that was found."""
    tallies: dict[str, Tally] = {check: dict(tally) for check, tally in evaluation.tallies.items()}
    for item, waiver in accepted:
        if waiver is not None and item.verdict.outcome is Outcome.FAIL:
            tally = tallies[item.check.id]
            tally[Outcome.FAIL] -= 1
            tally[Outcome.WAIVED] = tally.get(Outcome.WAIVED, 0) + 1
    return tallies
