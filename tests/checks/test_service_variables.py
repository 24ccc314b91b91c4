"""Every program of the table, and how sure it is that the variable breaks it."""

from __future__ import annotations

import pytest
from test_severities import findings

from hullmark.model.terms import Confidence

MEDIUM = Confidence.MEDIUM


def _text(container: str, service: str) -> str:
    return f"""
apiVersion: v1
kind: Pod
metadata: {{name: a}}
spec:
  containers: [{{name: main, {container}}}]
---
apiVersion: v1
kind: Service
metadata: {{name: {service}}}
spec: {{selector: {{app: other}}, ports: [{{port: 8000}}]}}
"""


@pytest.mark.parametrize(
    ("container", "service", "variable", "confidence"),
    [
        ("image: 'lmsysorg/sglang:v0.5.3', command: [python3, -m, sglang.launch_server]", "sglang", "SGLANG", MEDIUM),
        ("image: 'nvcr.io/nim/meta/llama-3.1-8b-instruct:1.8.0'", "nim-server", "NIM_SERVER", None),
        ("image: 'seldonio/mlserver:1.6.1'", "mlserver-http", "MLSERVER_HTTP", None),
        ("image: 'seldonio/mlserver:1.6.1'", "mlserver-grpc", "MLSERVER_GRPC", None),
        ("image: 'ghcr.io/huggingface/text-embeddings-inference:1.8'", "prometheus", "PROMETHEUS", MEDIUM),
        (
            "image: 'ghcr.io/huggingface/text-generation-inference:3.3.4', args: [--model-id=a/b]",
            "master",
            "MASTER",
            None,
        ),
        ("image: 'r.example/b:1', command: [bentoml, serve, 'service:svc']", "bentoml", "BENTOML", None),
        ("image: 'chromadb/chroma:1.0.20'", "chroma", "CHROMA", None),
        ("image: 'chromadb/chroma'", "chroma", "CHROMA", None),
        ("image: 'quay.io/jupyter/scipy-notebook:2025-03-14'", "jupyter", "JUPYTER", MEDIUM),
        ("image: 'r.example/n:1', command: [jupyter, lab]", "jupyter", "JUPYTER", None),
        ("image: 'langflowai/langflow:1.5.0', command: [langflow, run]", "langflow", "LANGFLOW", None),
    ],
)
def test_each_program_reads_its_own(container: str, service: str, variable: str, confidence: Confidence | None) -> None:
    (found,) = findings("service-variable-clash", _text(container, service))

    assert found.message == f"service '{service}' sets '{variable}_PORT' in the pods of 'a'"
    assert found.confidence is confidence
    assert findings("service-variable-clash", _text(container, f"{service}-x")) == []
