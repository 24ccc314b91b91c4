"""What services speak, whether that is documented, and who asks for credentials."""

from __future__ import annotations

import pytest
from drawing import deployment, draw, one, service


def facts(text: str, ending: str = "Service/s") -> dict[str, str]:
    return dict(one(draw(text), ending).facts)


@pytest.mark.parametrize(
    ("image", "protocol"),
    [
        ("vllm/vllm-openai:v0.11.0", "OpenAI-compatible"),
        ("ghcr.io/huggingface/text-generation-inference:3", "TGI, OpenAI-compatible"),
        ("nvcr.io/nvidia/tritonserver:25.09-py3", "Open Inference Protocol v2 (Triton)"),
        ("seldonio/mlserver:1.6", "Open Inference Protocol v2"),
        ("ollama/ollama:0.9", "Ollama, OpenAI-compatible"),
        ("example/mcp-server:1", "MCP"),
        ("qdrant/qdrant:v1", "Qdrant"),
        ("postgres:16", "postgresql"),
        ("example/web:1", "HTTP"),
    ],
)
def test_protocols_of_engines(image: str, protocol: str) -> None:
    assert facts(deployment("s", image=image) + "---" + service("s"))["protocol"] == protocol


def test_ports_by_name_and_application_protocol() -> None:
    text = (
        deployment(
            "s",
            "ports: [{name: http, containerPort: 8000}, {name: grpc, containerPort: 8001}, {name: metrics, containerPort: 8002}]",
            "nvcr.io/nvidia/tritonserver:25.09-py3",
        )
        + """---
apiVersion: v1
kind: Service
metadata: {name: s}
spec:
  selector: {app: s}
  ports:
    - {name: http, port: 8000}
    - {name: inference, port: 8001, appProtocol: grpc}
    - {name: metrics, port: 8002}
"""
    )
    found = facts(text)

    assert found["protocol"] == "Open Inference Protocol v2 (Triton), Open Inference Protocol v2 (Triton, gRPC)"
    assert found["protocols"].endswith("metrics: metrics")


def test_what_nobody_says_is_not_known() -> None:
    text = deployment("s") + "---" + service("s", 9876).replace("name: http, ", "")

    assert facts(text)["protocol"] == "unknown"


def test_documented_by_a_published_interface_or_by_a_description() -> None:
    described = deployment(
        "s", "volumeMounts: [{name: d, mountPath: /d}]", spec="volumes: [{name: d, configMap: {name: docs}}]"
    )
    config = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: docs}\ndata: {openapi.yaml: 'openapi: 3.1.0'}\n"

    assert facts(described + config + "---" + service("s"))["documented"] == "'openapi.yaml' in ConfigMap 'docs'"
    assert facts(deployment("s", image="vllm/vllm-openai:v1") + "---" + service("s"))["documented"].startswith(
        "https://"
    )
    assert facts(deployment("s") + "---" + service("s"))["documented"] == "no"


def test_who_asks_for_credentials() -> None:
    def served(more: str) -> dict[str, str]:
        return facts(deployment("s", more, "vllm/vllm-openai:v1") + "---" + service("s"))

    assert served("args: [--api-key=x]")["authenticated"] == "--api-key"
    assert served("")["authenticated"] == "no"
    assert served("envFrom: [{configMapRef: {name: elsewhere}}]")["authenticated"] == "unknown"


def test_what_kserve_is_told() -> None:
    text = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: i}
spec: {predictor: {model: {modelFormat: {name: sklearn}, protocolVersion: v2, storageUri: 's3://m/i'}}}
"""
    assert facts(text, "service/-/InferenceService/i")["protocol"] == "Open Inference Protocol v2"
