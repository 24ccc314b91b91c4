"""Which rows of a chart's risky values apply to the values of a release, and which cannot be judged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from hullmark.model.release import Choice
from hullmark.model.truth import is_placeholder, string
from hullmark.recognise.charts.row import Chart, Risk
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import Map, Node, Seq, Value

_PIECE = regex(r"([^.\[\]]+)|\[([^\]]+)\]")


class State(NamedTuple):
    """What is known of one value: ``unknown`` is the reason why it is not, ``place`` is given where something is written."""

    value: Value = None
    place: Place | None = None
    unknown: str = ""


class Gap(NamedTuple):
    """Why the chart's defaults are not known; ``unread`` when it is because values that are set somewhere were not read."""

    reason: str = ""
    unread: bool = False


def choices(chart: Chart, values: Node, place: Place, gap: Gap) -> Iterator[Choice]:
    """The rows that apply, and those of which that is not known."""
    for risk in chart.risks:
        found = _choice(risk, values, place, gap)
        if found is not None:
            yield found if risk.part else found._replace(part=chart.parts[0].name if chart.parts else "")


def _choice(risk: Risk, values: Node, place: Place, gap: Gap) -> Choice | None:
    own = look(values, risk.path, gap.reason)
    # Who writes the risky value in so many words means it, whatever else a version of the chart may have by default.
    beside = "" if own.place and not gap.unread else gap.reason
    against = [_against(values, path, beside) for path in risk.unless]
    needed = [look(values, path, gap.reason) for path in risk.when]
    if any(_is_set(s) for s in against) or any(not _is_set(s) and not s.unknown for s in needed):
        return None
    if not own.unknown and not _applies(risk, own):
        return None
    doubt = next((s.unknown for s in (own, *against, *needed) if s.unknown), "") or _filled_in(risk, own, needed)
    doubt = doubt or next(
        (f"'{p}' decides, and what it names is not read" for p in risk.hidden if _sets(values, p)), ""
    )
    written = own.place or (
        next((s.place for s in against if s.place), None) if not (risk.values or risk.like) else None
    )
    return Choice(
        risk.check, risk.part, risk.text, written or place, risk.severity, risk.lets_in, risk.advice, doubt
    )  # fmt: skip


def _against(values: Node, path: str, gap: str) -> State:
    """What is known of a value that speaks against a risk; with ``!`` it does where it is switched off."""
    state = look(values, path.removeprefix("!"), gap)
    if not path.startswith("!") or state.unknown:
        return state
    return state._replace(value=state.value in (False, "false"))


def _sets(values: Node, path: str) -> bool:
    return _is_set(look(values, path, ""))


def _applies(risk: Risk, own: State) -> bool:
    """Whether a known value is the risky one; one that is filled in elsewhere may be."""
    if risk.like:
        return (isinstance(own.value, str) and re.search(risk.like, own.value) is not None) or _is_open(own)
    if not risk.values:
        return not _is_set(own) or bool(risk.says and re.search(risk.says, str(own.value)) is None)
    given = list(own.value) if isinstance(own.value, Seq) else [own.value]
    return any(_same(v, risky) for v in given for risky in risk.values) or _is_open(own)


def _filled_in(risk: Risk, own: State, needed: list[State]) -> str:
    """Why a value that decides is not known although something is written there."""
    # A placeholder that is itself a word of the row (``changeme``) is what it says.
    unsure = bool(risk.values or risk.like) and _is_open(own) and own.value not in risk.values
    if unsure or any(map(_is_open, needed)):
        return f"'{risk.path}' depends on what is filled in elsewhere"
    return ""


def _same(value: Value, risky: Value) -> bool:
    return type(value) is type(risky) and bool(value == risky)


def _is_set(state: State) -> bool:
    """What a template's ``if`` takes for true: https://pkg.go.dev/text/template#hdr-Actions."""
    return bool(state.value)


def _is_open(state: State) -> bool:
    return isinstance(state.value, str) and is_placeholder(state.value)


def look(values: Node, path: str, gap: str) -> State:
    """What is known of the value at a path."""
    node = values
    for name, variable in pieces(path):
        found = _variable(node, variable) if variable else node.child(name)
        if found is not None:
            node = found
        elif name and isinstance(node.value, Map) and name in node.value:
            return State(None, node.at(name))  # null: Helm takes the chart's default away
        else:
            # A list replaces the chart's own as a whole: what is not in it is not there.
            known = bool(variable) and isinstance(node.value, Seq)
            return State(unknown="" if known else gap)
    return State(node.value, node.at())


def _variable(node: Node, name: str) -> Node | None:
    """A variable of this name in a list, or in a mapping: its value, else where it is taken from."""
    if isinstance(node.value, Map):
        return node.child(name)
    entry = next((n for n in node.children() if string(n.value, "name") == name), None)
    return None if entry is None else entry.child("value") or entry.child("valueFrom") or entry


@lru_cache(maxsize=1024)
def pieces(path: str) -> tuple[tuple[str, str], ...]:
    """The steps of a path: the name of a key, or that of a variable."""
    return tuple((found[1] or "", found[2] or "") for found in _PIECE.finditer(path))
