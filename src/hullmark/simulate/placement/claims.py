"""Volumes that tie pods to nodes: where a volume can be reached, and claims that one pod alone may use.

Rules: ``volumebinding`` (bound claims and delayed ones with allowed topologies), ``volumezone`` and ``volumerestrictions``
below ``pkg/scheduler/framework/plugins``. Limits on the number of volumes of a node are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hullmark.simulate.placement.cluster import Cluster
from hullmark.simulate.placement.refusal import Refusal
from hullmark.simulate.placement.shape import Tie, Volume

WORDS: Mapping[Tie, str] = {
    "bound": "node(s) didn't match PersistentVolume's node affinity",
    "unbound": "node(s) didn't find available persistent volumes to bind",
    "zone": "node(s) had no available volume zone",
}
WORDS_SINGLE = (
    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod"
)

_SINGLE = Refusal((WORDS_SINGLE,))


def misplaced(cluster: Cluster, volumes: Sequence[Volume]) -> Mapping[int, Refusal]:
    """The nodes from which one of the volumes cannot be reached; labels of volumes are asked last."""
    found: dict[int, Refusal] = {}
    for index, node in enumerate(cluster.nodes):
        ties = {v.tie for v in volumes if not any(node.matches(term) for term in v.terms)}
        if ties:
            told = sorted(ties - {"zone"}) or ["zone"]
            found[index] = Refusal(tuple(WORDS[tie] for tie in told), hopeless=True)
    return found


def held(cluster: Cluster, claims: frozenset[str]) -> Mapping[int, Refusal]:
    """All nodes, when a ReadWriteOncePod claim is in use anywhere: its pod would have to go first."""
    if claims.isdisjoint(cluster.singles):
        return {}
    return dict.fromkeys(range(len(cluster.nodes)), _SINGLE)
