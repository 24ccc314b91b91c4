"""Where KServe takes models from: endpoints of S3, and the models that others add to a server.

The endpoint is in annotations of an account's Secrets:

https://github.com/kserve/kserve/blob/master/pkg/credentials/s3/s3_secret.go (``serving.kserve.io/s3-endpoint``): the
storage initializer of a predictor asks that host for the bucket. A TrainedModel is loaded by the InferenceService
that it names (https://github.com/kserve/kserve/blob/master/pkg/apis/serving/v1alpha1/trained_model.go).
"""

from __future__ import annotations

from hullmark.graph.components.addresses import alone, urls
from hullmark.graph.components.calls import Calls, Found
from hullmark.graph.components.draft import Why
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.settings import Setting
from hullmark.model.component import EdgeKind
from hullmark.model.truth import string
from hullmark.model.workload import PodSet

_GROUP, _ENDPOINT, _BUCKET = "serving.kserve.io", "serving.kserve.io/s3-endpoint", "model/s3/"


def kserve_storage(calls: Calls) -> None:
    """The hosts of the buckets that KServe's predictors load from. Models must be known by now."""
    loading = {s for _, s, t in calls.scene.draft.edges(EdgeKind.LOADS_MODEL) if t.startswith(_BUCKET)}
    for podset in calls.scene.podsets():
        if podset.workload.ref.group == _GROUP and (calls.scene.owner(podset) in loading or _from_s3(podset)):
            _endpoints(calls, calls.scene, podset)


def _from_s3(podset: PodSet) -> bool:
    """Whether a predictor's model lies in S3, also where the bucket's name is filled in elsewhere."""
    return any(string(c.node.value, "storageUri").startswith("s3://") for c in podset.containers)


def trained_models(scene: Scene) -> None:
    """The models that TrainedModels add to a server: it loads and serves them."""
    used = list(scene.draft.edges(EdgeKind.LOADS_MODEL, EdgeKind.SERVES))
    for added in scene.arch.kinds("TrainedModel"):
        workload = scene.arch.workload(added)
        name = string(added.node.value, "spec", "inferenceService")
        server = scene.find("InferenceService", name, added.ref.namespace, added) if name else None
        target = None if server is None else scene.arch.workload(server)
        if workload is None or target is None:
            continue
        why = Why(f"TrainedModel '{added.ref.name}' adds it", added.node.at("spec", "model", "storageUri"))
        for kind, source, model in used:
            if source == scene.owner(workload):
                scene.draft.edge(kind, scene.owner(target), model, why)


def _endpoints(calls: Calls, scene: Scene, podset: PodSet) -> None:
    near = podset.workload.resource
    account = scene.find("ServiceAccount", podset.service_account, podset.workload.namespace, near)
    for entry in account.node.children("secrets") if account is not None else ():
        secret = scene.find("Secret", string(entry.value, "name"), near.ref.namespace, near)
        node = None if secret is None else secret.node.child("metadata", "annotations", _ENDPOINT)
        if secret is not None and node is not None and isinstance(node.value, str):
            text = f"annotation of Secret '{secret.ref.name}'"
            said = Setting("s3-endpoint", node.value, text, node)
            for address in urls(node.value) if "://" in node.value else alone(node.value):
                calls.address(scene.owner(podset), said, Found(address, strong=True), near)
