"""Drains of pods that tolerate the cordon, and so come back to the node they are evicted from: by hand."""

from __future__ import annotations

import pytest
from building import architecture

from hullmark.simulate.simulation import simulate
from hullmark.text.source import Source

APP = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: 2
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      tolerations: [TOLERATION]
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: app}}}
      containers: [{name: c, image: "nginx:1.29", resources: {requests: {cpu: 1, memory: 1Gi}}}]
"""
BUDGET = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: b}
spec: {maxUnavailable: 0, selector: {matchLabels: {app: app}}}
"""
TOPOLOGY = Source("t", "regions: [{name: r, zones: [a]}]\npools: [{name: p, count: 2, cpu: 4, memGiB: 16}]\n")


@pytest.mark.parametrize(
    "toleration",
    ["operator: Exists", "key: node.kubernetes.io/unschedulable, operator: Exists", "key: other, operator: Exists"],
)
def test_a_pod_that_comes_back_to_a_cordoned_node_is_evicted_once(toleration: str) -> None:
    """With a pod on each of two nodes one is away while its node is, wherever it may wait."""
    text = APP.replace("TOLERATION", f"{{{toleration}}}")
    (drain,) = simulate(architecture(text), TOPOLOGY).drains
    assert (drain.verdict, drain.nodes) == ("drops below", 2)
    assert [(need, fewest) for _, need, fewest in drain.short] == [("full", 1)]


def test_a_budget_holds_pods_that_tolerate_the_cordon_too() -> None:
    (drain,) = simulate(architecture(APP.replace("TOLERATION", "{operator: Exists}"), BUDGET), TOPOLOGY).drains
    assert drain.verdict == "deadlocks"
