"""Ray, and groups of pods that stand and fall together (LeaderWorkerSet).

Sources: ray-project/kuberay ``ray-operator/apis/ray/v1`` and ``controllers/ray/common/pod.go`` (what is injected),
kubernetes-sigs/lws ``api/leaderworkerset/v1/leaderworkerset_types.go``.
"""

from __future__ import annotations

from hullmark.model.resource import Resource
from hullmark.model.terms import Role
from hullmark.model.workload import Replicas
from hullmark.recognise.kinds import ONE, Count, Kind, Pods, Table, whole
from hullmark.text.tree import Node

_CLUSTER = {"ray.io/cluster": "{name}"}


def scaled(carrier: Node, resource: Resource) -> Replicas:
    """A worker group: ``replicas`` kept within ``minReplicas`` and ``maxReplicas``, times hosts for each replica.

    Without the in-tree autoscaler nothing moves it between those bounds.
    """
    hosts = _or(carrier.get("numOfHosts"), 1)
    least, most = _or(carrier.get("minReplicas"), 0), _or(carrier.get("maxReplicas"), _UNBOUNDED)
    written = carrier.get("replicas")
    wanted = _or(written, 0)
    if wanted is not None and least is not None and most is not None:
        wanted = min(max(wanted, least), most)
    source = "default" if written is None else "declared"
    if not _autoscales(carrier, resource):
        least = most = wanted
    top = None if most == _UNBOUNDED else most
    return Replicas(_times(wanted, hosts), _times(least, hosts), _times(top, hosts), source)


_UNBOUNDED = 2**31 - 1
"""The CRD's default of ``maxReplicas``."""


def _autoscales(carrier: Node, resource: Resource) -> bool:
    cluster = resource.node.child(*carrier.path[: carrier.path.index("workerGroupSpecs")])
    return cluster is not None and cluster.get("enableInTreeAutoscaling") is True


def _or(value: object, default: int) -> int | None:
    return default if value is None else whole(value)


def _times(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one * other


def followers(carrier: Node, resource: Resource) -> Replicas:
    """Workers of a LeaderWorkerSet: ``size`` pods a group, less the leader where that has a template of its own."""
    del resource
    groups, size = _or(carrier.get("replicas"), 1), _or(carrier.get("leaderWorkerTemplate", "size"), 1)
    leaders = carrier.get("leaderWorkerTemplate", "leaderTemplate") is not None
    total = None if size is None else _times(groups, max(size - leaders, 0))
    return Replicas(total, total, total, "declared")


def _cluster(at: str, labels: dict[str, str]) -> tuple[Pods, Pods]:
    return (
        Pods(f"{at}.headGroupSpec", name="head", replicas=ONE, labels={**labels, "ray.io/node-type": "head"}),
        Pods(
            f"{at}.workerGroupSpecs.*",
            name=".groupName",
            replicas=scaled,
            labels={**labels, "ray.io/node-type": "worker", "ray.io/group": "{pods}"},
        ),
    )


_MADE_BY = "ray.io/originated-from-cr-name"
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
_DISAGGREGATED = tuple(
    row._replace(carrier=carrier, name=name, replicas=count, labels={})
    for carrier in ("spec.roles.*.spec", "spec.roles.*.template.spec")
    for row, name, count in ((_GROUPS[0], "*", Count()), (_GROUPS[1], "*", followers))
)

KINDS: Table = {
    "RayCluster.ray.io": Kind(_cluster("spec", _CLUSTER), injected=_INJECTED),
    "RayService.ray.io": Kind(
        (
            *_cluster("spec.rayClusterConfig", {_MADE_BY: "{name}"}),
            *_cluster("spec.rayClusterSpec", {_MADE_BY: "{name}"}),
        ),
        Role.ONLINE_INFERENCE,
        injected=_INJECTED,
    ),
    "RayJob.ray.io": Kind(
        (*_cluster("spec.rayClusterSpec", {_MADE_BY: "{name}"}), _SUBMITTER), lifetime="task", injected=_INJECTED
    ),
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
