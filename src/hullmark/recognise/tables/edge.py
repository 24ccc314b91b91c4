"""The edge: Sedna, OpenYurt, KubeEdge, Akri.

Sources: kubeedge/sedna ``pkg/apis/sedna/v1alpha1``, openyurtio/openyurt ``pkg/apis/apps``, kubeedge/kubeedge
``staging/src/github.com/kubeedge/api``, project-akri/akri ``shared/src/akri``.
"""

from __future__ import annotations

from hullmark.model.resource import Resource
from hullmark.model.terms import Role
from hullmark.model.workload import Replicas
from hullmark.recognise.kinds import CLUSTER_DECIDES, ONE, Count, Kind, Pods, Table, times, whole_or
from hullmark.text.tree import Node, items

_LEARNING = (
    Pods("spec.trainSpec", name="train", replicas=ONE, role=Role.TRAINING),
    Pods("spec.evalSpec", name="eval", replicas=ONE, role=Role.EVALUATION),
    Pods("spec.deploySpec", name="deploy", replicas=ONE, role=Role.EDGE_INFERENCE),
)
_TRAIN, _EDGE = Role.TRAINING, Role.EDGE_INFERENCE


def _workers(role: Role, *paths: str) -> Kind:
    """A kind of Sedna whose workers are each one pod, or a list of them."""
    rows = (Pods(path, name=path.split(".")[1] if "." in path else "", replicas=Count("replicas")) for path in paths)
    return Kind(tuple(rows), role, "task" if role is _TRAIN else "service")


_YURT = "spec.workload.workloadTemplate"
_PER_POOL = (("deploymentTemplate", "deployment"), ("statefulSetTemplate", "statefulset"))


def pooled(carrier: Node, resource: Resource) -> Replicas:
    """As many pods as the template asks for in every node pool; which pools a selector finds is for the cluster to say."""
    spec = resource.node.child("spec")
    named = items(resource.node.value, "spec", "pools")
    each = [whole_or(pool.get("replicas"), 1) for pool in resource.node.children("spec", "topology", "pools")]
    total = None
    if each:
        total = None if None in each else sum(n for n in each if n is not None)
    elif named and spec is not None and spec.get("nodepoolSelector") is None:
        total = times(whole_or(carrier.get("replicas"), 1), len(named))
    return Replicas(total, total, total, "declared" if total is not None else "its node pools")


def _yurt(at: str) -> tuple[Pods, ...]:
    return tuple(Pods(f"{at}.{template}.spec", name=name, replicas=pooled) for template, name in _PER_POOL)


KINDS: Table = {
    "IncrementalLearningJob.sedna.io": Kind(_LEARNING, _TRAIN, "task"),
    "LifelongLearningJob.sedna.io": Kind(_LEARNING, _TRAIN, "task"),
    "FederatedLearningJob.sedna.io": _workers(_TRAIN, "spec.aggregationWorker", "spec.trainingWorkers.*"),
    "JointInferenceService.sedna.io": _workers(_EDGE, "spec.edgeWorker", "spec.cloudWorker"),
    "JointMultiEdgeService.sedna.io": _workers(_EDGE, "spec.edgeWorker.*", "spec.cloudWorker"),
    "ObjectSearchService.sedna.io": _workers(
        _EDGE, "spec.userWorker", "spec.trackingWorkers.*", "spec.reidWorkers.*", "spec.reidWorkers"
    ),
    "ObjectTrackingService.sedna.io": _workers(
        _EDGE, "spec.trackingWorkers.*", "spec.reidWorkers.*", "spec.reidWorkers"
    ),
    "FeatureExtractionService.sedna.io": _workers(_EDGE, "spec"),
    "VideoAnalyticsJob.sedna.io": _workers(_EDGE, "spec"),
    "ReidJob.sedna.io": _workers(_EDGE, "spec"),
    "YurtAppSet.apps.openyurt.io": Kind((*_yurt(_YURT), *_yurt("spec.workloadTemplate"))),
    "YurtAppDaemon.apps.openyurt.io": Kind(_yurt("spec.workloadTemplate")),
    "Configuration.akri.sh": Kind(
        (
            Pods("spec.brokerSpec", "brokerPodSpec", "", name="broker", replicas=CLUSTER_DECIDES),
            Pods("spec.brokerSpec.brokerJobSpec", name="broker", replicas=CLUSTER_DECIDES),
            Pods("spec", "brokerPodSpec", "", name="broker", replicas=CLUSTER_DECIDES),
        )
    ),
}
"""Kinds that run at the edge."""
