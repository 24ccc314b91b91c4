"""Transformers and explainers of KServe: programs beside the predictor, which they call."""

from __future__ import annotations

import pytest
from drawing import deployment, draw, edges, one, text

OBJECT = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: i}
spec:
  predictor: {model: {modelFormat: {name: sklearn}, storageUri: 's3://m/i', protocolVersion: v2}}
  PART: {serviceAccountName: own, containers: [{name: main, image: 'example/part:1', ARGS}]}
"""
WHOLE, PREDICTOR = "workload/-/InferenceService/i", "service/-/InferenceService/i"


def drawn(part: str, args: str = "env: []", more: str = "") -> str:
    return OBJECT.replace("PART", part).replace("ARGS", args) + more


@pytest.mark.parametrize("part", ["transformer", "explainer"])
def test_a_part_calls_the_predictor(part: str) -> None:
    graph = draw(drawn(part))

    edge = edges(graph, "calls")[f"{WHOLE}/{part}", PREDICTOR]
    assert edge.certain
    assert edge.evidence[0].place is not None
    assert edge.evidence[0].place.path == ("spec", part)
    assert text(edge.evidence[0].place).startswith("{serviceAccountName")
    assert set(edges(graph, "routes")) == {(PREDICTOR, WHOLE), (f"{PREDICTOR}/{part}", f"{WHOLE}/{part}")}
    assert {s for s, _ in edges(graph, "serves")} == {WHOLE}
    assert {(s, t.rpartition("/")[2]) for s, t in edges(graph, "runs-as")} == {
        (WHOLE, "default"),
        (f"{WHOLE}/{part}", "own"),
    }
    assert {t for s, t in edges(graph, "may-reach") if s == "trust-boundary/internet"} == {
        PREDICTOR,
        f"{PREDICTOR}/{part}",
    }
    assert one(graph, f"{WHOLE}/{part}").parent == WHOLE


def test_requests_to_the_service_come_to_the_transformer_first() -> None:
    client = "---\n" + deployment(
        "c", "env: [{name: MODEL_URL, value: 'http://i.ml.svc'}, {name: P_URL, value: 'http://i-predictor'}]"
    )
    into = client.replace("metadata: {name: c}", "metadata: {name: c, namespace: ml}")

    def called(part: str) -> set[str]:
        graph = draw(drawn(part, more=into).replace("metadata: {name: i}", "metadata: {name: i, namespace: ml}"))
        return {t for s, t in edges(graph, "calls") if s == "workload/ml/Deployment/c"}

    made = "service/ml/InferenceService/i"
    assert called("transformer") == {made, f"{made}/transformer"}
    assert called("explainer") == {made}


@pytest.mark.parametrize("flag", ["--predictor_host", "--predictor-host"])
def test_a_transformer_that_is_told_somebody_else(flag: str) -> None:
    graph = draw(drawn("transformer", f"args: [{flag}, other-predictor.ml.svc]"))

    assert {t for _, t in edges(graph, "calls")} == {"service/ml/Service/other-predictor"}


def test_a_predictor_alone_and_a_transformer_in_its_pod_call_nobody() -> None:
    alone = drawn("transformer").partition("  transformer")[0]
    beside = alone.replace("model: {", "containers: [{name: transformer-container, image: 'example/t:1'}], model: {")

    for manifest in (alone, beside):
        graph = draw(manifest)
        assert not edges(graph, "calls")
        assert [c.id for c in graph.components if c.kind.value == "workload"] == [WHOLE]


def test_what_stood_at_the_top_before() -> None:
    old = """
apiVersion: serving.kubeflow.org/v1alpha2
kind: InferenceService
metadata: {name: i}
spec:
  default:
    predictor: {sklearn: {storageUri: 's3://m/i'}}
    transformer: {custom: {container: {name: t, image: 'example/t:1'}}}
"""
    assert (f"{WHOLE}/transformer", PREDICTOR) in edges(draw(old), "calls")
