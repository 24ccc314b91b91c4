"""What all builders look things up in: objects by name, workloads and their parts, the zones, the draft itself."""

from __future__ import annotations

from collections.abc import Sequence

from hullmark.graph.components.draft import Draft, identify
from hullmark.graph.components.idle import idle_pods
from hullmark.graph.components.zones import Zones
from hullmark.graph.index import Chains, Names, Pods
from hullmark.model.architecture import Architecture
from hullmark.model.component import Component, ComponentKind, EdgeKind
from hullmark.model.container import Container
from hullmark.model.resource import Resource
from hullmark.model.terms import Platform, Role
from hullmark.model.workload import PodSet, Workload
from hullmark.text.source import Place
from hullmark.text.tree import Node

_GROUPS = {"ServiceAccount": "", "Secret": "", "ConfigMap": "", "Service": "", "PersistentVolumeClaim": ""}
"""Kinds of the core group whose names other groups use as well."""


class Scene:
    """One architecture while its graph is drawn."""

    def __init__(self, arch: Architecture, pods: Pods | None = None) -> None:
        self.arch = arch
        self.draft = Draft()
        self.pods = pods or Pods(Chains(), arch.workloads)
        self.chains = self.pods.chains
        self.composed = bool(arch.resources) and all(r.platform is Platform.COMPOSE for r in arch.resources)
        hosts = {w.resource.host for w in arch.workloads if w.resource.host is not None}
        found = {r.ref: r for r in reversed(arch.resources) if r.ref in hosts} if hosts else {}
        self.zones = Zones(self.draft, found, composed=self.composed)
        self._names: dict[str, Names] = {}
        self.idle = {podset for workload in arch.workloads for podset in idle_pods(workload)}
        self._podsets = [p for w in arch.workloads for p in w.podsets if p not in self.idle]
        self._owners: dict[PodSet, str] = {}
        self._wholes: dict[Workload, str] = {}
        self._behind: dict[str, set[str]] | None = None
        self._texts: dict[Resource, list[tuple[str, Node]]] = {}
        self._mentioned: dict[tuple[ComponentKind, str, str, str, str], str] = {}

    def find(self, kind: str, name: str, namespace: str, near: Resource) -> Resource | None:
        """An object by kind and name as seen from another one."""
        names = self._names.get(kind)
        if names is None:
            group = _GROUPS.get(kind)
            found = (r for r in self.arch.by_kind.get(kind, ()) if group is None or r.ref.group == group)
            names = self._names[kind] = Names(self.chains, found)
        return names.find(name, namespace, near)

    def own(self, workload: Workload, component: str) -> None:
        """Say which component stands for a workload and, unless they are parts of their own, its pods."""
        self._wholes[workload] = component
        for podset in workload.podsets:
            self._owners.setdefault(podset, component)

    def own_part(self, podset: PodSet, component: str) -> None:
        """Say which component stands for pods that are a part of their own."""
        self._owners[podset] = component

    def owner(self, thing: PodSet | Container | Workload) -> str:
        """The component that stands for a workload, its pods, or what runs in them."""
        if isinstance(thing, Workload):
            return self._wholes[thing]
        return self._owners[thing.podset if isinstance(thing, Container) else thing]

    def behind(self, service: str) -> set[str]:
        """The components that a Service leads to."""
        if self._behind is None:
            self._behind = {}
            for _, source, target in self.draft.edges(EdgeKind.ROUTES):
                self._behind.setdefault(source, set()).add(target)
        return self._behind.get(service, set())

    def role(self, component: str) -> Role:
        """The role of a workload's component."""
        return Role(self.draft.get(component).facts.get("role", Role.GENERIC.value))

    def podsets(self) -> Sequence[PodSet]:
        """All pod sets of the scan that something runs, in order."""
        return self._podsets

    def containers(self, workload: Workload) -> Sequence[Container]:
        """The containers of a workload that something runs."""
        return [c for c in workload.containers if c.podset not in self.idle] if self.idle else workload.containers

    def object(self, kind: ComponentKind, resource: Resource) -> str:
        """The component of an object of the scan, in the zone of its namespace."""
        known = self.draft.known(kind, resource)
        return known or self.draft.object(kind, resource, self.zones.namespace(resource.ref.namespace))

    def named(self, kind: ComponentKind, of: str, name: str, podset: PodSet, place: Place) -> str:
        """The component of a namespaced object that pods mention: the object, else one that is not declared."""
        workload = podset.workload
        return self.mentioned(kind, of, name, workload.namespace, workload.resource, place)

    def mentioned(self, kind: ComponentKind, of: str, name: str, namespace: str, near: Resource, place: Place) -> str:
        """The component of an object that is mentioned by kind and name."""
        key = (kind, of, name, namespace, near.file)
        known = self._mentioned.get(key)
        if known is None:
            known = self._mentioned[key] = self._found(kind, of, name, namespace, (near, place))
        return known

    def _found(self, kind: ComponentKind, of: str, name: str, namespace: str, seen: tuple[Resource, Place]) -> str:
        near, place = seen
        found = self.find(of, name, namespace, near)
        if found is not None:
            return self.object(kind, found)
        made = identify(kind, namespace, of, name)
        zone = self.zones.namespace(namespace)
        return self.draft.add(Component(made, kind, name, namespace, zone, place, declared=False, facts={"kind": of}))

    def texts(self, config: Resource) -> list[tuple[str, Node]]:
        """The files that a ConfigMap holds, by their keys; many pods mount the same."""
        known = self._texts.get(config)
        if known is None:
            entries = ((n.path[-1], n) for n in config.node.children("data"))
            known = self._texts[config] = [
                (k, n) for k, n in entries if isinstance(k, str) and isinstance(n.value, str)
            ]
        return known

    def tell(self, component: str, **facts: str) -> None:
        """Add facts to a component; underscores in their names stand for hyphens, and empty ones are left out."""
        known = self.draft.get(component)
        more = {key.replace("_", "-"): value for key, value in facts.items() if value}
        if more:
            self.draft.replace(known.told(more))
