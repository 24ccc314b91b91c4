"""The inventory: which AI workloads there are, as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from hullmark.model.architecture import Architecture
from hullmark.model.resource import Resource
from hullmark.model.terms import Confidence
from hullmark.model.workload import Replicas, Workload
from hullmark.report.snippet import address
from hullmark.report.style import Paint, painter
from hullmark.report.visible import cells, count, fit, visible
from hullmark.report.workloads import declared, models, together, workloads
from hullmark.sources.unit import Unit

SCHEMA = "hullmark.inventory/v1"
_TITLES = ("workload", "namespace", "role", "engine", "models", "accelerators", "replicas", "exposure", "impact")


def as_json(arch: Architecture, chosen: Sequence[Workload], units: Mapping[Resource, Unit]) -> str:
    """These workloads with all that is known of them and the unit of each; each is as in ``hullmark.scan/v1``."""
    told = workloads(arch, chosen)
    for workload, plain in zip(chosen, told, strict=True):
        plain["unit"] = visible(units[workload.resource].title)
    report = {"schema": SCHEMA, "workloads": told}
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def render(
    arch: Architecture,
    chosen: Sequence[Workload],
    units: Mapping[Resource, Unit],
    *,
    color: bool,
    evidence: bool = False,
) -> str:
    """These workloads as a table; with the reasons for role, exposure and impact below each if asked.

    ``units`` gives the deployable unit of every object: those of variants are told apart by the variant.
    """
    return "".join(f"{line}\n" for line in _table(arch, chosen, units, painter(color=color), evidence=evidence))


def _table(
    arch: Architecture, chosen: Sequence[Workload], units: Mapping[Resource, Unit], paint: Paint, *, evidence: bool
) -> Iterator[str]:
    rows = [_row(arch, w, units[w.resource].variant) for w in chosen]
    titles: tuple[str, ...] = _TITLES
    if any(arch.declared(w).said for w in chosen):
        titles = (*_TITLES, "declared")
        rows = [(*row, _said(arch, w)) for row, w in zip(rows, chosen, strict=True)]
    if rows:
        widths = [max(map(cells, column)) for column in zip(titles, *rows, strict=True)]
        yield paint(_line(titles, widths), "strong")
        for workload, row in zip(chosen, rows, strict=True):
            yield _line(row, widths)
            if evidence:
                yield from _evidence(arch, workload, paint)
        yield ""
    if not all(map(_certain, chosen)):
        yield "? concluded from what it is given to work with (--evidence says from what)"
    others = len(arch.workloads) - len(chosen)
    rest = f"; {others} more run no AI (--all shows them)" if others else ""
    yield f"{count(len(chosen), 'workload')} in {count(len(arch.resources), 'resource')}{rest}"


def _certain(workload: Workload) -> bool:
    return workload.role_confidence is Confidence.HIGH


def _line(row: Iterable[str], widths: Iterable[int]) -> str:
    return "  ".join(fit(text, room) for text, room in zip(row, widths, strict=True)).rstrip()


def _row(arch: Architecture, workload: Workload, variant: str) -> tuple[str, ...]:
    found = models(workload)
    more = f" +{len(found) - 1}" if len(found) > 1 else ""
    return (
        visible(f"{workload.ref.kind}/{workload.name}" + (f" ({variant})" if variant else "")),
        visible(workload.namespace) or "-",
        workload.role.value + ("" if _certain(workload) else "?"),
        workload.engine or "-",
        f"{visible(found[0].id)}{more}" if found else "-",
        _accelerators(workload),
        _replicas(together(arch, workload)),
        arch.exposure(workload).word,
        arch.impact(workload).impact.word,
    )


_SHORT = ("owner", "data-class", "ai-act-class", "slo")
"""What is declared in a few words; a purpose is a sentence, and the impact has a column of its own."""


def _said(arch: Architecture, workload: Workload) -> str:
    words = (visible(statement.word) for key, statement in declared(arch, workload) if key in _SHORT)
    return ", ".join(word if cells(word) <= 40 else f"{word[:39]}…" for word in words) or "-"


def _accelerators(workload: Workload) -> str:
    names = dict.fromkeys(a.resource.rpartition("/")[2] for c in workload.containers for a in c.accelerators)
    if not names:
        return "-"
    total = workload.accelerator_total
    return visible(f"{'?' if total is None else total} {', '.join(names)}")


def _replicas(replicas: Replicas) -> str:
    least, most = ("?" if n is None else str(n) for n in (replicas.least, replicas.most))
    return least if least == most else f"{least}-{most}"


def _evidence(arch: Architecture, workload: Workload, paint: Paint) -> Iterator[str]:
    for item in workload.evidence:
        where = f" ({address(item.place)})" if item.place is not None else ""
        yield paint(f"    role: {visible(item.text)}{where}", "faint")
    for hop in arch.exposure(workload).path:
        yield paint(f"    exposure: {visible(hop.text)} ({address(hop.place)})", "faint")
    for reason in arch.impact(workload).because:
        where = f" ({address(reason.place)})" if reason.place is not None else ""
        yield paint(f"    impact: {visible(reason.text)}{where}", "faint")
    for key, statement in declared(arch, workload):
        yield paint(f"    declared: {key} {visible(statement.word)} ({address(statement.place)})", "faint")
