"""Workloads as plain values: part of the scan report, and the whole of the inventory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hullmark.model.architecture import Architecture
from hullmark.model.container import Accelerator, ModelReference
from hullmark.model.declaration import KEYS, Statement
from hullmark.model.truth import Undecided
from hullmark.model.workload import PodSet, Replicas, Workload
from hullmark.report.places import spot
from hullmark.report.visible import visible


def workloads(arch: Architecture, chosen: Iterable[Workload]) -> list[dict[str, Any]]:
    """These workloads of an architecture, in the order read."""
    return [_workload(arch, w) for w in chosen]


def _workload(arch: Architecture, workload: Workload) -> dict[str, Any]:
    ref, importance, exposure = workload.ref, arch.impact(workload), arch.exposure(workload)
    containers = workload.containers
    return {
        "ref": {"kind": visible(ref.kind), "namespace": visible(ref.namespace), "name": visible(ref.name)},
        "file": visible(workload.resource.file),
        "line": workload.resource.place.line,
        "api": visible(workload.resource.api),
        "role": workload.role.value,
        "role_confidence": workload.role_confidence.word,
        "engine": workload.engine,
        "models": [*map(_model, models(workload))],
        "accelerators": _accelerators(workload.accelerator_total, [a for c in containers for a in c.accelerators]),
        "replicas": _replicas(together(arch, workload)),
        "exposure": exposure.least.word,
        "exposure_unknown": visible(exposure.unknown),
        "exposure_path": [
            {"text": visible(h.text), "file": visible(h.place.source.name), "line": h.place.line} for h in exposure.path
        ],
        "authenticated": visible(exposure.authenticated),
        "impact": importance.impact.word,
        "reasons": [visible(r) for r in importance.reasons],
        "because": [{"impact": r.impact.word, "text": visible(r.text), **spot(r.place)} for r in importance.because],
        "declared": {key: _statement(statement) for key, statement in declared(arch, workload)},
        "ai": workload.is_ai,
        "template": workload.template,
        "inferred": workload.inferred,
        "podsets": [_podset(arch, p) for p in workload.podsets],
        "evidence": [{"text": visible(e.text), **spot(e.place)} for e in workload.evidence],
    }


def _statement(statement: Statement) -> dict[str, Any]:
    value = statement.value if isinstance(statement.value, float) else visible(statement.word)
    return {"value": value, "origin": statement.origin, **spot(statement.place)}


def declared(arch: Architecture, workload: Workload) -> list[tuple[str, Statement]]:
    """What is declared about a workload, in the order that reports show it."""
    said = arch.declared(workload).said
    return [(key, said[key]) for key in KEYS if key in said]


def models(workload: Workload) -> list[ModelReference]:
    """The models a workload loads, from its own fields and its containers, each once."""
    found = (*workload.models, *(m for c in workload.containers for m in c.models))
    return [*{(m.scheme, m.id, m.revision, m.digest): m for m in found}.values()]


def together(arch: Architecture, workload: Workload) -> Replicas:
    """The pods of all pod sets: sums where every summand is known, and who decides."""
    each = [arch.around(p).replicas for p in workload.podsets]
    sources = [*dict.fromkeys(r.source for r in each if r.source)]
    return Replicas(
        _sum(r.wanted for r in each), _sum(r.least for r in each), _sum(r.most for r in each), ", ".join(sources)
    )


def _sum(numbers: Iterable[int | None]) -> int | None:
    total = 0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total


def _replicas(replicas: Replicas) -> dict[str, Any]:
    return {"wanted": replicas.wanted, "min": replicas.least, "max": replicas.most, "source": visible(replicas.source)}


def _model(model: ModelReference) -> dict[str, str]:
    return {
        "scheme": visible(model.scheme),
        "id": visible(model.id),
        "revision": visible(model.revision),
        "digest": visible(model.digest),
    }


def _accelerators(count: int | None, found: Iterable[Accelerator]) -> dict[str, Any]:
    devices: dict[tuple[str, str, str], int | None] = {}
    for a in found:
        key = (a.resource, a.vendor, a.via)
        before = devices.get(key, 0)
        devices[key] = None if before is None or a.count is None else before + a.count
    return {
        "count": count,
        "devices": [
            {"resource": visible(r), "vendor": v, "via": via, "count": n} for (r, v, via), n in devices.items()
        ],
    }


def _podset(arch: Architecture, podset: PodSet) -> dict[str, Any]:
    links = arch.around(podset)
    try:
        count: int | None = podset.accelerator_count
    except Undecided:
        count = None
    return {
        "name": visible(podset.name),
        "role": podset.role.value,
        "replicas": _replicas(links.replicas),
        "accelerators": _accelerators(count, podset.accelerators),
        "exposure": links.exposure.least.word,
        "containers": [
            {"name": visible(c.name), "kind": c.kind, "image": visible(c.image.text), "engine": c.engine}
            for c in podset.containers
        ],
    }
