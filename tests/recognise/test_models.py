from __future__ import annotations

import pytest
from manifests import container, deployment, job, shown, workload

from hullmark.model.workload import Workload


def ids(subject: Workload) -> list[tuple[str, str, str]]:
    return [(m.scheme, m.id, m.revision) for m in subject.models]


COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("image: vllm/vllm-openai, command: [vllm, serve, org/name, --revision, v1]", [("hub", "org/name", "v1")]),
        ("image: vllm/vllm-openai, args: [--model=org/name]", [("hub", "org/name", "")]),
        ("image: vllm/vllm-openai, args: [--model, /models/x]", [("path", "/models/x", "")]),
        ("image: vllm/vllm-openai, args: [--model, $(MODEL_ID)]", []),
        (
            "image: vllm/vllm-openai, args: [--model, $(MODEL_ID)], env: [{name: MODEL_ID, value: org/name}]",
            [("hub", "org/name", "")],
        ),
        ("image: vllm/vllm-openai, args: [--model, <your-model>]", []),
        ("image: vllm/vllm-openai, args: [--model, 's3://bucket/x']", [("s3", "bucket/x", "")]),
        (
            "image: vllm/vllm-openai, args: [--model, 'https://u:p@host/m.gguf']",
            [("http", "https://host/m.gguf", "")],
        ),
        ("image: vllm/vllm-openai, args: [--model, 's3://key:word@bucket/x']", [("s3", "bucket/x", "")]),
        ("image: vllm/vllm-openai, args: [--model, 'hf://name@refs/pr/1']", [("hub", "name", "refs/pr/1")]),
        (
            "image: vllm/vllm-openai, command: [vllm, serve, data/x], volumeMounts: [{name: v, mountPath: /data}]",
            [("path", "data/x", "")],
        ),
        (
            "image: x/tgi-gaudi, env: [{name: MODEL_ID, value: org/name}, {name: REVISION, value: abc}]",
            [("hub", "org/name", "abc")],
        ),
        (
            "image: lmsysorg/sglang, command: [python3, -m, sglang.launch_server, --model-path, org/name]",
            [("hub", "org/name", "")],
        ),
        ("image: nvcr.io/nim/meta/llama-3.1-8b-instruct:1.3.3", [("ngc", "meta/llama-3.1-8b-instruct", "1.3.3")]),
        ("image: llama-server, args: [-m, /m/x.gguf]", [("path", "/m/x.gguf", "")]),
        ("image: tritonserver, args: ['--model-repository=gs://b/repo']", [("gs", "b/repo", "")]),
        (
            "image: ollama/ollama, command: [sh, -c, 'ollama serve & ollama pull llama3.1:8b']",
            [("ollama", "llama3.1", "8b")],
        ),
        ("image: nginx, args: [--model, org/name]", []),
        ("image: my/ui, env: [{name: MODEL_ID, value: org/name}]", []),
        ("image: vllm/vllm-openai, args: [--model, [org/name]]", []),
    ],
)
def test_containers(fields: str, expected: list[tuple[str, str, str]]) -> None:
    assert ids(deployment(f"{{name: c, {fields}}}", "volumes: [{name: v, emptyDir: {}}]")) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("image: x, command: [huggingface-cli, download, org/name, --revision, v2]", [("hub", "org/name", "v2")]),
        ("image: x, command: [hf, download, org/name]", [("hub", "org/name", "")]),
        (
            "image: pytorch/pytorch, command: [torchrun, train.py, --model_name_or_path, org/name]",
            [("hub", "org/name", "")],
        ),
        ("image: pytorch/pytorch, command: [torchrun, train.py, --model, /data/x]", []),
    ],
)
def test_jobs(fields: str, expected: list[tuple[str, str, str]]) -> None:
    assert ids(job(f"{{name: c, {fields}}}")) == expected


OBJECTS = {
    """
    apiVersion: serving.kserve.io/v1beta1
    kind: InferenceService
    metadata: {name: x}
    spec: {predictor: {model: {modelFormat: {name: sklearn}, storageUri: "hf://org/name:v3"}}}
    """: [("hub", "org/name", "v3")],
    """
    apiVersion: serving.kserve.io/v1beta1
    kind: InferenceService
    metadata: {name: x}
    spec: {predictor: {model: {modelFormat: {name: sklearn}, storage: {key: minio, path: sklearn/model}}}}
    """: [("s3", "minio/sklearn/model", "")],
    """
    apiVersion: serving.kserve.io/v1alpha1
    kind: LLMInferenceService
    metadata: {name: x}
    spec: {model: {uri: "oci://reg.example/m:v1@sha256:abc"}, template: {containers: [{name: main}]}}
    """: [("oci", "reg.example/m", "v1")],
    """
    apiVersion: kubeai.org/v1
    kind: Model
    metadata: {name: x}
    spec: {url: "ollama://gemma2:2b", engine: OLlama}
    """: [("ollama", "gemma2", "2b")],
    """
    apiVersion: apps.nvidia.com/v1alpha1
    kind: NIMCache
    metadata: {name: x}
    spec: {source: {hf: {namespace: org, modelName: name, revision: r, modelPuller: "nvcr.io/nim/nvidia/llm-nim:1"}}}
    """: [("hub", "org/name", "r")],
    """
    apiVersion: apps.nvidia.com/v1alpha1
    kind: NIMCache
    metadata: {name: x}
    spec: {source: {ngc: {modelPuller: "nvcr.io/nim/meta/llama:1.3"}}}
    """: [("ngc", "meta/llama", "1.3")],
    """
    apiVersion: ray.io/v1
    kind: RayService
    metadata: {name: x}
    spec:
      serveConfigV2: |
        applications:
          - args:
              llm_configs:
                - model_loading_config:
                    model_id: short
                    model_source: org/name
      rayClusterConfig:
        headGroupSpec: {template: {spec: {containers: [{name: h, image: rayproject/ray-llm}]}}}
    """: [("hub", "org/name", "")],
}


@pytest.mark.parametrize(("text", "expected"), OBJECTS.items())
def test_fields_of_objects(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert ids(workload(text)) == expected


def test_places_are_exact() -> None:
    found = container('{name: c, image: vllm/vllm-openai, command: [bash, -c, "vllm serve org/name --port 80"]}').models
    assert shown(found[0].place) == "org/name"
    ray = next(text for text in OBJECTS if "RayService" in text)
    assert shown(workload(ray).models[0].place) == "org/name"


def test_pinned() -> None:
    found = container(f"{{name: c, image: vllm/vllm-openai, args: [--model, org/name, --revision, '{COMMIT}']}}").models
    assert found[0].pinned
    assert not container("{name: c, image: vllm/vllm-openai, args: [--model, org/name]}").models[0].pinned


def test_image_volumes() -> None:
    pod = "volumes: [{name: m, image: {reference: 'reg.example/m:1'}}]"
    subject = deployment("{name: c, image: vllm/vllm-openai, volumeMounts: [{name: m, mountPath: /m}]}", pod)
    assert ids(subject) == [("oci", "reg.example/m", "1")]
