"""Groups of a leader and workers (LeaderWorkerSet), and sets of such groups by role (DisaggregatedSet).

Sources: https://github.com/kubernetes-sigs/lws ``api/leaderworkerset/v1/leaderworkerset_types.go``,
``api/disaggregatedset/v1/disaggregatedset_types.go`` (a role is ``name`` with ``spec``; in ``v1alpha1`` the spec's fields stand
beside the name, and once roles were called phases), ``pkg/controllers/disaggregatedset/lws_manager.go`` (labels of the pods).
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.model.workload import Replicas
from hullmark.recognise.assemble import pod
from hullmark.recognise.kinds import Pod, Scene, times, whole_or
from hullmark.text.tree import Node

_TEMPLATE = "leaderWorkerTemplate"
_SET, _ROLE = "disaggregatedset.x-k8s.io/name", "disaggregatedset.x-k8s.io/role"


def followers(carrier: Node, resource: Resource) -> Replicas:
    """Workers of a LeaderWorkerSet: ``size`` pods a group, less the leader where that has a template of its own."""
    del resource
    size = whole_or(carrier.get(_TEMPLATE, "size"), 1)
    leaders = carrier.get(_TEMPLATE, "leaderTemplate") is not None
    total = times(whole_or(carrier.get("replicas"), 1), None if size is None else max(size - leaders, 0))
    return Replicas(total, total, total, "declared")


def role(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """The pods of a role of a DisaggregatedSet, in every slice of the set."""
    spec = carrier.child("spec") or carrier
    name, resource = string(carrier.value, "name") or str(carrier.path[-1]), scene.resource
    slices = whole_or(resource.node.get("spec", "slices"), 1)
    outside = carrier.get("scaling", "mode") == "External"
    labels = {_SET: resource.ref.name, _ROLE: name}
    leader, worker = (spec.child(_TEMPLATE, template) for template in ("leaderTemplate", "workerTemplate"))
    for template, part in ((leader, "leader"), (worker, "worker")):
        found = None if template is None else template.child("spec")
        if found is None:
            continue
        one = whole_or(spec.get("replicas"), 1) if part == "leader" else followers(spec, resource).wanted
        total = None if outside else times(one, slices)
        made = pod(found, template)._replace(name=f"{name}-{part}" if leader is not None else name, labels=labels)
        source = "its DisaggregatedSetRoleScaler" if outside else "declared"
        yield made._replace(replicas=Replicas(total, total, total, source))
