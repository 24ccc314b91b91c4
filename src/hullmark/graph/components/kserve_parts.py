"""Whom the parts of an InferenceService call: KServe tells transformers and explainers where the predictor is.

It adds ``--predictor_host`` to the arguments of their container unless that is there already, see
https://github.com/kserve/kserve/blob/master/pkg/apis/serving/v1beta1/transformer_custom.go and ``explainer_custom.go``.
A transformer in the predictor's own pod finds it on loopback.
"""

from __future__ import annotations

from hullmark.graph.components.draft import Why
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.workloads import BESIDE
from hullmark.model.component import ComponentKind, EdgeKind
from hullmark.model.workload import PodSet


def kserve_parts(scene: Scene) -> None:
    """The calls of every transformer and explainer to the predictor beside it."""
    for resource in scene.arch.kinds("InferenceService"):
        workload = scene.arch.workload(resource)
        named = BESIDE.get(f"{resource.ref.kind}.{resource.ref.group}", ())
        predictor = scene.draft.id_of(ComponentKind.SERVICE, resource)
        for podset in workload.podsets if workload is not None and predictor in scene.draft else ():
            if podset.name in named and not _told(podset):
                why = Why(f"KServe tells the {podset.name} where the predictor is", podset.at())
                scene.draft.edge(EdgeKind.CALLS, scene.owner(podset), predictor, why)


def _told(podset: PodSet) -> bool:
    """Whether the arguments say themselves where the predictor is."""
    return any(c.argv.has("--predictor_host", "--predictor-host") for c in podset.containers if c.kind == "app")
