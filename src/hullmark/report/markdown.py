"""The report as a pull request's comment shows it: what to do first, then the rest behind folds, at most 60 KB.

GitHub takes comments of up to 65,536 characters (https://github.com/orgs/community/discussions/27190); services differ
in what they do with longer ones, so everything that would make it longer is counted instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from os import getcwd

from hullmark.engine.bundle import Group, bundles
from hullmark.engine.result import Result, Settled
from hullmark.model.terms import Outcome
from hullmark.report.mask import redact
from hullmark.report.paths import relative
from hullmark.report.summary import Summary, summarise
from hullmark.report.visible import count, visible
from hullmark.report.whereabouts import whereabouts

LIMIT = 60_000
"""The most bytes a report has."""

_FIRST, _REASONS = 10, 12
"""How many findings are listed first, and how many reasons of what was not checked."""


def render(result: Result, *, root: str = "") -> str:
    """A whole result as Markdown.

    Args:
        result: what to report.
        root: the repository's folder, which file names are given relative to; the working directory if empty.
    """
    root = root or getcwd()
    parts, size = [], 0
    groups = [*bundles(s for s in result.findings if not s.known)]
    # What comes last is known first, so that what is left out can be counted.
    tail = "\n".join(_tail(result, root))
    room = LIMIT - len(tail.encode()) - 200
    blocks = ["\n".join(_head(result, root)), *("\n".join(_group(result, group, root)) for group in groups)]
    for number, block in enumerate(blocks):
        size += len(block.encode()) + 1
        if size > room:
            left = sum(len(_items(group)) for group in groups[max(number - 1, 0) :])
            parts.append(f"\n… and {count(left, 'finding')} more; `hullmark scan` shows them all.\n")
            break
        parts.append(block)
    # A block of HTML ends at an empty line (https://github.github.com/gfm/#html-blocks): what follows would not be read as Markdown.
    return "\n".join([*parts, *(["", tail] if groups and tail else [tail])]).rstrip() + "\n"


def _head(result: Result, root: str) -> Iterator[str]:
    summary = summarise(result)
    yield f"## Hullmark: {_verdict(summary)}"
    yield ""
    yield f"{_seen(summary)}"
    yield ""
    if summary.findings:
        shares = [(s.word, n) for s, n in summary.severities.items() if n]
        yield "| " + " | ".join(word for word, _ in shares) + " |"
        yield "|" + "---|" * len(shares)
        yield "| " + " | ".join(str(n) for _, n in shares) + " |"
        yield ""
    urgent = sorted((s for s in result.findings if not s.known), key=lambda s: -s.priority)[:_FIRST]
    if urgent:
        yield "### What to do first"
        yield ""
        for number, settled in enumerate(urgent, 1):
            yield f"{number}. {_line(result, settled, root)}"
        yield ""


def _verdict(summary: Summary) -> str:
    new = summary.findings - summary.known
    if not new:
        return "no new findings" if summary.known else "no findings"
    verb = "fails" if summary.gating == 1 else "fail"
    gating = f", {summary.gating} of them {verb} the scan" if summary.gating else ", none of them fails the scan"
    return f"{count(new, 'finding')}{gating}"


def _seen(summary: Summary) -> str:
    said = [
        f"{count(summary.ai_workloads, 'AI workload')} among {summary.workloads}",
        f"{count(summary.resources, 'resource')} of {count(summary.files, 'file')}",
    ]
    said += [f"{n} {word}" for n, word in ((summary.waived, "waived"), (summary.known, "in the baseline")) if n]
    if summary.fixable:
        said.append(f"{summary.fixable} can be fixed by `hullmark fix`, {summary.safe} of them safely")
    return " · ".join(said)


def _group(result: Result, group: Group, root: str) -> Iterator[str]:
    items = _items(group)
    worst = max(item.severity for item in items).word
    name = escape(visible(str(group.resource.ref)))  # inside an HTML block Markdown is not read
    yield f"<details><summary><b>{name}</b> · {count(len(items), 'finding')}, worst {worst}</summary>"
    yield ""
    for item in items:
        yield f"- {_line(result, item, root)}"
    yield ""
    yield "</details>"


def _items(group: Group) -> list[Settled]:
    return [s for entry in group.entries for s in ((entry,) if isinstance(entry, Settled) else entry.findings)]


def _line(result: Result, settled: Settled, root: str) -> str:
    finding = settled.finding
    place = f"{relative(finding.at.source.name, root)}:{finding.at.line}"
    where = whereabouts(result, settled)
    fix = f" _{_text(redact(finding.fix.title, finding))} ({finding.fix.safety.value})_" if finding.fix else ""
    more = f" ({_text(where)})" if where else ""
    return (
        f"**{settled.severity.word}** {_text(redact(finding.message, finding))} — {_code(place)} "
        f"`{settled.check}`{more}{fix}"
    )


def _tail(result: Result, root: str) -> Iterator[str]:
    unknown = [v for v in result.undecided if v.outcome is Outcome.UNKNOWN]
    if result.not_checked or unknown or result.problems:
        yield "### What is not known"
        yield ""
    for problem in result.problems[:_REASONS]:
        place = f"{relative(problem.place.source.name, root)}:{problem.place.line}"
        yield f"- {_code(place)}: {_text(problem.message)}"
    reasons: dict[str, int] = {}
    for left in result.not_checked:
        reasons[f"not checked: {left.reason}"] = reasons.get(f"not checked: {left.reason}", 0) + 1
    for verdict in unknown:
        reasons[f"unknown: {verdict.reason}"] = reasons.get(f"unknown: {verdict.reason}", 0) + 1
    ranked = sorted(reasons.items(), key=lambda r: (-r[1], r[0]))
    yield from (f"- {_text(reason)} ({n})" for reason, n in ranked[:_REASONS])
    rest = _rest(ranked[_REASONS:], len(result.problems) - _REASONS)
    if rest:
        yield f"- {rest}"
    if failed := sum(v.outcome is Outcome.ERROR for v in result.undecided):
        yield f"- {count(failed, 'check')} failed to run; please report it"


def _rest(reasons: Sequence[tuple[str, int]], problems: int) -> str:
    said = [f"{sum(n for _, n in reasons)} for {count(len(reasons), 'other reason')}"] if reasons else []
    return ", ".join([*said, *([count(problems, "more diagnostic")] if problems > 0 else [])])


_ACTIVE = str.maketrans(
    {c: f"\\{c}" for c in "\\`*_{}[]()#+!|~"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "&#64;"}
)
"""What Markdown, HTML or a service could read as more than text; a mention of somebody would notify them."""


def _text(words: str) -> str:
    return visible(words).translate(_ACTIVE)


def _code(words: str) -> str:
    """A span of code; a backtick cannot be escaped in one, so it is replaced."""
    shown = visible(words).replace("`", "'")
    return f"`{shown}`"
