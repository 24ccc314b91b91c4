"""Affinity between pods: the required terms that refuse nodes and the preferred ones that rank them.

Rules: ``pkg/scheduler/framework/plugins/interpodaffinity`` (filtering.go, scoring.go).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from hullmark.simulate.placement.crowds import Crowd, Query
from hullmark.simulate.placement.domains import Domains
from hullmark.simulate.placement.profile import MAX_SCORE, Profile
from hullmark.simulate.placement.refusal import Refusal
from hullmark.simulate.placement.shape import Term

WORDS_AFFINITY = "node(s) didn't match pod affinity rules"
WORDS_ANTI = "node(s) didn't match pod anti-affinity rules"
WORDS_EXISTING = "node(s) didn't satisfy existing pods anti-affinity rules"

_AFFINITY = Refusal((WORDS_AFFINITY,), hopeless=True)
_ANTI = Refusal((WORDS_ANTI,))
_EXISTING = Refusal((WORDS_EXISTING,))

DomainsOf = Callable[[str], Domains]
Terms = Sequence[tuple[Query, Term]]


def present(crowds: Iterable[Crowd], domains: Domains) -> set[int]:
    """The domains in which these pods are, leaving ones included."""
    of = domains.of
    found = {of[node] for crowd in crowds for placed in (crowd.on, crowd.leaving) for node in placed}
    found.discard(-1)
    return found


def attracted(terms: Terms, crowd: Crowd, domains: DomainsOf) -> Mapping[int, Refusal]:
    """The nodes that required affinity refuses: a pod that matches all terms must be in the domain of each.

    The first of a group that matches its own terms may go wherever all keys are, as long as no such pod is placed.
    """
    if not terms:
        return {}
    shared = [c for c in terms[0][0].crowds if all(c in query.crowds for query, _ in terms[1:])]
    found: dict[int, Refusal] = {}
    per_term = [(domains(term.key), present(shared, domains(term.key))) for _, term in terms]
    alone = not any(there for _, there in per_term) and all(crowd in query.crowds for query, _ in terms)
    for all_domains, there in per_term:
        for node, domain in enumerate(all_domains.of):
            if domain < 0 or not (alone or domain in there):
                found[node] = _AFFINITY
    return found


def avoided(terms: Terms, domains: DomainsOf) -> Mapping[int, Refusal]:
    """The nodes that the pod's own required anti-affinity refuses."""
    found: dict[int, Refusal] = {}
    for query, term in terms:
        if query.crowds:
            around = domains(term.key)
            for domain in present(query.crowds, around):
                found.update(dict.fromkeys(around.members[domain], _ANTI))
    return found


def repelled(crowd: Crowd, domains: DomainsOf) -> Mapping[int, Refusal]:
    """The nodes that the required anti-affinity of placed pods refuses."""
    found: dict[int, Refusal] = {}
    for query in crowd.queries:
        for key, holders in query.repelled.items():
            around = domains(key)
            for domain in {around.of[node] for node in holders}:
                if domain >= 0:
                    found.update(dict.fromkeys(around.members[domain], _EXISTING))
    return found


def weights(terms: Terms, crowd: Crowd, domains: DomainsOf) -> dict[str, dict[int, int]]:
    """What the pod prefers of placed pods and they of it, by key and domain."""
    found: dict[str, dict[int, int]] = {}

    def add(key: str, node: int, weight: int) -> None:
        domain = domains(key).of[node]
        if domain >= 0:
            per_domain = found.setdefault(key, {})
            per_domain[domain] = per_domain.get(domain, 0) + weight

    for query, term in terms:
        for other in query.crowds:
            for placed in (other.on, other.leaving):
                for node, number in placed.items():
                    add(term.key, node, number * term.weight)
    for query in crowd.queries:
        for key, per_node in query.weights.items():
            for node, weight in per_node.items():
                add(key, node, weight)
    return found


def scores(
    terms: Terms, crowd: Crowd, domains: DomainsOf, feasible: Sequence[int], profile: Profile
) -> list[int] | None:
    """The normalised score of feasible nodes; None when nobody prefers anything."""
    found = weights(terms, crowd, domains)
    if not found:
        return None
    raw = [0] * len(feasible)
    for key, per_domain in found.items():
        of = domains(key).of
        raw = [score + per_domain.get(of[node], 0) for score, node in zip(raw, feasible, strict=True)]
    lowest, highest = min(raw), max(raw)
    if not profile.modern:
        lowest, highest = min(lowest, 0), max(highest, 0)
    if lowest == highest:
        return [0] * len(feasible)
    return [int(MAX_SCORE * ((score - lowest) / (highest - lowest))) for score in raw]
