"""Data stores: who runs them, who reads and writes them, and whether several share one.

An address says that a program uses a store, not what it does there; reading and writing are concluded from what the
program is for and from what the setting is called, and marked as concluded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hullmark.graph.components.addresses import Address, port_number, words
from hullmark.graph.components.draft import NO_NAMESPACE, Why
from hullmark.graph.components.hosts import DATABASE, QUEUE, VECTORS, provider
from hullmark.graph.components.made_services import STORES as MADE_STORES
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.store_table import BUCKETS, STORES, Store, by_image, by_name, by_scheme
from hullmark.graph.components.store_table import DATABASE as DATABASE_SORT
from hullmark.graph.components.volumes import bucket
from hullmark.model.component import Component, ComponentKind, EdgeKind
from hullmark.model.terms import TRAINERS, Role
from hullmark.model.workload import Workload
from hullmark.text.source import Place

_KIND = ComponentKind.DATA_STORE

Access = tuple[bool, bool]
"""Whether it reads and whether it writes."""

_BOTH: Access = (True, True)
_OF_VECTORS: Mapping[Role, Access] = {
    Role.DATA_PREPARATION: (False, True),
    Role.RAG_SERVICE: (True, False),
    Role.AGENT: (True, False),
    Role.ONLINE_INFERENCE: (True, False),
    Role.GUARDRAIL: (True, False),
}
_READING = frozenset({"read", "reader", "readonly", "replica", "ro", "consumer", "subscriber", "source", "input", "dataset",
                      "data", "train", "eval", "validation", "pretrained", "base", "download", "initial"})  # fmt: skip
_WRITING = frozenset({"write", "writer", "primary", "producer", "publisher", "output", "out", "save", "destination", "dest",
                      "sink", "upload", "checkpoint", "checkpoints", "ckpt", "artifact", "artifacts", "export", "log",
                      "logs", "results", "target"})  # fmt: skip


class Where(NamedTuple):
    """Where a store is: its namespace, and the zone of one outside the cluster; what it is part of."""

    place: Place | None
    namespace: str = ""
    zone: str = ""
    parent: str = ""


_MADE_KINDS = frozenset(name.partition(".")[0] for name in MADE_STORES)


class Stores:
    """Makes data stores as they are found."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._run: dict[str, tuple[Store, str]] = {}
        self._none: set[tuple[str, str]] = set()
        for workload in scene.arch.workloads:
            if not workload.template:
                self._running(workload)
        for resource in scene.arch.resources:
            ref = resource.ref
            if ref.kind not in _MADE_KINDS:
                continue
            type_ = MADE_STORES.get(f"{ref.kind}.{ref.group}")
            if type_ is not None and scene.arch.workload(resource) is None:
                where = Where(resource.place, ref.namespace)
                made = self._store(f"{ref.namespace or NO_NAMESPACE}/{type_}/{ref.name}", ref.name, type_, where)
                self._run[scene.draft.id_of(ComponentKind.SERVICE, resource)] = (by_name(type_) or _other(type_), made)

    def _running(self, workload: Workload) -> None:
        """The store that a workload runs, if it is one."""
        for container in workload.containers:
            store = by_image(container.image.text) if container.kind == "app" else None
            if store is not None:
                owner = self._scene.owner(container)
                space = workload.namespace or NO_NAMESPACE
                place = container.at("image")
                where = Where(place, workload.namespace)
                made = self._store(f"{space}/{store.type}/{workload.name}", workload.name, store.type, where)
                self._run.setdefault(owner, (store, made))
                why = Why(f"image '{container.image.repository}' runs {store.type}", place)
                self._scene.draft.edge(EdgeKind.SERVES, owner, made, why)

    def _store(self, name: str, label: str, type_: str, where: Where) -> str:
        made = f"{_KIND.value}/{name}"
        if made not in self._scene.draft:
            known = by_name(type_)
            facts = {"type": type_, "sort": known.sort if known is not None else ""}
            zone = where.zone or self._scene.zones.namespace(where.namespace)
            component = Component(
                made, _KIND, label, where.namespace, zone, where.place, parent=where.parent, declared=not where.zone,
                facts={k: v for k, v in facts.items() if v},
            )  # fmt: skip
            self._scene.draft.add(component)
        return made

    def reached(self, owner: str, service: str, address: Address, name: str, why: Why) -> None:
        """A program reaches a component; if that is a data store, or runs one, it surely uses it, but how is concluded."""
        found = self._behind(service, address)
        if found is None:
            return
        store, made = found
        why = Why(why.text, why.place, certain=False)
        database = address.database
        if database and (store.sort == DATABASE_SORT or (store.type == "redis" and database.isdigit())):
            whole = self._scene.draft.get(made)
            where = Where(why.place or whole.place, whole.namespace, whole.zone, made)
            made = self._store(
                f"{made.removeprefix(_KIND.value + '/')}/{database}", f"{whole.label}/{database}", store.type, where
            )
        self.used(owner, made, self._access(owner, store.sort, name), why)

    def used(self, owner: str, store: str, access: Access, why: Why) -> None:
        """A program uses a store."""
        for wanted, kind in zip(access, (EdgeKind.READS, EdgeKind.WRITES), strict=True):
            if wanted:
                self._scene.draft.edge(kind, owner, store, why)

    def _behind(self, service: str, address: Address) -> tuple[Store, str] | None:
        """The store at an address: run by the workloads behind a Service, else told by scheme, provider, name or port."""
        if service in self._run:
            return self._run[service]
        if (service, address.scheme) in self._none:
            return None
        for target in self._scene.behind(service):
            if target in self._run:
                return self._run[target]
        component = self._scene.draft.get(service)
        store = by_scheme(address.scheme) or self._by_host(component, address)
        if store is None:
            self._none.add((service, address.scheme))
            return None
        place, space = component.place, component.namespace
        if component.kind is ComponentKind.SERVICE:
            name = f"{space or NO_NAMESPACE}/{store.type}/{component.label}"
            made = self._store(name, component.label, store.type, Where(place, space))
        else:
            made = self._store(
                f"external/{store.type}/{address.host}", address.host, store.type, Where(place, "", component.zone)
            )
        self._scene.draft.edge(EdgeKind.DEPENDS_ON, made, service, Why(f"lies at '{address.host}'", place))
        self._run[service] = (store, made)
        return store, made

    def _by_host(self, component: Component, address: Address) -> Store | None:
        """Told by its provider, or by a name and a port that both say so."""
        known = provider(address.host)
        if known is not None and known.category in (DATABASE, QUEUE, VECTORS):
            return Store(known.name, known.category, "")
        if component.declared:
            return None
        number = port_number(address.port)
        said = set(words(address.host))
        for store in STORES:
            names = {store.type, *store.schemes}
            if (number in store.ports and number is not None) and (
                said & names or said & _ALIASES.get(store.type, set())
            ):
                return store
        return None

    def _access(self, owner: str, sort: str, name: str) -> Access:
        said = set(words(name))
        if said & _READING and not said & _WRITING and sort != "vector store":
            return (True, False)
        if "output" in said and not said & _READING:
            return (False, True)
        if sort == "vector store":
            return _OF_VECTORS.get(self._scene.role(owner), _BOTH)
        return _BOTH

    def bucket(self, owner: str, address: Address, name: str, why: Why) -> None:
        """A program names something in a bucket; what the setting is called says what it does there."""
        scheme = BUCKETS[address.scheme]
        bucket_name = f"{address.host.partition('.')[0]}/{address.container}" if address.container else address.host
        made = bucket(self._scene, scheme, bucket_name, why.place)
        said = set(words(name))
        reads, writes = bool(said & _READING), bool(said & _WRITING)
        role = self._scene.role(owner)
        if not reads and not writes:
            reads, writes = True, role in TRAINERS or role in (Role.DATA_PREPARATION, Role.EXPERIMENT_TRACKING)
        elif writes and role is Role.EXPERIMENT_TRACKING:
            reads = True
        sure = why._replace(certain=bool(said & (_READING | _WRITING)))
        self.used(owner, made, (reads, writes), sure)


_ALIASES: Mapping[str, set[str]] = {
    "postgresql": {"pg", "pgsql", "db", "database"}, "mysql": {"db", "database"}, "mongodb": {"mongo"}, "rabbitmq": {"mq"},
    "elasticsearch": {"es", "elastic"}, "minio": {"s3"},
}  # fmt: skip


def _other(type_: str) -> Store:
    return Store(type_, type_, "")


def sharing(scene: Scene) -> None:
    """Say of every data store who uses it: owned by one system part, or shared by several (the bi-modal question)."""
    users: dict[str, dict[EdgeKind, set[str]]] = {}
    for kind, source, target in scene.draft.edges(EdgeKind.READS, EdgeKind.WRITES, EdgeKind.MOUNTS, EdgeKind.SERVES):
        user = scene.draft.get(source)
        if scene.draft.get(target).kind is _KIND and user.kind is ComponentKind.WORKLOAD:
            whole = user.parent or source
            users.setdefault(target, {}).setdefault(kind, set()).add(whole)
    inside = {
        scene.draft.get(target).parent for target, by_kind in users.items() if by_kind.keys() != {EdgeKind.SERVES}
    }
    for target, by_kind in users.items():
        servers = by_kind.pop(EdgeKind.SERVES, set())
        clients = set().union(*by_kind.values()) if by_kind else set()
        scene.tell(
            target,
            sharing="shared"
            if len(clients) > 1
            else "owned"
            if clients
            else "unused"
            if servers and target not in inside
            else "",
            used_by=str(len(clients)) if clients else "",
            readers=_roles(scene, by_kind.get(EdgeKind.READS, set())),
            writers=_roles(scene, by_kind.get(EdgeKind.WRITES, set())),
        )


def _roles(scene: Scene, owners: set[str]) -> str:
    return ", ".join(sorted({scene.draft.get(o).facts.get("role", Role.GENERIC.value) for o in owners}))
