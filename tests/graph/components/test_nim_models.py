"""Models that objects of NVIDIA's operators load without naming them."""

from __future__ import annotations

from drawing import draw, edges, pairs

CACHE = """
apiVersion: apps.nvidia.com/v1alpha1
kind: NIMCache
metadata: {name: store, namespace: ml}
spec: {source: {hf: {namespace: acme, modelName: chat, modelPuller: 'nvcr.io/nim/nvidia/llm-nim:1.12'}}}
"""
HELD = "model/hub/acme/chat"


def service(image: str, kind: str = "NIMService", cache: str = "store") -> str:
    spec = f"{{image: {{repository: {image}, tag: '1'}}, storage: {{nimCache: {{name: {cache}}}}}}}"
    whole = f"{{services: [{{name: part, spec: {spec}}}]}}" if kind == "NIMPipeline" else spec
    return (
        f"apiVersion: apps.nvidia.com/v1alpha1\nkind: {kind}\nmetadata: {{name: nim, namespace: ml}}\nspec: {whole}\n"
    )


def loads(*texts: str) -> set[tuple[str, str]]:
    return {(s, t) for s, t in edges(draw(*texts), "loads-model") if "NIMCache" not in s}


def test_a_server_loads_what_its_cache_holds() -> None:
    nim = "workload/ml/NIMService/nim"
    graph = draw(CACHE, service("nvcr.io/nim/nvidia/llm-nim"))

    assert edges(graph, "loads-model").keys() >= {(nim, HELD)}
    assert (nim, HELD) in edges(graph, "serves")
    assert loads(CACHE, service("internal/server", "NIMPipeline")) == {("workload/ml/NIMPipeline/nim/part", HELD)}


def test_an_image_with_a_model_of_its_own_and_a_cache_that_is_not_here() -> None:
    [(_, own)] = loads(CACHE, service("nvcr.io/nim/meta/llama-3.1-8b-instruct"))

    assert own != HELD
    assert loads(CACHE, service("internal/server", cache="other")) == set()


def customizer(key: str, text: str) -> str:
    inside = text.replace("\n", "\n    ")
    return f"""
apiVersion: apps.nvidia.com/v1alpha1
kind: NemoCustomizer
metadata: {{name: tuner, namespace: ml}}
spec: {{image: {{repository: x, tag: '1'}}, modelConfig: {{name: targets}}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: targets, namespace: ml}}
data:
  {key}: |
    {inside}
"""


TARGETS = """targets:
  a/on: {enabled: true, model_uri: 'ngc://nvidia/nemo/on:2.0'}
  a/off: {enabled: false, model_uri: 'ngc://nvidia/nemo/off:2.0'}
  a/open: {model_uri: 'ngc://nvidia/nemo/open:2.0'}
"""


def test_a_customizer_loads_the_targets_that_are_enabled() -> None:
    for text in (customizer("customizationTargets", TARGETS), customizer("models", TARGETS.partition("\n")[2])):
        [(tuner, model)] = loads(text)

        assert tuner == "workload/ml/NemoCustomizer/tuner"
        assert "nemo/on" in model
        assert ("workload/ml/NemoCustomizer/tuner", "config/ml/ConfigMap/targets") in pairs(draw(text), "reads")
    assert loads(customizer("notes", TARGETS)) == set()
