"""Repairs texts: applies the fixes of findings, scans again, and keeps only what that proves right.

Everything here is about texts in memory: whoever calls it reads and writes the files. A round applies all fixes that
do not touch each other; the others follow in later rounds, made anew for the changed text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from hullmark.engine.result import Result, Settled
from hullmark.model.finding import Fix, Subject
from hullmark.model.terms import Outcome, Safety
from hullmark.text.edit import Edit, apply, conflicts
from hullmark.text.source import Source

Texts = Mapping[str, str]
"""Texts by the name of their source."""

Rescan = Callable[[Texts], Result]
"""Scans these texts as the first scan did."""

ROUNDS = 8
"""How many times fixes are applied and the texts scanned again, at most."""


class Declined(NamedTuple):
    """A fix that was not made, and why."""

    settled: Settled
    reason: str


class Repair(NamedTuple):
    """What came of it: the texts that changed, the findings that are gone, and the fixes that were not made."""

    texts: Texts
    applied: tuple[Settled, ...]
    declined: tuple[Declined, ...]


class Plan(NamedTuple):
    """Which fixes can be made together (``now``), which have to wait for them (``later``), and which are refused."""

    now: tuple[Settled, ...]
    later: tuple[Settled, ...]
    declined: tuple[Declined, ...]


def plan(findings: Iterable[Settled], wanted: Callable[[Settled], bool], safety: Safety, texts: Texts) -> Plan:
    """Choose among the fixes of these findings, in their order.

    Args:
        findings: what was found; those without a fix are left out.
        wanted: which of them are to be put right.
        safety: *safe* leaves out fixes that need a human look.
        texts: the texts the findings are about.
    """
    now: list[Settled] = []
    later: list[Settled] = []
    declined: list[Declined] = []
    taken: dict[Source, list[Edit]] = {}
    for item in findings:
        if item.finding.fix is None or not wanted(item):
            continue
        edits = item.finding.fix.edits
        if reason := _refusal(item.finding.fix, safety, texts):
            declined.append(Declined(item, reason))
        elif _collide(edits, taken):
            later.append(item)
        else:
            now.append(item)
            for edit in edits:
                taken.setdefault(edit.source, []).append(edit)
    return Plan(tuple(now), tuple(later), tuple(declined))


def repair(texts: Texts, rescan: Rescan, wanted: Callable[[Settled], bool], safety: Safety = Safety.SAFE) -> Repair:
    """Make the fixes of the findings that are wanted, and prove each of them.

    A fix is kept when the scan after it finds less of its check on its subject, nothing more of anything else, and no
    new outcome *unknown* or *error*. What the finding had covered up and is no worse is not new (`Check.covered_by`),
    and neither is an *unknown* that the fix is said to open (`Fix.opens`).
    Otherwise the fix is undone and the reason reported.
    """
    state = _State(dict(texts), rescan(texts))
    applied: list[Settled] = []
    declined: dict[_Key, Declined] = {}
    choice = Plan((), (), ())
    for _ in range(ROUNDS):
        choice = plan(state.result.findings, lambda s: _key(s) not in declined and wanted(s), safety, state.texts)
        declined.update((_key(d.settled), d) for d in choice.declined)
        if not choice.now:
            break
        trial = _Trial(state, rescan)
        trial.run(choice.now)
        declined.update((_key(d.settled), d) for d in trial.declined)
        applied += trial.kept
        state = trial.best
    else:
        left = (*choice.later, *(s for s in choice.now if s not in applied))
        declined.update(
            (_key(s), Declined(s, f"not reached in {ROUNDS} rounds")) for s in left if _key(s) not in declined
        )
    changed = {name: text for name, text in state.texts.items() if text != texts[name]}
    return Repair(changed, tuple(applied), tuple(declined.values()))


_Key = tuple[str, Subject, str]


def _key(settled: Settled) -> _Key:
    """What a fix is remembered by from one scan to the next."""
    return settled.check, settled.subject, settled.fingerprint


def _refusal(fix: Fix, safety: Safety, texts: Texts) -> str:
    if safety is Safety.SAFE and fix.safety is Safety.UNSAFE:
        return "not safe without a human look"
    if any(texts.get(edit.source.name) != edit.source.text for edit in fix.edits):
        return "what it changes is not a file of this scan, or not as it was read"
    if any(conflicts(one, other) for i, one in enumerate(fix.edits) for other in fix.edits[:i]):
        return "its own edits overlap"
    return "" if fix.edits else "it changes nothing"


def _collide(edits: Iterable[Edit], taken: Mapping[Source, Sequence[Edit]]) -> bool:
    return any(conflicts(edit, other) for edit in edits for other in taken.get(edit.source, ()))


class _State(NamedTuple):
    """Texts and what a scan of them gives."""

    texts: dict[str, str]
    result: Result


@dataclass
class _Trial:
    """One round: fixes that do not touch each other, all made for the texts of ``start``.

    Usually they are all right, which one scan proves. If not, halves are tried, so that a bad one among many costs
    few scans.
    """

    start: _State
    rescan: Rescan
    kept: list[Settled] = field(default_factory=list)
    declined: list[Declined] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.best = self.start

    def run(self, fixes: Sequence[Settled]) -> None:
        """Keep those of these fixes that prove right together with those kept so far."""
        tried = [*self.kept, *fixes]
        texts = _edited(self.start.texts, tried)
        state = _State(texts, self.rescan(texts))
        fault = _fault(self.start.result, state.result, tried)
        if not fault:
            self.kept, self.best = tried, state
        elif len(fixes) == 1:
            self.declined.append(Declined(fixes[0], fault))
        else:
            half = len(fixes) // 2
            self.run(fixes[:half])
            self.run(fixes[half:])


def _edited(texts: Texts, fixes: Iterable[Settled]) -> dict[str, str]:
    """The texts with these fixes made; nothing outside their spans changes."""
    by_source: dict[Source, list[Edit]] = {}
    for item in fixes:
        for edit in item.finding.fix.edits if item.finding.fix else ():
            by_source.setdefault(edit.source, []).append(edit)
    return {**texts, **{source.name: apply(source, edits) for source, edits in by_source.items()}}


def _fault(before: Result, after: Result, fixes: Sequence[Settled]) -> str:
    """What is wrong with the texts after these fixes; empty if they do what they should and nothing else."""
    if len(after.problems) > len(before.problems):
        return f"the text would be broken by it: {after.problems[-1].message}"
    was, now = _counts(before), _counts(after)
    for (check, subject), count in Counter((s.check, s.subject) for s in fixes).items():
        if now[check, subject] > was[check, subject] - count:
            return f"the finding would still be there ({_called(check, subject)})"
    uncovered = _uncovered(after, fixes)
    for (check, subject), count in now.items():
        if count > was[check, subject] and (check, subject) not in uncovered:
            return f"it would bring a new finding ({_called(check, subject)})"
    undecided = {(v.check, v.subject) for v in before.undecided}
    opened = {(c, s) for f in fixes if f.finding.fix for c in f.finding.fix.opens for s in _around(f.subject)}
    for verdict in after.undecided:
        expected = verdict.outcome is Outcome.UNKNOWN and (verdict.check, verdict.subject) in opened
        if (verdict.check, verdict.subject) not in undecided and not expected:
            who = _called(verdict.check, verdict.subject)
            return f"the outcome would be {verdict.outcome.value} ({who}): {verdict.reason}"
    return ""


def _uncovered(after: Result, fixes: Sequence[Settled]) -> set[tuple[str, Subject]]:
    """What was true before, but not said under the findings that are repaired, which were as bad or worse."""
    repaired = {(item.check, item.subject): item.severity for item in fixes}
    return {
        (s.check, s.subject)
        for s in after.findings
        if s.covered_by
        and any(
            repaired.get((check, subject), _NOTHING) >= s.severity
            for check in s.covered_by
            for subject in _around(s.subject)
        )
    }


_NOTHING = -1
"""Less than any severity."""


def _around(subject: Subject) -> tuple[Subject, ...]:
    """A subject and what it is part of: a container's pods, the object of the pods."""
    pods = subject._replace(container="")
    return subject, pods, pods._replace(podset="")


def _counts(result: Result) -> Counter[tuple[str, Subject]]:
    """How much is found of each check on each subject, waived or not."""
    return Counter((s.check, s.subject) for s in (*result.findings, *result.waived))


def _called(check: str, subject: Subject) -> str:
    where = f" container '{subject.container}'" if subject.container else ""
    return f"{check} on {subject.kind} '{subject.name}'{where}"
