"""What a run comes to: settled findings, what is not known, and how much was not checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.finding import Finding, NotChecked, Subject, Verdict
from hullmark.model.resource import Resource
from hullmark.model.terms import Confidence, Impact, Outcome, Pillar, Reach, Severity, Theme
from hullmark.model.waiver import Waiver
from hullmark.model.workload import Workload
from hullmark.sources.unit import Unit
from hullmark.text.lazy import cached_property
from hullmark.text.source import Place, Problem


class Settled(NamedTuple):
    """A finding with everything around it decided.

    ``priority`` runs from 0 to 100 (see `hullmark.engine.priority`); ``gates`` says whether the profile lets it decide
    the exit code; ``waiver`` is set when it is accepted; ``known`` when the baseline has it; ``theme`` when it is an
    absence that reports may bundle; ``covered_by`` are the checks whose findings keep this one from being said.
    ``by_impact`` says that it gates for the impact of its workload alone: at low impact it would not.
    ``units`` are the titles of the deployable units it was found in; empty where a scan has one.
    """

    check: str
    pillar: Pillar
    severity: Severity
    confidence: Confidence
    priority: int
    subject: Subject
    resource: Resource
    workload: Workload | None
    impact: Impact
    reach: Reach
    finding: Finding
    fingerprint: str
    theme: Theme | None
    gates: bool
    waiver: Waiver | None = None
    known: bool = False
    covered_by: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    by_impact: bool = False


class Part(NamedTuple):
    """The account of one deployable unit of a scan: its architecture, and its own result before units were merged."""

    unit: Unit
    architecture: Architecture
    result: Result


class WaiverNote(NamedTuple):
    """A waiver, or a declaration, that did not do what its author thinks: *expired*, *unused* or *invalid*.

    ``waiver`` is None where there is no valid one.
    """

    waiver: Waiver | None
    state: str
    place: Place
    message: str


@dataclass(frozen=True, eq=False)
class Result:
    """The whole outcome of a scan, in the order reports show it: most urgent workload and finding first.

    ``tallies`` counts outcomes per check; ``undecided`` lists the unknown and error verdicts themselves; ``gone``
    counts the findings of the baseline that are not there any more; ``prints`` holds the fingerprints of everything
    found, merged or not. ``parts`` are the deployable units, each judged by itself: ``architecture`` only holds them
    side by side.
    """

    architecture: Architecture
    findings: tuple[Settled, ...]
    waived: tuple[Settled, ...]
    undecided: tuple[Verdict, ...]
    tallies: Mapping[str, Mapping[Outcome, int]]
    not_checked: tuple[NotChecked, ...]
    problems: tuple[Problem, ...]
    waiver_notes: tuple[WaiverNote, ...]
    files: int
    profile: str
    gone: int = 0
    prints: frozenset[str] = frozenset()
    parts: tuple[Part, ...] = ()

    def unit(self, resource: Resource) -> Unit | None:
        """The unit an object belongs to; None if it is not one of the scan."""
        return self.parts[0].unit if len(self.parts) == 1 else self._units.get(resource)

    def where(self, settled: Settled) -> tuple[str, ...]:
        """The titles of the units a finding was found in."""
        return settled.units or tuple(part.unit.title for part in self.parts)

    @cached_property
    def _units(self) -> Mapping[Resource, Unit]:
        return {r: part.unit for part in self.parts for r in part.architecture.resources}
