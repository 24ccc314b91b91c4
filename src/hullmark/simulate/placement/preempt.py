"""Preemption as a dry run: on which node would removing pods of lower priority let a pod in, and which pods go.

Rules: ``DefaultPreemption`` (``pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go``) and
``pkg/scheduler/framework/preemption/preemption.go``. Pods nominated to nodes by earlier preemptions are not considered.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from hullmark.simulate.placement.cluster import Cluster
from hullmark.simulate.placement.decide import passes, refusals
from hullmark.simulate.placement.refusal import Refusal, message
from hullmark.simulate.placement.shape import Budget, Pod

WORDS_FIRST = "no new claims to deallocate, preemption: "
"""What comes first in v1.34, where the plugin for resource claims has its say before preemption."""

WORDS_NEVER = "not eligible due to preemptionPolicy=Never."
WORDS_NOT_HELPFUL = "Preemption is not helpful for scheduling"
WORDS_NO_VICTIMS = "No preemption victims found for incoming pod"


class Candidate(NamedTuple):
    """A node that a pod fits on once the victims are gone, most important first."""

    node: int
    victims: tuple[Pod, ...]
    violations: int


class Preemption(NamedTuple):
    """What preemption would do: the best candidates, of which the scheduler takes any; or why there is none."""

    candidates: tuple[Candidate, ...]
    message: str = ""


def importance(pod: Pod) -> tuple[int, int]:
    """Orders pods, most important first: by priority, then by age."""
    return -pod.shape.priority, pod.since


def preemption(cluster: Cluster, pod: Pod, budgets: Sequence[Budget] = ()) -> Preemption:
    """What preemption would do for a pod that fits nowhere; the cluster is left as it was."""
    if not pod.shape.preempts:
        return Preemption((), WORDS_FIRST + WORDS_NEVER)
    refused = refusals(cluster, pod)
    found: list[Candidate] = []
    for node, refusal in refused.items():
        if not refusal.hopeless:
            tried = _dry_run(cluster, pod, node, budgets)
            if isinstance(tried, Candidate):
                found.append(tried)
            else:
                refused[node] = tried
        else:
            refused[node] = Refusal((WORDS_NOT_HELPFUL,))
    if not found:
        return Preemption((), WORDS_FIRST + message(cluster.size, refused.values()))
    best = min(map(_cost, found))
    return Preemption(tuple(c for c in found if _cost(c) == best))


def preempt(cluster: Cluster, pod: Pod, budgets: Sequence[Budget], random: Random) -> Candidate | None:
    """One of the best candidates, ties decided at random; None when preemption does not help."""
    found = preemption(cluster, pod, budgets).candidates
    return random.choice(found) if found else None


def _dry_run(cluster: Cluster, pod: Pod, node: int, budgets: Sequence[Budget]) -> Candidate | Refusal:
    lower = sorted((p for p in cluster.on[node] if p.shape.priority < pod.shape.priority), key=importance)
    if not lower:
        return Refusal((WORDS_NO_VICTIMS,))
    gone = dict.fromkeys(lower)
    for one in lower:
        cluster.remove(one)
    try:
        if not passes(cluster, pod, node):
            return refusals(cluster, pod)[node]
        violating, others = guarded(lower, budgets)
        violations = 0
        for one in (*violating, *others):
            cluster.add(one, node)
            if passes(cluster, pod, node):
                del gone[one]
            else:
                cluster.remove(one)
                violations += one in violating
        return Candidate(node, tuple(sorted(gone, key=importance)), violations)
    finally:
        for one in gone:
            cluster.add(one, node)


def guarded(pods: Sequence[Pod], budgets: Sequence[Budget]) -> tuple[list[Pod], list[Pod]]:
    """Pods whose removal a disruption budget does not allow, and the others; each budget is used up in this order."""
    left = [budget.allowed for budget in budgets]
    violating: list[Pod] = []
    others: list[Pod] = []
    for pod in pods:
        broken = False
        for index, budget in enumerate(budgets):
            if _protects(budget, pod):
                left[index] -= 1
                broken = broken or left[index] < 0
        (violating if broken else others).append(pod)
    return violating, others


def _protects(budget: Budget, pod: Pod) -> bool:
    asks = bool(budget.selector.pairs or budget.selector.expressions)
    same = budget.namespace == pod.namespace
    return asks and same and bool(pod.shape.labels) and budget.selector.matches(pod.shape.labels)


def _cost(candidate: Candidate) -> tuple[int, int, int, int, int]:
    """What the scheduler minimises, in order: budgets broken, highest priority, sum of priorities, pods, age."""
    highest = candidate.victims[0].shape.priority
    oldest = min(p.since for p in candidate.victims if p.shape.priority == highest)
    total = sum(p.shape.priority + 2**31 for p in candidate.victims)
    return candidate.violations, highest, total, len(candidate.victims), -oldest
