from __future__ import annotations

from typing import Any

import pytest

from hullmark.model.container import Container
from hullmark.model.demand import load_seconds, parallelism, probe_budget, weights_gigabytes
from hullmark.model.resource import Resource
from hullmark.recognise.recognition import recognise
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source
from hullmark.text.tree import Map


def container(fields: str) -> Container:
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: x}}\nspec:\n  containers:\n    - {{name: c, {fields}}}\n"
    objects = [o for o in resources(Source("x.yaml", text)) if isinstance(o, Resource)]
    return recognise(objects)[0].containers[0]


@pytest.mark.parametrize(
    ("fields", "devices"),
    [
        ("image: vllm/vllm-openai, args: [--model, a/b]", "1"),
        ("image: vllm/vllm-openai, args: [--model, a/b, -tp, '4', --pipeline-parallel-size=2]", "8"),
        ("image: vllm/vllm-openai, args: [-tp, '2', --data-parallel-size, '8', --data-parallel-size-local, '4']", "8"),
        ("image: vllm/vllm-openai, args: [-tp, '2', --data-parallel-size, '2']", "4"),
        ("image: vllm/vllm-openai, args: [-tp, $(TP)]", None),
        ("image: vllm/vllm-openai, args: [-tp, $(TP)], env: [{name: TP, value: '2'}]", "2"),
        ("image: vllm/vllm-openai, args: [-tp, '16', --distributed-executor-backend, ray]", None),
        ("image: vllm/vllm-openai, args: [--device, cpu]", None),
        ("image: lmsysorg/sglang, args: [--tp, '4', --dp-size, '2']", "8"),
        ("image: lmsysorg/sglang, args: [--tp, '8', --dp-size, '8', --enable-dp-attention]", "8"),
        ("image: lmsysorg/sglang, args: [--tp, '16', --nnodes, '2']", None),
        ("image: ghcr.io/huggingface/text-generation-inference, args: [--num-shard, '2']", "2"),
        ("image: ghcr.io/huggingface/text-generation-inference, env: [{name: NUM_SHARD, value: '4'}]", "4"),
        ("image: ghcr.io/huggingface/text-generation-inference", None),
        ("image: nvcr.io/nim/meta/x, env: [{name: NIM_TENSOR_PARALLEL_SIZE, value: '2'}]", "2"),
        ("image: nginx, args: [-tp, '2']", None),
    ],
)
def test_parallelism(fields: str, devices: str | None) -> None:
    found = parallelism(container(fields))
    assert (found and found.value) == devices


@pytest.mark.parametrize(
    ("model", "gigabytes"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", 16),
        ("Qwen/Qwen3-30B-A3B", 60),
        ("mistralai/Mixtral-8x7B-v0.1", 112),
        ("facebook/opt-125m", 0.25),
        ("x/Llama-3.1-405B-Instruct-FP8", 405),
        ("x/Llama-2-7B-AWQ", 3.85),
        ("x/llama_7b_q4", 3.85),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B", 3),
        ("bert-base", None),
        ("google/gemma-3n-E4B", None),
        ("70b/name", None),
        ("", None),
    ],
)
def test_weights(model: str, gigabytes: float | None) -> None:
    assert weights_gigabytes(model) == (None if gigabytes is None else pytest.approx(gigabytes))


@pytest.mark.parametrize(
    ("probe", "seconds"),
    [
        (Map(), 30),
        (None, 30),
        (Map({"initialDelaySeconds": 60, "periodSeconds": 5, "failureThreshold": 10}), 110),
        (Map({"periodSeconds": None}), 30),
        (Map({"failureThreshold": "many"}), None),
    ],
)
def test_probe_budget(probe: Any, seconds: int | None) -> None:
    assert probe_budget(probe) == seconds


def test_load_seconds() -> None:
    assert load_seconds(None) == 120
    assert load_seconds(140) == 700
    assert load_seconds(140, local=True) == 140
    assert load_seconds(16, engine="vllm", vendors=("nvidia",)) == 260
    assert load_seconds(16, engine="vllm", vendors=("aws",)) == 1880
