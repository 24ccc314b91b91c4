"""Volumes that tie pods to nodes: where a volume can be reached, and claims that one pod alone may use.

Rules: ``volumebinding`` (bound claims and delayed ones with allowed topologies), ``volumezone`` and ``volumerestrictions``
below ``pkg/scheduler/framework/plugins``. Limits on the number of volumes of a node are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hullmark.simulate.placement.cluster import Cluster
from hullmark.simulate.placement.refusal import Refusal
from hullmark.simulate.placement.shape import NodeTerm

WORDS_NODE = "node(s) had volume node affinity conflict"
WORDS_SINGLE = "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"

_ELSEWHERE = Refusal((WORDS_NODE,), hopeless=True)
_SINGLE = Refusal((WORDS_SINGLE,))


def misplaced(cluster: Cluster, volumes: Sequence[Sequence[NodeTerm]]) -> Mapping[int, Refusal]:
    """The nodes from which one of the volumes cannot be reached."""
    return {
        index: _ELSEWHERE
        for index, node in enumerate(cluster.nodes)
        if not all(any(node.matches(term) for term in terms) for terms in volumes)
    }


def held(cluster: Cluster, claims: frozenset[str]) -> Mapping[int, Refusal]:
    """All nodes, when a ReadWriteOncePod claim is in use anywhere: its pod would have to go first."""
    if claims.isdisjoint(cluster.singles()):
        return {}
    return dict.fromkeys(range(len(cluster.nodes)), _SINGLE)
