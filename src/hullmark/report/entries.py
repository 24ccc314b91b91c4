"""Findings as the terminal shows them: one by one, or as one entry for the absences of a theme."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hullmark.engine.result import Settled
from hullmark.model.terms import Safety
from hullmark.report.mask import redact
from hullmark.report.snippet import Frame, digits, excerpt, filename
from hullmark.report.style import LEVELS
from hullmark.report.visible import cells, fit, visible, wrap
from hullmark.text.regex import regex

_PLAIN = regex(r"[\w@%+=:,./-]+")
_RELATED = 3
"""How many related places are shown with their text; the others are counted."""


def entry(settled: Settled, frame: Frame, reasons: Sequence[str], where: str = "") -> Iterator[str]:
    """One finding.

    ``reasons`` explain the workload's impact where that has not been said yet; ``where`` names the units it is in.
    """
    finding, look = settled.finding, LEVELS[settled.severity]
    related = finding.related[:_RELATED]
    frame = frame._replace(digits=digits(finding.at, *(place for place, _ in related)))
    yield _headline(frame, look, settled.check, redact(finding.message, finding))
    yield frame.arrow(finding.at)
    yield from excerpt(frame, finding.at, redact(finding.label, finding), look)
    for place, text in related:
        yield frame.arrow(place, ":::")
        yield from excerpt(frame, place, redact(text, finding), "note", "-")
    yield frame.rail()
    if len(finding.related) > _RELATED:
        yield frame.detail("note", f"{len(finding.related) - _RELATED} more related places")
    yield from _detail(frame, "note", _note(settled, reasons, where))
    if finding.fix is not None:
        title, safety = redact(finding.fix.title, finding), finding.fix.safety.value
        yield from _fix(frame, f"{title} ({safety})", _command([settled], unsafe=finding.fix.safety is Safety.UNSAFE))
    elif finding.advice:
        yield from _detail(frame, "help", visible(redact(finding.advice, finding)))


def bundle(
    title: str, found: Sequence[Settled], frame: Frame, reasons: Sequence[str], where: str = ""
) -> Iterator[str]:
    """The absences of one theme on one workload as one entry: each on a line, with its place and check."""
    head, look = found[0], LEVELS[max(s.severity for s in found)]
    frame = frame._replace(digits=digits(head.finding.at))
    yield _headline(frame, look, head.theme.value if head.theme else head.check, title)
    yield frame.arrow(head.finding.at)
    yield from excerpt(frame, head.finding.at, "", look)
    yield frame.rail()
    yield from _items(found, frame)
    yield from _detail(frame, "note", _note(head, reasons, where))
    fixable = [s for s in found if s.finding.fix is not None]
    if fixable:
        yield from _bundled_fix(frame, fixable, len(found))


def _headline(frame: Frame, look: str, name: str, message: str) -> str:
    return f"{frame.paint(f'{look}[{name}]', look)}: {frame.paint(visible(message), 'strong')}"


def _items(found: Sequence[Settled], frame: Frame) -> Iterator[str]:
    file = found[0].finding.at.source.name
    places = [f":{s.finding.at.line}" if s.finding.at.source.name == file else _where(s) for s in found]
    words = [s.severity.word for s in found]
    room, column = max(map(cells, places)), max(map(len, words))
    for settled, place, word in zip(found, places, words, strict=True):
        message = visible(redact(settled.finding.message, settled.finding))
        row = f"{fit(word, column)}  {fit(place, room)}  {message} {frame.paint(f'[{settled.check}]', 'faint')}"
        yield f"{' ' * (frame.digits + 2)}{frame.paint('-', 'frame')} {row}"


def _where(settled: Settled) -> str:
    at = settled.finding.at
    return f"{filename(at.source.name)}:{at.line}"


def _note(settled: Settled, reasons: Sequence[str], where: str) -> str:
    parts = [settled.severity.word]
    if settled.workload is not None:
        why = f" ({', '.join(reasons)})" if reasons else ""
        parts += [settled.workload.role_word, f"impact {settled.impact.word}{why}", f"exposure {settled.reach.word}"]
    parts.append(f"confidence {settled.confidence.word}")
    if settled.by_impact:
        own = settled.workload is not None
        parts.append("gates because of the impact" if own else f"gates at impact {settled.impact.word}")
    if settled.known:
        parts.append("in the baseline")
    if where:
        parts.append(where)
    return visible(" · ".join(parts))


def _bundled_fix(frame: Frame, fixable: Sequence[Settled], total: int) -> Iterator[str]:
    safe = sum(s.finding.fix is not None and s.finding.fix.safety is Safety.SAFE for s in fixable)
    how = "" if safe == len(fixable) else f", {safe} of them safely (the others with --unsafe)" if safe else " (unsafe)"
    yield from _fix(frame, f"{len(fixable)} of {total} can be put right{how}", _command(fixable, unsafe=not safe))


def _fix(frame: Frame, title: str, command: str) -> Iterator[str]:
    """What a fix does, then the command: beside it if it fits, else on a line of its own, never broken."""
    *above, last = wrap(visible(title) + ":", frame.width - frame.digits - 9)
    fits = cells(last) + 1 + len(command) <= frame.width - frame.digits - 9
    lines = [*above, f"{last} {command}"] if fits else [*above, last, command]
    yield frame.detail("fix", lines[0], "fix")
    yield from (" " * (frame.digits + 9) + line for line in lines[1:])


def _command(fixable: Sequence[Settled], *, unsafe: bool) -> str:
    checks = dict.fromkeys(s.check for s in fixable)
    files = dict.fromkeys(s.finding.at.source.name for s in fixable)
    words = ["hullmark fix", *(["--unsafe"] if unsafe else []), *(f"--check {c}" for c in checks), *map(_quoted, files)]
    return " ".join(words)


def _quoted(name: str) -> str:
    """A file's name as a shell wants it."""
    shown = visible(name)
    return shown if _PLAIN.fullmatch(shown) else "'" + shown.replace("'", "'\\''") + "'"


def _detail(frame: Frame, word: str, text: str, look: str = "strong") -> Iterator[str]:
    margin = frame.digits + 6 + len(word)
    for i, line in enumerate(wrap(text, frame.width - margin)):
        yield frame.detail(word, line, look) if i == 0 else " " * margin + line
