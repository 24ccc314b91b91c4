"""Network policies as edges: whom a workload may reach, and who may reach it.

Where no policy has a say everyone in the cluster may, which is one edge from (and to) the cluster, not one for every
pair. Policies that name pods give edges between workloads; those that admit a namespace, the internet or a network
give one from (or to) that boundary. Ask `hullmark.graph.network.reach.Reachability` for a single pair.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from hullmark.graph.components.draft import Why
from hullmark.graph.components.externals import external
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.zones import CLUSTER, INTERNAL, INTERNET
from hullmark.graph.network.policies import Held
from hullmark.graph.network.reach import Direction, Reachability
from hullmark.graph.network.rules import NAME_LABEL, Peer, Rule, reaches_out
from hullmark.model.component import ComponentKind, EdgeKind
from hullmark.model.selectors import EVERYTHING, Selector
from hullmark.model.terms import Platform
from hullmark.model.workload import PodSet

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


class _Drawn:
    """Draws the edges of reachability."""

    def __init__(self, scene: Scene, reachability: Reachability) -> None:
        self.scene = scene
        self.reachability = reachability

    def podset(self, podset: PodSet) -> None:
        owner = self.scene.owner(podset)
        directions: tuple[Direction, ...] = ("ingress", "egress")
        for direction in directions:
            held = self.reachability.holds(podset, direction)
            if not any(h.side.closes for h in held):
                self._boundary(owner, direction, CLUSTER, _open(held))
                if direction == "egress":
                    self._boundary(owner, direction, INTERNET, _open(held))
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
        ref = held.policy.resource.ref
        facts = {"ports": _ports(rule)}
        unknown = held.policy.unknown or (
            "" if held.certain else f"whether {ref.kind} '{ref.name}' selects it is not known"
        )
        why = Why(f"{ref.kind} '{ref.name}'", rule.node.at(), not unknown, unknown, facts)
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
        others = list(islice(self._meant(peer, held), _MOST_PEERS + 1))
        if len(others) > _MOST_PEERS:
            for zone in self._spaces(peer, held):
                self._edge(owner, direction, zone, why._replace(certain=False))
            return
        for other in others:
            target = self.scene.owner(other)
            if target != owner:
                self._pair(podset, other, direction, why)

    def _pair(self, podset: PodSet, other: PodSet, direction: Direction, why: Why) -> None:
        """Two pod sets of which one admits the other: an edge only if the other end does not refuse."""
        source, target = (podset, other) if direction == "egress" else (other, podset)
        verdict = self.reachability.may(source, target)
        if verdict.allowed is not False:
            known = why if verdict.allowed else why._replace(certain=False, unknown=verdict.unknown)
            self.scene.draft.edge(EdgeKind.MAY_REACH, self.scene.owner(source), self.scene.owner(target), known)

    def _meant(self, peer: Peer, held: Held) -> Iterator[PodSet]:
        policy, selector = held.policy.resource, peer.pods or EVERYTHING
        if peer.spaces is None:
            yield from self.scene.pods.select(selector, policy.ref.namespace, policy).podsets
            return
        for podset in self.scene.pods.everywhere(selector, policy):
            if self.reachability.means(peer, policy, podset) is not False:
                yield podset

    def _spaces(self, peer: Peer, held: Held) -> Iterator[str]:
        """The boundaries that a peer of whole namespaces means."""
        zones = self.scene.zones
        if peer.spaces is None:
            yield zones.namespace(held.policy.resource.ref.namespace)
            return
        if peer.spaces == EVERYTHING:
            yield zones.basic(CLUSTER)
            return
        for name in _named(peer.spaces):
            yield zones.namespace(name)
        if not _named(peer.spaces):
            for namespace in self.scene.arch.kinds("Namespace"):
                if self.reachability.spaces.selected(peer.spaces, namespace.ref.name):
                    yield zones.namespace(namespace.ref.name)


def _named(selector: Selector) -> list[str]:
    """The namespaces that a selector names outright."""
    found = [v for k, v in selector.pairs if k == NAME_LABEL]
    for expression in selector.expressions:
        if expression.key == NAME_LABEL and expression.operator == "In":
            found += expression.values
    return found


def _open(held: object) -> Why:
    return Why("no policy that closes it selects these pods" if held else "no network policy selects these pods", None)


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
    """Say of every call inside the cluster whether network policies let it through."""
    for edge in scene.draft.edges(EdgeKind.CALLS):
        _, source, target = edge
        service = scene.draft.get(target)
        caller = scene.draft.get(source)
        if service.kind is not ComponentKind.SERVICE or service.resource is None or caller.workload is None:
            continue
        pods = scene.arch.selected(service.resource).podsets
        callers = [caller.podset] if caller.podset is not None else list(caller.workload.podsets)
        verdicts = [reachability.may(a, b) for a in callers for b in pods]
        if verdicts:
            allowed = [v.allowed for v in verdicts]
            answer = "yes" if True in allowed else "unknown" if None in allowed else "no"
            scene.draft.note(edge, "network", answer)
            if answer == "no":
                scene.draft.note(edge, "refused-by", ", ".join(str(p.ref) for p in verdicts[0].policies))
