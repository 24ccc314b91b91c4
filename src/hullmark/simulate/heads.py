"""Ray clusters whose workers stop with their head.

Without fault tolerance of the global control store a new head does not know the workers of the old one and ends them; they
start anew and join. With it they go on serving (https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/kuberay-gcs-ft.html).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from hullmark.model.workload import Workload
from hullmark.simulate.placement.shape import Pod
from hullmark.simulate.pods import Member
from hullmark.simulate.standing import Standing

_SPECS = {"RayCluster": ("spec",), "RayService": ("spec", "rayClusterConfig"), "RayJob": ("spec", "rayClusterSpec")}
"""Where the kinds of KubeRay have the cluster."""


def led(standing: Standing, down: Collection[Pod]) -> Iterator[tuple[Pod, Pod]]:
    """Workers that stop although nothing hit them, each with the head that is down."""
    heads = {}
    for pod in down:
        member = standing.member[pod]
        if _head(member) and not survives(member.workload):
            heads[member.workload] = pod
    if heads:
        for pod, member in standing.member.items():
            if member.workload in heads and not _head(member) and pod in standing.body and pod not in down:
                yield pod, heads[member.workload]


def _head(member: Member) -> bool:
    return member.podset.name == "head" and member.workload.ref.kind in _SPECS


def survives(workload: Workload) -> bool:
    """Whether the workers of a Ray cluster outlive its head: it keeps its state outside, by either way to say so."""
    resource = workload.resource
    where = _SPECS[workload.ref.kind]
    if resource.node.get(*where, "gcsFaultToleranceOptions") is not None:
        return True
    return resource.annotations.get("ray.io/ft-enabled") == "true"
