"""Where Ray's control plane lies in manifests."""

from __future__ import annotations

from collections.abc import Mapping

from hullmark.model.container import Container
from hullmark.model.resource import Resource
from hullmark.model.truth import Undecided, is_placeholder, string
from hullmark.model.workload import PodSet
from hullmark.text.tree import Node

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


def declares_token(node: Node, path: tuple[str, ...]) -> bool:
    """Whether a cluster's specification asks for a token: an absent ``authOptions`` does not.

    Raises:
        Undecided: the mode is filled in elsewhere.
    """
    mode = string(node.value, *path, "authOptions", "mode")
    if is_placeholder(mode):
        raise Undecided("'authOptions.mode' is filled in elsewhere")
    return mode == "token" or (not mode and node.get(*path, "authOptions", "enableK8sTokenAuth") is True)


def demands_token(podsets: tuple[PodSet, ...]) -> bool:
    """Whether the main container of every pod set sets ``RAY_AUTH_MODE=token``.

    Raises:
        Undecided: part of an environment is not in the scan, and the rest sets it.
    """
    answers = [_token(c) for c in (c for p in podsets for c in p.containers[:1])]
    if answers and None in answers and False not in answers:
        raise Undecided("part of the environment is not in the scan")
    return bool(answers) and all(answers)


def _token(container: Container) -> bool | None:
    mode = container.environment.get("RAY_AUTH_MODE")
    if mode is None:
        return False if container.environment_known else None
    return None if mode.value is None else mode.value == "token"
