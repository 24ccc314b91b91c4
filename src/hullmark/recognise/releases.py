"""Releases of charts that are not in the scan: what known charts make of the values that references set.

The tables of charts are only imported when a scan refers to one.
"""

from __future__ import annotations

from collections.abc import Sequence

from hullmark.model.resource import Resource
from hullmark.recognise.scan import Scan

REFERRING = frozenset(
    {
        "Application.argoproj.io",
        "ApplicationSet.argoproj.io",
        "HelmRelease.helm.toolkit.fluxcd.io",
        "Kustomization.kustomize.config.k8s.io",
    }
)
"""Kinds that may refer to charts."""


def refers(resource: Resource) -> bool:
    """Whether an object is of a kind that may refer to charts."""
    return f"{resource.ref.kind}.{resource.ref.group}" in REFERRING


def released(resources: Sequence[Resource]) -> tuple[Resource, ...]:
    """These objects, each followed by what known charts make of what it refers to."""
    if not any(map(refers, resources)):
        return tuple(resources)
    from hullmark.recognise.charts.making import made
    from hullmark.recognise.charts.values import Sheet

    scan, sheet = Scan(resources), Sheet()
    found: list[Resource] = []
    for resource in resources:
        found.append(resource)
        if refers(resource):
            found.extend(made(resource, scan, sheet))
    return tuple(found)
