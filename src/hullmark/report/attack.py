"""Attack paths for people and programs: each step with what says so, and the repairs that cut most."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from hullmark.engine.attack.attack import Attack
from hullmark.engine.attack.path import Path
from hullmark.engine.attack.prizes import KINDS
from hullmark.engine.attack.techniques import Technique
from hullmark.model.workload import Evidence
from hullmark.report.steps import Told, likely, repair, techniques, told
from hullmark.report.style import Paint, painter
from hullmark.report.visible import count, visible, wrap

SCHEMA = "hullmark.paths/v1"


def render(attacks: Sequence[Attack], *, color: bool, width: int = 100, limit: int = 10) -> str:
    """Attack paths for a terminal, at most ``limit`` of each unit."""
    paint = painter(color=color)
    lines = [
        line for attack in attacks for line in _attack(attack, paint, max(width, 60), limit, several=len(attacks) > 1)
    ]
    total = sum(len(attack.paths) for attack in attacks)
    return "\n".join([*lines, _total(total, attacks)]) + "\n"


def _total(total: int, attacks: Sequence[Attack]) -> str:
    if not total:
        return "no attack path was found; what is unknown or not checked may still hold one"
    assumed = sum(bool(path.unknown) for attack in attacks for path in attack.paths)
    doubt = f", {assumed} of them with something assumed" if assumed else ""
    return f"{count(total, 'attack path')}{doubt}"


def _attack(attack: Attack, paint: Paint, width: int, limit: int, *, several: bool) -> Iterator[str]:
    if several and attack.paths:
        yield paint(f"── {visible(attack.unit.title)} ".ljust(width, "─"), "faint")
        yield ""
    for number, path in enumerate(attack.paths[:limit], 1):
        yield from _path(number, path, paint, width)
        yield ""
    if len(attack.paths) > limit:
        yield f"… and {count(len(attack.paths) - limit, 'more path')} (--limit shows more)"
        yield ""
    if attack.chokes:
        yield paint("repairs that cut most", "strong")
        for choke in attack.chokes[:5]:
            yield f"  {choke.cut:>3} of {choke.of}  {visible(repair(choke))}"
        yield ""


def _path(number: int, path: Path, paint: Paint, width: int) -> Iterator[str]:
    title = f"{number}. {path.entry.text} gets {path.prize.text}"
    yield paint(visible(title), "strong")
    yield paint(f"   {KINDS[path.prize.kind][0]} · {likely(path)}", "faint")
    *steps, prize = told(path)
    for step in steps:
        yield from _step(step, "→", paint, width)
    yield from _step(prize, "=", paint, width)


def _step(step: Told, sign: str, paint: Paint, width: int) -> Iterator[str]:
    for index, line in enumerate(wrap(visible(step.text), width - 7)):
        yield f"   {sign if index == 0 else ' '} {line}"
    opened = f"opened by {', '.join(step.checks)}" if step.checks else ""
    for line in filter(None, (", ".join(step.places), opened, ", ".join(t.id for t in step.techniques))):
        yield paint(f"       {line}", "faint")
    if step.assumed:
        yield f"       {paint('assumed:', 'warning')} {visible(step.assumed)}"


def as_json(attacks: Sequence[Attack]) -> str:
    """Attack paths as ``hullmark.paths/v1``; the same scan gives the same bytes."""
    plain = {"schema": SCHEMA, "units": [_plain(attack) for attack in attacks]}
    return json.dumps(plain, indent=1, ensure_ascii=False) + "\n"


def _plain(attack: Attack) -> dict[str, Any]:
    return {
        "unit": visible(attack.unit.title),
        "paths": [_plain_path(path) for path in attack.paths],
        "repairs": [
            {
                "checks": list(choke.checks),
                "subject": visible(str(choke.resource.ref)),
                "cuts": choke.cut,
                "of": choke.of,
                "fingerprints": [settled.fingerprint for settled in choke.findings],
            }
            for choke in attack.chokes
        ],
    }


def _plain_path(path: Path) -> dict[str, Any]:
    return {
        "entry": visible(path.entry.text),
        "prize": {
            "kind": path.prize.kind,
            "text": visible(path.prize.text),
            "techniques": _techniques(techniques(KINDS[path.prize.kind][2])),
            "evidence": _evidence(path.evidence),
        },
        "cost": path.cost,
        "assumed": [visible(text) for text in path.unknown],
        "components": [visible(component) for component in path.components],
        "steps": [
            {
                "text": visible(step.text),
                "cost": step.cost,
                "assumed": visible(step.unknown),
                "findings": [{"check": f.check, "fingerprint": f.fingerprint} for f in step.findings],
                "techniques": _techniques(techniques(step.techniques)),
                "evidence": _evidence(step.evidence),
            }
            for step in path.steps
        ],
    }


def _techniques(found: Sequence[Technique]) -> list[dict[str, str]]:
    return [{"id": t.id, "name": t.name, "link": t.link} for t in found]


def _evidence(found: Sequence[Evidence]) -> list[dict[str, Any]]:
    return [
        {"text": visible(e.text), "file": e.place and visible(e.place.source.name), "line": e.place and e.place.line}
        for e in found
    ]
