"""What a Service speaks, whether that is documented, and who asks for credentials.

Protocols are those of the engines behind a port; names of ports and ``appProtocol`` refine them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hullmark.graph.applications import at_pod
from hullmark.graph.components.ray_serve import serve
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.store_table import by_image
from hullmark.model.component import Component, ComponentKind, EdgeKind
from hullmark.model.container import Container
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.model.workload import PodSet
from hullmark.text.tree import Value, dig, items, mapping


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

_SIDECAR = "routing-sidecar"
"""Stands before the model server in its pod and speaks what that speaks."""

_UNKNOWN = "unknown"
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
        elif service.facts.get("type") == "InferencePool":
            scene.tell(service.id, protocol=_UNKNOWN)
    _published(scene)


def _published(scene: Scene) -> None:
    """What routes lead to, they publish."""
    found: dict[str, dict[str, None]] = {}
    for _, source, target in scene.draft.edges(EdgeKind.ROUTES):
        spoken = scene.draft.get(target).facts.get("protocol", "")
        if spoken and scene.draft.get(source).kind is ComponentKind.ROUTE:
            found.setdefault(source, {}).update(dict.fromkeys(spoken.split(", ")))
    for route, protocols in found.items():
        scene.tell(route, protocol=", ".join(protocols))


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
    ports = (
        dict(_ports(resource, podsets)) if not service.facts.get("made-by") else dict(_made(service, resource, podsets))
    )
    spoken = ", ".join(dict.fromkeys(p for p in ports.values() if p and p != "metrics"))
    contract = next((contracts[o] for p in podsets if (o := scene.owner(p)) in contracts), "")
    scene.tell(
        service.id,
        protocol=spoken or _UNKNOWN,
        protocols="; ".join(f"{port}: {protocol}" for port, protocol in ports.items() if port and protocol),
        documented=contract or _documented(resource, podsets, spoken) or "no",
        authenticated=_authenticated(scene, resource, podsets),
    )


def _documented(resource: Resource, podsets: list[PodSet], spoken: str) -> str:
    """Where the interface of the engine is published; empty where a part of it is somebody's own."""
    engines = [c.engine for p in podsets for c in p.containers if c.kind == "app" and c.engine in PROTOCOLS]
    if resource.ref.kind == "RayService":
        engines = ["vllm"] if OPENAI in spoken else ["ray"]
    return PROTOCOLS[engines[0]].source if engines and spoken and _UNKNOWN not in spoken else ""


def _ports(service: Resource, podsets: list[PodSet]) -> Iterator[tuple[str, str]]:
    """What each port of a Service or of an InferencePool speaks, whose pods may be of several workloads."""
    containers = [c for p in podsets for c in p.containers if c.long_running]
    for port in service.node.children("spec", "ports"):
        number = dig(port.value, "port")
        to = dig(port.value, "targetPort") or number
        name, hint = string(port.value, "name"), string(port.value, "appProtocol")
        yield name or str(number or ""), _of_port(_Port(name.lower(), hint.lower(), to), containers)
    if service.ref.kind == "InferencePool":
        hint = string(service.spec, "appProtocol").lower()
        for to in pool_ports(service):
            each = (_of_port(_Port("", hint, to), [c for c in p.containers if c.long_running]) for p in podsets)
            yield str(to), ", ".join(dict.fromkeys(s or _UNKNOWN for s in each))


def pool_ports(pool: Resource) -> list[Value]:
    """The ports of an InferencePool's pods: ``targetPorts`` of v1, ``targetPortNumber`` of v1alpha2.

    https://gateway-api-inference-extension.sigs.k8s.io/reference/spec/
    """
    return [dig(p, "number") for p in items(pool.spec, "targetPorts")] or [dig(pool.spec, "targetPortNumber")]


class _Port(NamedTuple):
    """A port by its name and application protocol, in lower case, and the port of the pods that it leads to."""

    name: str
    hint: str
    target: Value


def _of_port(port: _Port, containers: list[Container]) -> str:
    name, hint, target = port
    container, named = _targeted(target, containers)
    if any(name.startswith(m) or named.startswith(m) or name.endswith(m) for m in _METRICS):
        return "metrics"
    if container is not None and container.workload.ref.kind == "RayService":
        return _by_ray(container.workload.resource, target, named)
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


def _by_ray(resource: Resource, target: Value, named: str) -> str:
    """What a port of Ray's pods speaks: the applications behind Serve's proxy, or the dashboard with the jobs API.

    https://docs.ray.io/en/latest/ray-core/configure.html#ports-configurations
    """
    told = serve(resource)
    if target in (told.port, "serve") or named == "serve":
        return ", ".join(dict.fromkeys(OPENAI if a.openai else _UNKNOWN for a in told.applications))
    return PROTOCOLS["ray"].http if target in (8265, "dashboard") or named == "dashboard" else ""


def _made(service: Component, resource: Resource, podsets: list[PodSet]) -> Iterator[tuple[str, str]]:
    """What a Service speaks that an operator makes."""
    if resource.ref.kind != "RayService":
        yield "", _whole(service, resource, podsets)
        return
    if service.id.endswith("/head"):
        yield "dashboard", _by_ray(resource, "dashboard", "")
    yield "serve", _by_ray(resource, "serve", "")


def _targeted(target: object, containers: list[Container]) -> tuple[Container | None, str]:
    """The container that declares a port, else the one with an engine, else the only one; and the port's name there."""
    for container in containers:
        for port in container.node.children("ports"):
            if target in (dig(port.value, "containerPort"), string(port.value, "name")):
                before = container.engine == _SIDECAR and [c for c in containers if c.engine in PROTOCOLS]
                return before[0] if before else container, string(port.value, "name").lower()
    engines = [c for c in containers if c.engine and c.engine != _SIDECAR]
    apps = engines or [c for c in containers if c.kind == "app"]
    return (apps[0], "") if apps else (None, "")


def _probed(container: Container | None) -> bool:
    probes = ("readinessProbe", "livenessProbe", "startupProbe")
    return container is not None and any(container.node.get(p, "httpGet") is not None for p in probes)


def _whole(service: Component, resource: Resource, podsets: list[PodSet]) -> str:
    """What a Service speaks that an operator makes: its engine's protocol, or the one that KServe is told.

    Transformers and explainers are programs of their own, of which neither the predictor's engine nor its protocol tells.
    """
    own = service.id.endswith(("/transformer", "/explainer"))
    told = "" if own else string(resource.node.value, "spec", "predictor", "model", "protocolVersion")
    if told in ("v2", "grpc-v2"):
        return V2 if told == "v2" else f"{V2} (gRPC)"
    if told in ("v1", "grpc-v1"):
        return "KServe v1"
    engines = [c.engine for p in podsets for c in p.containers if c.kind == "app" and c.engine in PROTOCOLS]
    engines = engines or [p.workload.engine for p in podsets if p.workload.engine in PROTOCOLS and not own]
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
