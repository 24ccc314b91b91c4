"""What a scan does not know: texts not checked, questions without an answer, waivers that miss."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.engine.result import Result, WaiverNote
from hullmark.model.finding import NotChecked, Verdict
from hullmark.model.terms import Outcome
from hullmark.report.mask import redact
from hullmark.report.snippet import filename
from hullmark.report.style import Paint
from hullmark.report.visible import cells, count, visible, wrap

_FEW = 3


def not_checked(result: Result, paint: Paint, width: int, *, verbose: bool) -> Iterator[str]:
    """What was seen but not checked, by reason, the most frequent first."""
    groups: dict[str, list[NotChecked]] = {}
    for item in result.not_checked:
        groups.setdefault(item.reason, []).append(item)
    if not groups:
        return
    total = count(len(result.not_checked), "file or document", "files or documents")
    yield f"{paint('not checked', 'warning')}: {total}"
    for reason, found in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0])):
        yield f"{paint(f'{len(found):>5}', 'strong')}  {visible(reason)}"
        where = [f"{filename(i.file)}:{i.line}" if i.line > 1 else filename(i.file) for i in found]
        yield from _indented(_first(where, len(where) if verbose else _FEW), paint, width, "faint")
        for hint in dict.fromkeys(i.hint for i in found if i.hint):
            yield from _indented(visible(hint), paint, width, "", "help: ")


def undecided(result: Result, paint: Paint, width: int, *, verbose: bool) -> Iterator[str]:
    """Outcomes that are unknown, and checks that failed to run, by reason."""
    for outcome, title, look in (
        (Outcome.ERROR, "hullmark's own errors", "error"),
        (Outcome.UNKNOWN, "unknown", "warning"),
    ):
        verdicts = [v for v in result.undecided if v.outcome is outcome]
        if verdicts:
            told = "could not be decided" if outcome is Outcome.UNKNOWN else "were left undecided; please report them"
            yield f"{paint(title, look)}: {count(len(verdicts), 'outcome')} {told}"
            yield from _reasons(verdicts, paint, width, verbose=verbose)


def _reasons(verdicts: list[Verdict], paint: Paint, width: int, *, verbose: bool) -> Iterator[str]:
    groups: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault(verdict.reason, []).append(verdict)
    ranked = sorted(groups.items(), key=lambda g: (-len(g[1]), g[0]))
    shown = ranked if verbose else ranked[: 3 * _FEW]
    for reason, found in shown:
        yield f"{paint(f'{len(found):>5}', 'strong')}  {visible(reason)}"
        yield from _indented(
            _first(list(dict.fromkeys(map(_who, found))), len(found) if verbose else _FEW), paint, width, "faint"
        )
    if len(shown) < len(ranked):
        left = sum(len(found) for _, found in ranked[len(shown) :])
        yield f"{left:>5}  for {count(len(ranked) - len(shown), 'other reason')}"


def _who(verdict: Verdict) -> str:
    subject = verdict.subject
    container = f" ({subject.container})" if subject.container else ""
    return visible(f"{verdict.check} on {subject.kind} {subject.name}{container}")


def waivers(result: Result, paint: Paint, *, verbose: bool) -> Iterator[str]:
    """What was accepted, until when and by whom; only with ``verbose``, else the summary's figure is enough."""
    if not verbose or not result.waived:
        return
    yield f"{paint('waived', 'note')}: {count(len(result.waived), 'finding')}"
    for settled in result.waived:
        waiver, at = settled.waiver, settled.finding.at
        message = visible(redact(settled.finding.message, settled.finding))
        yield f"       {filename(at.source.name)}:{at.line}: {message} {paint(f'[{settled.check}]', 'faint')}"
        if waiver is not None:
            yield visible(f"       until {waiver.expires} by {waiver.owner}: {waiver.reason}")


def waiver_look(note: WaiverNote) -> str:
    """How loudly a note about a waiver speaks: one that is invalid is an error."""
    return "error" if note.state == "invalid" else "warning"


def _first(names: list[str], number: int) -> str:
    rest = len(names) - number
    return ", ".join(names[:number]) + (f" and {rest} more" if rest > 0 else "")


def _indented(text: str, paint: Paint, width: int, look: str, lead: str = "") -> Iterator[str]:
    margin = " " * (7 + cells(lead))
    for i, line in enumerate(wrap(text, width - len(margin))):
        start = f"       {paint(lead, 'strong')}" if i == 0 else margin
        yield start + (paint(line, look) if look else line)
