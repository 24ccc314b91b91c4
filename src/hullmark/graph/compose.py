"""Compose projects: who finds whom by name, and how far what is published reaches.

A published port is open on every address of the host unless it names one; a service without is reached by the services
that share a network with it. A container that is only on internal networks publishes nothing, whatever its ports say
(https://github.com/moby/moby/issues/36174). What it shares with another container's network it shares with its ports.
https://docs.docker.com/engine/network/port-publishing/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING

from hullmark.graph.applications import LOOPBACK, on_loopback
from hullmark.graph.authentication import Auth, strongest
from hullmark.model.architecture import Exposure, Hop
from hullmark.model.container import Container
from hullmark.model.resource import Resource
from hullmark.model.terms import Platform, Reach
from hullmark.model.truth import Undecided, string
from hullmark.model.workload import PodSet, Workload
from hullmark.text.tree import Map, Node, items, mapping

if TYPE_CHECKING:
    from hullmark.graph.routes import Arrival

_ON_THE_LAN = ("macvlan", "ipvlan")
"""Network drivers that give containers addresses of the host's own network."""

_ADDRESSED = ("HOST", "HOSTNAME", "SERVER", "ADDR", "ADDRESS")
"""Ends of names of variables that hold the name of another service and nothing else."""


class Networks:
    """The services of Compose projects, by name and by network, and the texts of configuration they are given."""

    def __init__(self, workloads: Sequence[Workload], texts: Sequence[Resource] = ()) -> None:
        self.services = tuple(w for w in workloads if w.platform is Platform.COMPOSE)
        self._named: dict[tuple[str, str], list[Workload]] = {}
        self._members: dict[tuple[str, str], list[Workload]] = {}
        for workload in self.services:
            for name in names_of(workload):
                self._named.setdefault((workload.namespace, name), []).append(workload)
            for name in networks_of(workload):
                self._members.setdefault((workload.namespace, name), []).append(workload)
        linked = (alias for workload in self.services for alias, _ in _links(workload))
        self.names = frozenset((*(name for _, name in self._named), *linked))
        self._texts = {(r.ref.namespace, r.ref.name): r for r in texts if r.platform is Platform.COMPOSE}

    def find(self, name: str, near: Workload) -> Iterator[Workload]:
        """The services that a name means to a service: those it shares a network with, unless neither has one."""
        name = dict(_links(near)).get(name, name)
        mine = networks_of(near)
        for workload in self._named.get((near.namespace, name), ()):
            others = networks_of(workload)
            if workload is not near and (not mine or not others or not mine.keys().isdisjoint(others)):
                yield workload

    def alone(self, workload: Workload) -> bool:
        """Whether no other service shares a network with one, as far as the project tells."""
        networks = networks_of(workload)
        return not _external(workload) and not any(
            len(self._members[workload.namespace, name]) > 1 for name in networks
        )

    def configured(self, container: Container) -> Iterator[Node]:
        """The texts of configuration that a container is given."""
        for mount in container.mounts:
            name = "" if mount.volume is None else string(mount.volume.value, "configMap", "name")
            found = self._texts.get((container.workload.namespace, name)) if name else None
            for node in found.node.children("data") if found is not None else ():
                if isinstance(node.value, str):
                    yield node

    def called(self, workload: Workload) -> Iterator[Workload]:
        """What a service says that it depends on or uses, beside the addresses in its settings."""
        spec = workload.resource.spec
        for name in (*mapping(spec, "dependsOn"), *mapping(spec, "models"), *_bare(workload, self.names)):
            for other in self._named.get((workload.namespace, name), ()):
                if other is not workload and other.lifetime == "service":
                    yield other


def names_of(workload: Workload) -> Iterator[str]:
    """The names a service answers to, its own first."""
    names = items(workload.resource.spec, "names") or (workload.name,)
    yield from dict.fromkeys(name for name in names if isinstance(name, str))


def _links(workload: Workload) -> Iterator[tuple[str, str]]:
    """Names that a service gives others for itself alone (``links``), each with the service's."""
    for link in items(workload.resource.spec, "links"):
        service, _, alias = link.partition(":") if isinstance(link, str) else ("", "", "")
        if alias:
            yield alias, service


def networks_of(workload: Workload) -> Map:
    """The networks a service is on, by name."""
    return mapping(workload.resource.spec, "networks")


def _external(workload: Workload) -> bool:
    """Whether a network of a service is somebody else's, so that others may be on it."""
    return any(mapping(network).get("external") is True for network in networks_of(workload).values())


def _bare(workload: Workload, names: frozenset[str]) -> Iterator[str]:
    for container in workload.containers:
        for variable in container.environment.values():
            if variable.value in names and variable.name.upper().endswith(_ADDRESSED):
                yield variable.value or ""


# -- exposure -----------------------------------------------------------------------------------


def exposure(podset: PodSet, networks: Networks, arrived: Sequence[Arrival], before: Sequence[Auth]) -> Exposure:
    """How far a service's API reaches: what it publishes and what leads to it, else who shares its networks.

    ``before`` is what a request meets that comes to one of its ports.
    """
    workload, inner = podset.workload, strongest(before)
    if (listening := on_loopback(podset)) is not None and _carrier(workload) == "":
        return Exposure(Reach.LOOPBACK, (Hop(f"container '{listening.name}' listens on loopback", listening.at()),))
    if workload.lifetime == "task":
        return Exposure(Reach.CLUSTER, enclosed=True, alone=networks.alone(workload))
    ways = [*_routed(arrived, inner)]
    if (shared := _on_host(podset, inner)) is not None:
        ways.append(shared)
    elif not is_internal(workload):
        ways += [_published(port, inner) for carrier in _carriers(workload, networks) for port in _ports(carrier)]
    widest = max(ways, key=lambda e: (e.reach, not e.authenticated, not e.unknown), default=None)
    if widest is not None and widest.reach > Reach.CLUSTER:
        return widest
    beside = _beside(workload, networks, inner or "")
    if widest is None or beside.reach > Reach.CLUSTER:
        return beside
    return widest._replace(enclosed=not beside.alone and beside.reach is not Reach.LOOPBACK)


def _on_host(podset: PodSet, inner: str | None) -> Exposure | None:
    """The exposure of a service that shares its host's network: all it listens on is open there."""
    hop = Hop("the network of its host", podset.at("hostNetwork"))
    try:
        return _open(Reach.PUBLIC, hop, inner) if podset.host_network else None
    except Undecided:
        return Exposure(Reach.PUBLIC, (hop,), "", "whether it shares the network of its host is filled in elsewhere")


def _carrier(workload: Workload) -> str:
    """The service whose network a service shares; empty for one with a network of its own."""
    mode = string(workload.resource.spec, "networkMode")
    return mode.removeprefix("service:") if mode.startswith("service:") else ""


def _carriers(workload: Workload, networks: Networks) -> Iterator[Workload]:
    """The workloads whose ports lead to a service: itself, and the one whose network it shares."""
    yield workload
    if name := _carrier(workload):
        yield from (w for w in networks.services if w.name == name and w.namespace == workload.namespace)


def _ports(workload: Workload) -> Iterator[tuple[Container, Node]]:
    for container in workload.containers:
        for port in container.node.children("ports"):
            if port.get("hostPort") is not None:
                yield container, port


def _published(found: tuple[Container, Node], inner: str | None) -> Exposure:
    _, port = found
    address, number = string(port.value, "hostIP"), string(port.value, "hostPort")
    hop = Hop("a port of its host" if number == "any" else f"port {number} of its host", port.at("hostPort"))
    reach = _reach(address)
    if reach is None:
        return Exposure(
            Reach.PUBLIC, (hop,), "", "the address of the host that it is published on is filled in elsewhere"
        )
    return _open(reach, hop, inner)


def _reach(address: str) -> Reach | None:
    """How far an address of the host reaches; None where it is not known."""
    if not address or address in ("*", "0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return Reach.PUBLIC
    if address in LOOPBACK or address.startswith("127."):
        return Reach.LOOPBACK
    try:
        return Reach.PUBLIC if ip_address(address).is_global else Reach.INTERNAL
    except ValueError:
        return None


def _open(reach: Reach, hop: Hop, inner: str | None) -> Exposure:
    unknown = "" if inner is not None else "whether it demands a key is filled in elsewhere"
    return Exposure(reach, (hop,), inner or "", unknown)


def _routed(arrived: Sequence[Arrival], inner: str | None) -> Iterator[Exposure]:
    for route, _ in arrived:
        authenticated = strongest([route.authenticated, inner])
        unknown = "" if authenticated is not None else "what authenticates in front of it is not in the scan"
        where = f"{route.host}{route.path}" if route.host else "any host"
        yield Exposure(route.reach, (Hop(f"route '{where}'", route.place),), authenticated or "", unknown)


def is_internal(workload: Workload) -> bool:
    """Whether a service is on internal networks only."""
    networks = networks_of(workload)
    return bool(networks) and all(mapping(n).get("internal") is True for n in networks.values())


def _beside(workload: Workload, networks: Networks, inner: str) -> Exposure:
    """Who reaches a service by the networks it is on."""
    node = workload.resource.node
    if string(workload.resource.spec, "networkMode") == "none":
        return Exposure(Reach.LOOPBACK, (Hop("no network", node.at("spec", "networkMode")),), inner)
    for network in node.children("spec", "networks"):
        if string(network.value, "driver") in _ON_THE_LAN:
            text = f"network '{network.path[-1]}', whose addresses are those of the host's own network"
            return Exposure(Reach.INTERNAL, (Hop(text, network.at()),), inner)
    alone = networks.alone(workload)
    if is_internal(workload):
        name = next(iter(networks_of(workload)))
        hop = Hop(f"internal network '{name}'", node.at("spec", "networks", name))
        return Exposure(Reach.ISOLATED, (hop,), inner, enclosed=True, alone=alone)
    return Exposure(Reach.CLUSTER, (), inner, enclosed=not _external(workload), alone=alone)
