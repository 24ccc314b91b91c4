"""Where Ray's control plane lies in manifests."""

from __future__ import annotations

from collections.abc import Mapping

from hullmark.model.resource import Resource

CLUSTER: Mapping[str, tuple[str, ...]] = {
    "RayCluster": ("spec",),
    "RayService": ("spec", "rayClusterConfig"),
    "RayJob": ("spec", "rayClusterSpec"),
}
"""The path of the cluster's specification in KubeRay's kinds."""

PORTS: Mapping[str, str] = {
    "8265": "dashboard", "dashboard": "dashboard", "10001": "client", "client": "client", "6379": "GCS",
    "gcs": "GCS", "gcs-server": "GCS", "redis": "GCS", "52365": "agent", "dashboard-agent": "agent",
}  # fmt: skip
"""Ports and port names of Ray's control plane (https://docs.ray.io/en/latest/ray-core/configure.html#ports-configurations)."""


def cluster(resource: Resource) -> tuple[str, ...]:
    """The path of the cluster's specification; empty for what is not KubeRay's or declares none."""
    path = CLUSTER.get(resource.ref.kind, ()) if resource.ref.group == "ray.io" else ()
    return path if path and resource.node.get(*path, "headGroupSpec") is not None else ()
