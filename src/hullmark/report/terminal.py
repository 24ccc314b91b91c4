"""The report people read: findings by workload, most urgent first, then what is not known, then one line of figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from hullmark.engine.bundle import Bundle, Entry, bundles
from hullmark.engine.result import Result
from hullmark.model.terms import Theme
from hullmark.report import coverage
from hullmark.report.entries import bundle, entry
from hullmark.report.mask import Veil
from hullmark.report.snippet import Frame, digits, excerpt, filename
from hullmark.report.style import Paint, painter
from hullmark.report.summary import Summary, summarise
from hullmark.report.visible import count, visible, wrap
from hullmark.report.whereabouts import whereabouts
from hullmark.text.source import Place

LACKS = {
    Theme.HARDENING: "hardening settings",
    Theme.RESOURCES: "requests or limits",
    Theme.PROBES: "probes",
    Theme.AVAILABILITY: "safeguards of its availability",
    Theme.NETWORK: "network restrictions",
    Theme.SUPPLY_CHAIN: "proofs of where its software comes from",
}
"""What a workload lacks several of, by theme."""


def render(result: Result, *, color: bool, width: int = 100, verbose: bool = False) -> str:
    """A whole result.

    ``width`` is in columns. ``verbose`` also shows what the baseline knows, what is waived, and every place.
    """
    return "".join(pieces(result, color=color, width=width, verbose=verbose))


def pieces(result: Result, *, color: bool, width: int = 100, verbose: bool = False) -> Iterator[str]:
    """The same text bit by bit, so that a large report need not be held."""
    paint = painter(color=color)
    frame = Frame(paint, max(width, 40), 1, Veil.over(result))
    sections = chain(
        _groups(result, frame, verbose=verbose),
        (_diagnostic(frame, p.message, p.place, p.hint, p.severity) for p in result.problems),
        (_diagnostic(frame, n.message, n.place, "", coverage.waiver_look(n)) for n in result.waiver_notes),
        (
            coverage.waivers(result, paint, verbose=verbose),
            coverage.undecided(result, paint, frame.width, verbose=verbose),
            coverage.not_checked(result, paint, frame.width, verbose=verbose),
        ),
    )
    for lines in sections:
        if text := "\n".join(lines):
            yield f"{text}\n\n"
    yield f"{_totals(summarise(result), paint)}\n"


def diagnostic(
    message: str,
    place: Place | None = None,
    hint: str = "",
    *,
    level: str = "error",
    color: bool = False,
    width: int = 100,
) -> str:
    """A message about something other than a workload, such as a user error, in the same voice as a finding."""
    frame = Frame(painter(color=color), max(width, 40), 1)
    return "\n".join(_diagnostic(frame, message, place, hint, level)) + "\n"


def _diagnostic(frame: Frame, message: str, place: Place | None, hint: str, level: str) -> Iterator[str]:
    yield f"{frame.paint(level, level)}: {frame.paint(visible(message), 'strong')}"
    if place is None:
        if hint:
            yield f"  {frame.paint('help:', 'strong')} {visible(hint)}"
        return
    frame = frame._replace(digits=digits(place))
    if place.source.text:
        yield frame.arrow(place)
        yield from excerpt(frame, place, "", level)
    else:
        yield f"{' ' * (frame.digits + 1)}{frame.paint('-->', 'frame')} {filename(place.source.name)}"
    if hint:
        yield frame.rail()
        for i, line in enumerate(wrap(visible(hint), frame.width - 10)):
            yield frame.detail("help", line) if i == 0 else " " * (frame.digits + 10) + line


def _groups(result: Result, frame: Frame, *, verbose: bool) -> Iterator[Iterable[str]]:
    for resource, workload, entries in bundles(s for s in result.findings if verbose or not s.known):
        number = sum(len(e.findings) if isinstance(e, Bundle) else 1 for e in entries)
        title = f"── {visible(str(resource.ref))} · {count(number, 'finding')} "
        yield [frame.paint(title.ljust(frame.width, "─"), "faint")]
        reasons = result.architecture.impact(workload).reasons if workload is not None else ()
        for item in entries:
            yield _entry(result, item, frame, reasons)
            reasons = ()  # said once for each workload


def _entry(result: Result, item: Entry, frame: Frame, reasons: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(item, Bundle):
        return entry(item, frame, reasons, whereabouts(result, item))
    first = item.findings[0]
    title = f"'{first.subject.name}' lacks {len(item.findings)} {LACKS[item.theme]}"
    return bundle(title, item.findings, frame, reasons, whereabouts(result, first))


def _totals(summary: Summary, paint: Paint) -> str:
    seen = f"in {count(summary.resources, 'resource')} of {count(summary.files, 'file')}"
    new = summary.findings - summary.known
    if new:
        shares = ", ".join(f"{n} {s.word}" for s, n in summary.severities.items() if n)
        parts = [f"{paint(count(summary.findings, 'finding'), 'error')} {seen}: {shares}"]
    else:
        parts = [f"{paint('no new findings' if summary.known else 'no findings', 'fix')} {seen}"]
    if summary.known:
        parts.append(f"{summary.known} in the baseline")
    if summary.waived:
        parts.append(f"{summary.waived} waived")
    if summary.fixable:
        safe = "all" if summary.safe == summary.fixable else str(summary.safe)
        parts.append(f"{summary.fixable} can be fixed, {safe} of them safely")
    if summary.unknown:
        parts.append(f"{summary.unknown} unknown")
    if summary.errors:
        parts.append(f"{summary.errors} failed to run")
    if summary.diagnostics:
        parts.append(count(summary.diagnostics, "diagnostic"))
    if summary.not_checked:
        parts.append(f"{summary.not_checked} not checked")
    elif summary.resources and not summary.diagnostics:
        parts.append("everything checked")
    return " · ".join(parts)
