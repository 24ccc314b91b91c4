"""Network policies as edges: whom a workload may reach, and who may reach it.

Where no policy has a say everyone in the cluster may, which is one edge from (and to) the cluster, not one for every
pair. Policies that name pods give edges between workloads; those that admit a namespace, the internet or a network
give one from (or to) that boundary. Ask `hullmark.graph.network.reach.Reachability` for a single pair.
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.graph.components.draft import Why
from hullmark.graph.components.externals import external
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.zones import CLUSTER, INTERNAL, INTERNET
from hullmark.graph.network.policies import Held
from hullmark.graph.network.reach import Direction, Reachability
from hullmark.graph.network.rules import NAME_LABEL, Peer, Rule, reaches_out
from hullmark.model.component import ComponentKind, EdgeKind
from hullmark.model.resource import Resource
from hullmark.model.selectors import EVERYTHING, Selector
from hullmark.model.terms import Platform
from hullmark.model.truth import string
from hullmark.model.workload import PodSet
from hullmark.text.tree import dig

_MOST_PEERS = 64
"""Pod sets named by one peer that get an edge of their own; more are told by the boundary they lie in."""


def reach(scene: Scene) -> Reachability:
    """The edges of every pod set."""
    reachability = Reachability(scene.arch, scene.pods)
    drawn = _Drawn(scene, reachability)
    for podset in scene.podsets():
        if not podset.workload.template and podset.workload.platform is Platform.KUBERNETES:
            drawn.podset(podset)
    return reachability


_End = tuple[PodSet, str]
"""A pod set and the component that stands for it."""


class _Drawn:
    """Draws the edges of reachability."""

    def __init__(self, scene: Scene, reachability: Reachability) -> None:
        self.scene = scene
        self.reachability = reachability
        self._whys: dict[tuple[int, bool | None], Why] = {}
        self._known: dict[tuple[int, Resource], tuple[list[PodSet], str]] = {}

    def podset(self, podset: PodSet) -> None:
        owner = self.scene.owner(podset)
        directions: tuple[Direction, ...] = ("ingress", "egress")
        for direction in directions:
            held = self.reachability.holds(podset, direction)
            if not any(h.side.closes for h in held):
                why = _NOT_CLOSED if held else _NOT_SELECTED
                self._boundary(owner, direction, CLUSTER, why)
                if direction == "egress":
                    self._boundary(owner, direction, INTERNET, why)
            for one in held:
                for rule in one.side.rules:
                    if rule.action == "allow":
                        self._rule(podset, owner, direction, one, rule)

    def _boundary(self, owner: str, direction: Direction, zone: str, why: Why) -> None:
        boundary = self.scene.zones.basic(zone)
        self._edge(owner, direction, boundary, why)

    def _edge(self, owner: str, direction: Direction, other: str, why: Why) -> None:
        source, target = (owner, other) if direction == "egress" else (other, owner)
        self.scene.draft.edge(EdgeKind.MAY_REACH, source, target, why)

    def _rule(self, podset: PodSet, owner: str, direction: Direction, held: Held, rule: Rule) -> None:
        key = (id(rule), held.certain)
        why = self._whys.get(key)
        if why is None:
            why = self._whys[key] = _why(held, rule)
        if rule.peers is None:
            self._boundary(owner, direction, CLUSTER, why)
            self._boundary(owner, direction, INTERNET, why)
        for peer in rule.peers or ():
            self._peer(podset, owner, direction, held, (peer, why))

    def _peer(self, podset: PodSet, owner: str, direction: Direction, held: Held, named: tuple[Peer, Why]) -> None:
        peer, why = named
        if peer.unknown:
            return
        if peer.domain and direction == "egress" and "*" not in peer.domain:
            self._edge(owner, direction, external(self.scene, peer.domain, why.place), why)
        elif peer.domain or peer.outside or peer.block:
            out = peer.domain or (peer.outside and not peer.block) or reaches_out(peer.block)
            text = f"{why.text}: {peer.block}" if peer.block else why.text
            self._boundary(owner, direction, INTERNET if out else INTERNAL, why._replace(text=text))
        elif peer.pods is not None:
            self._pods(podset, owner, direction, held, named)

    def _pods(self, podset: PodSet, owner: str, direction: Direction, held: Held, named: tuple[Peer, Why]) -> None:
        peer, why = named
        if peer.pods == EVERYTHING:
            for zone in self._spaces(peer, held):
                self._edge(owner, direction, zone, why)
            return
        others, more = self._meant(peer, held)
        for other in others:
            there = self.scene.owner(other)
            if there != owner:
                self._pair((podset, owner), (other, there), direction, why)
        if more:
            self._boundary(owner, direction, CLUSTER, why._replace(certain=False, unknown=more))

    def _pair(self, one: _End, other: _End, direction: Direction, why: Why) -> None:
        """Two pod sets of which one admits the other: an edge only if the other end does not refuse."""
        (source, here), (target, there) = (one, other) if direction == "egress" else (other, one)
        verdict = self.reachability.may(source, target)
        if verdict.allowed is not False:
            known = why if verdict.allowed else why._replace(certain=False, unknown=verdict.unknown)
            self.scene.draft.edge(EdgeKind.MAY_REACH, here, there, known)

    def _meant(self, peer: Peer, held: Held) -> tuple[list[PodSet], str]:
        """The pod sets that a peer means for sure, and why there may be more; worked out once for each peer."""
        key = (id(peer), held.policy.resource)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._selected(peer, held.policy.resource)
        return known

    def _selected(self, peer: Peer, policy: Resource) -> tuple[list[PodSet], str]:
        found: list[PodSet] = []
        selector, pods = peer.pods or EVERYTHING, self.scene.pods
        spaces = [policy.ref.namespace] if peer.spaces is None else self.reachability.spaces.matching(peer.spaces)
        for space in spaces:
            found += pods.select(selector, space, policy).podsets
            if len(found) > _MOST_PEERS:
                return found[:_MOST_PEERS], f"it means more than {_MOST_PEERS} groups of pods"
        if peer.spaces is not None and self.reachability.spaces.hidden(peer.spaces):
            return found, "labels of namespaces that are not in the scan are not known"
        return found, ""

    def _spaces(self, peer: Peer, held: Held) -> Iterator[str]:
        """The boundaries that a peer of whole namespaces means."""
        zones = self.scene.zones
        if peer.spaces is None:
            yield zones.namespace(held.policy.resource.ref.namespace)
            return
        if peer.spaces == EVERYTHING:
            yield zones.basic(CLUSTER)
            return
        for name in dict.fromkeys((*_named(peer.spaces), *self.reachability.spaces.matching(peer.spaces))):
            yield zones.namespace(name)


def _why(held: Held, rule: Rule) -> Why:
    """A rule as evidence, with what is not known of it."""
    ref = held.policy.resource.ref
    doubt = "" if held.certain else f"whether {ref.kind} '{ref.name}' selects it is not known"
    unknown = held.policy.unknown or doubt
    return Why(f"{ref.kind} '{ref.name}'", rule.node.at(), not unknown, unknown, {"ports": _ports(rule)})


def _named(selector: Selector) -> list[str]:
    """The namespaces that a selector names outright."""
    found = [v for k, v in selector.pairs if k == NAME_LABEL]
    for expression in selector.expressions:
        if expression.key == NAME_LABEL and expression.operator == "In":
            found += expression.values
    return found


_NOT_SELECTED = Why("no network policy selects these pods", None)
_NOT_CLOSED = Why("no policy that closes it selects these pods", None, facts={"refuses": "some"})


def _ports(rule: Rule) -> str:
    return ", ".join(
        p.name
        or (
            p.protocol
            if (p.first, p.last) == (0, 65_535)
            else f"{p.first}"
            if p.first == p.last
            else f"{p.first}-{p.last}"
        )
        for p in rule.ports or ()
    )


def judged(scene: Scene, reachability: Reachability) -> None:
    """Say of every call inside the cluster whether network policies let it through, on the port that it names."""
    ports: dict[tuple[str, str], int | str | None] = {}
    for edge in scene.draft.edges(EdgeKind.CALLS):
        _, source, target = edge
        service, caller = scene.draft.get(target), scene.draft.get(source)
        if service.kind is not ComponentKind.SERVICE or service.resource is None or caller.workload is None:
            continue
        said = scene.draft.facts(edge).get("port", "")
        if (target, said) not in ports:
            ports[target, said] = _behind(service.resource, said)
        port = ports[target, said]
        others = scene.arch.selected(service.resource).podsets
        ones = caller.workload.podsets if caller.podset is None else (caller.podset,)
        verdicts = [reachability.may(one, other, port) for one in ones for other in others]
        if verdicts:
            allowed = [v.allowed for v in verdicts]
            facts = {"network": "yes" if True in allowed else "unknown" if None in allowed else "no"}
            if facts["network"] == "no":
                facts["refused-by"] = ", ".join(str(p.ref) for p in verdicts[0].policies)
            scene.draft.note(edge, facts)


def _behind(service: Resource, port: str) -> int | str | None:
    """The port of the pods that a port of a Service leads to; None for any where it cannot be told."""
    for entry in service.node.children("spec", "ports"):
        number, name = dig(entry.value, "port"), string(entry.value, "name")
        if port in (str(number), name) and port:
            target = dig(entry.value, "targetPort")
            found = number if target is None else target
            return found if isinstance(found, (int, str)) else None
    return int(port) if port.isdigit() and string(service.spec, "clusterIP") == "None" else None
