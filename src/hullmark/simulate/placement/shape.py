"""What the scheduler looks at in nodes and pods, in units it counts in: milli-cores, bytes, pieces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from hullmark.model.selectors import Selector
from hullmark.text.regex import regex

HOSTNAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"
REGION = "topology.kubernetes.io/region"

_INTEGER = regex(r"[+-]?[0-9]{1,19}")


class Taint(NamedTuple):
    """A taint of a node."""

    key: str
    value: str
    effect: str

    @property
    def repels(self) -> bool:
        """Whether it keeps pods away rather than making the node less liked."""
        return self.effect in ("NoSchedule", "NoExecute")


CORDON = Taint("node.kubernetes.io/unschedulable", "", "NoSchedule")
"""What a pod has to tolerate to be placed on a cordoned node (``nodeunschedulable/node_unschedulable.go``)."""


class Toleration(NamedTuple):
    """A toleration; empty ``key`` and ``effect`` stand for all. ``seconds`` bounds it for NoExecute, None means for ever."""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""
    seconds: int | None = None

    def tolerates(self, taint: Taint) -> bool:
        """``Toleration.ToleratesTaint`` of k8s.io/api/core/v1/toleration.go."""
        if self.effect and self.effect != taint.effect:
            return False
        if self.key and self.key != taint.key:
            return False
        return self.operator == "Exists" or (self.operator == "Equal" and self.value == taint.value)


class Requirement(NamedTuple):
    """One requirement of a node selector term; ``field`` when it is about the node's name."""

    key: str
    operator: str
    values: tuple[str, ...] = ()
    field: bool = False

    def holds(self, value: str | None) -> bool:
        """Whether a label's value satisfies it (``labels.Requirement.Matches`` of k8s.io/apimachinery)."""
        if self.operator == "In":
            return value in self.values
        if self.operator == "NotIn":
            return value not in self.values
        if self.operator in ("Exists", "DoesNotExist"):
            return (value is not None) == (self.operator == "Exists")
        bound = self.values[0] if len(self.values) == 1 else ""
        if value is None or not _INTEGER.fullmatch(value) or not _INTEGER.fullmatch(bound):
            return False
        return int(value) > int(bound) if self.operator == "Gt" else self.operator == "Lt" and int(value) < int(bound)


NodeTerm = tuple[Requirement, ...]
"""Requirements that must all hold; an empty term matches no node."""


class Peers(NamedTuple):
    """Which pods a term or constraint is about: labels, within namespaces listed or selected by their labels.

    ``selector`` None selects no pod; ``spaces`` None selects no further namespace.
    """

    namespaces: frozenset[str]
    selector: Selector | None
    spaces: Selector | None = None

    def include(self, namespace: str, labels: Mapping[str, str], space: Mapping[str, str]) -> bool:
        """Whether they include a pod with these labels; ``space`` are the labels of its namespace."""
        inside = namespace in self.namespaces or (self.spaces is not None and self.spaces.matches(space))
        return inside and self.selector is not None and self.selector.matches(labels)


class Term(NamedTuple):
    """A term of pod affinity or anti-affinity; ``weight`` is negative for preferred anti-affinity, 0 for required terms."""

    peers: Peers
    key: str
    weight: int = 0


class Spread(NamedTuple):
    """A topology spread constraint, its label keys merged into the selector."""

    key: str
    max_skew: int
    hard: bool
    peers: Peers
    min_domains: int = 1
    honor_affinity: bool = True
    honor_taints: bool = False


Tie = Literal["bound", "unbound", "zone"]
"""What ties a volume to nodes: the affinity of its PersistentVolume, the topologies its class allows before it is
bound, or the labels of its PersistentVolume."""


class Volume(NamedTuple):
    """A volume that can be reached from nodes that match one of these terms only."""

    terms: tuple[NodeTerm, ...]
    tie: Tie = "bound"


Port = tuple[str, str, int]
"""Protocol, host address and number of a host port."""


@dataclass(frozen=True, eq=False)
class Shape:
    """Everything about a pod that decides where it can go; pods of one template share it.

    ``requests`` counts cpu in milli-cores and everything else in units. ``scored`` are cpu and memory with the
    scheduler's defaults in place of requests that containers leave out, as the pod counts once it is placed;
    ``asked`` the same as it counts while it is being placed. ``volumes`` are those that are tied to nodes,
    ``singles`` the ReadWriteOncePod claims. ``defaults`` selects the pods that
    the system's default spread counts, None if nothing selects this pod. ``blocked`` is why it is not even tried.
    """

    namespace: str
    labels: Mapping[str, str]
    requests: Mapping[str, int] = field(default_factory=dict)
    scored: tuple[int, int] = (0, 0)
    asked: tuple[int, int] = (0, 0)
    node_selector: tuple[tuple[str, str], ...] = ()
    required: tuple[NodeTerm, ...] | None = None
    preferred: tuple[tuple[int, NodeTerm], ...] = ()
    tolerations: tuple[Toleration, ...] = ()
    affinity: tuple[Term, ...] = ()
    anti_affinity: tuple[Term, ...] = ()
    liking: tuple[Term, ...] = ()
    spread: tuple[Spread, ...] = ()
    defaults: Selector | None = None
    ports: frozenset[Port] = frozenset()
    volumes: tuple[Volume, ...] = ()
    singles: frozenset[str] = frozenset()
    images: tuple[str, ...] = ()
    node_name: str = ""
    priority: int = 0
    preempts: bool = True
    blocked: str = ""


@dataclass(frozen=True, eq=False)
class Pod:
    """A pod to be placed. ``since`` orders pods of equal priority when victims are chosen: older ones matter more."""

    name: str
    shape: Shape
    since: int = 0

    @property
    def namespace(self) -> str:
        """Its namespace."""
        return self.shape.namespace


@dataclass(frozen=True, eq=False)
class Node:
    """A node; ``allocatable`` as `Shape.requests` counts, with ``pods``. ``images`` are sizes in bytes by name."""

    name: str
    labels: Mapping[str, str]
    allocatable: Mapping[str, int]
    taints: tuple[Taint, ...] = ()
    unschedulable: bool = False
    images: Mapping[str, int] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        """Its zone; empty when it has none."""
        return self.labels.get(ZONE, "")

    def matches(self, term: NodeTerm) -> bool:
        """Whether it satisfies a node selector term."""
        return bool(term) and all(r.holds(self._value(r)) for r in term)

    def _value(self, requirement: Requirement) -> str | None:
        if requirement.field:
            return self.name if requirement.key == "metadata.name" else None
        return self.labels.get(requirement.key)


class Budget(NamedTuple):
    """A PodDisruptionBudget: how many of the pods it protects may be evicted now."""

    namespace: str
    selector: Selector
    allowed: int
    name: str = ""
