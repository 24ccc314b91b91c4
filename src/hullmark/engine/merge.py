"""One result for a scan of several deployable units, each of which was judged as an architecture of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from hullmark.engine.bundle import ranked
from hullmark.engine.result import Part, Result, Settled, WaiverNote
from hullmark.model.architecture import side_by_side
from hullmark.model.finding import Verdict
from hullmark.model.terms import Outcome
from hullmark.sources.unit import Unit


def merge(judged: Sequence[tuple[Unit, Result]], baseline: frozenset[str] | None = None) -> Result:
    """The result of a scan of these units.

    What several units have from one line of one file (the base of two overlays, a value of two variants) is one
    finding that names them all, as urgent as the most urgent of them.
    """
    results = [result for _, result in judged]
    parts = tuple(Part(unit, result.architecture, result) for unit, result in judged)
    if len(judged) == 1:
        return replace(results[0], parts=parts)
    prints = frozenset[str]().union(*(r.prints for r in results))
    return Result(
        architecture=side_by_side([r.architecture for r in results]),
        findings=ranked(_merged((unit, s) for unit, r in judged for s in r.findings)),
        waived=ranked(_merged((unit, s) for unit, r in judged for s in r.waived)),
        undecided=_undecided(results),
        tallies=_sums(r.tallies for r in results),
        not_checked=tuple(dict.fromkeys(n for r in results for n in r.not_checked)),
        problems=tuple(p for r in results for p in r.problems),
        waiver_notes=tuple(_notes(results)),
        files=sum(r.files for r in results),
        profile=results[0].profile,
        gone=len((baseline or frozenset()) - prints),
        prints=prints,
        parts=parts,
    )


def _merged(found: Iterable[tuple[Unit, Settled]]) -> Iterable[Settled]:
    merged: dict[tuple[object, ...], Settled] = {}
    for unit, item in found:
        finding, subject = item.finding, item.subject
        at = finding.at
        # The same line under two names (a prefix, a namespace) is still one thing to mend.
        key = (item.check, at.source.name, at.span, at.exact, finding.message, subject.kind, subject.container)
        first = merged.get(key)
        if first is None:
            merged[key] = item._replace(units=(unit.title,))
        else:
            merged[key] = first._replace(
                severity=max(first.severity, item.severity),
                confidence=max(first.confidence, item.confidence),
                priority=max(first.priority, item.priority),
                impact=max(first.impact, item.impact),
                reach=max(first.reach, item.reach),
                gates=first.gates or item.gates,
                by_impact=(first.by_impact or not first.gates)
                and (item.by_impact or not item.gates)
                and (first.gates or item.gates),
                known=first.known and item.known,
                units=tuple(dict.fromkeys((*first.units, unit.title))),
            )
    return merged.values()


def _undecided(results: Iterable[Result]) -> tuple[Verdict, ...]:
    """What is not known, once for each place: units that share a file have each read it for themselves."""
    merged: dict[tuple[object, ...], Verdict] = {}
    for verdict in chain.from_iterable(result.undecided for result in results):
        place = (verdict.at.source.name, verdict.at.span)
        merged.setdefault((verdict.check, verdict.subject, verdict.outcome, verdict.reason, place), verdict)
    return tuple(merged.values())


def _notes(results: Sequence[Result]) -> Iterable[WaiverNote]:
    """The notes on waivers, each once; one is unused only if no unit uses it."""
    unused = [{(n.place, n.message) for n in r.waiver_notes if n.state == "unused"} for r in results]
    nowhere = set.intersection(*unused) if unused else set()
    every = {(n.place, n.message): n for r in results for n in r.waiver_notes}
    return [note for key, note in every.items() if note.state != "unused" or key in nowhere or _own(note, results)]


def _own(note: WaiverNote, results: Sequence[Result]) -> bool:
    """Whether a waiver is written in a unit itself, so that no other one could use it."""
    sources = [{r.place.source.name for r in result.architecture.resources} for result in results]
    return sum(note.place.source.name in names for names in sources) == 1


def _sums(tallies: Iterable[Mapping[str, Mapping[Outcome, int]]]) -> dict[str, dict[Outcome, int]]:
    sums: dict[str, dict[Outcome, int]] = {}
    for tally in tallies:
        for check, outcomes in tally.items():
            total = sums.setdefault(check, {})
            for outcome, number in outcomes.items():
                total[outcome] = total.get(outcome, 0) + number
    return sums
