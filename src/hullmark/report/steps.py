"""What a step of an attack path rests on, as pages, pictures and terminals tell it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hullmark.engine.attack.choke import Choke
from hullmark.engine.attack.path import Path, Step
from hullmark.engine.attack.prizes import KINDS
from hullmark.engine.attack.techniques import TECHNIQUES, Technique
from hullmark.model.workload import Evidence
from hullmark.report.snippet import address

_PLACES = 3
"""How many places of a step are told."""


class Told(NamedTuple):
    """A step in words: where it stands in the files, the checks whose findings open it, techniques, what was assumed."""

    text: str
    places: tuple[str, ...]
    checks: tuple[str, ...] = ()
    techniques: tuple[Technique, ...] = ()
    assumed: str = ""


def told(path: Path) -> list[Told]:
    """The steps of a path, and at last the prize."""
    prize = f"gets {path.prize.text}"
    return [
        *map(_step, path.steps),
        Told(prize, _places(path.evidence), techniques=techniques(KINDS[path.prize.kind][2])),
    ]


def likely(path: Path) -> str:
    """How hard a path is, in words."""
    words = "easy" if path.cost <= 3 else "takes some doing" if path.cost <= 7 else "takes much"
    return f"{words} (cost {path.cost})"


def techniques(names: Sequence[str]) -> tuple[Technique, ...]:
    """The techniques of both frameworks that these names stand for."""
    return tuple(technique for name in names for technique in TECHNIQUES[name])


def repair(choke: Choke) -> str:
    """What a repair mends, and where."""
    places = dict.fromkeys(address(settled.finding.at) for settled in choke.findings)
    return f"{' and '.join(choke.checks)} on {choke.resource.ref} ({', '.join(list(places)[:_PLACES])})"


def _step(step: Step) -> Told:
    checks = tuple(dict.fromkeys(settled.check for settled in step.findings))
    shown = [Evidence("", settled.finding.at) for settled in step.findings]
    return Told(step.text, _places((*shown, *step.evidence)), checks, techniques(step.techniques), step.unknown)


def _places(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    found = dict.fromkeys(address(e.place) for e in evidence if e.place is not None)
    return tuple(found)[:_PLACES]
