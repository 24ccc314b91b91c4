"""Builds the architecture (a first sketch without joins)."""

from __future__ import annotations

from collections.abc import Sequence

from hullmark.model.architecture import Architecture, Importance, Links
from hullmark.model.resource import Resource
from hullmark.model.terms import Impact
from hullmark.recognise.recognition import recognise


def build(resources: Sequence[Resource]) -> Architecture:
    """The architecture of these resources."""
    workloads = recognise(resources)
    by_kind: dict[str, list[Resource]] = {}
    for resource in resources:
        by_kind.setdefault(resource.ref.kind, []).append(resource)
    return Architecture(
        resources=tuple(resources),
        workloads=workloads,
        by_kind={k: tuple(v) for k, v in by_kind.items()},
        links={p: Links() for w in workloads for p in w.podsets},
        selections={},
        importance={w: Importance(Impact.LOW, ()) for w in workloads},
        grants={},
        rules={},
        index={(r.ref.kind, r.ref.namespace, r.ref.name): r for r in resources},
    )
