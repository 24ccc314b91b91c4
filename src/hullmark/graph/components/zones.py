"""Trust boundaries: the internet, networks inside, the cluster, its namespaces, places at the edge, serverless, clouds.

Edge nodes are told by the labels that KubeEdge (https://kubeedge.io/docs/concept/kubeedge/) and OpenYurt
(https://openyurt.io/docs/user-manuals/node-pool-management/create_a_node_pool) put on them, and by the node groups and
pools that EdgeApplication and YurtAppSet name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hullmark.graph.components.draft import Draft
from hullmark.model.component import Component, ComponentKind
from hullmark.model.resource import Ref, Resource
from hullmark.model.terms import Reach
from hullmark.model.truth import string
from hullmark.model.workload import PodSet, Workload
from hullmark.recognise.words import EDGE_LABELS
from hullmark.text.source import Place
from hullmark.text.tree import Value, items, mapping

_PREFIX = f"{ComponentKind.BOUNDARY.value}/"
INTERNET, INTERNAL, CLUSTER, CLOUD = (
    f"{_PREFIX}{name}" for name in ("internet", "internal-network", "cluster", "cloud")
)
"""Ids of the boundaries that every architecture may have."""

_LABELS = {INTERNET: "internet", INTERNAL: "internal network", CLUSTER: "cluster", CLOUD: "cloud provider"}

_POOLS = ("apps.openyurt.io/nodepool", "apps.openyurt.io/desired-nodepool")
"""Node labels whose value names an OpenYurt node pool."""


class Placement(NamedTuple):
    """Where pods are put: an edge pool or serverless, and what says so. Empty for anywhere in the cluster."""

    kind: str = ""
    pool: str = ""
    text: str = ""
    place: Place | None = None


NOWHERE = Placement()


class Zones:
    """Makes boundaries as they are needed, each once."""

    def __init__(self, draft: Draft, hosts: Mapping[Ref, Resource], *, composed: bool = False) -> None:
        self._draft = draft
        self._hosts = hosts
        self._spaces: dict[str, str] = {}
        self._labels = {**_LABELS, CLUSTER: "Docker host"} if composed else _LABELS

    def basic(self, zone: str) -> str:
        """One of the boundaries that need no name."""
        if zone not in self._draft:
            self._draft.add(Component(zone, ComponentKind.BOUNDARY, self._labels[zone]))
        return zone

    def of_reach(self, reach: Reach) -> str:
        """Where those who reach this far stand."""
        return self.basic(INTERNET if reach is Reach.PUBLIC else INTERNAL if reach is Reach.INTERNAL else CLUSTER)

    def namespace(self, name: str, resource: Resource | None = None) -> str:
        """The boundary of a namespace; of one that is left out, the cluster."""
        known = self._spaces.get(name, "")
        if known and resource is None:  # asked for nearly every component
            return known
        cluster = self.basic(CLUSTER)
        if not name:
            return cluster
        made = self._spaces[name] = f"{_PREFIX}namespace/{name}"
        if made not in self._draft or resource is not None:
            place = None if resource is None else resource.place
            self._draft.add(
                Component(
                    made, ComponentKind.BOUNDARY, name, name, cluster, place, resource, declared=resource is not None
                )
            )
        return made

    def network(self, namespace: str, name: str) -> str:
        """The boundary of a network of a Compose project."""
        made = f"{_PREFIX}network/{namespace or '-'}/{name}"
        parent = self.namespace(namespace)
        return self._draft.add(Component(made, ComponentKind.BOUNDARY, f"network {name}", namespace, parent))

    def placed(self, workload: Workload, placement: Placement) -> str:
        """The boundary a workload lies in."""
        space = self.namespace(workload.namespace)
        if not placement.kind:
            return space
        made = f"{_PREFIX}{placement.kind}/{placement.pool or workload.namespace or 'any'}"
        label = f"{placement.kind} {placement.pool}".strip()
        parent = self.basic(CLUSTER) if placement.kind == "edge" else space
        self._draft.add(Component(made, ComponentKind.BOUNDARY, label, "", parent, placement.place))
        return made

    def placement(self, workload: Workload) -> Placement:
        """Where a workload's pods are put."""
        found = next(self._pools(workload), NOWHERE)
        return found if found.kind else _serverless(workload)

    def _pools(self, workload: Workload) -> Iterator[Placement]:
        host = self._hosts.get(workload.resource.host) if workload.resource.host is not None else None
        if host is not None and host.ref.kind == "EdgeApplication":
            groups = [g for g in items(host.spec, "workloadScope", "targetNodeGroups") if string(g, "name")]
            names = ", ".join(string(g, "name") for g in groups)
            yield Placement(
                "edge", names, "EdgeApplication's target node groups", host.node.at("spec", "workloadScope")
            )
        if workload.ref.kind in ("YurtAppSet", "YurtAppDaemon"):
            pools = [p for p in items(workload.resource.spec, "pools") if isinstance(p, str)]
            pools += [string(p, "name") for p in items(workload.resource.spec, "topology", "pools")]
            yield Placement("edge", ", ".join(p for p in pools if p), "OpenYurt's node pools", workload.at("spec"))
        for podset in workload.podsets:
            yield from _by_nodes(podset)


def _by_nodes(podset: PodSet) -> Iterator[Placement]:
    chosen = mapping(podset.node.value, "nodeSelector")
    for key, value in chosen.items():
        if key in EDGE_LABELS or key in _POOLS:
            pool = value if key in _POOLS and isinstance(value, str) else ""
            yield Placement("edge", pool, f"node selector '{key}'", podset.at("nodeSelector", key))
    terms = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
    for term in podset.node.children(*terms) if podset.node.get("affinity") is not None else ():
        for expression in term.children("matchExpressions"):
            key, operator = string(expression.value, "key"), string(expression.value, "operator")
            if (key in EDGE_LABELS or key in _POOLS) and operator in ("In", "Exists"):
                pool = _one(items(expression.value, "values")) if key in _POOLS else ""
                yield Placement("edge", pool, f"node affinity '{key}'", expression.at("key"))


def _one(values: Value) -> str:
    return ", ".join(v for v in values if isinstance(v, str))


def _serverless(workload: Workload) -> Placement:
    """Knative's services; KServe's where they say so, for what they do otherwise is the cluster's configuration."""
    ref, resource = workload.ref, workload.resource
    if ref.group == "serving.knative.dev":
        return Placement("serverless", "", f"Knative {ref.kind}", resource.node.at("kind"))
    key = "serving.kserve.io/deploymentMode"
    if ref.group == "serving.kserve.io" and resource.annotations.get(key) in ("Serverless", "Knative"):
        return Placement("serverless", "", f"annotation '{key}'", resource.node.at("metadata", "annotations", key))
    return NOWHERE
