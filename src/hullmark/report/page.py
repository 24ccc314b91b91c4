"""A check's page: for the terminal, and as Markdown for the documentation and code-scanning services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hullmark.checks.page import clean, page
from hullmark.model.check import Check
from hullmark.report.style import Paint, painter
from hullmark.report.visible import cells, wrap
from hullmark.text.regex import regex

CAPTIONS = {
    "bad": "This is found",
    "good": "This is fine",
    "fixed": "After the fix",
    "unknown": "This cannot be decided",
}
"""What stands above the examples of each kind."""

_LOOKS = {"bad": "error", "good": "fix", "fixed": "fix", "unknown": "warning"}
_FENCE = regex(r"^```(\S*) ?(\S*)$")
_LINK = regex(r"\[([^\]]+)\]\(([^)\s]+)\)")
_CODE = regex(r"`([^`]+)`")
_EMPHASIS = regex(r"(?<![\w*])\*{1,2}([^*\s](?:[^*]*[^*\s])?)\*{1,2}(?![\w*])")
_ITEM = regex(r"^(\s*(?:[-*]|\d+\.) +)(.*)$")


def facts(check: Check[Any]) -> list[tuple[str, str]]:
    """What a page says about a check in a line each, derived from the check itself."""
    about = [
        ("id", check.id),
        ("pillar", check.pillar.value),
        ("severity", check.severity.word),
        ("confidence", check.confidence.word),
        ("looks at", _subjects(check)),
        ("platforms", " and ".join(platform.value.capitalize() for platform in check.platforms)),
        ("fix", "yes" if page(check).fixable else "by hand"),
    ]
    if check.aliases:
        about.append(("formerly", ", ".join(check.aliases)))
    return about


def _subjects(check: Check[Any]) -> str:
    what = {"Container": "containers", "PodSet": "pods", "Workload": "workloads", "Resource": "objects"}[
        check.subject.__name__
    ]
    limits = [*sorted(r.value for r in check.roles), *sorted(check.engines), *sorted(check.kinds)]
    return f"{what} of {', '.join(limits)}" if limits else f"all {what}"


def markdown(check: Check[Any]) -> str:
    """The page as Markdown, with a title and the facts."""
    about = "\n".join(f"| {name} | {f'`{text}`' if name == 'id' else text} |" for name, text in facts(check))
    return f"# {page(check).title}\n\n| | |\n|---|---|\n{about}\n\n{body(check)}\n"


def body(check: Check[Any]) -> str:
    """The page's text as Markdown: without the tests' markers, a caption above every example."""
    lines = []
    for line in clean(page(check).body).split("\n"):
        fence = _FENCE.match(line)
        if fence and fence[2] in CAPTIONS:
            lines += [f"**{CAPTIONS[fence[2]]}:**", "", f"```{fence[1]}"]
        else:
            lines.append(line)
    return "\n".join(lines)


def plain(check: Check[Any]) -> str:
    """The page as plain text without any colour, for places that take no Markdown."""
    return "\n".join(_body(check, painter(color=False), 100))


def render(check: Check[Any], *, color: bool, width: int = 100) -> str:
    """The page for the terminal."""
    paint, room = painter(color=color), min(max(width, 40), 100)
    title = page(check).title
    column = max(len(name) for name, _ in facts(check))
    lines = [paint(title, "strong"), paint("─" * cells(title), "faint"), ""]
    for name, text in facts(check):
        for i, line in enumerate(wrap(text, room - column - 2)):
            lines.append(f"{paint(name.ljust(column), 'faint') if i == 0 else ' ' * column}  {line}")
    return "\n".join([*lines, "", *_body(check, paint, room)]) + "\n"


def _body(check: Check[Any], paint: Paint, room: int) -> Iterator[str]:
    paragraph: list[str] = []
    fenced = False
    for line in (*clean(page(check).body).split("\n"), ""):
        fence = _FENCE.match(line)
        if fence or fenced or not line.strip() or _ITEM.match(line) or line.startswith("#"):
            yield from _prose(paragraph, paint, room)
            paragraph = []
        if fence:
            if not fenced and (kind := fence[2]) in CAPTIONS:
                yield paint(f"{CAPTIONS[kind]}:", _LOOKS[kind])
            fenced = not fenced
        elif fenced:
            yield f"    {line}".rstrip()
        elif line.startswith("#"):
            yield paint(line.lstrip("# "), "strong")
        elif line.strip():
            paragraph.append(line)
        else:
            yield ""


def _prose(lines: list[str], paint: Paint, room: int) -> Iterator[str]:
    if not lines:
        return
    item = _ITEM.match(lines[0])
    lead, first = (item[1], item[2]) if item else ("", lines[0])
    text = _LINK.sub(r"\1 (\2)", " ".join((first, *(line.strip() for line in lines[1:]))))
    for i, line in enumerate(wrap(text, room - len(lead))):
        yield (lead if i == 0 else " " * len(lead)) + _inline(line, paint)


def _inline(line: str, paint: Paint) -> str:
    line = _EMPHASIS.sub(lambda m: paint(m[1], "strong"), line)
    return _CODE.sub(lambda m: paint(m[1], "code"), line)
