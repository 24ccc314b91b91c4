"""The list of checks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from hullmark.checks.page import page
from hullmark.model.check import Check
from hullmark.report.page import facts
from hullmark.report.style import LEVELS, painter
from hullmark.report.visible import count


def render(checks: Iterable[Check[Any]], *, color: bool, width: int = 100) -> str:
    """The checks by pillar: severity, id and title; a wrench marks those that can be fixed."""
    paint, found = painter(color=color), list(checks)
    column = max((len(c.id) for c in found), default=0)
    lines: list[str] = []
    for pillar, group in groupby(found, key=lambda c: c.pillar):
        lines += [paint(pillar.value, "strong")]
        for check in group:
            fix = paint("fix", "fix") if page(check).fixable else "   "
            word = paint(check.severity.word.ljust(8), LEVELS[check.severity])
            lines.append(
                f"  {word}  {fix}  {check.id.ljust(column)}  {_short(page(check).title, width - column - 19)}".rstrip()
            )
        lines.append("")
    fixable = sum(page(c).fixable for c in found)
    return (
        "\n".join(
            [*lines, f"{count(len(found), 'check')} · {fixable} can repair what they find · hullmark explain CHECK"]
        )
        + "\n"
    )


def _short(title: str, room: int) -> str:
    return title if len(title) <= max(room, 20) else title[: max(room, 20) - 1] + "…"


def as_json(checks: Iterable[Check[Any]]) -> str:
    """The checks as JSON, ``hullmark.checks/v1``."""
    return (
        json.dumps({"schema": "hullmark.checks/v1", "checks": [*map(_values, checks)]}, indent=2, ensure_ascii=False)
        + "\n"
    )


def _values(check: Check[Any]) -> dict[str, Any]:
    return {
        "id": check.id,
        "title": page(check).title,
        "summary": page(check).summary,
        "pillar": check.pillar.value,
        "severity": check.severity.word,
        "confidence": check.confidence.word,
        "subject": check.subject.__name__.lower(),
        "roles": sorted(r.value for r in check.roles),
        "kinds": sorted(check.kinds),
        "engines": sorted(check.engines),
        "theme": check.absence and check.absence.value,
        "fixable": page(check).fixable,
        "aliases": list(check.aliases),
        "references": list(page(check).links),
    }


def markdown(checks: Iterable[Check[Any]]) -> str:
    """The checks as Markdown tables with links to their pages."""
    return "\n".join(["# Checks", *_tables(checks)]) + "\n"


def _tables(checks: Iterable[Check[Any]]) -> Iterator[str]:
    for pillar, group in groupby(checks, key=lambda c: c.pillar):
        yield from ("", f"## {pillar.value.capitalize()}", "", "| check | severity | fix | |", "|---|---|---|---|")
        for check in group:
            about = dict(facts(check))
            yield f"| [`{check.id}`]({check.id}.md) | {about['severity']} | {about['fix']} | {page(check).title} |"
