"""What a Service speaks, whether that is documented, and who asks for credentials.

Protocols are those of the engines behind a port; names of ports and ``appProtocol`` refine them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hullmark.graph.applications import at_pod
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.store_table import by_image
from hullmark.model.component import Component, ComponentKind, EdgeKind
from hullmark.model.container import Container
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.model.workload import PodSet
from hullmark.text.tree import Node, dig, mapping


class Protocol(NamedTuple):
    """What an engine speaks over HTTP and over gRPC, and where its interface is published."""

    http: str
    grpc: str = ""
    source: str = ""


OPENAI, V2, MCP, TGI, TRITON = "OpenAI-compatible", "Open Inference Protocol v2", "MCP", "TGI", "Triton"
_V2_SOURCE = "https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol"
_OPENAI = Protocol(OPENAI, "", "https://platform.openai.com/docs/api-reference")
_KSERVE = Protocol(V2, f"{V2} (gRPC)", _V2_SOURCE)

PROTOCOLS: Mapping[str, Protocol] = {
    **dict.fromkeys(
        ("vllm", "sglang", "nim", "llama-cpp", "lmdeploy", "fastchat", "localai", "infinity", "faster-whisper", "litellm",
         "vllm-router", "portkey", "bifrost", "one-api", "helicone", "deepspeed-mii"),
        _OPENAI,
    ),
    "tgi": Protocol(f"{TGI}, {OPENAI}", "", "https://huggingface.github.io/text-generation-inference/"),
    "tei": Protocol(f"TEI, {OPENAI}", "TEI (gRPC)", "https://huggingface.github.io/text-embeddings-inference/"),
    "ollama": Protocol(f"Ollama, {OPENAI}", "", "https://github.com/ollama/ollama/blob/main/docs/api.md"),
    "triton": Protocol(f"{V2} ({TRITON})", f"{V2} ({TRITON}, gRPC)", _V2_SOURCE),
    **dict.fromkeys(
        ("mlserver", "kserve-sklearn", "kserve-xgboost", "kserve-lightgbm", "kserve-pmml", "kserve-paddle",
         "kserve-predictive", "kserve-autogluon", "kserve-art"),
        _KSERVE,
    ),
    "huggingface-server": Protocol(f"{OPENAI}, {V2}", "", _V2_SOURCE),
    "openvino": Protocol(f"{OPENAI}, {V2}", f"{V2} (gRPC)", "https://docs.openvino.ai/2025/model-server/"),
    "torchserve": Protocol("TorchServe", "TorchServe (gRPC)", "https://docs.pytorch.org/serve/rest_api.html"),
    "tf-serving": Protocol("TensorFlow Serving", "TensorFlow Serving (gRPC)", "https://www.tensorflow.org/tfx/serving/api_rest"),
    "seldon": Protocol("Seldon", "Seldon (gRPC)", "https://docs.seldon.ai/seldon-core-1/configuration/servers/sklearn"),
    "bentoml": Protocol("HTTP (OpenAPI)", "", "https://docs.bentoml.com/en/latest/"),
    "jetstream": Protocol("", "JetStream (gRPC)", "https://github.com/AI-Hypercomputer/JetStream"),
    "mcp": Protocol(MCP, "", "https://modelcontextprotocol.io/specification/"),
    "endpoint-picker": Protocol("", "Envoy ext-proc (gRPC)", "https://gateway-api-inference-extension.sigs.k8s.io/"),
    "kserve-router": Protocol("KServe InferenceGraph", "", "https://kserve.github.io/website/docs/model-serving/inferencegraph/overview"),
    "qdrant": Protocol("Qdrant", "Qdrant (gRPC)", "https://api.qdrant.tech/"),
    "weaviate": Protocol("Weaviate", "Weaviate (gRPC)", "https://docs.weaviate.io/weaviate/api"),
    "milvus": Protocol("Milvus", "Milvus (gRPC)", "https://milvus.io/api-reference/restful/v2.5.x/About.md"),
    "chroma": Protocol("Chroma", "", "https://docs.trychroma.com/reference/"),
    "mlflow": Protocol("MLflow", "", "https://mlflow.org/docs/latest/api_reference/rest-api.html"),
    "feast": Protocol("Feast", "Feast (gRPC)", "https://docs.feast.dev/reference/feature-servers"),
    "jupyter": Protocol("Jupyter", "", "https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html"),
    "ray": Protocol("Ray", "", "https://docs.ray.io/en/latest/cluster/running-applications/job-submission/rest.html"),
    "envoy-ai-gateway": _OPENAI,
}  # fmt: skip
"""By engine; an engine that is not here speaks HTTP of its own."""

_METRICS = ("metrics", "prometheus", "prom", "monitoring", "health", "probe")
_HTTP = ("http", "web", "https", "api", "rest", "ui", "h2c")
_SPECIFICATION = ("openapi", "swagger")


def apis(scene: Scene) -> None:
    """The interface of every Service that leads to pods of the scan."""
    contracts = _contracts(scene)
    for service in list(scene.draft.all(ComponentKind.SERVICE)):
        podsets = _podsets(scene, service)
        if podsets and service.resource is not None:
            _describe(scene, service, service.resource, podsets, contracts)


def _podsets(scene: Scene, service: Component) -> list[PodSet]:
    if service.resource is None:
        return []
    selected = scene.arch.selected(service.resource).podsets
    if selected:
        return list(selected)
    owners = scene.behind(service.id)
    workload = scene.arch.workload(service.resource)
    return [p for p in workload.podsets if scene.owner(p) in owners] if workload is not None else []


def _describe(
    scene: Scene, service: Component, resource: Resource, podsets: list[PodSet], contracts: Mapping[str, str]
) -> None:
    ports = dict(_ports(resource, podsets)) if not service.facts.get("made-by") else {"": _whole(resource, podsets)}
    spoken = list(dict.fromkeys(p for p in ports.values() if p and p != "metrics"))
    engines = [c.engine for p in podsets for c in p.containers if c.kind == "app" and c.engine in PROTOCOLS]
    published = PROTOCOLS[engines[0]].source if engines and spoken else ""
    contract = next((contracts[o] for p in podsets if (o := scene.owner(p)) in contracts), "")
    scene.tell(
        service.id,
        protocol=", ".join(spoken) or "unknown",
        protocols="; ".join(f"{port}: {protocol}" for port, protocol in ports.items() if port and protocol),
        documented=contract or published or "no",
        authenticated=_authenticated(scene, resource, podsets),
    )


def _ports(service: Resource, podsets: list[PodSet]) -> Iterator[tuple[str, str]]:
    containers = [c for p in podsets for c in p.containers if c.long_running]
    for port in service.node.children("spec", "ports"):
        name = string(port.value, "name") or str(dig(port.value, "port") or "")
        yield name, _of_port(port, containers)


def _of_port(port: Node, containers: list[Container]) -> str:
    name, hint = string(port.value, "name").lower(), string(port.value, "appProtocol").lower()
    target = dig(port.value, "targetPort") or dig(port.value, "port")
    container, named = _targeted(target, containers)
    if any(name.startswith(m) or named.startswith(m) or name.endswith(m) for m in _METRICS):
        return "metrics"
    grpc = "grpc" in (name.partition("-")[0], hint, named.partition("-")[0]) or hint == "kubernetes.io/h2c"
    protocol = PROTOCOLS.get(container.engine) if container is not None else None
    if protocol is not None:
        return protocol.grpc or "gRPC" if grpc else protocol.http or protocol.grpc
    if grpc:
        return "gRPC"
    store = by_image(container.image.text) if container is not None else None
    if store is not None:
        return store.type
    plain = name.startswith(_HTTP) or named.startswith(_HTTP) or hint.startswith("http")
    return "HTTP" if plain or target in (80, 8080, 443) or _probed(container) else ""


def _targeted(target: object, containers: list[Container]) -> tuple[Container | None, str]:
    """The container that declares a port, else the one with an engine, else the only one; and the port's name there."""
    for container in containers:
        for port in container.node.children("ports"):
            if target in (dig(port.value, "containerPort"), string(port.value, "name")):
                return container, string(port.value, "name").lower()
    engines = [c for c in containers if c.engine]
    apps = engines or [c for c in containers if c.kind == "app"]
    return (apps[0], "") if apps else (None, "")


def _probed(container: Container | None) -> bool:
    probes = ("readinessProbe", "livenessProbe", "startupProbe")
    return container is not None and any(container.node.get(p, "httpGet") is not None for p in probes)


def _whole(resource: Resource, podsets: list[PodSet]) -> str:
    """What a Service speaks that an operator makes: its engine's protocol, or the one that KServe is told."""
    told = string(resource.node.value, "spec", "predictor", "model", "protocolVersion")
    if told in ("v2", "grpc-v2"):
        return V2 if told == "v2" else f"{V2} (gRPC)"
    if told in ("v1", "grpc-v1"):
        return "KServe v1"
    engines = [c.engine for p in podsets for c in p.containers if c.kind == "app" and c.engine in PROTOCOLS]
    engines = engines or [p.workload.engine for p in podsets if p.workload.engine in PROTOCOLS]
    return PROTOCOLS[engines[0]].http or PROTOCOLS[engines[0]].grpc if engines else ""


def _authenticated(scene: Scene, resource: Resource, podsets: list[PodSet]) -> str:
    """Who asks for credentials at the pods; what stands further out is told by the routes."""
    service = resource if resource.ref.kind == "Service" and not resource.ref.group else None
    answers = [at_pod(p, service, scene.arch) for p in podsets]
    inner = [scene.arch.around(p).exposure.authenticated for p in podsets]
    named = next((a for a in (*answers, *inner) if a), "")
    return named or ("unknown" if None in answers else "no")


def _contracts(scene: Scene) -> dict[str, str]:
    """Workloads whose mounted configuration holds a description of an interface: OpenAPI, or protobuf."""
    found: dict[str, str] = {}
    described = {
        scene.draft.id_of(ComponentKind.CONFIG, config): key
        for config in scene.arch.kinds("ConfigMap")
        for key in mapping(config.node.value, "data")
        if any(s in key.lower() for s in _SPECIFICATION) or key.endswith(".proto")
    }
    for _, source, target in scene.draft.edges(EdgeKind.MOUNTS) if described else ():
        if target in described:
            found[source] = f"'{described[target]}' in ConfigMap '{scene.draft.get(target).label}'"
    return found
