"""Decides as kube-scheduler does: which nodes are feasible for a pod, which of them are best, and why the others are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import NamedTuple

from hullmark.simulate.placement import affinity, nodes, spreading
from hullmark.simulate.placement.claims import held, misplaced
from hullmark.simulate.placement.cluster import Cluster, Plan
from hullmark.simulate.placement.ports import taken
from hullmark.simulate.placement.profile import nodes_to_score
from hullmark.simulate.placement.refusal import Refusal, message
from hullmark.simulate.placement.shape import Pod

Refusals = Mapping[int, Refusal]

WORDS_NO_NODES = "no nodes available to schedule pods"
"""What is said where there is no node at all (``ErrNoNodesAvailable`` in ``pkg/scheduler/schedule_one.go``)."""


class Ranking(NamedTuple):
    """Feasible nodes, by index, and their total scores."""

    nodes: Sequence[int]
    scores: Sequence[int]

    @property
    def best(self) -> list[int]:
        """The nodes of the highest score; the scheduler picks one of them at random."""
        highest = max(self.scores, default=0)
        return [n for n, s in zip(self.nodes, self.scores, strict=True) if s == highest]


def feasible(cluster: Cluster, pod: Pod) -> list[int]:
    """The nodes that pass every filter, in order."""
    if pod.shape.blocked:
        return []
    plan = cluster.plan(pod.shape)
    fits = plan.demand.refresh().fits
    found = [node for node in plan.outlook.open if fits[node]]
    for refusals in _dynamic(cluster, plan):
        if refusals:
            found = [node for node in found if node not in refusals]
    return found


def passes(cluster: Cluster, pod: Pod, node: int) -> bool:
    """Whether one node passes every filter."""
    plan = cluster.plan(pod.shape)
    if pod.shape.blocked or plan.outlook.refused[node] is not None or not cluster.stocks[node].holds(pod.shape):
        return False
    return all(node not in refused for refused in _dynamic(cluster, plan))


def cramped(cluster: Cluster, pod: Pod) -> list[int]:
    """The nodes that would take a pod if less were on them: resources, or the number of pods, are all that refuses it."""
    if pod.shape.blocked:
        return []
    plan = cluster.plan(pod.shape)
    fits = plan.demand.refresh().fits
    refused = {node for refusals in _dynamic(cluster, plan) for node in refusals} | cluster.gone
    full = (node for node in plan.outlook.open if not fits[node] and node not in refused)
    return [node for node in full if not cluster.stocks[node].lacks(pod.shape)[1]]


def _dynamic(cluster: Cluster, plan: Plan) -> Iterator[Refusals]:
    """The refusals that depend on placed pods, in the order of the plugins, resources left out."""
    shape = plan.shape
    if shape.ports:
        yield taken(cluster, shape.ports)
    yield from _after_resources(cluster, plan)


def _after_resources(cluster: Cluster, plan: Plan) -> Iterator[Refusals]:
    shape = plan.shape
    if shape.singles:
        yield held(cluster, shape.singles)
    if shape.volumes:
        yield misplaced(cluster, shape.volumes)
    if plan.hard:
        yield spreading.refused(plan.hard, plan.outlook, cluster.profile)
    if plan.affinity:
        yield affinity.attracted(plan.affinity, plan.crowd, cluster.domains)
    if plan.anti_affinity:
        yield affinity.avoided(plan.anti_affinity, cluster.domains)
    yield affinity.repelled(plan.crowd, cluster.domains)


def rank(cluster: Cluster, pod: Pod, found: Sequence[int]) -> Ranking:
    """The total score of feasible nodes; one alone is not scored."""
    if len(found) < 2:
        return Ranking(found, [0] * len(found))
    plan, profile = cluster.plan(pod.shape), cluster.profile
    outlook, by_resources = plan.outlook, plan.demand.refresh().scores
    parts = [
        (1, [by_resources[n] for n in found]),
        (profile.taints, nodes.normalised([outlook.disliked[n] for n in found], reverse=True)),
    ]
    if pod.shape.preferred:
        parts.append((profile.node_affinity, nodes.normalised([outlook.preferred[n] for n in found])))
    if pod.shape.images:
        parts.append((profile.images, [outlook.images[n] for n in found]))
    if plan.soft:
        even = spreading.scores(plan.soft, outlook, found, profile, strict=plan.strict)
        parts.append((profile.spread, even))
    liked = affinity.scores(plan.liking, plan.crowd, cluster.domains, found, profile)
    if liked is not None:
        parts.append((profile.pod_affinity, liked))
    return Ranking(found, [sum(scores) for scores in zip(*([w * s for s in part] for w, part in parts), strict=True)])


def choose(cluster: Cluster, pod: Pod, random: Random) -> int | None:
    """The node a pod goes to, ties decided at random; None when it is pending."""
    best = rank(cluster, pod, sampled(cluster, feasible(cluster, pod))).best
    return None if not best else best[0] if len(best) == 1 else random.choice(best)


def sampled(cluster: Cluster, found: Sequence[int]) -> Sequence[int]:
    """The feasible nodes that are scored: in large clusters as many as are enough, from where the last search ended.

    The real scheduler looks at nodes in parallel, so which of them it finds first is not certain; this is one of its
    possible answers (``findNodesThatPassFilters`` in ``pkg/scheduler/schedule_one.go``).
    """
    size = len(cluster.nodes)
    enough = nodes_to_score(cluster.size, cluster.percentage)
    if len(found) <= enough:
        return found
    fits = set(found)
    kept: list[int] = []
    for step in range(size):
        node = cluster.order[(cluster.start + step) % size]
        if node in fits:
            kept.append(node)
            if len(kept) == enough:
                cluster.start = (cluster.start + step + 1) % size
                break
    return kept


def refusals(cluster: Cluster, pod: Pod) -> dict[int, Refusal]:
    """Why each node that refuses a pod does, by the first filter that does."""
    found = _refused(cluster, pod)
    for node in cluster.gone:
        found.pop(node, None)
    return found


def _refused(cluster: Cluster, pod: Pod) -> dict[int, Refusal]:
    if pod.shape.blocked:
        return dict.fromkeys(range(len(cluster.nodes)), Refusal((pod.shape.blocked,), hopeless=True))
    plan = cluster.plan(pod.shape)
    found = dict(_static(cluster, plan))
    if pod.shape.ports:
        found = {**taken(cluster, pod.shape.ports), **found}
    for node, stock in enumerate(cluster.stocks):
        if node not in found:
            reasons, hopeless = stock.lacks(pod.shape)
            if reasons:
                found[node] = Refusal(reasons, hopeless)
    for later in _after_resources(cluster, plan):
        found = {**later, **found}
    return found


def _static(cluster: Cluster, plan: Plan) -> Iterator[tuple[int, Refusal]]:
    """The refusals that depend on node and pod alone; nodes that affinity does not name are not looked at."""
    named = nodes.named(plan.shape)
    for node, words in enumerate(plan.outlook.refused):
        if named is not None and cluster.nodes[node].name not in named:
            yield node, Refusal((nodes.WORDS_PLUGINS,), hopeless=True)
        elif words is not None:
            yield node, Refusal((words,), hopeless=True)


def why_pending(cluster: Cluster, pod: Pod) -> str:
    """What kube-scheduler says of a pod that fits nowhere, preemption left aside."""
    if pod.shape.blocked:
        return pod.shape.blocked
    if not cluster.size:
        return WORDS_NO_NODES
    if nodes.named(pod.shape) == frozenset():
        return f"{message(cluster.size, ())} {nodes.WORDS_CONFLICT}."
    return message(cluster.size, refusals(cluster, pod).values())
