"""Calls that configuration of a known shape tells of: gateways for models, graphs of inference, agents and their tools."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from hullmark.graph.components import configuration
from hullmark.graph.components.addresses import Address, urls
from hullmark.graph.components.calls import Calls, Found
from hullmark.graph.components.draft import Why
from hullmark.graph.components.externals import external
from hullmark.graph.components.resolve import Seen
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.settings import Setting
from hullmark.model.component import ComponentKind, EdgeKind
from hullmark.model.container import Container
from hullmark.model.credentials import spot
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.model.workload import PodSet
from hullmark.recognise.embedded import documents
from hullmark.text.tree import Node, dig, items

LITELLM: Mapping[str, str] = {
    "openai": "api.openai.com", "anthropic": "api.anthropic.com", "gemini": "generativelanguage.googleapis.com",
    "vertex_ai": "aiplatform.googleapis.com", "bedrock": "bedrock-runtime.amazonaws.com", "mistral": "api.mistral.ai",
    "cohere": "api.cohere.com", "cohere_chat": "api.cohere.com", "groq": "api.groq.com",
    "together_ai": "api.together.xyz", "fireworks_ai": "api.fireworks.ai", "deepseek": "api.deepseek.com",
    "xai": "api.x.ai", "perplexity": "api.perplexity.ai", "openrouter": "openrouter.ai",
    "replicate": "api.replicate.com", "nvidia_nim": "integrate.api.nvidia.com",
    "huggingface": "router.huggingface.co", "voyage": "api.voyageai.com", "cerebras": "api.cerebras.ai",
    "sambanova": "api.sambanova.ai", "dashscope": "dashscope.aliyuncs.com", "sagemaker": "runtime.sagemaker.amazonaws.com",
    "ai21": "api.ai21.com",
}  # fmt: skip
"""Where LiteLLM sends a model with this prefix unless ``api_base`` says otherwise, https://docs.litellm.ai/docs/providers."""

_CALLBACKS = {
    "langfuse": ("cloud.langfuse.com", "LANGFUSE_HOST"), "langsmith": ("api.smith.langchain.com", "LANGSMITH_BASE_URL"),
    "wandb": ("api.wandb.ai", "WANDB_BASE_URL"), "helicone": ("api.helicone.ai", ""), "braintrust": ("api.braintrust.dev", ""),
    "sentry": ("sentry.io", ""), "datadog": ("datadoghq.com", ""), "posthog": ("app.posthog.com", "POSTHOG_API_URL"),
}  # fmt: skip
"""Where LiteLLM's callbacks send what they log, https://docs.litellm.ai/docs/proxy/logging."""

_BARE = (
    ("gpt-", "openai"),
    ("o1", "openai"),
    ("o3", "openai"),
    ("text-embedding-", "openai"),
    ("claude-", "anthropic"),
)
"""Names of models that need no prefix."""

_FROM_ENVIRONMENT = "os.environ/"


def gateways(calls: Calls) -> None:
    """All of them."""
    scene = calls.scene
    for podset in scene.podsets():
        if not podset.workload.template:
            _configured(calls, podset)
    for kinds, draw, group in _DRAWN:
        for resource in scene.arch.kinds(*kinds):
            if not group or resource.ref.group == group:
                draw(calls, resource)


def _configured(calls: Calls, podset: PodSet) -> None:
    for container in podset.containers:
        if container.engine == "litellm":
            for config, key, node in configuration.files(calls.scene, podset):
                if key.endswith((".yaml", ".yml")):
                    _litellm(calls, container, config, node)


# -- LiteLLM -------------------------------------------------------------------------------------


def _litellm(calls: Calls, container: Container, config: Resource, node: Node) -> None:
    owner = calls.scene.owner(container)
    for document in documents(node):
        for entry in document.node.children("model_list"):
            params = entry.child("litellm_params")
            if params is not None:
                _model(calls, owner, container, params)
        for field in ("success_callback", "failure_callback", "callbacks"):
            for callback in document.node.children("litellm_settings", field):
                host, moved = _CALLBACKS.get(callback.value if isinstance(callback.value, str) else "", ("", ""))
                if host and not (moved and moved in container.environment):
                    why = Why(
                        f"callback '{callback.value}' of ConfigMap '{config.ref.name}'", callback.at(), certain=False
                    )
                    calls.scene.draft.edge(EdgeKind.CALLS, owner, external(calls.scene, host, callback.at()), why)


def _model(calls: Calls, owner: str, container: Container, params: Node) -> None:
    """One upstream: its ``api_base``, which may stand in the environment, else its provider's own address."""
    base = string(params.value, "api_base")
    if base:
        if base.startswith(_FROM_ENVIRONMENT):
            value = container.env(base.removeprefix(_FROM_ENVIRONMENT))
            for address in urls(value or ""):
                setting = Setting(
                    "api_base",
                    value or "",
                    f"model '{string(params.value, 'model')}'",
                    params.child("api_base") or params,
                )
                calls.address(owner, setting, Found(address, strong=True), container.workload.resource)
        return
    model = string(params.value, "model")
    prefix = model.partition("/")[0] if "/" in model else next((p for b, p in _BARE if model.startswith(b)), "")
    region = string(params.value, "aws_region_name")
    host = LITELLM.get(prefix, "")
    if host:
        if region and host.endswith("amazonaws.com"):
            host = host.replace(".amazonaws", f".{region}.amazonaws")
        place = params.at("model")
        why = Why(f"model '{model}' without another address", place)
        calls.scene.draft.edge(EdgeKind.CALLS, owner, external(calls.scene, host, place), why)


# -- KServe and NIM ------------------------------------------------------------------------------


def _graph(calls: Calls, graph: Resource) -> None:
    """An InferenceGraph calls the services of its steps, https://kserve.github.io/website/docs/model-serving/inferencegraph/overview."""
    scene = calls.scene
    workload = scene.arch.workload(graph)
    if workload is None:
        return
    owner = scene.owner(workload)
    for node in graph.node.children("spec", "nodes"):
        for step in node.children("steps"):
            name, url = string(step.value, "serviceName"), string(step.value, "serviceUrl")
            if name:
                place = step.at("serviceName")
                target = calls.resolver(
                    Address("http", name, "", "", name, name), Seen(graph.ref.namespace, graph, place), strong=True
                )
                if target is not None:
                    scene.draft.edge(EdgeKind.CALLS, owner, target.component, Why(f"step calls '{name}'", place))
            elif url and (value := step.child("serviceUrl")) is not None:
                _by_url(calls, owner, graph, value)


def _by_url(calls: Calls, owner: str, graph: Resource, node: Node) -> None:
    """A step's URL; KServe's own outside names start with the service and its namespace."""
    for address in urls(node.value):
        setting = Setting("serviceUrl", node.value, "step", node)
        service, _, rest = address.host.partition(".")
        space = rest.partition(".")[0]
        found = calls.scene.find("InferenceService", service, space, graph) if space else None
        if found is not None and "svc" not in rest.split("."):
            target = calls.scene.draft.id_of(ComponentKind.SERVICE, found)
            why = Why(f"step calls '{address.shown}'", spot(node, address.text), certain=False)
            if target in calls.scene.draft:
                calls.scene.draft.edge(EdgeKind.CALLS, owner, target, why)
            continue
        calls.address(owner, setting, Found(address, strong=True), graph)


def _nim(calls: Calls, pipeline: Resource) -> None:
    """Services of a NIMPipeline that name others they depend on: the operator tells them the address."""
    scene = calls.scene
    workload = scene.arch.workload(pipeline)
    for service in pipeline.node.children("spec", "services"):
        part = (
            next((p for p in workload.podsets if p.node.path[: len(service.path)] == service.path), None)
            if workload
            else None
        )
        for dependency in service.children("dependencies"):
            name = string(dependency.value, "name")
            if name and part is not None:
                place = dependency.at("name")
                target = calls.resolver(
                    Address("http", name, "", "", name, name),
                    Seen(pipeline.ref.namespace, pipeline, place),
                    strong=True,
                )
                if target is not None:
                    why = Why(f"depends on service '{name}'", place)
                    scene.draft.edge(EdgeKind.CALLS, scene.owner(part), target.component, why)


# -- Envoy AI Gateway ----------------------------------------------------------------------------


def _backends(calls: Calls, route: Resource) -> None:
    """Backends of a route that are hosts: Envoy Gateway's Backend, directly or behind an AIServiceBackend.

    https://aigateway.envoyproxy.io/docs/capabilities/llm-integrations/connect-providers/.
    """
    scene = calls.scene
    rules = (
        route.node.children("spec", "rules")
        if route.ref.kind != "MCPRoute"
        else iter([route.node.child("spec") or route.node])
    )
    for rule in rules:
        for backend in rule.children("backendRefs"):
            for found, schema in _followed(scene, route, backend):
                for endpoint in found.node.children("spec", "endpoints"):
                    host = string(endpoint.value, "fqdn", "hostname") or string(endpoint.value, "ip", "address")
                    if host:
                        _leads(
                            calls, route, backend, found, (host, str(dig(endpoint.value, "fqdn", "port") or ""), schema)
                        )


def _followed(scene: Scene, route: Resource, backend: Node) -> Iterator[tuple[Resource, str]]:
    kind, name = string(backend.value, "kind"), string(backend.value, "name")
    space = string(backend.value, "namespace") or route.ref.namespace
    if route.ref.kind == "AIGatewayRoute" and kind in ("", "AIServiceBackend"):
        service = scene.find("AIServiceBackend", name, space, route)
        if service is None:
            return
        schema = string(service.spec, "schema", "name")
        if string(service.spec, "backendRef", "kind") == "Backend":
            found = scene.find("Backend", string(service.spec, "backendRef", "name"), service.ref.namespace, service)
            if found is not None:
                yield found, schema
    elif kind == "Backend":
        found = scene.find("Backend", name, space, route)
        if found is not None:
            yield found, ""


def _leads(calls: Calls, route: Resource, backend: Node, found: Resource, target: tuple[str, str, str]) -> None:
    scene, (host, port, schema) = calls.scene, target
    made = scene.object(ComponentKind.ROUTE, route)
    place = backend.at("name")
    address = Address("https" if port == "443" else "http", host.lower(), port, "", host, host)
    reached = calls.resolver(address, Seen(route.ref.namespace, route, place), strong=True)
    if reached is not None:
        facts = {"port": port, "schema": schema}
        why = Why(f"backend '{found.ref.name}' is '{host}'", place, facts=facts)
        scene.draft.edge(EdgeKind.ROUTES, made, reached.component, why)


# -- kagent --------------------------------------------------------------------------------------

_PROVIDERS = {
    "OpenAI": "api.openai.com", "Anthropic": "api.anthropic.com", "Gemini": "generativelanguage.googleapis.com",
    "GeminiVertexAI": "aiplatform.googleapis.com", "AnthropicVertexAI": "aiplatform.googleapis.com",
    "Bedrock": "bedrock-runtime.amazonaws.com",
}  # fmt: skip
"""Where kagent's providers are unless the configuration says otherwise, https://kagent.dev/docs/kagent/supported-providers."""


def _agent(calls: Calls, agent: Resource) -> None:
    """An agent calls the tool servers and the other agents it lists."""
    scene = calls.scene
    workload = scene.arch.workload(agent)
    owner = scene.owner(workload) if workload is not None else ""
    for path in (("spec", "declarative", "tools"), ("spec", "tools")):
        for tool in agent.node.children(*path) if owner else ():
            for field in ("mcpServer", "agent"):
                name = string(tool.value, field, "name") or string(tool.value, field, "ref")
                if name:
                    _uses(calls, agent, owner, (field, name), tool)


def _uses(calls: Calls, agent: Resource, owner: str, used: tuple[str, str], tool: Node) -> None:
    scene, (field, name) = calls.scene, used
    kind = string(tool.value, field, "kind") or ("Agent" if field == "agent" else "RemoteMCPServer")
    place = tool.at(field, "name")
    found = scene.find(kind, name.rpartition("/")[2], agent.ref.namespace, agent)
    workload = None if found is None else scene.arch.workload(found)
    if found is not None and scene.draft.id_of(ComponentKind.SERVICE, found) in scene.draft:
        target = scene.draft.id_of(ComponentKind.SERVICE, found)
    elif workload is not None:
        target = scene.owner(workload)
    else:
        target = scene.mentioned(ComponentKind.SERVICE, kind, name, agent.ref.namespace, agent, place)
    tools = ", ".join(t for t in items(tool.value, field, "toolNames") if isinstance(t, str))
    why = Why(f"has the tools of {kind} '{name}'", place, facts={"tools": tools})
    scene.draft.edge(EdgeKind.CALLS, owner, target, why)


def _kagent(calls: Calls, config: Resource) -> None:
    """A model's provider, or the address of a remote tool server."""
    scene = calls.scene
    workload = scene.arch.workload(config)
    zone = scene.zones.namespace(config.ref.namespace)
    owner = scene.owner(workload) if workload is not None else scene.draft.object(ComponentKind.CONFIG, config, zone)
    if workload is None:
        for name, node in _texts(config.node.child("spec")):
            for address in urls(node.value):
                setting = Setting(name, node.value, f"field '{name}' of {config.ref.kind} '{config.ref.name}'", node)
                calls.address(owner, setting, Found(address, strong=True), config)
    provider = string(config.spec, "provider")
    host = _PROVIDERS.get(provider, "")
    elsewhere = any("://" in node.value for _, node in _texts(config.node.child("spec")))
    if host and not elsewhere:
        place = config.node.at("spec", "provider")
        scene.draft.edge(EdgeKind.CALLS, owner, external(scene, host, place), Why(f"provider '{provider}'", place))
    secret = string(config.spec, "apiKeySecret") or string(config.spec, "apiKeySecretRef")
    if secret:
        place = config.node.at("spec", "apiKeySecret")
        made = scene.mentioned(
            ComponentKind.SECRET, "Secret", secret.rpartition("/")[2], config.ref.namespace, config, place
        )
        scene.draft.edge(EdgeKind.READS, owner, made, Why("the provider's key", place))


def _texts(node: Node | None, depth: int = 0) -> Iterator[tuple[str, Node]]:
    for child in node.children() if node is not None and depth < 4 else ():
        if isinstance(child.value, str):
            yield str(child.path[-1]), child
        else:
            yield from _texts(child, depth + 1)


_DRAWN: tuple[tuple[tuple[str, ...], Callable[[Calls, Resource], None], str], ...] = (
    (("InferenceGraph",), _graph, ""),
    (("AIGatewayRoute", "HTTPRoute", "MCPRoute"), _backends, ""),
    (("Agent", "SandboxAgent"), _agent, "kagent.dev"),
    (("ModelConfig", "RemoteMCPServer", "ToolServer"), _kagent, "kagent.dev"),
    (("NIMPipeline",), _nim, ""),
)
