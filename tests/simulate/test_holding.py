"""Topologies that are too small."""

from __future__ import annotations

import pytest
from building import architecture

from hullmark.model.errors import HullmarkError
from hullmark.simulate.holding import require
from hullmark.simulate.pods import fleet
from hullmark.simulate.topology import read
from hullmark.text.source import Source

POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: big}\nspec: {containers: [{name: c, resources: {requests: {cpu: 8}}}]}"
)
POOLS = "regions: [{{name: r, zones: [a]}}]\npools:\n  - {{name: p, cpu: {0}, memGiB: 16{1}}}\n"


def test_a_pod_that_is_larger_than_every_node_is_a_mistake_of_the_topology() -> None:
    found = fleet(architecture(POD))
    with pytest.raises(HullmarkError) as caught:
        require(read(Source("topology.yaml", POOLS.format(4, ""))), found)
    told = "no node is large enough for a pod of Pod 'big': 0/1 nodes are available: 1 Insufficient cpu."
    assert caught.value.message == told
    assert caught.value.place is not None
    assert caught.value.place.line == 3


def test_what_taints_keep_out_or_what_fits_is_none() -> None:
    found = fleet(architecture(POD))
    require(read(Source("topology.yaml", POOLS.format(8, ""))), found)
    require(read(Source("topology.yaml", POOLS.format(8, ", taints: [{key: k}]"))), found)
