"""What Kueue's own configuration, where it is in the scan, says about which jobs it holds back.

https://kueue.sigs.k8s.io/docs/reference/kueue-config.v1beta2/
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.resource import Ref, Resource
from hullmark.model.truth import flag
from hullmark.text.tree import items

QUEUE_LABEL = "kueue.x-k8s.io/queue-name"

_KUBEFLOW = ("PyTorchJob", "TFJob", "XGBoostJob", "PaddleJob", "JAXJob", "MPIJob")
_FRAMEWORKS = {
    ("batch", "Job"): "batch/job",
    ("ray.io", "RayJob"): "ray.io/rayjob",
    ("ray.io", "RayCluster"): "ray.io/raycluster",
    ("jobset.x-k8s.io", "JobSet"): "jobset.x-k8s.io/jobset",
    ("trainer.kubeflow.org", "TrainJob"): "trainer.kubeflow.org/trainjob",
    ("workload.codeflare.dev", "AppWrapper"): "workload.codeflare.dev/appwrapper",
    ("leaderworkerset.x-k8s.io", "LeaderWorkerSet"): "leaderworkerset.x-k8s.io/leaderworkerset",
    ("apps", "Deployment"): "deployment",
    ("apps", "StatefulSet"): "statefulset",
    ("", "Pod"): "pod",
    **{("kubeflow.org", kind): f"kubeflow.org/{kind.lower()}" for kind in _KUBEFLOW},
}
"""What Kueue calls each kind in ``integrations.frameworks``."""

_FOR_PODS = frozenset({"deployment", "statefulset", "pod"})
"""Frameworks that older releases know as one, by another name, or in other ways."""


def configurations(arch: Architecture) -> Iterator[Resource]:
    """Kueue's configurations in the scan, which are usually a text in a ConfigMap."""
    return (r for r in arch.kinds("Configuration") if r.ref.group == "config.kueue.x-k8s.io")


def holds_all(arch: Architecture) -> bool:
    """Whether every job needs a queue to start, also one without the label."""
    return any(flag(c.node.value, "manageJobsWithoutQueueName") is True for c in configurations(arch))


def disabled(arch: Architecture, ref: Ref) -> tuple[str, Resource] | None:
    """The framework of a kind and the configuration that does not enable it, if all that are in the scan agree."""
    framework = _FRAMEWORKS.get((ref.group, ref.kind))
    found = [c for c in configurations(arch) if items(c.node.value, "integrations", "frameworks")]
    if framework is None or framework in _FOR_PODS or not found:
        return None
    enabled = {
        text
        for c in found
        for field in ("frameworks", "externalFrameworks")
        for text in items(c.node.value, "integrations", field)
        if isinstance(text, str)
    }
    external = f"{ref.kind}.".lower()
    if framework in enabled or any(text.lower().startswith(external) for text in enabled):
        return None
    return framework, found[0]
