"""Which container of a pod that serves requests lacks a probe."""

from __future__ import annotations

from hullmark.model.architecture import Architecture
from hullmark.model.container import Container
from hullmark.model.workload import PodSet


def unprobed(podset: PodSet, arch: Architecture, field: str, injected: str) -> Container | None:
    """The container to ask for a probe, if no container of a pod behind a Service has it and no operator adds it.

    One probe speaks for the whole pod; the container that listens is the one to have it.
    """
    workload = podset.workload
    if workload.lifetime == "task" or injected in workload.injected or not arch.around(podset).services:
        return None
    if any(c.node.get(field) is not None for c in podset.containers if c.long_running):
        return None
    serving = [c for c in podset.containers if c.kind == "app"]
    return next((c for c in serving if c.node.get("ports")), serving[0] if serving else None)
