"""Trust boundaries: namespaces, the edge, serverless, outside."""

from __future__ import annotations

import pytest
from drawing import deployment, draw, one


def zone(text: str, ending: str = "Deployment/a") -> str:
    return one(draw(text), ending).zone.removeprefix("trust-boundary/")


def test_namespaces_lie_in_the_cluster() -> None:
    graph = draw(
        deployment("a").replace("name: a}", "name: a, namespace: ml}"),
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: ml}\n",
    )

    assert one(graph, "Deployment/a").zone == "trust-boundary/namespace/ml"
    boundary = graph.by_id["trust-boundary/namespace/ml"]
    assert (boundary.zone, boundary.declared) == ("trust-boundary/cluster", True)
    assert zone(deployment("a")) == "cluster"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("nodeSelector: {node-role.kubernetes.io/edge: ''}", "edge/any"),
        ("nodeSelector: {apps.openyurt.io/nodepool: hangzhou}", "edge/hangzhou"),
        (
            "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms:"
            " [{matchExpressions: [{key: node-role.kubernetes.io/edge, operator: Exists}]}]}}}",
            "edge/any",
        ),
        (
            "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms:"
            " [{matchExpressions: [{key: node-role.kubernetes.io/edge, operator: DoesNotExist}]}]}}}",
            "cluster",
        ),
        ("nodeSelector: {disk: ssd}", "cluster"),
    ],
)
def test_edge_nodes(spec: str, expected: str) -> None:
    assert zone(deployment("a", spec=spec)) == expected


def test_kubeedge_and_openyurt_place_what_they_hold() -> None:
    edge = """
apiVersion: apps.kubeedge.io/v1alpha1
kind: EdgeApplication
metadata: {name: e}
spec:
  workloadTemplate:
    manifests:
      - apiVersion: apps/v1
        kind: Deployment
        metadata: {name: a}
        spec:
          selector: {matchLabels: {app: a}}
          template: {metadata: {labels: {app: a}}, spec: {containers: [{name: m, image: 'x:1'}]}}
  workloadScope: {targetNodeGroups: [{name: north}, {name: south}]}
"""
    yurt = """
apiVersion: apps.openyurt.io/v1beta1
kind: YurtAppSet
metadata: {name: yard}
spec:
  pools: [shop-1]
  workload:
    workloadTemplate:
      deploymentTemplate:
        spec:
          selector: {matchLabels: {app: yard}}
          template: {metadata: {labels: {app: yard}}, spec: {containers: [{name: m, image: 'x:1'}]}}
"""
    assert zone(edge) == "edge/north, south"
    assert zone(yurt, "YurtAppSet/yard") == "edge/shop-1"


def test_serverless() -> None:
    knative = """
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: k, namespace: ml}
spec: {template: {spec: {containers: [{image: 'x:1'}]}}}
"""
    kserve = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: i, annotations: {serving.kserve.io/deploymentMode: MODE}}
spec: {predictor: {containers: [{name: c, image: 'x:1'}]}}
"""
    graph = draw(knative)
    found = one(graph, "workload/ml/Service/k")

    assert found.zone == "trust-boundary/serverless/ml"
    assert graph.by_id[found.zone].zone == "trust-boundary/namespace/ml"
    assert zone(kserve.replace("MODE", "Serverless"), "workload/-/InferenceService/i") == "serverless/any"
    assert zone(kserve.replace("MODE", "RawDeployment"), "workload/-/InferenceService/i") == "cluster"
