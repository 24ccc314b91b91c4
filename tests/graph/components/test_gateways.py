"""Configuration of a known shape: LiteLLM, Envoy AI Gateway, inference graphs, agents."""

from __future__ import annotations

from drawing import deployment, draw, edges, lines, pairs, service

API = deployment("api", "ports: [{name: http, containerPort: 8000}]") + "---" + service("api", 80, "http")
LITELLM = deployment(
    "llm",
    "env: [{name: UPSTREAM, value: 'http://api:80/v1'}]\n          volumeMounts: [{name: c, mountPath: /etc/litellm}]",
    "ghcr.io/berriai/litellm:v1",
    "volumes: [{name: c, configMap: {name: llm}}]",
)
CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {name: llm}
data:
  config.yaml: |
    model_list:
      - model_name: own
        litellm_params: {model: openai/own, api_base: "http://api:80/v1"}
      - model_name: told
        litellm_params: {model: openai/told, api_base: os.environ/UPSTREAM}
      - model_name: claude
        litellm_params:
          model: anthropic/claude-sonnet-4
      - model_name: nova
        litellm_params: {model: bedrock/amazon.nova-pro, aws_region_name: eu-west-1}
      - model_name: gpt
        litellm_params: {model: gpt-4o}
    litellm_settings:
      success_callback: [langfuse]
"""


def test_litellm() -> None:
    found = edges(draw(LITELLM, CONFIG, API), "calls")
    owner = "workload/-/Deployment/llm"

    assert {t for _, t in found} == {
        "service/-/Service/api",
        "external/api.anthropic.com",
        "managed-service/bedrock-runtime.eu-west-1.amazonaws.com",
        "external/api.openai.com",
        "external/cloud.langfuse.com",
    }
    assert lines(found[owner, "external/api.anthropic.com"]) == ["30:anthropic/claude-sonnet-4"]
    assert not found[owner, "external/cloud.langfuse.com"].certain


def test_broken_configuration_is_left_alone() -> None:
    graph = draw(LITELLM, CONFIG.replace("model_list:", "model_list: [}"), API)

    assert {t for _, t in edges(graph, "calls")} == {"service/-/Service/api"}


def test_open_webui_and_langchain_style_variables() -> None:
    text = deployment(
        "ui",
        "env: [{name: OPENAI_API_BASE_URLS, value: 'http://api:80/v1;https://api.mistral.ai/v1'},"
        " {name: OLLAMA_BASE_URL, value: 'http://ollama.models:11434'}]",
        "ghcr.io/open-webui/open-webui:v0.6",
    )
    assert {t for _, t in edges(draw(text, API), "calls")} == {
        "service/-/Service/api",
        "external/api.mistral.ai",
        "service/models/Service/ollama",
    }


def test_envoy_ai_gateway() -> None:
    text = """
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: llm}
spec:
  parentRefs: [{name: edge}]
  rules:
    - backendRefs: [{name: openai, priority: 0}, {name: own, priority: 1}]
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: openai}
spec: {schema: {name: OpenAI}, backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: openai}}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {name: openai}
spec: {endpoints: [{fqdn: {hostname: api.openai.com, port: 443}}]}
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: own}
spec: {schema: {name: OpenAI}, backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: own}}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {name: own}
spec: {endpoints: [{fqdn: {hostname: api.default.svc.cluster.local, port: 80}}]}
"""
    found = edges(draw(text), "routes")
    edge = found["route/-/AIGatewayRoute/llm", "external/api.openai.com"]

    assert edge.facts == {"port": "443", "schema": "OpenAI"}
    assert ("route/-/AIGatewayRoute/llm", "service/default/Service/api") in found


def test_an_inference_graph() -> None:
    def isvc(name: str) -> str:
        return f"""
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {{name: {name}, namespace: ml}}
spec: {{predictor: {{model: {{modelFormat: {{name: sklearn}}, storageUri: 's3://m/{name}'}}}}}}
"""

    text = """
apiVersion: serving.kserve.io/v1alpha1
kind: InferenceGraph
metadata: {name: g, namespace: ml}
spec:
  nodes:
    root:
      routerType: Sequence
      steps: [{serviceName: one}, {serviceUrl: 'http://two.ml.example.com/switch'}, {serviceUrl: 'http://elsewhere.other.svc/x'}]
"""
    found = edges(draw(isvc("one"), isvc("two"), text), "calls")

    assert {t for _, t in found} == {
        "service/ml/InferenceService/one",
        "service/ml/InferenceService/two",
        "service/other/Service/elsewhere",
    }
    assert not found["workload/ml/InferenceGraph/g", "service/ml/InferenceService/two"].certain


def test_services_of_a_pipeline_object() -> None:
    text = """
apiVersion: apps.nvidia.com/v1alpha1
kind: NIMPipeline
metadata: {name: rag}
spec:
  services:
    - {name: llm, spec: {image: {repository: nvcr.io/nim/meta/llama, tag: '1'}}}
    - name: chat
      dependencies: [{name: llm, port: 8000}]
      spec: {image: {repository: example/chat, tag: '1'}}
"""
    graph = draw(text)

    assert pairs(graph, "calls") == {("NIMPipeline/rag/chat", "NIMPipeline/rag/llm")}
    assert ("NIMPipeline/rag/llm", "NIMPipeline/rag/llm") in pairs(graph, "routes")


def test_agents_their_tools_and_their_models() -> None:
    text = """
apiVersion: kagent.dev/v1alpha2
kind: Agent
metadata: {name: helper}
spec:
  declarative:
    modelConfig: gpt
    tools:
      - type: McpServer
        mcpServer: {kind: RemoteMCPServer, name: search, toolNames: [find, fetch]}
    deployment: {replicas: 1}
---
apiVersion: kagent.dev/v1alpha2
kind: ModelConfig
metadata: {name: gpt}
spec: {provider: OpenAI, model: gpt-4o, apiKeySecret: openai}
---
apiVersion: kagent.dev/v1alpha2
kind: RemoteMCPServer
metadata: {name: search}
spec: {url: 'http://search.tools.svc:8080/mcp'}
"""
    graph = draw(text)
    calls = edges(graph, "calls")

    assert calls["workload/-/Agent/helper", "workload/-/RemoteMCPServer/search"].facts == {"tools": "find, fetch"}
    assert ("workload/-/RemoteMCPServer/search", "service/tools/Service/search") in calls
    assert ("config/-/ModelConfig/gpt", "external/api.openai.com") in calls
    assert ("config/-/ModelConfig/gpt", "secret/-/Secret/openai") in edges(graph, "reads")
    assert ("workload/-/Agent/helper", "config/-/ModelConfig/gpt") in edges(graph, "depends-on")
    assert ("workload/-/Agent/helper", "external/api.openai.com") in calls
    assert ("workload/-/Agent/helper", "secret/-/Secret/openai") in edges(graph, "reads")
