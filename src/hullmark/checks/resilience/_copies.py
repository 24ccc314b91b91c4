"""How many pods, or groups of pods, can answer for each other."""

from __future__ import annotations

from hullmark.model.architecture import Architecture
from hullmark.model.truth import string
from hullmark.model.workload import PodSet
from hullmark.text.source import Place
from hullmark.text.tree import Node, dig

_CLUSTERS = frozenset({"RayCluster", "SparkConnect", "DaskCluster", "DaskWorkerGroup", "NodeSet"})
"""Kinds whose pods are the nodes of somebody's cluster: one does not answer for another."""

_PARTS = frozenset({"worker", "prefill-worker"})
"""Pod sets that are the rest of a group which another pod set leads."""

_LEADING = frozenset({"main", "leader"})
"""Pod sets that the number of their object is about."""


def copies(podset: PodSet, arch: Architecture) -> int | None:
    """How many stand in for each other at the least; None where that is not known or the pods are of another sort.

    Pods that make one engine together (a LeaderWorkerSet's group, a multi-host slice, a multi-node NIMService) count as one.
    """
    workload = podset.workload
    least = arch.around(podset).replicas.least
    alone = len(workload.podsets) == 1
    if (
        workload.lifetime != "service"
        or least is None
        or workload.ref.kind in _CLUSTERS
        or (podset.name in _PARTS and not alone and workload.ref.kind != "RayService")
    ):
        return None
    return least // max(_group(podset), 1)


def counted_at(podset: PodSet) -> Place:
    """Where the number of its pods is said, or the nearest that exists."""
    workload = podset.workload
    node = workload.resource.node
    if workload.resource.release is not None:  # the object has no field for it: its values may, else its chart says
        return podset.at("replicas")
    if node.get("spec", podset.name, "replicas") is not None:
        return node.at("spec", podset.name, "replicas")
    if len(workload.podsets) == 1 or podset.name in _LEADING:
        return workload.at("spec", "replicas")
    return podset.at("replicas")


def _group(podset: PodSet) -> int:
    """How many of its pods make one."""
    resource = podset.workload.resource
    if resource.ref.kind == "LeaderWorkerSet":
        return 1 if podset.name == "leader" else _size(resource.node, "spec", "leaderWorkerTemplate", "size")
    if resource.ref.group == "ray.io":
        for field in ("rayClusterConfig", "rayClusterSpec"):
            for group in resource.node.children("spec", field, "workerGroupSpecs"):
                if string(group.value, "groupName") == podset.name:
                    return _size(group, "numOfHosts")
        return 1
    if resource.ref.group in ("apps.nvidia.com", "nvidia.com"):
        return _of_nvidia(resource.node, podset.name)
    return 1


def _of_nvidia(node: Node, name: str) -> int:
    starts = [node.child("spec"), node.child("spec", "services", name)]
    starts += [s for s in node.children("spec", "services") if string(s.value, "name") == name]
    starts += [c for c in node.children("spec", "components") if string(c.value, "name") == name]
    sizes = [
        _size(start, *keys)
        for start in starts
        if start is not None
        for path in (("multiNode", "parallelism", "pipeline"), ("multiNode", "size"), ("multinode", "nodeCount"))
        for keys in (path, ("spec", *path))
        if dig(start.value, *keys) is not None
    ]
    return sizes[0] if sizes else 1


def _size(node: Node, *keys: str) -> int:
    found = node.get(*keys)
    return found if isinstance(found, int) and not isinstance(found, bool) else 1
