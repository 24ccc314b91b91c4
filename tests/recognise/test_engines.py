from __future__ import annotations

from timeit import repeat

import pytest
from manifests import container, deployment, job, shown, workload

from hullmark.recognise.engines import engine_of
from hullmark.recognise.engines_table import ENGINES, FORMATS, KINDS

IMAGES = {
    "vllm/vllm-openai:v0.11.0": "vllm",
    "vllm/vllm-openai-cpu": "vllm",
    "nvcr.io/nvidia/vllm:25.09-py3": "vllm",
    "opea/vllm-gaudi:1.22.0": "vllm",
    "ghcr.io/llm-d/llm-d-cuda:v0.9.0": "vllm",
    "nvcr.io/nvidia/ai-dynamo/vllm-runtime:0.6": "vllm",
    "repo.rebellions.ai/rebellions/vllm-rbln-rhel9:3.3": "vllm",
    "ghcr.io/huggingface/text-generation-inference:2.4": "tgi",
    "us-docker.pkg.dev/x/huggingface-text-generation-inference-cu124.2-3.ubuntu2204.py311": "tgi",
    "ghcr.io/huggingface/text-embeddings-inference:cpu-1.6": "tei",
    "lmsysorg/sglang:latest": "sglang",
    "nvcr.io/nvidia/tritonserver:24.04-py3": "triton",
    "nvcr.io/nim/meta/llama-3.1-8b-instruct:1.3.3": "nim",
    "ollama/ollama:0.5": "ollama",
    "ghcr.io/ggml-org/llama.cpp:server": "llama-cpp",
    "pytorch/torchserve:0.12.0-gpu": "torchserve",
    "tensorflow/serving:2.19.0": "tf-serving",
    "docker.io/seldonio/mlserver:1.6": "mlserver",
    "openvino/model_server": "openvino",
    "kserve/huggingfaceserver:v0.15": "huggingface-server",
    "kserve/sklearnserver": "kserve-sklearn",
    "rayproject/ray:2.52.0": "ray",
    "rayproject/ray-llm:2.52.0-py311-cu128": "ray-serve",
    "ghcr.io/berriai/litellm-database:main": "litellm",
    "docker.io/envoyproxy/ai-gateway-extproc": "envoy-ai-gateway",
    "lmcache/lmstack-router": "vllm-router",
    "registry.k8s.io/gateway-api-inference-extension/epp:v1": "endpoint-picker",
    "ghcr.io/llm-d/llm-d-routing-sidecar": "routing-sidecar",
    "qdrant/qdrant:v1.12": "qdrant",
    "cr.weaviate.io/semitechnologies/weaviate": "weaviate",
    "milvusdb/milvus:v2.5": "milvus",
    "ghcr.io/chroma-core/chroma": "chroma",
    "pgvector/pgvector:pg17": "pgvector",
    "ghcr.io/open-webui/open-webui:main": "open-webui",
    "jupyter/scipy-notebook": "jupyter",
    "quay.io/jupyterhub/k8s-singleuser-sample:4.1.0": "jupyterhub",
    "ghcr.io/open-webui/pipelines:main": "open-webui",
    "calciumion/new-api": "one-api",
    "infiniflow/ragflow:v0.20.0": "ragflow",
    "cr.weaviate.io/semitechnologies/transformers-inference:multi-qa": "weaviate-transformers",
    "rocker/rstudio:4.4.1": "rstudio",
    "codercom/code-server:4.96.2": "code-server",
    "kubeflownotebookswg/codeserver-python:v1.9.0": "code-server",
    "ghcr.io/mlflow/mlflow:v2": "mlflow",
    "wandb/local": "wandb",
    "ghcr.io/kubeflow/model-registry/server": "kubeflow-model-registry",
    "feastdev/feature-server": "feast",
    "nvcr.io/nvidia/k8s/dcgm-exporter:3": "accelerator-platform",
    "nvcr.io/nvidia/k8s-device-plugin:v0.17": "accelerator-platform",
    "gcr.io/google-containers/ubuntu-nvidia-driver-installer": "accelerator-platform",
    "mcp/github": "mcp",
}

COMMANDS = {
    "[vllm, serve, a/b]": "vllm",
    "[python3, -m, vllm.entrypoints.openai.api_server]": "vllm",
    "[bash, -c, 'ray start --head; vllm serve a/b']": "vllm",
    "[python, -m, sglang.launch_server]": "sglang",
    "[mpirun, -n, '2', tritonserver]": "triton",
    "[/opt/tritonserver/bin/tritonserver]": "triton",
    "[text-generation-launcher]": "tgi",
    "[ollama, serve]": "ollama",
    "[torchrun, train.py]": "torchrun",
    "[python, -m, torch.distributed.run, train.py]": "torchrun",
    "[accelerate, launch, train.py]": "accelerate",
    "[deepspeed, train.py]": "deepspeed",
    "[jupyter, lab]": "jupyter",
    "[tensorboard, --logdir=/x]": "tensorboard",
    "[mlflow, server]": "mlflow",
    "[streamlit, run, app.py]": "streamlit",
}

NOTHING = (
    "image: nginx",
    "image: redis:7",
    "image: postgres:17",
    "image: docker.elastic.co/elasticsearch/elasticsearch:8",
    "image: busybox, ports: [{containerPort: 8000}]",
    "image: my/app, ports: [{containerPort: 8501}], readinessProbe: {httpGet: {path: /v2/health/ready}}",
    "image: nvcr.io/nvidia/tritonserver:24.04-py3-sdk",
    "image: nvcr.io/nvidia/vllm, command: [bash, -c, pip install genai-perf && genai-perf profile]",
    "image: ollama/ollama, command: [ollama, pull, llama3]",
    "image: ollama/ollama, command: [sh, -c, ollama pull llama3]",
    "image: ghcr.io/llm-d/llm-d-inference-sim",
    "image: envoyproxy/ai-gateway-testupstream",
    "image: kserve/storage-initializer",
    "image: kserve/agent",
    "image: kserve/qpext",
    "image: milvusdb/etcd:3.5",
    "image: minio/minio",
    "image: milvusdb/milvus-config-tool",
    "image: nvidia/cuda:12.4",
    "image: ghcr.io/x/nccl-tests",
    "image: apache/spark:3.5",
    "image: apache/airflow:2.10",
    "image: kong:3",
    "image: my/client, env: [{name: OLLAMA_BASE_URL, value: x}, {name: VLLM_API_KEY, value: y}]",
    "image: my/client, env: [{name: QDRANT_HOST, value: z}]",
    "image: tensorflow/tensorflow, command: [python, main.py]",
    "image: my/vllm-operator",
    "image: jupyterhub/configurable-http-proxy:4.6.3",
    "image: quay.io/jupyterhub/k8s-image-awaiter:4.1.0",
    "image: kubeflownotebookswg/tensorboard-controller:v1.9.0",
    "image: kubeflownotebookswg/jupyter-web-app:v1.9.0",
    "image: bentoml/yatai:1.1.0",
    "image: my/pipelines",
    "image: my/new-api",
    "image: my/mcp-dashboard",
    "image: my/langgraph-ui",
    "image: my/vllm-metrics-dashboard",
    "image: my/vllm-auth-proxy",
    "image: my/mlflow-ui",
    "image: vllm/vllm-openai, command: [vllm, bench, serve, --base-url, http://chat]",
    "image: lmsysorg/sglang, command: [python3, -m, sglang.bench_serving, --host, chat]",
    "image: ''",
    "image: 5",
    "command: {a: b}",
)


@pytest.mark.parametrize(("image", "engine"), IMAGES.items())
def test_images(image: str, engine: str) -> None:
    found = container(f"{{name: c, image: '{image}'}}")
    assert found.engine == engine


@pytest.mark.parametrize(("command", "engine"), COMMANDS.items())
def test_commands_whatever_the_image(command: str, engine: str) -> None:
    assert container(f"{{name: c, image: my/image, command: {command}}}").engine == engine


@pytest.mark.parametrize("fields", NOTHING)
def test_lookalikes(fields: str) -> None:
    assert container(f"{{name: c, {fields}}}").engine == ""


def test_command_beats_image() -> None:
    fields = "{name: c, image: tensorflow/serving, command: [tensorboard, --logdir, /x]}"
    assert container(fields).engine == "tensorboard"


def test_environment_alone_is_only_probable() -> None:
    engine, evidence = engine_of(container("{name: c, image: my/llm, env: [{name: VLLM_USE_V1, value: '1'}]}"))
    assert engine == "vllm"
    assert evidence[0].text.startswith("probably")


def test_stores_count_with_a_second_sign() -> None:
    assert deployment("{name: c, image: redis/redis-stack}", name="vector-db").containers[0].engine == "redis-stack"
    assert deployment("{name: c, image: redis/redis-stack}", name="cache").containers[0].engine == ""


def test_a_label_names_the_engine() -> None:
    found = deployment("{name: c, image: my/server}", labels="ai.gke.io/inference-server: vllm")
    assert found.engine == "vllm"


def test_model_format_names_the_engine() -> None:
    service = (
        "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: x}\nspec:\n  predictor:\n"
    )
    assert workload(service + "    model: {modelFormat: {name: sklearn}}\n").engine == "kserve-sklearn"
    assert workload(service + "    xgboost: {storageUri: 'gs://a/b'}\n").engine == "kserve-xgboost"


def test_kinds_decide_whatever_the_image() -> None:
    service = "apiVersion: apps.nvidia.com/v1alpha1\nkind: NIMService\nmetadata: {name: x}\n"
    service += "spec: {image: {repository: x/vllm-y}}\n"
    assert workload(service).engine == "nim"
    model = "apiVersion: kubeai.org/v1\nkind: Model\nmetadata: {name: x}\n"
    model += "spec: {url: 'hf://BAAI/bge-m3', engine: Infinity}\n"
    assert workload(model).engine == "infinity"


def test_evidence_points_at_what_it_names() -> None:
    _, evidence = engine_of(container("{name: c, image: vllm/vllm-openai, command: [vllm, serve, a/b]}"))
    assert evidence[0].place is not None
    assert shown(evidence[0].place) == "vllm"


def test_a_job_that_waits_runs_nothing() -> None:
    assert job("{name: c, image: vllm/vllm-openai, command: [sleep, infinity]}").engine == ""


def test_tables_are_consistent() -> None:
    ids = [engine.id for engine in ENGINES]
    assert len(ids) == len(set(ids))
    assert set(FORMATS.values()) <= set(ids)
    assert set(KINDS.values()) <= set(ids)


def test_a_container_without_ai_costs_little() -> None:
    plain = container(
        "{name: c, image: registry.example/team/web-frontend:1.2, args: [--port, '80'], env: [{name: A, value: b}]}"
    )
    engine_of(plain)
    assert min(repeat(lambda: engine_of(plain), number=200, repeat=5)) / 200 < 60e-6
