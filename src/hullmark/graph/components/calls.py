"""Who calls whom, as far as addresses tell: in variables, on command lines, in mounted configuration, in fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from hullmark.graph.components import configuration, settings
from hullmark.graph.components.addresses import (
    Address,
    alone,
    bare,
    holds_hosts,
    injected,
    its_own,
    never_called,
    urls,
    words,
)
from hullmark.graph.components.cluster_clients import asking
from hullmark.graph.components.draft import Why
from hullmark.graph.components.externals import external, kubernetes_api
from hullmark.graph.components.handed import argument, entry, handed, is_workflow
from hullmark.graph.components.hosts import KEYS
from hullmark.graph.components.references import part_of
from hullmark.graph.components.resolve import Resolver, Seen, shown_port
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.settings import Setting
from hullmark.graph.components.store_table import BUCKETS, by_scheme
from hullmark.graph.components.stores import Stores
from hullmark.graph.components.veil import without_tokens
from hullmark.model.component import ComponentKind, EdgeKind
from hullmark.model.container import Container
from hullmark.model.credentials import settled
from hullmark.model.resource import Resource
from hullmark.model.truth import is_placeholder
from hullmark.model.workload import PodSet, Workload
from hullmark.text.source import Key, Span
from hullmark.text.tree import Node

_HOSTS = frozenset(
    {"host", "hosts", "hostname", "addr", "addrs", "address", "addresses", "brokers", "servers", "bootstrap"}
)
"""Last words of names whose value is a host even if it is one word that no Service of the scan has."""

_NO_HOSTS = frozenset({"true", "false", "yes", "no", "on", "off", "none", "null", "auto", "default", "any", "all"})
_ONLY_NAMES = frozenset({
    "www.w3.org", "json-schema.org", "schema.org", "schemas.xmlsoap.org", "schemas.microsoft.com", "xmlns.jcp.org",
    "java.sun.com", "www.sitemaps.org", "spdx.org", "creativecommons.org", "opensource.org",
    "example.com", "example.org", "example.net", "www.example.com", "www.example.org", "www.example.net",
})  # fmt: skip
"""Hosts of names that only identify (namespaces, schemas, licences), and those that documentation stands in with.

The latter: https://www.rfc-editor.org/rfc/rfc2606; names below them are taken for somebody's own.
"""

_MODELS = frozenset({"model", "hf", "modelscope"})


class Found(NamedTuple):
    """An address in a setting, and whether it is one for sure."""

    address: Address
    strong: bool


class _Said(NamedTuple):
    """What an address in a setting says, whoever has the setting: the component it leads to, empty for a bucket."""

    address: Address
    name: str
    target: str
    why: Why


_Shared = tuple[int, Span, str, str, str]
"""Where a setting stands, how it is called, and the namespace and the file from which it is seen."""


class Calls:
    """Draws the edges that addresses tell of."""

    def __init__(self, scene: Scene, resolver: Resolver, stores: Stores) -> None:
        self.scene = scene
        self.resolver = resolver
        self.stores = stores
        self._found: dict[tuple[str, str, bool], tuple[Found, ...]] = {}
        self._shared: dict[_Shared, list[_Said]] = {}
        self._trees = configuration.Trees()
        self._reached: set[str] = set()

    def workload(self, workload: Workload) -> None:
        """All that a workload's pods and fields name."""
        if workload.template:
            return
        self._reached.clear()
        for podset in workload.podsets:
            if podset not in self.scene.idle:
                self._podset(podset)
        for field, path in settings.fields(workload):
            if given := argument(workload, path):
                self._argument(workload, field, given)
                continue
            owner = part_of(self.scene, workload, path)
            for setting in self._inside(field):
                self.setting(owner, setting, workload.resource)

    def _argument(self, workload: Workload, field: Setting, path: tuple[Key, ...]) -> None:
        """An argument of a workflow: its steps use it, so it says something of the whole only where no step was found to."""
        owner = entry(self.scene, workload) if path[0] == "artifacts" else self.scene.owner(workload)
        for setting in self._inside(field):
            said = self._said(setting, workload.resource, None)
            self._tell(owner, [s for s in said if not s.target or s.target not in self._reached])

    def _inside(self, setting: Setting) -> Iterable[Setting]:
        """A setting, or those in its value."""
        return configuration.inside(setting, self._trees) if configuration.is_nested(setting) else (setting,)

    def _podset(self, podset: PodSet) -> None:
        owner, near = self.scene.owner(podset), podset.workload.resource
        for container in podset.containers:
            for variable in settings.variables(container):
                inside = self._inside(variable)
                if variable.shared and isinstance(variable.origin, Node):
                    self._tell(owner, self._once(variable.origin, variable.text, inside, near, container))
                else:
                    for setting in inside:
                        self.setting(owner, setting, near, container)
            spoken = (settings.arguments(container), settings.hooks(container), configuration.scripts(container))
            filled = handed(podset, container) if is_workflow(podset.workload) else ()
            for setting in chain(chain.from_iterable(spoken), filled):
                self.setting(owner, setting, near)
            self._keys(owner, container)
            self._cluster(owner, container)
        for config, name, node in configuration.files(self.scene, podset):
            written = configuration.written(config, name, node, self._trees)
            self._tell(owner, self._once(node, "", written, near))

    def _once(
        self, at: Node, text: str, listed: Iterable[Setting], near: Resource, container: Container | None = None
    ) -> Iterator[_Said]:
        """What the settings at a node say, kept for all pods of a namespace that take them from one ConfigMap.

        Not so where the port stands in another variable, which may be the container's own.
        """
        key = (id(at.doc.source), at.span, text, near.ref.namespace, near.file)
        known = self._shared.get(key)
        if known is not None:
            yield from known
            return
        made: list[_Said] = []
        alike = True
        for setting in listed:
            plain = all(f.address.port or f.address.scheme for f in self._addresses(setting))
            alike = alike and (container is None or plain)
            for said in self._said(setting, near, container):
                made.append(said)
                yield said
        if alike:
            self._shared[key] = made

    def setting(self, owner: str, setting: Setting, near: Resource, container: Container | None = None) -> None:
        """All addresses in a setting of a component."""
        self._tell(owner, self._said(setting, near, container))

    def address(self, owner: str, setting: Setting, one: Found, near: Resource) -> None:
        """One address that a component names."""
        said = self._says(setting, one, near)
        if said is not None:
            self._tell(owner, (said,))

    def _said(self, setting: Setting, near: Resource, container: Container | None) -> Iterator[_Said]:
        """What the addresses in a setting say."""
        for one in self._addresses(setting):
            said = self._says(setting, one if container is None else _with_port(one, setting, container), near)
            if said is not None:
                yield said

    def _addresses(self, setting: Setting) -> tuple[Found, ...]:
        """The addresses in a setting; teams copy their variables from pod to pod."""
        key = (setting.name, setting.value, setting.prose)
        known = self._found.get(key)
        if known is None:
            known = self._found[key] = tuple(found(setting))
        return known

    def _says(self, setting: Setting, one: Found, near: Resource) -> _Said | None:
        """What an address says; None where it leads to nobody."""
        address, place = one.address, setting.at(one.address.text)
        text = f"{setting.text} names '{address.shown}'"
        if address.scheme in BUCKETS:
            filled = not address.open and not is_placeholder(address.host)
            return _Said(address, setting.name, "", Why(text, place)) if filled else None
        target = self.resolver(address, Seen(near.ref.namespace, near, place), strong=one.strong)
        if target is None:
            return None
        facts = _facts(address)
        if target.offered is False:
            facts = {**facts, "port-offered": "no"}
        unknown = "" if target.certain else f"'{address.host}' may be a host outside"
        return _Said(address, setting.name, target.component, Why(text, place, target.certain, unknown, facts))

    def _tell(self, owner: str, said: Iterable[_Said]) -> None:
        """Draw what a component says."""
        for address, name, target, why in said:
            if not target:
                self.stores.bucket(owner, address, name, why)
            elif not self._itself(owner, target):
                self._reached.add(target)
                self.scene.draft.edge(EdgeKind.CALLS, owner, target, why)
                self.stores.reached(owner, target, address, name, why)

    def _itself(self, owner: str, target: str) -> bool:
        """Whether a Service leads to nobody but the caller, or to parts of it."""
        behind = self.scene.behind(target)
        for other in behind:
            if other != owner and self.scene.draft.get(other).parent != owner:
                return False
        return bool(behind)

    def _cluster(self, owner: str, container: Container) -> None:
        """The cluster's own API, where a command asks it."""
        for program, place in asking(container):
            why = Why(f"'{program}' of container '{container.name}'", place)
            self.scene.draft.edge(EdgeKind.CALLS, owner, kubernetes_api(self.scene, place), why)

    def _keys(self, owner: str, container: Container) -> None:
        """Keys of providers that nothing sends elsewhere."""
        environment = container.environment
        for name in sorted(KEYS.keys() & environment.keys()):
            key, variable = KEYS[name], environment[name]
            if any(other in environment for other in key.elsewhere):
                continue
            if variable.value is not None and not settled(variable.value):
                continue
            place = variable.node.at("name") if variable.origin != "config" else variable.node.at()
            target = external(self.scene, key.host, place)
            text = f"variable '{name}' of container '{container.name}', and none that names another address"
            self.scene.draft.edge(EdgeKind.CALLS, owner, target, Why(text, place, certain=False))


@lru_cache(maxsize=8192)
def _facts(address: Address) -> Mapping[str, str]:
    """What an address tells of the calls that are made to it; pods of one kind name the same."""
    path = without_tokens(address.path.partition("?")[0])[:100] if address.path else ""
    return {"port": shown_port(address), "scheme": address.scheme, "path": path}


def found(setting: Setting) -> Iterator[Found]:
    """The addresses in a setting that somebody filled in and that are called."""
    return (f for f in _written(setting) if not _nobody(f.address.host))


@lru_cache(maxsize=8192)
def _nobody(host: str) -> bool:
    """Whether a host is none that is called: it only identifies, or somebody has yet to fill it in."""
    return host in _ONLY_NAMES or is_placeholder(host)


def _written(setting: Setting) -> Iterator[Found]:
    name, value = setting.name, setting.value
    if never_called(name) or len(value) < 3:
        return
    own = its_own(name)
    if "://" in value:
        yield from (Found(a, not own) for a in urls(value) if _is_call(a, name))
        yield from (Found(a, strong=False) for a in injected(value))
    elif setting.prose:
        return
    elif holds_hosts(name):
        listed = list(alone(value)) or list(bare(value))
        yield from (Found(a, _sure(a, name)) for a in listed if a.host not in _NO_HOSTS)
    elif ":" in value or ".svc" in value or "_SERVICE_HOST" in value:
        yield from (Found(a, strong=False) for a in bare(value))


def _sure(address: Address, name: str) -> bool:
    """A port says that a word is a host; so does a name like ``DB_HOST``, but not the bare ``host`` of some section."""
    said = words(name)
    return bool(address.port) or (len(said) > 1 and said[-1] in _HOSTS)


_SCHEMES = frozenset({
    "http", "https", "h2c", "ws", "wss", "grpc", "grpcs", "tcp", "udp", "tls", "ssl", "otlp", "statsd", "syslog", "graphite",
    "rtsp", "rtsps", "rtmp", "ldap", "ldaps", "smtp", "smtps", "ftp", "sftp", "ssh", "git", "ray", "spark", "thrift",
    "hive2", "hive", "trino", "presto", "impala", "druid", "mssql", "sqlserver", "oracle", "snowflake", "redshift", "nfs",
    "mcp", "sse", "plaintext", "sasl_ssl", "sasl_plaintext", "socks5", "vertica",
    "lm", "infinistore", "mooncakestore",
})  # fmt: skip
"""Schemes of addresses that are called, besides those of data stores; others name files, models, secrets.

``lm`` and the two beside it are those of LMCache's remote stores, https://docs.lmcache.ai/kv_cache/storage_backends/index.html.
"""


def _is_call(address: Address, name: str) -> bool:
    """Whether a URL is one that is called. Models in buckets are told elsewhere."""
    if address.scheme in BUCKETS:
        said = set(words(name))
        return not _MODELS & said or "output" in said
    return address.scheme in _SCHEMES or by_scheme(address.scheme) is not None


def _with_port(one: Found, setting: Setting, container: Container) -> Found:
    """An address whose port stands in a variable beside it (``DB_HOST`` and ``DB_PORT``)."""
    if one.address.port or one.address.scheme or not isinstance(setting.origin, Node):
        return one
    base = setting.name.rpartition("_")[0]
    port = container.env(f"{base}_PORT") if base else None
    return one if not port or not port.isdigit() else one._replace(address=one.address._replace(port=port))


def calls(scene: Scene, resolver: Resolver, stores: Stores) -> Calls:
    """All edges that addresses tell of."""
    made = Calls(scene, resolver, stores)
    for workload in scene.arch.workloads:
        made.workload(workload)
    return made


_ASKS = ("nginx.ingress.kubernetes.io/auth-url", "haproxy-ingress.github.io/auth-url")
"""Annotations by which an Ingress asks somebody else whether a request is allowed."""


def asked(made: Calls) -> None:
    """Whom routes ask before they let a request through."""
    for ingress in made.scene.arch.kinds("Ingress"):
        for key in _ASKS:
            node = ingress.node.child("metadata", "annotations", key)
            if node is not None and isinstance(node.value, str):
                owner = made.scene.object(ComponentKind.ROUTE, ingress)
                for address in urls(node.value):
                    made.address(
                        owner,
                        Setting(key, node.value, f"annotation '{key}'", node),
                        Found(address, strong=True),
                        ingress,
                    )


def external_names(scene: Scene, resolver: Resolver) -> None:
    """Services that stand for a name outside (ExternalName), or for addresses that Endpoints list."""
    for service in scene.arch.kinds("Service"):
        if service.ref.group:
            continue
        made = scene.draft.id_of(ComponentKind.SERVICE, service)
        name = service.node.get("spec", "externalName")
        if service.node.get("spec", "type") == "ExternalName" and isinstance(name, str) and name:
            place = service.node.at("spec", "externalName")
            for address in alone(name):
                target = resolver(address, Seen(service.ref.namespace, service, place), strong=True)
                if target is not None and target.component != made:
                    scene.draft.edge(EdgeKind.ROUTES, made, target.component, Why(f"stands for '{name}'", place))
    for kind in ("Endpoints", "EndpointSlice"):
        for endpoints in scene.arch.kinds(kind):
            _endpoints(scene, resolver, endpoints)


def _endpoints(scene: Scene, resolver: Resolver, endpoints: Resource) -> None:
    """The addresses that stand behind a Service without selector."""
    ref = endpoints.ref
    name = ref.name if ref.kind == "Endpoints" else endpoints.labels.get("kubernetes.io/service-name", "")
    service = scene.find("Service", name, ref.namespace, endpoints) if name else None
    if service is None or scene.arch.selected(service).podsets:
        return
    made = scene.draft.id_of(ComponentKind.SERVICE, service)
    listed = [(a.value.get("ip"), a.at("ip")) for s in endpoints.node.children("subsets") for a in s.children("addresses")
              if isinstance(a.value, dict)]  # fmt: skip
    for slice_ in endpoints.node.children("endpoints"):
        listed += [(a.value, a.at()) for a in slice_.children("addresses")]
    for host, place in listed:
        if isinstance(host, str):
            for address in alone(host):
                target = resolver(address, Seen(ref.namespace, service, place), strong=True)
                if target is not None:
                    scene.draft.edge(EdgeKind.ROUTES, made, target.component, Why(f"{ref.kind} list '{host}'", place))
