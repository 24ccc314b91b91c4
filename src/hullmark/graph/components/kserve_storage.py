"""Where KServe takes models in S3 from: the endpoint that annotations of an account's Secrets give.

https://github.com/kserve/kserve/blob/master/pkg/credentials/s3/s3_secret.go (``serving.kserve.io/s3-endpoint``): the
storage initializer of a predictor asks that host for the bucket.
"""

from __future__ import annotations

from hullmark.graph.components.calls import Calls
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
        if podset.workload.ref.group == _GROUP and calls.scene.owner(podset) in loading:
            _endpoints(calls, calls.scene, podset)


def _endpoints(calls: Calls, scene: Scene, podset: PodSet) -> None:
    near = podset.workload.resource
    account = scene.find("ServiceAccount", podset.service_account, podset.workload.namespace, near)
    for entry in account.node.children("secrets") if account is not None else ():
        secret = scene.find("Secret", string(entry.value, "name"), near.ref.namespace, near)
        node = None if secret is None else secret.node.child("metadata", "annotations", _ENDPOINT)
        if secret is not None and node is not None and isinstance(node.value, str):
            text = f"annotation of Secret '{secret.ref.name}'"
            calls.setting(scene.owner(podset), Setting("s3-endpoint", node.value, text, node), near)
