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
    with_part = text.replace("spec: {", "spec: {transformer: {containers: [{name: t, image: 'example/t:1'}]}, ")
    assert facts(with_part, "service/-/InferenceService/i/transformer")["protocol"] == "unknown"
    assert facts(with_part, "service/-/InferenceService/i")["protocol"] == "Open Inference Protocol v2"


RAY = """
apiVersion: ray.io/v1
kind: RayService
metadata: {name: r}
spec:
  serveConfigV2: |
    http_options: {port: 9000}
    applications:
      - name: a
        import_path: IMPORTED
        route_prefix: /
  rayClusterConfig:
    headGroupSpec:
      template: {spec: {containers: [{name: ray, image: 'rayproject/ray:2.50.0', ports: [{containerPort: 9000, name: serve}]}]}}
"""


@pytest.mark.parametrize(
    ("imported", "protocol"),
    [
        ("ray.serve.llm:build_openai_app", "OpenAI-compatible"),
        ("ray.serve.llm:build_pd_openai_app", "OpenAI-compatible"),
        ("ray.serve.llm:build_dp_openai_app", "OpenAI-compatible"),
        ("ray.serve.llm.builders:build_openai_app", "OpenAI-compatible"),
        ("rayllm:app", "OpenAI-compatible"),
        ("rayllm.backend:router_application", "OpenAI-compatible"),
        ("ray.serve.llm:build_llm_deployment", "unknown"),
        ("team.ray.serve.llm:build_openai_app", "unknown"),
        ("fruit.deployment_graph", "unknown"),
    ],
)
def test_what_ray_serves(imported: str, protocol: str) -> None:
    found = facts(RAY.replace("IMPORTED", imported), "service/-/RayService/r")
    known = protocol != "unknown"

    assert (found["protocol"], found["documented"].startswith("https://platform.openai")) == (protocol, known)
    assert found["authenticated"] == "no"
    assert facts(RAY.replace("IMPORTED", imported), "r/head")["protocol"] == f"Ray, {protocol}"


def test_what_ray_serves_beside_an_application_of_ones_own() -> None:
    two = RAY.replace(
        "IMPORTED", "ray.serve.llm:build_openai_app\n      - {import_path: 'own:app', route_prefix: /own}"
    )

    assert (
        facts(two.replace("        route_prefix: /\n", ""), "service/-/RayService/r")["protocol"]
        == "OpenAI-compatible, unknown"
    )


def test_what_a_broken_configuration_of_ray_serves_is_not_known() -> None:
    assert facts(RAY.replace("IMPORTED", "{"), "service/-/RayService/r")["protocol"] == "unknown"


def test_a_service_for_the_pods_of_a_ray_service() -> None:
    mine = "---\napiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {ray.io/serve: 'true'}, ports: [PORTS]}\n"
    labelled = RAY.replace("template: {spec", "template: {metadata: {labels: {ray.io/serve: 'true'}}, spec")
    text = labelled.replace("IMPORTED", "ray.serve.llm:build_openai_app") + mine

    assert facts(text.replace("PORTS", "{port: 80, targetPort: 9000}"))["protocol"] == "OpenAI-compatible"
    assert facts(text.replace("PORTS", "{port: 80, targetPort: serve}"))["protocol"] == "OpenAI-compatible"
    assert facts(text.replace("PORTS", "{port: 8265}"))["protocol"] == "Ray"
    assert facts(text.replace("PORTS", "{port: 6379}"))["protocol"] == "unknown"


POOL = """
---
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {name: p}
spec: {selector: {matchLabels: {pool: x}}, targetPorts: [{number: 8000}], endpointPickerRef: {name: epp}}
"""
OLD_POOL = """
---
apiVersion: inference.networking.x-k8s.io/v1alpha2
kind: InferencePool
metadata: {name: p}
spec: {selector: {pool: x}, targetPortNumber: 8000, extensionRef: {name: epp}}
"""


@pytest.mark.parametrize("pool", [POOL, OLD_POOL])
@pytest.mark.parametrize(
    ("image", "protocol"),
    [
        ("vllm/vllm-openai:v0.11.0", "OpenAI-compatible"),
        ("nvcr.io/nvidia/tritonserver:25.09-py3", "Open Inference Protocol v2 (Triton)"),
        ("example/own:1", "unknown"),
    ],
)
def test_a_pool_speaks_what_its_servers_speak(pool: str, image: str, protocol: str) -> None:
    server = deployment("s", "ports: [{containerPort: 8000}]", image, labels=", pool: x")

    found = facts(server + pool, "service/-/InferencePool/p")

    assert (found["protocol"], found["protocols"]) == (protocol, f"8000: {protocol}")
    assert found["documented"].startswith("https://") == (protocol != "unknown")


def test_a_pool_without_servers_in_the_scan() -> None:
    found = facts(deployment("s") + POOL, "service/-/InferencePool/p")

    assert found["protocol"] == "unknown"
    assert "documented" not in found


def test_a_pool_of_two_engines_and_a_sidecar_before_one() -> None:
    proxy = "{name: proxy, image: 'ghcr.io/llm-d/llm-d-routing-sidecar:v1', restartPolicy: Always, ports: [{containerPort: 8000}]}"
    sidecar = f"initContainers: [{proxy}]"
    vllm = deployment("a", "ports: [{containerPort: 8200}]", "vllm/vllm-openai:v1", sidecar, ", pool: x")
    triton = deployment("b", "", "nvcr.io/nvidia/tritonserver:25.09-py3", labels=", pool: x")

    assert facts(vllm + POOL, "service/-/InferencePool/p")["protocol"] == "OpenAI-compatible"
    assert facts(vllm + "---" + triton + POOL, "service/-/InferencePool/p")["protocol"] == (
        "OpenAI-compatible, Open Inference Protocol v2 (Triton)"
    )


def test_a_route_publishes_what_it_leads_to() -> None:
    route = """
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: h}
spec:
  rules: [{backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: p}, {name: s, port: 80}]}]
"""
    text = (
        deployment("s", image="ollama/ollama:0.9", labels=", pool: x") + "---" + service("s", 80, 11434) + POOL + route
    )

    assert facts(text, "HTTPRoute/h")["protocol"] == "Ollama, OpenAI-compatible"
