"""Names of models that clients of a pool may ask for, and the models that they mean."""

from __future__ import annotations

import pytest
from drawing import deployment, draw, edges, lines, pairs

POOL = """
---
apiVersion: inference.networking.x-k8s.io/v1alpha2
kind: InferencePool
metadata: {name: pool}
spec: {selector: {app: s}, targetPortNumber: 8000, extensionRef: {name: epp}}
---
"""
MODEL = "model/hub/meta-llama/Llama-3.1-8B"


def server(*words: str) -> str:
    args = ", ".join(f"'{w}'" for w in ("--model", "meta-llama/Llama-3.1-8B", *words))
    return deployment("s", f"args: [{args}]", "vllm/vllm-openai:v0.11.0")


def asked(kind: str, spec: str, version: str = "v1alpha2") -> str:
    return f"apiVersion: inference.networking.x-k8s.io/{version}\nkind: {kind}\nmetadata: {{name: m}}\nspec: {spec}\n"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ((), "meta-llama/Llama-3.1-8B"),
        (("--served-model-name", "chat", "chat-8b"), "chat-8b"),
        (("--served-model-name=chat",), "chat"),
        (("--enable-lora", "--lora-modules", "food=x/food", "law=x/law"), "law"),
        (("--lora-modules", '{"name": "food", "path": "x/food"}'), "food"),
    ],
)
def test_a_name_and_the_model_it_means(words: tuple[str, ...], name: str) -> None:
    graph = draw(server(*words) + POOL + asked("InferenceModel", f"{{modelName: {name}, poolRef: {{name: pool}}}}"))

    found = edges(graph, "depends-on")
    assert ("config/-/InferenceModel/m", "service/-/InferencePool/pool") in found
    edge = found["config/-/InferenceModel/m", MODEL]
    assert edge.facts == {"model-name": name}
    assert lines(edge)[0].endswith(f":{name}")


@pytest.mark.parametrize("words", [(), ("--served-model-name", "chat"), ("--lora-modules", "{")])
def test_a_name_that_no_server_of_the_scan_has(words: tuple[str, ...]) -> None:
    graph = draw(server(*words) + POOL + asked("InferenceModel", "{modelName: law, poolRef: {name: pool}}"))

    assert ("config/-/InferenceModel/m", MODEL) not in pairs(graph, "depends-on")


def test_targets_come_before_the_name_and_rewrites_have_theirs() -> None:
    old = "{modelName: food, poolRef: {name: pool}, targetModels: [{name: food-1, weight: 50}, {name: food-2}]}"
    new = "{poolRef: {name: pool}, rules: [{matches: [{model: {value: food}}], targets: [{modelRewrite: food-2}]}]}"
    lora = server("--lora-modules", "food-2=x/y")

    for kind, spec in (("InferenceModel", old), ("InferenceModelRewrite", new)):
        edge = edges(draw(lora + POOL + asked(kind, spec)), "depends-on")[f"config/-/{kind}/m", MODEL]
        assert edge.facts == {"model-name": "food-2"}


def test_an_objective_is_for_a_pool_that_need_not_be_there() -> None:
    graph = draw(asked("InferenceObjective", "{priority: 10, poolRef: {name: pool}}"))

    assert edges(graph, "depends-on").keys() == {("config/-/InferenceObjective/m", "service/-/InferencePool/pool")}
