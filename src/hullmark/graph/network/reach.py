"""May one pod set open a connection to another: both ends asked, with the policies that decide.

A connection needs the egress of its source and the ingress of its target. Policies that are not evaluated (Calico's, an
operator's own) make the answer unknown where they hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from hullmark.graph.index import Chains, Pods
from hullmark.graph.network.policies import Held, policies
from hullmark.graph.network.rules import Peer, Ports, Rule, Spaces, Truth, both, carries, holds_pods
from hullmark.graph.network.settle import OPEN, Answer, settle
from hullmark.graph.policies import certain
from hullmark.model.architecture import Architecture
from hullmark.model.resource import Resource
from hullmark.model.truth import Undecided
from hullmark.model.workload import PodSet, Port


class Verdict(NamedTuple):
    """Whether a connection may be opened, and the answer at either end."""

    allowed: Truth
    egress: Answer
    ingress: Answer

    @property
    def policies(self) -> tuple[Resource, ...]:
        """The policies that decide: those of the end that refuses, else of both ends."""
        if self.allowed is False:
            return (self.egress if self.egress.allowed is False else self.ingress).policies
        return tuple(dict.fromkeys((*self.egress.policies, *self.ingress.policies)))

    @property
    def unknown(self) -> str:
        """Why it cannot be told; empty when it can."""
        return "" if self.allowed is not None else self.egress.unknown or self.ingress.unknown


ALL_OPEN = Verdict(allowed=True, egress=OPEN, ingress=OPEN)
"""What holds for a connection that no policy has a say about."""

Direction = Literal["ingress", "egress"]


class Reachability:
    """Answers for the pod sets of an architecture; built once, asked per pair."""

    def __init__(self, arch: Architecture, pods: Pods | None = None) -> None:
        self.pods = Pods(Chains(), arch.workloads) if pods is None else pods
        used = {p.workload.namespace for p in arch.links}
        self.spaces = Spaces(arch.by_kind.get("Namespace", ()), used)
        self.held = policies(arch, self.pods, self.spaces)

    def may(self, source: PodSet, target: PodSet, port: int | str | None = None, protocol: str = "TCP") -> Verdict:
        """Whether pods of one set may open a connection to pods of another on a port: a number, a name, or any (None)."""
        egress, ingress = self.holds(source, "egress"), self.holds(target, "ingress")
        if not egress and not ingress:
            return ALL_OPEN
        if isinstance(port, int):
            return self._pair(source, target, Port(port, protocol), egress, ingress)
        best: Verdict | None = None
        for candidate in _candidates(target.ports, port, protocol, (egress, ingress)):
            verdict = self._pair(source, target, candidate, egress, ingress)
            if verdict.allowed:
                return verdict
            if best is None or (best.allowed is False and verdict.allowed is None):
                best = verdict
        if best is not None:
            return best
        lost = Answer(None, (), f"no container of the target names a port '{port}'")
        return Verdict(None, lost, lost)

    def _pair(
        self, source: PodSet, target: PodSet, port: Port, egress: Sequence[Held], ingress: Sequence[Held]
    ) -> Verdict:
        out = into = OPEN
        if egress:
            out = _on_node(source, settle(egress, lambda r, p: self._matches(r, p, target, target, port)))
        if ingress:
            into = _on_node(target, settle(ingress, lambda r, p: self._matches(r, p, source, target, port)))
        return Verdict(both(out.allowed, into.allowed), out, into)

    def holds(self, podset: PodSet, direction: Direction) -> Sequence[Held]:
        """The policies with a say about one direction of a pod set."""
        return self.held.get((podset, direction), ())

    def _matches(self, rule: Rule, policy: Resource, other: PodSet, target: PodSet, port: Port) -> Truth:
        if rule.ports is not None and not _any_holds(rule.ports, target.ports, port):
            return False
        unknown = False
        for peer in rule.peers or ():
            found = self.means(peer, policy, other)
            if found:
                return True
            unknown = unknown or found is None
        return True if rule.peers is None else None if unknown else False

    def means(self, peer: Peer, policy: Resource, podset: PodSet) -> Truth:
        """Whether a peer of a policy's rule means the pods of a pod set."""
        if peer.unknown:
            return None
        if peer.block and not peer.outside:
            return holds_pods(peer.block, peer.excluded)
        if peer.pods is None:
            return None if peer.nodes and _shares_node(podset) else False
        found = carries(peer.pods, podset)
        if found is False:
            return False
        found = both(found, self._near(peer, policy, podset))
        return None if found and _shares_node(podset) else found

    def _near(self, peer: Peer, policy: Resource, podset: PodSet) -> Truth:
        """Whether a pod set is in a namespace that a peer means; where one is left out, one file is one namespace."""
        if peer.spaces is not None:
            return self.spaces.selected(peer.spaces, podset.workload.namespace)
        here, there = policy.ref.namespace, podset.workload.namespace
        if here and there:
            return here == there
        return certain(policy, podset, self.pods) or None


def _shares_node(podset: PodSet) -> bool:
    """Whether pods share their node's network; policies are not defined for such pods."""
    try:
        return podset.host_network
    except Undecided:
        return True


def _on_node(podset: PodSet, answer: Answer) -> Answer:
    if answer.allowed is False and _shares_node(podset):
        return Answer(None, answer.policies, "whether policies hold for pods that share the node's network")
    return answer


Declared = tuple[tuple[Port, str], ...]
"""The ports that containers of a pod set declare, each with its name."""


def _any_holds(listed: tuple[Ports, ...], declared: Declared, port: Port) -> bool:
    number, wanted = port
    for protocol, first, last, name in listed:  # a loop, for this is asked of every pair of pod sets
        if protocol and protocol.upper() != wanted:
            continue
        if (port, name) in declared if name else first <= number <= last:
            return True
    return False


def _candidates(
    declared: Declared, port: str | None, protocol: str, held: tuple[Sequence[Held], Sequence[Held]]
) -> Iterator[Port]:
    """The ports to ask about. For any port: those declared, and the first of every stretch that all rules treat alike.

    One after the other, for the first is mostly open and settles it.
    """
    own = [p for p, name in declared if p.protocol == protocol and (port is None or name == port)]
    yield from own
    if port is not None:
        return
    ranges = [
        (p.first, p.last)
        for side in held
        for one in side
        for rule in one.side.rules
        for p in rule.ports or ()
        if not p.name and p.first <= p.last and p.protocol.upper() in ("", protocol)
    ]
    ranges += [(p.number, p.number) for p in own]  # a rule may mean it by its name
    starts = (*(first for first, _ in ranges), *(last + 1 for _, last in ranges), 1)
    stretches = (Port(n, protocol) for n in starts if 0 < n < 65_536)
    yield from (p for p in dict.fromkeys(stretches) if p not in own)
