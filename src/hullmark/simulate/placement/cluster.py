"""A cluster while pods are placed in it: nodes, what each holds, and the indexes that answer quickly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from hullmark.model.selectors import EVERYTHING
from hullmark.simulate.placement import spreading
from hullmark.simulate.placement.crowds import Crowd, Crowds, Query, count, wish
from hullmark.simulate.placement.domains import Domains
from hullmark.simulate.placement.nodes import Outlook, presence
from hullmark.simulate.placement.profile import V1_34, Profile
from hullmark.simulate.placement.resources import Demand, Stock
from hullmark.simulate.placement.shape import REGION, Node, Peers, Pod, Port, Shape, Spread, Term
from hullmark.simulate.placement.spreading import Constraint

Terms = Sequence[tuple[Query, Term]]


class Plan(NamedTuple):
    """A shape as a cluster understands it: everything looked up that does not change while pods come and go.

    ``strict`` is whether soft constraints are the pod's own, not the system's. ``affinity``, ``anti_affinity`` and
    ``liking`` are asked when it is placed; ``pulls`` and ``pushes`` are what it wants of others once it is.
    """

    shape: Shape
    crowd: Crowd
    outlook: Outlook
    demand: Demand
    hard: tuple[Constraint, ...]
    soft: tuple[Constraint, ...]
    strict: bool
    affinity: Terms
    anti_affinity: Terms
    liking: Terms
    pulls: Terms
    pushes: Terms


def seen_without_labels(peers: Peers) -> Peers:
    """The pods a term is about while its pod is being placed: v1.34 forgets the labels of their namespaces.

    It adds the namespaces that a namespace selector selects to those listed, and then asks the selector again with no
    labels at all: one that asks for nothing to be there selects every namespace (``mergeAffinityTermNamespacesIfNotEmpty``
    of ``interpodaffinity/plugin.go`` works on a copy). Terms of placed pods are read as they are meant.
    """
    return peers if peers.spaces is None or not peers.spaces.matches({}) else peers._replace(spaces=EVERYTHING)


def _as_written(peers: Peers) -> Peers:
    return peers


def interleaved(nodes: Sequence[Node]) -> list[int]:
    """The order in which the scheduler looks at nodes: one of each zone in turn (``node_tree.go``)."""
    zones: dict[tuple[str, str], list[int]] = {}
    for index, node in enumerate(nodes):
        zones.setdefault((node.labels.get(REGION, ""), node.zone), []).append(index)
    rounds = zip_longest(*zones.values())
    return [index for one in rounds for index in one if index is not None]


class Cluster:
    """Nodes and the pods placed on them.

    It changes by `add`, `remove`, `leave`, `replace`, `drop` and `restore` alone (and `start`, by searches). ``percentage`` is the
    scheduler's ``percentageOfNodesToScore``, 0 for its default. ``namespaces`` are the labels of namespaces; each has
    its name as a label besides, as the API server sees to
    (https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name).
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        profile: Profile = V1_34,
        namespaces: Mapping[str, Mapping[str, str]] | None = None,
        percentage: int = 0,
    ) -> None:
        self.nodes = list(nodes)
        self.profile = profile
        self.index = {node.name: i for i, node in enumerate(self.nodes)}
        self.placed: dict[Pod, int] = {}
        self.on: list[dict[Pod, None]] = [{} for _ in self.nodes]
        self.stocks = [Stock(node) for node in self.nodes]
        self.changes: list[int] = []
        self.percentage, self.start = percentage, 0
        self.order = interleaved(self.nodes)
        self._spaces: dict[str, Mapping[str, str]] = dict(namespaces or {})
        self._crowds = Crowds(self._space)
        self._domains: dict[str, Domains] = {}
        self._outlooks: dict[tuple[object, ...], Outlook] = {}
        self._demands: dict[tuple[object, ...], Demand] = {}
        self._plans: dict[Shape, Plan] = {}
        self._leaving: set[Pod] = set()
        self.gone: set[int] = set()
        self._ports: list[dict[Port, int]] = [{} for _ in self.nodes]
        self._singles: dict[str, int] = {}

    def _space(self, namespace: str) -> Mapping[str, str]:
        return {"kubernetes.io/metadata.name": namespace, **self._spaces.get(namespace, {})}

    def domains(self, key: str) -> Domains:
        """The domains of a topology key."""
        found = self._domains.get(key)
        if found is None:
            found = self._domains[key] = Domains(key, self.nodes, self.gone)
        return found

    def plan(self, shape: Shape) -> Plan:
        """What the cluster knows of a shape."""
        found = self._plans.get(shape)
        if found is None:
            found = self._plans[shape] = self._made(shape)
        return found

    def _made(self, shape: Shape) -> Plan:
        own = shape.spread
        soft = [s for s in own if not s.hard] if own else spreading.defaults(shape)
        crowd = self._crowds.crowd(shape)
        constraints = {s: self._constraint(s, crowd) for s in (*own, *soft)}
        return Plan(
            shape,
            crowd,
            self._outlook(shape),
            self._demand(shape),
            tuple(constraints[s] for s in own if s.hard),
            tuple(constraints[s] for s in soft),
            bool(own),
            self._terms(shape.affinity),
            self._terms(shape.anti_affinity),
            self._terms(shape.liking),
            tuple((self._crowds.query(t.peers), t) for t in (*shape.affinity, *shape.liking)),
            tuple((self._crowds.query(t.peers), t) for t in shape.anti_affinity),
        )

    def _constraint(self, spread: Spread, crowd: Crowd) -> Constraint:
        query = self._crowds.query(spread.peers)
        return Constraint(spread, query, self.domains(spread.key), query in crowd.queries)

    def _terms(self, terms: Iterable[Term]) -> Terms:
        """Terms as they are read while their pod is being placed."""
        read = seen_without_labels if self.profile.modern else _as_written
        return tuple((self._crowds.query(read(term.peers)), term) for term in terms)

    def _outlook(self, shape: Shape) -> Outlook:
        asked = (
            *(shape.node_selector, shape.required, shape.preferred),
            *(shape.tolerations, shape.images, shape.node_name),
        )
        found = self._outlooks.get(asked)
        if found is None:
            found = self._outlooks[asked] = Outlook(shape, self.nodes, self.gone)
            found.weigh(self._spread(), self.size)
        return found

    def _demand(self, shape: Shape) -> Demand:
        asked = tuple(sorted(shape.requests.items())), shape.asked
        found = self._demands.get(asked)
        if found is None:
            found = self._demands[asked] = Demand(shape, self.stocks, self.changes, self.profile)
        return found

    def add(self, pod: Pod, node: int) -> None:
        """Place a pod."""
        self.placed[pod] = node
        self.on[node][pod] = None
        self._account(pod, node, 1)

    def remove(self, pod: Pod) -> int:
        """Take a pod away; the index of the node it was on."""
        node = self.placed.pop(pod)
        del self.on[node][pod]
        self._account(pod, node, -1)
        self._leaving.discard(pod)
        return node

    def leave(self, pod: Pod) -> None:
        """Mark a pod as being deleted: it still takes its resources, but topology spread no longer counts it."""
        if pod not in self._leaving:
            crowd, node = self.plan(pod.shape).crowd, self.placed[pod]
            self._leaving.add(pod)
            count(crowd.on, node, -1)
            count(crowd.leaving, node, 1)

    def replace(self, node: Node) -> None:
        """Change a node's taints, cordon or capacity; its name and labels stay."""
        at = self.index[node.name]
        if node.labels != self.nodes[at].labels:
            raise ValueError(f"the labels of '{node.name}' differ")
        self.nodes[at] = node
        self.stocks[at].capacity = node.allocatable
        self.changes.append(at)
        self._look_again(at)

    def drop(self, node: int) -> None:
        """A node's object is deleted; no pod may be on it any more."""
        if self.on[node]:
            raise ValueError(f"there are pods on '{self.nodes[node].name}'")
        self.gone.add(node)
        for domains in self._domains.values():
            domains.forget(node)
        self._look_again(node)
        self._weigh()

    def restore(self, node: int) -> None:
        """A node that was dropped is back."""
        self.gone.discard(node)
        for domains in self._domains.values():
            domains.recall(node)
        self._look_again(node)
        self._weigh()

    def _weigh(self) -> None:
        spread = self._spread()
        for outlook in self._outlooks.values():
            outlook.weigh(spread, self.size)

    def _spread(self) -> Counter[str]:
        """On how many nodes each image lies."""
        return presence([node for index, node in enumerate(self.nodes) if index not in self.gone])

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return len(self.nodes) - len(self.gone)

    def _look_again(self, node: int) -> None:
        for outlook in self._outlooks.values():
            outlook.look(node)

    def _account(self, pod: Pod, node: int, sign: int) -> None:
        plan = self.plan(pod.shape)
        count(plan.crowd.leaving if pod in self._leaving else plan.crowd.on, node, sign)
        self.stocks[node].take(pod.shape, sign)
        self.changes.append(node)
        for port in pod.shape.ports:
            count(self._ports[node], port, sign)
        for claim in pod.shape.singles:
            count(self._singles, claim, sign)
        wish(plan.pushes, node, sign, repel=True)
        wish(plan.pulls, node, sign, repel=False)

    def ports(self, node: int) -> Collection[Port]:
        """The host ports taken on a node."""
        return self._ports[node].keys()

    @property
    def singles(self) -> Collection[str]:
        """The ReadWriteOncePod claims in use."""
        return self._singles.keys()
