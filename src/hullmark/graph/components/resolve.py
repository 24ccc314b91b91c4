"""From addresses to components: Services of the cluster in every form of their names, routes, hosts outside.

Names inside: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/. A name alone means the caller's
namespace, ``name.namespace`` another one; ``svc`` and the cluster's domain may follow; a headless Service's pods have
their own names before it.
"""

from __future__ import annotations

from typing import NamedTuple

from hullmark.graph.components.addresses import Address, ip, is_self, port_number
from hullmark.graph.components.draft import identify
from hullmark.graph.components.externals import external, kubernetes_api, public_name
from hullmark.graph.components.hosts import provider
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.services import MadeServices
from hullmark.model.component import ComponentKind
from hullmark.model.resource import Resource
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import dig, items

_POD = regex(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-\d+(?:-\d+)*")
_NODE_NAMES = frozenset({"host.docker.internal", "host.minikube.internal", "gateway.docker.internal"})


class Target(NamedTuple):
    """Where an address leads: a component, whether that is certain, and whether the Service offers the port (if known)."""

    component: str
    certain: bool = True
    offered: bool | None = None
    inside: bool = True


_UNKNOWN = Target("")
"""Stands for an address that nobody has asked for; None is the answer for many."""


class Seen(NamedTuple):
    """From where an address is seen: a namespace, the object that mentions it, and the place."""

    namespace: str
    near: Resource
    place: Place


class Resolver:
    """Resolves addresses for one scene."""

    def __init__(self, scene: Scene, made: MadeServices) -> None:
        self._scene = scene
        self._made = made
        self._spaces = {r.ref.namespace for r in scene.arch.resources if r.ref.namespace}
        self._spaces.update(r.ref.name for r in scene.arch.kinds("Namespace"))
        self._offers: dict[str, frozenset[str]] = {}
        self._known: dict[tuple[object, ...], Target | None] = {}
        self._routes: dict[str, str] = {}
        for route in scene.draft.all(ComponentKind.ROUTE):
            for host in route.facts.get("host", "").split(", "):
                if "." in host:
                    self._routes.setdefault(host.lower(), route.id)

    def __call__(self, address: Address, seen: Seen, *, strong: bool) -> Target | None:
        """What an address leads to.

        ``strong`` says that the text is an address for sure (it has a scheme, or its name says so). Anything else counts
        only if a Service of the scan has this name and offers this port, or the name ends as cluster names do; a port
        and a namespace of the scan say that it may be one.
        None for the pod itself, for what is no address, and for hosts that are not fully written.
        """
        key = (address.host, address.port, address.open, strong, seen.namespace, seen.near.file)
        known = self._known.get(key, _UNKNOWN)
        if known is _UNKNOWN:
            known = self._known[key] = self._resolved(address, seen, strong=strong)
        return known

    def _resolved(self, address: Address, seen: Seen, *, strong: bool) -> Target | None:
        host = address.host
        if is_self(host) or address.open or host in _NODE_NAMES or not host:
            return None
        if ip(host) is not None:
            return Target(external(self._scene, host, seen.place), inside=False) if strong else None
        name, space, suffixed = _in_cluster(host)
        if name == "kubernetes" and space in ("", "default") and (space or suffixed):
            return Target(kubernetes_api(self._scene, seen.place))
        found = self._service(address, seen, name, space) if name else None
        if found is not None:
            return found if strong or suffixed or found.offered is not False else None
        if not strong and not suffixed:
            within = bool(name) and space in self._spaces and port_number(address.port) is not None
            return Target(self._undeclared(name, space, seen), certain=False) if within else None
        return self._elsewhere(address, seen, name, space, suffixed=suffixed)

    def _service(self, address: Address, seen: Seen, name: str, space: str) -> Target | None:
        """A Service of the scan; a name of two labels may also be that of a headless Service's pod."""
        component = self._find(name, space or seen.namespace, seen)
        if component is None and not space:
            return None
        if component is None:
            pod, service = name, space
            component = self._find(service, seen.namespace, seen) if _POD.fullmatch(pod) else None
        if component is None:
            return None
        return Target(component, offered=self._offered(component, address.port))

    def _find(self, name: str, space: str, seen: Seen) -> str | None:
        service = self._scene.find("Service", name, space, seen.near)
        if service is not None:
            return self._scene.object(ComponentKind.SERVICE, service)
        return self._made.find(name, space, seen.near) or None

    def _elsewhere(self, address: Address, seen: Seen, name: str, space: str, *, suffixed: bool) -> Target | None:
        """A Service that the scan does not hold, a route of the scan, or a host outside."""
        host = address.host
        if space and not suffixed and space not in self._spaces and _of_its_pods(name, space):
            return Target(self._undeclared(space, seen.namespace, seen))
        if suffixed or (space and space in self._spaces):
            return Target(self._undeclared(name, space, seen))
        if "." not in host:
            return Target(self._undeclared(host, seen.namespace, seen))
        if (route := self._route(host)) is not None:
            return Target(route, inside=False)
        last = host.rpartition(".")[2]
        if space and not public_name(last):
            return Target(self._undeclared(name, space, seen), certain=False)
        return Target(external(self._scene, host, seen.place), inside=False)

    def _undeclared(self, name: str, space: str, seen: Seen) -> str:
        return self._scene.mentioned(ComponentKind.SERVICE, "Service", name, space, seen.near, seen.place)

    def _route(self, host: str) -> str | None:
        return self._routes.get(host) or self._routes.get(f"*.{host.partition('.')[2]}")

    def _offered(self, component: str, port: str) -> bool | None:
        """Whether a Service offers a port; None where its ports or the port are not written."""
        if not port:
            return None
        known = self._offers.get(component)
        if known is None:
            known = self._offers[component] = frozenset(self._ports(component))
        return None if not known else port in known

    def _ports(self, component: str) -> list[str]:
        """All ports by number and name that reach a Service: its own, and its pods' where it is headless."""
        if component in self._made.ports:
            return [str(p) for p in self._made.ports[component]]
        resource = self._scene.draft.get(component).resource
        if resource is None:
            return []
        found = [
            str(value)
            for port in items(resource.node.value, "spec", "ports")
            for key in ("port", "name", "targetPort")
            if (value := dig(port, key)) is not None
        ]
        for podset in self._scene.arch.selected(resource).podsets:
            found += [text for port, name in podset.ports for text in (str(port.number), name) if text]
        return found


def _in_cluster(host: str) -> tuple[str, str, bool]:
    """Service and namespace that a host may mean, and whether it ends as only cluster names do.

    ``name``, ``name.namespace``, ``pod.name.namespace`` (only with ``svc`` behind it can that be told from other hosts).
    """
    labels = host.split(".")
    if "svc" in labels[1:] and provider(host) is None:  # Pinecone's hosts have it too
        at = labels.index("svc", 1)
        if at >= 2:
            return labels[at - 2], labels[at - 1], True
        return labels[0], "", True
    if len(labels) == 1:
        return labels[0], "", False
    if len(labels) == 2:
        return labels[0], labels[1], False
    if len(labels) == 3 and _POD.fullmatch(labels[0]):
        return labels[1], labels[2], False
    return "", "", False


def _of_its_pods(name: str, service: str) -> bool:
    """Whether a name is that of a pod of a StatefulSet whose headless Service is called alike: ``db-0.db``."""
    if not _POD.fullmatch(name):
        return False
    stem = name.rpartition("-")[0]
    return stem.startswith(service) or service.startswith(stem)


def shown_port(address: Address) -> str:
    """The port of an address for display: as written, else what its scheme implies."""
    if address.port:
        number = port_number(address.port)
        return address.port if number is None else str(number)
    return {"http": "80", "https": "443", "ws": "80", "wss": "443"}.get(address.scheme, "")


def service_id(namespace: str, name: str) -> str:
    """The id of a Service that is only mentioned."""
    return identify(ComponentKind.SERVICE, namespace, "Service", name)
