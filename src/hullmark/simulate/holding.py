"""Whether a topology can hold a fleet at all."""

from __future__ import annotations

from hullmark.model.errors import HullmarkError
from hullmark.simulate.placement.cluster import Cluster
from hullmark.simulate.placement.decide import refusals
from hullmark.simulate.placement.profile import profile_of
from hullmark.simulate.placement.refusal import message
from hullmark.simulate.placement.shape import Pod
from hullmark.simulate.pods import Fleet, Member
from hullmark.simulate.topology import Topology


def require(topology: Topology, fleet: Fleet) -> None:
    """Refuse a topology none of whose nodes is large enough for some pod, even when nothing else is on it.

    That pods do not fit all at once, or that taints and affinity keep them out, is no mistake of the topology but
    something to simulate.

    Raises:
        HullmarkError: a pod is larger than every node that would take it.
    """
    cluster = Cluster(topology.nodes, profile_of(topology.control_plane.version))
    for member in fleet.members:
        if member.pods:
            _require_one(cluster, member, topology)


def _require_one(cluster: Cluster, member: Member, topology: Topology) -> None:
    found = refusals(cluster, Pod("alone", member.shape))
    large = any(reason.startswith("Insufficient") for r in found.values() for reason in r.reasons)
    if large and len(found) == cluster.size:
        who = f"{member.workload.ref.kind} '{member.workload.name}'"
        text = f"no node is large enough for a pod of {who}: {message(cluster.size, found.values())}"
        raise HullmarkError(
            text, "give a pool larger nodes, or leave the topology out to have one made up", topology.place
        )
