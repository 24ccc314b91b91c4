"""The architecture: all that was read, joined. Checks read it; only the graph package builds it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeVar

from hullmark.model.component import Drawing, Graph, together
from hullmark.model.declaration import NOTHING, Declarations
from hullmark.model.resource import Resource
from hullmark.model.terms import Impact, Reach
from hullmark.model.workload import PodSet, Replicas, Workload
from hullmark.text.lazy import cached_property
from hullmark.text.source import Place
from hullmark.text.tree import Node

K = TypeVar("K")
V = TypeVar("V")


class Route(NamedTuple):
    """One way from a host and path to a Service's port: of an Ingress, HTTPRoute or VirtualService, or a kind's own.

    ``target`` is the Service or InferencePool name, ``port`` its number or name as written. ``tls`` and
    ``authenticated`` are None when they cannot be known here; ``authenticated`` names what authenticates, empty for
    nothing. ``reach`` is how far the entry itself is reachable. ``unknown`` says why it is not known whether the way is
    open at all; empty where it is.
    """

    resource: Resource
    host: str
    path: str
    target: str
    port: str
    tls: bool | None
    authenticated: str | None
    reach: Reach
    place: Place
    unknown: str = ""


class Isolation(NamedTuple):
    """Whether network policies isolate a pod set in one direction, and which; None if that cannot be known.

    A policy isolates in a direction when it selects the pods and lists that direction; what it then allows is
    ``rules`` (nodes of the ingress or egress rules). ``open`` is true when some rule allows everyone.
    """

    isolated: bool | None
    policies: tuple[Resource, ...]
    rules: tuple[Node, ...]
    open: bool


class Rule(NamedTuple):
    """One RBAC rule."""

    verbs: tuple[str, ...]
    groups: tuple[str, ...]
    resources: tuple[str, ...]
    names: tuple[str, ...]
    place: Place

    def allows(self, verb: str, resource: str, group: str = "") -> bool:
        """Whether it allows a verb on a resource of an API group, wildcards included, whatever ``names`` says."""
        return (
            ("*" in self.verbs or verb in self.verbs)
            and ("*" in self.groups or group in self.groups)
            and any(_matches(r, resource) for r in self.resources)
        )


def _matches(pattern: str, resource: str) -> bool:
    if pattern in ("*", resource):
        return True
    return pattern.startswith("*/") and "/" in resource and resource.endswith(pattern[1:])


class Grant(NamedTuple):
    """A role bound to an identity. ``role`` is None when the role is not in the scan.

    Then ``rules`` are unknown, not empty, unless it is one of the user-facing roles every cluster has (cluster-admin,
    admin, edit, view), whose rules are given in short form. ``namespace`` is where it holds; for a RoleBinding that
    names no namespace it is empty too, so ask ``cluster_wide`` whether it holds everywhere.
    """

    binding: Resource
    role_kind: str
    role_name: str
    role: Resource | None
    namespace: str
    rules: tuple[Rule, ...]
    cluster_wide: bool = False

    @property
    def known(self) -> bool:
        """Whether its rules are known."""
        return self.role is not None or bool(self.rules)

    def allows(self, verb: str, resource: str, group: str = "") -> bool:
        """Whether one of its rules allows a verb on a resource; different rules do not combine."""
        return any(r.allows(verb, resource, group) for r in self.rules)


class Identity(NamedTuple):
    """Who a pod set is: its ServiceAccount, whether a token is mounted, its grants, and its cloud identities.

    ``account`` is None when the object is not in the scan. ``token_mounted`` follows the pod's field, then the
    account's, then the default true; None when that cannot be known.
    """

    name: str
    account: Resource | None
    token_mounted: bool | None
    grants: tuple[Grant, ...]
    cloud: tuple[str, ...]


class Claim(NamedTuple):
    """A PersistentVolumeClaim as a pod set uses it.

    ``claim`` is None when it is not in the scan (modes and class are then empty) or is ``made`` from a template.
    ``provisioner`` is the StorageClass's, or for a static volume its CSI driver or type (``nfs``, ``local``,
    ``hostPath``); empty when not known. ``retained`` is false for a claim that is deleted with the object whose
    template made it.
    """

    name: str
    claim: Resource | None
    access_modes: tuple[str, ...]
    storage_class: str
    provisioner: str
    retained: bool = True
    made: bool = False


class Hop(NamedTuple):
    """One step of the path that proves an exposure."""

    text: str
    place: Place


class Exposure(NamedTuple):
    """How far a workload's API reaches (E0-E4), the path that proves it, and what authenticates on the way.

    ``reach`` is what the path opens, whatever authenticates: ask both for "public without authentication".

    ``authenticated`` names the authentication in front (AUTHFRONT) or is empty; ``unknown`` says what could not be
    seen. ``sure`` is how far it certainly reaches, where it is not known whether the path is open at all. ``enclosed``
    says that of what runs beside it only its own project reaches it, by networks of its own, and ``alone`` that nothing
    of the kind is there.
    """

    reach: Reach
    path: tuple[Hop, ...] = ()
    authenticated: str = ""
    unknown: str = ""
    enclosed: bool = False
    alone: bool = False
    sure: Reach | None = None

    @property
    def least(self) -> Reach:
        """How far it certainly reaches."""
        return self.reach if self.sure is None else self.sure

    @property
    def word(self) -> str:
        """How far it reaches, in words."""
        return self.reach.word if self.sure is None else f"{self.sure.word}, perhaps {self.reach.word}"

    @property
    def reached(self) -> bool:
        """Whether anything but itself, or a user of its host, can reach it."""
        return not self.alone and (self.reach is not Reach.LOOPBACK or self.enclosed)


NOT_ISOLATED = Isolation(isolated=False, policies=(), rules=(), open=False)
"""What holds where no policy selects the pods."""

_NO_REPLICAS = Replicas(None, None, None, "")
_NOBODY = Identity("default", None, None, (), ())
_IN_CLUSTER = Exposure(Reach.CLUSTER)


@dataclass(frozen=True, eq=False)
class Links:
    """Everything around one pod set."""

    services: tuple[Resource, ...] = ()
    routes: tuple[Route, ...] = ()
    ingress: Isolation = NOT_ISOLATED
    egress: Isolation = NOT_ISOLATED
    budgets: tuple[Resource, ...] = ()
    scalers: tuple[Resource, ...] = ()
    replicas: Replicas = _NO_REPLICAS
    identity: Identity = _NOBODY
    claims: Mapping[str, Claim] = field(default_factory=dict)
    """Claims by the name of the volume (or claim template) they are mounted through."""
    exposure: Exposure = _IN_CLUSTER

    @property
    def objects(self) -> Iterator[Resource]:
        """The objects that make a pod set what it is, and so matter as much as it does."""
        yield from self.services
        yield from (route.resource for route in self.routes)
        yield from self.ingress.policies
        yield from self.egress.policies
        yield from self.budgets
        yield from self.scalers
        if self.identity.account is not None:
            yield self.identity.account
        for grant in self.identity.grants:
            yield grant.binding
            if grant.role is not None:
                yield grant.role
        yield from (claim.claim for claim in self.claims.values() if claim.claim is not None)


class Selection(NamedTuple):
    """What a Service, PodDisruptionBudget, NetworkPolicy or autoscaler is about.

    ``podsets`` are those it selects. ``near`` are near misses worth naming (same labels in another namespace; all but
    one label equal). ``unknown`` is a reason why more may be selected than can be seen; empty when the answer is
    complete.
    """

    podsets: tuple[PodSet, ...]
    near: tuple[tuple[PodSet, str], ...] = ()
    unknown: str = ""


_NOTHING_SELECTED = Selection(())


class Reason(NamedTuple):
    """One reason for an impact: how much it weighs, in a few words, and where it stands if anywhere."""

    impact: Impact
    text: str
    place: Place | None = None


class Importance(NamedTuple):
    """The impact of a workload with the reasons that make it so, the weightiest first."""

    impact: Impact
    because: tuple[Reason, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons in words."""
        return tuple(reason.text for reason in self.because)


@dataclass(frozen=True, eq=False)
class Architecture:
    """All resources and workloads of a scan and how they hang together. Immutable; look-ups are by index."""

    resources: tuple[Resource, ...]
    workloads: tuple[Workload, ...]
    by_kind: Mapping[str, tuple[Resource, ...]]
    links: Mapping[PodSet, Links]
    selections: Mapping[Resource, Selection]
    importance: Mapping[Workload, Importance]
    grants: Mapping[Resource, tuple[Grant, ...]]
    rules: Mapping[Resource, tuple[Rule, ...]]
    """The rules of each Role and ClusterRole, aggregation resolved."""
    index: Mapping[tuple[str, str, str], Resource]
    """Resources by kind, namespace and name; of several variants the first."""
    by_name: Mapping[tuple[str, str], tuple[Resource, ...]] = field(default_factory=dict)
    """Resources by kind and name, whatever their namespace."""
    callers: Mapping[Workload, tuple[Workload, ...]] = field(default_factory=dict)
    """The workloads whose settings name a Service of this one (`Architecture.dependants`)."""
    outside: Mapping[Workload, Exposure] = field(default_factory=dict)
    """How far workloads reach whose pods only their operators know, where their own objects publish them."""
    draw: Callable[[Architecture], Drawing] = lambda _: _SideBySide(())
    """Draws the component graph; the graph package gives it, and it is asked once."""
    declarations: Mapping[Resource, Declarations] = field(default_factory=dict)
    """What people declare about objects, where anything is declared (`Architecture.declared`)."""
    complete: bool = False
    """Whether the scan is known to hold everything that is deployed: what is referred to and not there is missing."""

    @cached_property
    def _drawing(self) -> Drawing:
        return self.draw(self)

    @cached_property
    def graph(self) -> Graph:
        """The component graph, drawn when it is first asked for."""
        return self._drawing.graph

    @cached_property
    def wiring(self) -> Graph:
        """The component graph for those who do not ask whom network policies let reach whom, as no check does.

        It is drawn first, in four fifths of the time, and `graph` goes on from there; once that is drawn it is this as well.
        """
        return self._drawing.wiring

    def around(self, podset: PodSet) -> Links:
        """What is around a pod set."""
        return self.links[podset]

    def exposure(self, workload: Workload) -> Exposure:
        """The widest exposure of a workload's pod sets; without any, what its object says, else in-cluster."""
        own = self.outside.get(workload, _IN_CLUSTER)
        return max((self.links[p].exposure for p in workload.podsets), key=_width, default=own)

    def impact(self, workload: Workload) -> Importance:
        """The impact of a workload and its reasons."""
        return self.importance[workload]

    def declared(self, thing: Workload | Resource) -> Declarations:
        """What people declare about a workload or another object."""
        return self.declarations.get(thing if isinstance(thing, Resource) else thing.resource, NOTHING)

    def dependants(self, workload: Workload) -> tuple[Workload, ...]:
        """The workloads that call this one, as far as addresses in their settings tell."""
        return self.callers.get(workload, ())

    def calls(self, workload: Workload) -> tuple[Workload, ...]:
        """The workloads that this one calls: `dependants` the other way round."""
        return self._called.get(workload, ())

    def selected(self, resource: Resource) -> Selection:
        """What a selecting object selects."""
        return self.selections.get(resource, _NOTHING_SELECTED)

    def find(self, kind: str, namespace: str, name: str) -> Resource | None:
        """An object by kind, namespace and name; a missing namespace on either side matches."""
        exact = self.index.get((kind, namespace, name))
        return (
            exact
            if exact is not None
            else self.index.get((kind, "", name))
            if namespace
            else self._anywhere(kind, name)
        )

    def _anywhere(self, kind: str, name: str) -> Resource | None:
        found = self.by_name.get((kind, name), ())
        return found[0] if found and len({r.ref.namespace for r in found}) == 1 else None

    def kinds(self, *kinds: str) -> Iterator[Resource]:
        """All objects of these kinds, in the order read."""
        for kind in kinds:
            yield from self.by_kind.get(kind, ())

    def within(self, kind: str, namespace: str) -> Sequence[Resource]:
        """The objects of a kind that name this namespace, in the order read."""
        return self._by_namespace.get((kind, namespace), ())

    def workload(self, resource: Resource) -> Workload | None:
        """The workload an object is, if it runs anything."""
        return self._by_resource.get(resource)

    def near_misses(self, podset: PodSet) -> Sequence[tuple[Resource, str]]:
        """The objects that nearly select a pod set, and what keeps them from it."""
        return self._near.get(podset, ())

    # Indexes that few checks ask for are made when the first one does; they are functions of what is above.

    @cached_property
    def _by_namespace(self) -> Mapping[tuple[str, str], Sequence[Resource]]:
        found: dict[tuple[str, str], list[Resource]] = {}
        for resource in self.resources:
            found.setdefault((resource.ref.kind, resource.ref.namespace), []).append(resource)
        return found

    @cached_property
    def _by_resource(self) -> Mapping[Resource, Workload]:
        return {workload.resource: workload for workload in self.workloads}

    @cached_property
    def _called(self) -> Mapping[Workload, tuple[Workload, ...]]:
        found: dict[Workload, list[Workload]] = {}
        for called, callers in self.callers.items():
            for caller in callers:
                found.setdefault(caller, []).append(called)
        return {workload: tuple(called) for workload, called in found.items()}

    @cached_property
    def _near(self) -> Mapping[PodSet, Sequence[tuple[Resource, str]]]:
        found: dict[PodSet, list[tuple[Resource, str]]] = {}
        for resource, selection in self.selections.items():
            for podset, why in selection.near:
                found.setdefault(podset, []).append((resource, why))
        return found


def side_by_side(architectures: Sequence[Architecture]) -> Architecture:
    """Architectures that have nothing to do with each other as one, for reports that list what is in all of them.

    Look-ups by name (`Architecture.find`) answer with what is in the first.
    """
    return Architecture(
        resources=tuple(r for a in architectures for r in a.resources),
        workloads=tuple(w for a in architectures for w in a.workloads),
        by_kind=_listed(a.by_kind for a in architectures),
        links=_united(a.links for a in architectures),
        selections=_united(a.selections for a in architectures),
        importance=_united(a.importance for a in architectures),
        grants=_united(a.grants for a in architectures),
        rules=_united(a.rules for a in architectures),
        index=_united(a.index for a in architectures),
        by_name=_listed(a.by_name for a in architectures),
        callers=_united(a.callers for a in architectures),
        outside=_united(a.outside for a in architectures),
        draw=lambda _: _SideBySide(tuple(architectures)),
        declarations=_united(a.declarations for a in architectures),
        complete=all(a.complete for a in architectures),
    )


class _SideBySide:
    """The graphs of several architectures as one."""

    def __init__(self, architectures: tuple[Architecture, ...]) -> None:
        self._architectures = architectures

    @cached_property
    def wiring(self) -> Graph:
        return together(tuple(a.wiring for a in self._architectures))

    @cached_property
    def graph(self) -> Graph:
        return together(tuple(a.graph for a in self._architectures))


def _united(mappings: Iterable[Mapping[K, V]]) -> dict[K, V]:
    """All entries; of several with one key the first."""
    found: dict[K, V] = {}
    for mapping in reversed([*mappings]):
        found.update(mapping)
    return found


def _listed(mappings: Iterable[Mapping[K, tuple[V, ...]]]) -> dict[K, tuple[V, ...]]:
    """All entries; the lists of several with one key one after the other."""
    found: dict[K, tuple[V, ...]] = {}
    for mapping in mappings:
        for key, values in mapping.items():
            found[key] = found.get(key, ()) + values
    return found


def _width(exposure: Exposure) -> tuple[int, bool]:
    return exposure.reach, not exposure.authenticated


Direction = Literal["ingress", "egress"]
