"""The accounts of pods that operators make of objects which describe none: routers of InferenceGraphs, sandboxes of pools.

KServe's controller names no account for the router of an InferenceGraph, so it is ``default``
(https://github.com/kserve/kserve/blob/master/pkg/controller/v1alpha1/inferencegraph/raw_ig.go,
``createInferenceGraphPodSpec``). Agent Sandbox makes the pods of a SandboxWarmPool from a SandboxTemplate, and a
SandboxClaim takes one (https://github.com/kubernetes-sigs/agent-sandbox/tree/main/extensions/api/v1beta1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hullmark.graph.components.draft import Why
from hullmark.graph.components.scene import Scene
from hullmark.model.component import ComponentKind, EdgeKind
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.model.workload import PodSet
from hullmark.text.source import Place

_SANDBOXES = "extensions.agents.x-k8s.io"


class Made(NamedTuple):
    """An account that an object's pods run as, and the pod set that describes them, if any."""

    account: str
    podset: PodSet | None


def made_accounts(scene: Scene) -> Iterator[Made]:
    """Draw who runs as what; gives the accounts, for what they may do."""
    for graph in scene.arch.kinds("InferenceGraph"):
        if graph.ref.group == "serving.kserve.io":
            text = "KServe names no account for its router, which means 'default'"
            yield Made(_drawn(scene, graph, "default", Why(text, graph.place, facts={"token": "unknown"})), None)
    for pool in scene.arch.kinds("SandboxWarmPool", "SandboxClaim"):
        if pool.ref.group == _SANDBOXES:
            yield from _sandboxes(scene, pool)


def _drawn(scene: Scene, resource: Resource, name: str, why: Why) -> str:
    near = why.place or resource.place
    account = scene.mentioned(ComponentKind.IDENTITY, "ServiceAccount", name, resource.ref.namespace, resource, near)
    workload = scene.arch.workload(resource)
    if workload is not None:
        scene.draft.edge(EdgeKind.RUNS_AS, scene.owner(workload), account, why)
    return account


def _sandboxes(scene: Scene, pool: Resource) -> Iterator[Made]:
    """The sandboxes of a pool, or the one that a claim takes, run as their template says."""
    found = _template(scene, pool)
    if found is None:
        return
    template, place = found
    workload = scene.arch.workload(template)
    for podset in workload.podsets if workload is not None else ():
        key = next((k for k in ("serviceAccountName", "serviceAccount") if string(podset.node.value, k)), "")
        name = podset.service_account
        says = f"runs as '{name}'" if key else "names no account, which means 'default'"
        mounted = podset.node.get("automountServiceAccountToken")
        token = "mounted" if mounted is True else "not mounted" if mounted is False else "unknown"
        text = f"its SandboxTemplate '{template.ref.name}' {says}"
        why = Why(text, podset.at(key) if key else place, facts={"token": token})
        yield Made(_drawn(scene, pool, name, why), podset)


def _template(scene: Scene, pool: Resource) -> tuple[Resource, Place] | None:
    """The template of a pool, or of the pool that a claim takes from, and where it is named."""
    for field, kind in (("sandboxTemplateRef", "SandboxTemplate"), ("warmPoolRef", "SandboxWarmPool")):
        name = string(pool.node.value, "spec", field, "name")
        found = scene.find(kind, name, pool.ref.namespace, pool) if name else None
        if found is not None and found is not pool:
            place = pool.node.at("spec", field, "name")
            if kind == "SandboxTemplate":
                return found, place
            inner = _template(scene, found) if pool.ref.kind == "SandboxClaim" else None
            return inner and (inner[0], place)
    return None
