"""Topology spread: the hard constraints that refuse nodes, the soft ones that rank them, and the system's default.

Rules: ``pkg/scheduler/framework/plugins/podtopologyspread`` (filtering.go, scoring.go, common.go, plugin.go).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hullmark.model.selectors import EVERYTHING
from hullmark.simulate.placement.crowds import Query
from hullmark.simulate.placement.domains import Domains
from hullmark.simulate.placement.nodes import Outlook
from hullmark.simulate.placement.profile import MAX_SCORE, Profile
from hullmark.simulate.placement.refusal import Refusal
from hullmark.simulate.placement.shape import HOSTNAME, ZONE, Peers, Shape, Spread

WORDS = "node(s) didn't match pod topology spread constraints"
WORDS_LABEL = f"{WORDS} (missing required label)"

_SKEWED = Refusal((WORDS,))
_UNLABELLED = Refusal((WORDS_LABEL,), hopeless=True)


class Constraint(NamedTuple):
    """A constraint with what it counts, over which domains, and whether it counts the pod itself."""

    spread: Spread
    query: Query
    domains: Domains
    own: bool


def defaults(shape: Shape) -> tuple[Spread, ...]:
    """The constraints the system puts on pods that have none and are selected by a Service or their owner."""
    if shape.spread or shape.defaults is None:
        return ()
    peers = Peers(frozenset({shape.namespace}), shape.defaults)
    return Spread(HOSTNAME, 3, hard=False, peers=peers), Spread(ZONE, 5, hard=False, peers=peers)


def eligible(constraint: Constraint, outlook: Outlook, labelled: Sequence[bool], profile: Profile) -> list[bool]:
    """The nodes whose pods a constraint counts: with all keys, and by its policies liked and tolerated."""
    honor = constraint.spread.honor_affinity or not profile.modern
    counted = list(labelled)
    if honor:
        counted = [a and b for a, b in zip(counted, outlook.wanted, strict=True)]
    if constraint.spread.honor_taints and profile.modern:
        counted = [a and b for a, b in zip(counted, outlook.tolerated, strict=True)]
    return counted


def labelled(constraints: Sequence[Constraint], size: int) -> list[bool]:
    """The nodes that have the label of every constraint."""
    keys = [c.domains.of for c in constraints]
    return [all(of[i] >= 0 for of in keys) for i in range(size)]


def counts(constraint: Constraint, counted: Sequence[bool]) -> dict[int, int]:
    """The pods a constraint counts, by domain: none that are leaving, and none at all by a selector that asks for nothing."""
    found: dict[int, int] = {}
    if constraint.spread.peers.selector == EVERYTHING:
        return found
    of = constraint.domains.of
    for crowd in constraint.query.crowds:
        for node, number in crowd.on.items():
            if counted[node]:
                found[of[node]] = found.get(of[node], 0) + number
    return found


def refused(constraints: Sequence[Constraint], outlook: Outlook, profile: Profile) -> Mapping[int, Refusal]:
    """The nodes that hard constraints refuse: count + itself - minimum must not exceed the skew."""
    found: dict[int, Refusal] = {}
    having = labelled(constraints, len(outlook.wanted))
    for constraint in constraints:
        counted = eligible(constraint, outlook, having, profile)
        per_domain = counts(constraint, counted)
        domains = {d for d, c in zip(constraint.domains.of, counted, strict=True) if c}
        room = constraint.spread.max_skew - constraint.own + least(constraint.spread, domains, per_domain, profile)
        full = {d for d, number in per_domain.items() if number > room}
        if room < 0:
            full.update(range(-1, len(constraint.domains.members)))
        for node, domain in enumerate(constraint.domains.of):
            if node not in found and (domain < 0 or domain in full):
                found[node] = _UNLABELLED if domain < 0 else _SKEWED
    return found


def least(spread: Spread, domains: Iterable[int], per_domain: Mapping[int, int], profile: Profile) -> int:
    """The smallest count over the eligible domains; zero while there are fewer of them than wanted."""
    numbers = [per_domain.get(d, 0) for d in domains]
    if profile.modern and len(numbers) < spread.min_domains:
        return 0
    return min(numbers, default=2**31 - 1)


def scores(
    constraints: Sequence[Constraint], outlook: Outlook, feasible: Sequence[int], profile: Profile, *, strict: bool
) -> list[int]:
    """The normalised score of feasible nodes: fewer matching pods in their domains are better.

    ``strict`` leaves nodes out that lack a key, as for constraints of the pod's own.
    """
    size = len(outlook.wanted)
    having = labelled(constraints, size) if strict or not profile.modern else [True] * size
    usable = [node for node in feasible if having[node]]
    raw = dict.fromkeys(usable, 0.0)
    for constraint in constraints:
        _add(raw, constraint, outlook, having, profile)
    rounded = {node: _round(score) if profile.modern else math.floor(score) for node, score in raw.items()}
    highest, lowest = max(rounded.values(), default=0), min(rounded.values(), default=0)
    if highest == 0:
        return [MAX_SCORE if node in rounded else 0 for node in feasible]
    return [MAX_SCORE * (highest + lowest - rounded[node]) // highest if node in rounded else 0 for node in feasible]


def _add(
    raw: dict[int, float], constraint: Constraint, outlook: Outlook, having: Sequence[bool], profile: Profile
) -> None:
    """Add a constraint's part: its count times the logarithm of the number of domains, and the skew it bears."""
    of = constraint.domains.of
    per_host = constraint.spread.key == HOSTNAME
    size = len(raw) if per_host else len({of[node] for node in raw})
    weight = math.log(size + 2)
    if per_host:
        counted: dict[int, int] = counts(constraint, [True] * len(of))
    else:
        counted = counts(constraint, eligible(constraint, outlook, having, profile))
    borne = constraint.spread.max_skew - 1
    for node in raw:
        if of[node] >= 0:
            raw[node] += counted.get(of[node], 0) * weight + borne


def _round(score: float) -> int:
    """Half away from zero, as Go rounds."""
    floor = math.floor(score)
    return floor + (score - floor >= 0.5)
