"""Host ports (``nodeports/node_ports.go`` and ``HostPortInfo`` of ``k8s.io/kube-scheduler/framework``)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from hullmark.simulate.placement.cluster import Cluster
from hullmark.simulate.placement.refusal import Refusal
from hullmark.simulate.placement.shape import Port

WORDS = "node(s) didn't have free ports for the requested pod ports"
ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - the address that the API means, nothing is bound

_TAKEN = Refusal((WORDS,))


def conflict(wanted: Iterable[Port], used: Collection[Port]) -> bool:
    """Whether a port is in use: the same protocol and number on the same address, or on all addresses on either side."""
    for protocol, address, number in wanted:
        for other_protocol, other_address, other_number in used:
            same = protocol == other_protocol and number == other_number
            if same and (address == other_address or ANY_ADDRESS in (address, other_address)):
                return True
    return False


def taken(cluster: Cluster, wanted: frozenset[Port]) -> Mapping[int, Refusal]:
    """The nodes where one of the ports is in use."""
    return {node: _TAKEN for node in range(len(cluster.nodes)) if conflict(wanted, cluster.ports(node))}
