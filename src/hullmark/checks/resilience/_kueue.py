"""What Kueue's own configuration, where it is in the scan, says about which jobs it holds back.

https://kueue.sigs.k8s.io/docs/reference/kueue-config.v1beta2/
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.container import Accelerator
from hullmark.model.resource import Ref, Resource
from hullmark.model.truth import Undecided, flag, string
from hullmark.model.workload import Workload
from hullmark.text.tree import dig, items

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


def uncovered(workload: Workload, queue: Resource, arch: Architecture) -> tuple[Accelerator, Resource] | None:
    """A device that a workload asks for and the ClusterQueue behind its queue has no quota of, so that it waits for good.

    https://kueue.sigs.k8s.io/docs/concepts/cluster_queue/#resource-groups

    Raises:
        Undecided: the ClusterQueue is not in the scan, or Kueue is told to count resources in another way.
    """
    asked = [a for c in workload.containers for a in c.accelerators if a.via == "resource" and a.count != 0]
    name = string(queue.spec, "clusterQueue")
    if not asked or not name:
        return None
    cluster = next((q for q in arch.by_name.get(("ClusterQueue", name), ()) if q.ref.group == queue.ref.group), None)
    if cluster is None:
        raise Undecided(f"ClusterQueue '{name}' is not in the scan")
    groups = items(cluster.spec, "resourceGroups")
    covered = {name for group in groups for name in items(group, "coveredResources") if isinstance(name, str)}
    missing = next((a for a in asked if a.resource not in covered), None)
    if missing is not None and any(_counts_otherwise(c) for c in configurations(arch)):
        raise Undecided("Kueue is told to count resources in another way")
    return None if missing is None else (missing, cluster)


def _counts_otherwise(configuration: Resource) -> bool:
    fields = ("excludeResourcePrefixes", "transformations", "deviceClassMappings")
    return any(dig(configuration.node.value, "resources", field) for field in fields)
