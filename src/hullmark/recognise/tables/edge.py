"""The edge: Sedna, OpenYurt, KubeEdge, Akri.

Sources: kubeedge/sedna ``pkg/apis/sedna/v1alpha1``, openyurtio/openyurt ``pkg/apis/apps``, kubeedge/kubeedge
``staging/src/github.com/kubeedge/api``, project-akri/akri ``shared/src/akri``.
"""

from __future__ import annotations

from hullmark.model.terms import Role
from hullmark.recognise.kinds import CLUSTER_DECIDES, ONE, Count, Kind, Pods, Table

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
    "YurtAppSet.apps.openyurt.io": Kind(
        (
            Pods(f"{_YURT}.deploymentTemplate.spec", name="deployment"),
            Pods(f"{_YURT}.statefulSetTemplate.spec", name="statefulset"),
            Pods("spec.workloadTemplate.deploymentTemplate.spec", name="deployment"),
            Pods("spec.workloadTemplate.statefulSetTemplate.spec", name="statefulset"),
        )
    ),
    "YurtAppDaemon.apps.openyurt.io": Kind(
        (
            Pods("spec.workloadTemplate.deploymentTemplate.spec", name="deployment"),
            Pods("spec.workloadTemplate.statefulSetTemplate.spec", name="statefulset"),
        )
    ),
    "Configuration.akri.sh": Kind(
        (
            Pods("spec.brokerSpec", "brokerPodSpec", "", name="broker", replicas=CLUSTER_DECIDES),
            Pods("spec.brokerSpec.brokerJobSpec", name="broker", replicas=CLUSTER_DECIDES),
            Pods("spec", "brokerPodSpec", "", name="broker", replicas=CLUSTER_DECIDES),
        )
    ),
}
"""Kinds that run at the edge."""
