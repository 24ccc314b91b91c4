"""What the tables of kinds are made of: where a kind keeps its pods and how many it makes.

Paths are dotted keys; ``*`` stands for every item of a list or every entry of a mapping. A kind is
named as kubectl does, ``Kind.group`` (``RayCluster.ray.io``; ``Pod`` alone for the core group).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, Protocol

from hullmark.model.container import ContainerKind
from hullmark.model.resource import Resource
from hullmark.model.terms import Role
from hullmark.model.workload import Lifetime, Replicas
from hullmark.text.source import Key
from hullmark.text.tree import Node, Value, dig


class Scene(Protocol):
    """What an assembler may look at besides the fields it is about."""

    @property
    def resource(self) -> Resource:
        """The object that is being recognised."""

    def find(self, kind: str, namespace: str, name: str) -> Resource | None:
        """Another object of the scan, None when it is not there or not certain."""


class Part(NamedTuple):
    """A container of a pod; ``name`` is given where the operator completes it: what it then calls it.

    ``unnamed`` is what a container that is written whole gets for a name where it has none.
    """

    node: Node
    kind: ContainerKind = "app"
    name: str = ""
    unnamed: str = ""


class Pod(NamedTuple):
    """A pod as the operator makes it from a kind's fields.

    ``spec`` is a PodSpec, ``template`` what carries the pods' labels. Empty ``name`` and ``replicas``
    leave these to the row of the table, as does a ``role`` of None. ``injected`` adds to what the kind's operator brings,
    ``labels`` to what it puts on the pods, ``account`` is the ServiceAccount that it makes for them where they name none.
    ``unsettled`` says why nobody can know all of the pod, as for a patch that is filled in later.
    """

    spec: Node
    parts: tuple[Part, ...]
    template: Node | None = None
    name: str = ""
    replicas: Replicas | None = None
    injected: frozenset[str] = frozenset()
    role: Role | None = None
    labels: Mapping[str, str] = {}
    unsettled: str = ""
    account: str = ""


class Count(NamedTuple):
    """How many pods a group has: products (``replicas*numOfHosts``) of paths from the carrier.

    ``a|b`` takes the first that is written, a leading ``/`` starts at the object. ``least`` and ``most`` are
    given where the kind scales by itself; a ``most`` that is not written is then unknown. What is not written
    counts ``default``; None when that is for the cluster to say.
    """

    wanted: str = "replicas"
    least: str = ""
    most: str = ""
    default: int | None = 1


Assembler = Callable[[Node, Scene], Iterator[Pod]]
Counter = Callable[[Node, Resource], Replicas]


class Pods(NamedTuple):
    """One row of a table: a place where a kind describes pods.

    ``carrier`` leads to what holds the pods' count, ``template`` on from there to the pod template (empty: the carrier
    itself) and ``spec`` to the PodSpec in it (empty: the template is the PodSpec). Where the fields are the operator's own,
    ``assemble`` makes pods of the carrier instead. ``name`` is a word, ``*`` for the key or index of the last wildcard, or
    ``.field`` of the carrier. ``labels`` are what the operator puts on the pods; ``{name}`` is the object's, ``{pods}`` the group's name.
    ``role`` and ``lifetime`` are set where the group has others than the kind.
    """

    carrier: str = "spec"
    template: str = "template"
    spec: str = "spec"
    name: str = ""
    replicas: Count | Counter = Count()
    labels: Mapping[str, str] = {}
    role: Role | None = None
    assemble: Assembler | None = None
    lifetime: Lifetime | None = None


class Kind(NamedTuple):
    """A kind of workload; ``role`` is None where only what runs in it, or the pods it asks for, can tell.

    No ``pods``: its operator shows none.
    """

    pods: tuple[Pods, ...] = (Pods(),)
    role: Role | None = None
    lifetime: Lifetime = "service"
    template: bool = False
    injected: frozenset[str] = frozenset()


Table = Mapping[str, Kind]

ONE = Count("")
"""Exactly one pod."""

CLUSTER_DECIDES = Count("", default=None)
"""As many pods as the cluster has nodes, or as somebody else asks for."""


@lru_cache(maxsize=512)
def path(text: str) -> tuple[str, ...]:
    """The keys of a dotted path."""
    return tuple(text.split(".")) if text else ()


def walk(node: Node, keys: tuple[str, ...]) -> Iterator[tuple[Key, Node]]:
    """The nodes a path with wildcards leads to, each with the key the last wildcard stood for."""
    if "*" not in keys:
        found = node.child(*keys)
        if found is not None:
            yield "", found
        return
    at = keys.index("*")
    parent, rest = node.child(*keys[:at]), keys[at + 1 :]
    if parent is None:
        return
    for item in parent.children():
        for key, found in walk(item, rest):
            yield (key if "*" in rest else item.path[-1]), found


def replicas(count: Count | Counter, carrier: Node, resource: Resource) -> Replicas:
    """How many pods the carrier asks for."""
    if not isinstance(count, Count):
        return count(carrier, resource)
    wanted, written = _product(count.wanted, carrier.value, resource.node.value, count.default)
    source: Literal["declared", "default"] = "declared" if written else "default"
    if not count.most:
        return Replicas(wanted, wanted, wanted, source)
    least, _ = _product(count.least, carrier.value, resource.node.value, count.default)
    most, bounded = _product(count.most, carrier.value, resource.node.value, None)
    return Replicas(wanted, least, most, "declared" if written or bounded else "default")


def whole(value: Value) -> int | None:
    """A count as written; None when it is no whole number of at least zero that 64 bits hold."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63 else None


def whole_or(value: Value, default: int) -> int | None:
    """A count as written, the default where none is."""
    return default if value is None else whole(value)


def times(one: int | None, other: int | None) -> int | None:
    """The product of two counts, None where one is not known."""
    return None if one is None or other is None else one * other


def _product(expression: str, carrier: Value, root: Value, default: int | None) -> tuple[int | None, bool]:
    """The value of a product of paths, and whether any factor is written."""
    total, written = default, False
    for index, (absolute, alternatives) in enumerate(_factors(expression)):
        start = root if absolute else carrier
        found = next((v for keys in alternatives if (v := dig(start, *keys)) is not None), None)
        written = written or found is not None
        factor = (default if index == 0 else 1) if found is None else whole(found)
        total = factor if index == 0 else times(total, factor)
    return total, written


@lru_cache(maxsize=256)
def _factors(expression: str) -> tuple[tuple[bool, tuple[tuple[str, ...], ...]], ...]:
    return tuple(
        (factor.startswith("/"), tuple(path(one) for one in factor.removeprefix("/").split("|")))
        for factor in expression.split("*")
        if factor
    )
