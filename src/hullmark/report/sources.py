"""What a scan found to read: its deployable units, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hullmark.report.visible import cells, count, fit, visible
from hullmark.sources.unit import Unit

_HOW = {
    "manifests": "read as manifests",
    "helm": "rendered by helm",
    "kustomize": "built by kustomize",
    "compose": "read as a Compose project",
}


def listing(units: Sequence[Unit]) -> str:
    """Units with what was done about each: how much came of it, or why nothing did."""
    rows = [(visible(unit.title), _how(unit)) for unit in units]
    room = max((cells(title) for title, _ in rows), default=0)
    lines = [f"{fit(title, room)}  {how}" for title, how in rows]
    return "".join(f"{line}\n" for line in [*lines, count(len(units), "unit")])


def _how(unit: Unit) -> str:
    return ", ".join(_parts(unit))


def _parts(unit: Unit) -> Iterator[str]:
    reading = unit.reading
    if reading.resources:
        yield f"{_HOW[unit.form]}: {count(len(reading.resources), 'object')} of {count(reading.files, 'file')}"
    else:
        yield f"{unit.form}: nothing to check"
    if reading.not_checked:
        reasons = list(dict.fromkeys(n.reason for n in reading.not_checked))
        more = f" and {len(reasons) - 1} more reasons" if len(reasons) > 1 else ""
        yield f"{len(reading.not_checked)} not checked ({visible(reasons[0])}{more})"
    if reading.problems:
        yield count(len(reading.problems), "diagnostic")
