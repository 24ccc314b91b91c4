"""Ray, and groups of pods that stand and fall together (LeaderWorkerSet).

Sources: https://github.com/ray-project/kuberay ``ray-operator/apis/ray/v1`` and ``controllers/ray/common/pod.go`` (what is
injected; ``labelPod`` for the labels), https://github.com/kubernetes-sigs/lws ``api``.
"""

from __future__ import annotations

from hullmark.model.resource import Resource
from hullmark.model.terms import Role
from hullmark.model.workload import Replicas
from hullmark.recognise.kinds import ONE, Kind, Pods, Table, times, whole_or
from hullmark.recognise.leaderworker import followers, role
from hullmark.text.tree import Node

_CLUSTER = {"ray.io/cluster": "{name}"}
_NODE = {"ray.io/is-ray-node": "yes"}
"""On all pods of Ray; those of a RayService or RayJob carry the generated name of their cluster, not the object's."""


def scaled(carrier: Node, resource: Resource) -> Replicas:
    """A worker group: ``replicas`` kept within ``minReplicas`` and ``maxReplicas``, times hosts for each replica.

    Without the in-tree autoscaler nothing moves it between those bounds.
    """
    hosts = whole_or(carrier.get("numOfHosts"), 1)
    least, most = whole_or(carrier.get("minReplicas"), 0), whole_or(carrier.get("maxReplicas"), _UNBOUNDED)
    written = carrier.get("replicas")
    wanted = whole_or(written, 0)
    if wanted is not None and least is not None and most is not None:
        wanted = min(max(wanted, least), most)
    source = "default" if written is None else "declared"
    if not _autoscales(carrier, resource):
        least = most = wanted
    top = None if most == _UNBOUNDED else most
    return Replicas(times(wanted, hosts), times(least, hosts), times(top, hosts), source)


_UNBOUNDED = 2**31 - 1
"""The CRD's default of ``maxReplicas``."""


def _autoscales(carrier: Node, resource: Resource) -> bool:
    own = carrier.path[len(resource.node.path) :]
    cluster = resource.node.child(*own[: own.index("workerGroupSpecs")])
    return cluster is not None and cluster.get("enableInTreeAutoscaling") is True


def _cluster(at: str, labels: dict[str, str]) -> tuple[Pods, Pods]:
    labels = {**_NODE, **labels}
    return (
        Pods(f"{at}.headGroupSpec", name="head", replicas=ONE, labels={**labels, "ray.io/node-type": "head"}),
        Pods(
            f"{at}.workerGroupSpecs.*",
            name=".groupName",
            replicas=scaled,
            labels={**labels, "ray.io/node-type": "worker", "ray.io/group": "{pods}"},
        ),
    )


_INJECTED = frozenset({"dev-shm", "liveness-probe", "readiness-probe", "dashboard-host", "command"})
_SUBMITTER = Pods("spec.submitterPodTemplate", template="", name="submitter", replicas=ONE)

_LEADER_LABELS = {"leaderworkerset.sigs.k8s.io/name": "{name}", "leaderworkerset.sigs.k8s.io/worker-index": "0"}
_GROUPS = (
    Pods("spec", "leaderWorkerTemplate.leaderTemplate", name="leader", labels=_LEADER_LABELS),
    Pods(
        "spec",
        "leaderWorkerTemplate.workerTemplate",
        name="worker",
        replicas=followers,
        labels={"leaderworkerset.sigs.k8s.io/name": "{name}"},
    ),
)
_DISAGGREGATED = (Pods("spec.roles.*", assemble=role), Pods("spec.phases.*", assemble=role))

KINDS: Table = {
    "RayCluster.ray.io": Kind(_cluster("spec", _CLUSTER), injected=_INJECTED),
    "RayService.ray.io": Kind(
        (
            *_cluster("spec.rayClusterConfig", {}),
            *_cluster("spec.rayClusterSpec", {}),
        ),
        Role.ONLINE_INFERENCE,
        injected=_INJECTED,
    ),
    "RayJob.ray.io": Kind((*_cluster("spec.rayClusterSpec", {}), _SUBMITTER), lifetime="task", injected=_INJECTED),
    "RayCronJob.ray.io": Kind(
        (
            *_cluster("spec.jobTemplate.rayClusterSpec", {}),
            _SUBMITTER._replace(carrier="spec.jobTemplate.submitterPodTemplate"),
        ),
        lifetime="task",
        injected=_INJECTED,
    ),
    "LeaderWorkerSet.leaderworkerset.x-k8s.io": Kind(_GROUPS),
    "DisaggregatedSet.disaggregatedset.x-k8s.io": Kind(_DISAGGREGATED),
}
"""Ray's kinds and the leader-worker sets."""
