"""The kinds of workload we know, by family: data to extend, one row a place where pods are described."""

from __future__ import annotations

from hullmark.recognise.kinds import Kind
from hullmark.recognise.tables import (
    agents,
    builtin,
    compose,
    edge,
    kserve,
    kubeflow,
    nvidia,
    pipelines,
    processing,
    ray,
    serving,
)

KINDS: dict[str, Kind] = {
    **builtin.KINDS,
    **compose.KINDS,
    **kserve.KINDS,
    **ray.KINDS,
    **kubeflow.KINDS,
    **nvidia.KINDS,
    **serving.KINDS,
    **agents.KINDS,
    **pipelines.KINDS,
    **processing.KINDS,
    **edge.KINDS,
}
"""Every known kind of workload by ``Kind.group``."""

WRAPPERS = frozenset(
    {
        "AppWrapper.workload.codeflare.dev",
        "EdgeApplication.apps.kubeedge.io",
        "ManifestWork.work.open-cluster-management.io",
        "CustomResourceDefinition.apiextensions.k8s.io",
    }
)
"""Kinds that only hold other objects, which `hullmark.recognise.embedded` takes out of them."""
