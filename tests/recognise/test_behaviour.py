"""What applications of a team's own are for: as expected in manifests that were written before the code."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent
from time import process_time

import pytest
from manifests import deployment, job, shown

from hullmark.graph.build import build
from hullmark.model.container import Container
from hullmark.model.resource import Resource
from hullmark.model.terms import Confidence, Role, Sign
from hullmark.model.workload import Workload
from hullmark.recognise.signs import addressed, configured, imported, named
from hullmark.sources import read
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

DATA = Path(__file__).parent.parent / "data" / "behaviour"


def _cases(name: str) -> list[Workload]:
    return [w for w in build(read([str(DATA / name)]).resources).workloads if "expected" in w.resource.annotations]


ARE, ARE_NOT = _cases("are.yaml"), _cases("are-not.yaml")


@pytest.mark.parametrize("workload", [*ARE, *ARE_NOT], ids=lambda w: f"{w.namespace}-{w.name}")
def test_as_expected(workload: Workload) -> None:
    assert workload.role is Role(workload.resource.annotations["expected"])
    if (engine := workload.resource.annotations.get("engine")) is not None:
        assert workload.engine == engine


SCRIPT = """
apiVersion: v1
kind: ConfigMap
metadata: {{name: start}}
data:
  start.sh: |
{script}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: model}}
spec:
  template:
    spec:
      containers:
        - name: server
          image: acme/gpu-base:12
          {command}
          env: [{{name: KEY, valueFrom: {{secretKeyRef: {{name: k, key: k}}}}}}, {{name: PORT, value: "9000"}}]
          volumeMounts: [{{name: scripts, mountPath: {path}}}]
      volumes: [{{name: scripts, configMap: {{name: start}}}}]
"""


def _model(script: str, command: str = "command: [bash, /scripts/start.sh]", path: str = "/scripts") -> Container:
    text = SCRIPT.format(script=indent(dedent(script), " " * 4), command=command, path=path)
    objects = [o for o in resources(Source("test.yaml", text)) if isinstance(o, Resource)]
    return build(objects).workloads[0].containers[0]


def test_options_in_a_script_are_read_where_they_stand() -> None:
    found = _model('#!/bin/bash\n# --api-key none\nexec vllm serve a/b --port $PORT \\\n  --api-key "$KEY" "$@"\n')
    assert (found.engine, found.argv.flag("--port"), found.argv.has("--api-key")) == ("vllm", "9000", True)
    assert [(m.id, shown(m.place), m.place.line) for m in found.models] == [("a/b", "a/b", 9)]
    assert shown(found.argv.place("--port")) == "--port $PORT"
    assert found.argv.place("--api-key").line == 10
    assert [(e.text, e.place.line) for e in found.evidence if e.place] == [("runs 'vllm serve'", 9)]
    assert not found.unseen


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("command: [/scripts/start.sh]", "/scripts"),
        ("command: [sh, -c, 'cd /scripts && ./start.sh']", "/scripts"),
        ("command: [tini, --, /scripts/start.sh]", "/scripts"),
        ("command: [sh, -c, 'sleep 1; exec /scripts/start.sh']", "/scripts"),
        ("command: [sh, -c, 'cp /scripts/start.sh /tmp/start.sh && sh /tmp/start.sh']", "/scripts"),
        ("workingDir: /scripts\n          command: [bash, ./start.sh]", "/scripts"),
    ],
)
def test_ways_to_run_a_script(command: str, path: str) -> None:
    assert _model("vllm serve a/b", command, path).engine == "vllm"


@pytest.mark.parametrize(
    ("script", "command"),
    [
        ("exec nginx", "command: [bash, /scripts/start.sh]"),
        ("vllm serve a/b", "command: [bash, /app/start.sh]"),
        ("vllm serve a/b", "command: [bash, /scripts/other.sh]"),
        ("vllm serve a/b", "args: [--port, '1']"),
        ("#!/usr/bin/python3\nvllm serve a/b", "command: [/scripts/start.sh]"),
        ("# vllm serve a/b\nsleep 1", "command: [bash, /scripts/start.sh]"),
    ],
)
def test_scripts_that_start_no_engine_or_are_not_run(script: str, command: str) -> None:
    found = _model(script, command)
    assert (found.engine, found.script) == ("", None)


def test_what_a_script_is_given_stands_for_its_parameters() -> None:
    found = _model('exec vllm serve "$@"', "command: [/scripts/start.sh]\n          args: [a/b, --api-key, x]")
    assert (found.argv.flag("--api-key"), [m.id for m in found.models], found.unseen) == ("x", ["a/b"], "")


def test_options_that_are_filled_in_elsewhere_are_not_known() -> None:
    assert (
        _model("vllm serve a/b $EXTRA_ARGS").unseen == "what '$EXTRA_ARGS' on its command line stands for is not known"
    )


def _app(env: str = "", image: str = "acme/app:1", name: str = "app", more: str = "") -> Workload:
    return deployment(f"{{name: c, image: '{image}', env: [{env}], {more}}}", name=name)


MODEL, INDEX = "{name: OPENAI_BASE_URL, value: 'http://m:8000/v1'}", "{name: QDRANT_URL, value: 'http://q:6333'}"


def test_every_sign_is_told_with_its_place_and_nothing_is_certain() -> None:
    found = _app(f"{INDEX}, {MODEL}")
    assert (found.role, found.role_confidence, found.role_word) == (
        Role.RAG_SERVICE,
        Confidence.MEDIUM,
        "probably rag-service",
    )
    assert [e.text for e in found.evidence] == [
        "probably: variable 'QDRANT_URL' tells of a vector store",
        "probably: variable 'OPENAI_BASE_URL' tells of a model API",
    ]
    assert [shown(e.place) for e in found.evidence if e.place] == [INDEX, MODEL]
    assert found.podsets[0].role is Role.RAG_SERVICE


@pytest.mark.parametrize("name", [
    "OPENAI_API_KEY", "OPENAI_API_BASE", "AZURE_OPENAI_ENDPOINT", "AzureOpenAI__ApiKey", "ANTHROPIC_AUTH_TOKEN",
    "SPRING_AI_OPENAI_BASE_URL", "LLM_API_URL", "LLM_MODEL", "OLLAMA_HOST", "VLLM_HOST", "LITELLM_BASE_URL",
    "GOOGLE_API_KEY", "DEEPSEEK_API_KEY", "BEDROCK_MODEL_ID", "APP_GROQ_API_KEY", "HUGGINGFACEHUB_API_TOKEN",
])  # fmt: skip
def test_names_of_model_apis(name: str) -> None:
    assert named(name) is Sign.MODEL


@pytest.mark.parametrize("name", [
    "QDRANT_HOST", "QDRANT_COLLECTION", "PINECONE_INDEX", "PINECONE_API_KEY", "WEAVIATE_ENDPOINT", "MILVUS_URI",
    "MILVUS_PORT", "CHROMA_HOST", "CHROMADB_URL", "CHROMA_PERSIST_DIRECTORY", "PGVECTOR_CONNECTION_URL", "VECTOR_DB",
    "VECTOR_STORE_TYPE", "VECTORSTORE_URL", "FAISS_INDEX_PATH", "LANCEDB_URI", "KNOWLEDGE_BASE_ID",
])  # fmt: skip
def test_names_of_vector_stores(name: str) -> None:
    assert named(name) is Sign.VECTORS


@pytest.mark.parametrize("name", [
    "CHROMA_KEY", "CHROME_HOST", "VECTOR_CONFIG", "VECTOR_HOST", "KNOWLEDGE_BASE_URL", "PG_HOST", "MODEL_NAME", "LLM",
    "MCP_SERVER_HOST", "MCP_BASE_URL", "MCP_AUTH_URL", "YOUTUBE_EMBED_URL", "EMBED_HOST", "OPENAI_TIMEOUT", "AGENT_HOST",
    "DD_AGENT_URL", "TOOLTIP_IMAGE_URL", "LANGGRAPH_API_URL", "TGIF_URL", "QDRANTISH", "FULLM_URL", "OTEL_INSTRUMENTATION_OPENAI_CAPTURE",
])  # fmt: skip
def test_names_that_tell_nothing(name: str) -> None:
    assert named(name) is None


@pytest.mark.parametrize(("value", "sign"), [
    ("http://qdrant:6333", Sign.VECTORS), ("https://a1.eu.cloud.qdrant.io", Sign.VECTORS), ("docs-milvus:19530", Sign.VECTORS),
    ("http://chromadb.ai.svc.cluster.local:8000", Sign.VECTORS), ("http://vllm-qwen:8000/v1", Sign.MODEL),
    ("https://acme.openai.azure.com/", Sign.MODEL), ("http://llm-ollama.models:11434", Sign.MODEL),
    ("http://vllm:8000,http://qdrant:6333", None), ("http://my.qdrantish:80", None), ("registry/qdrant/qdrant:v1", None),
    ("https://github.com/qdrant/qdrant", None), ("qdrant", None), ("https://docs.example.com/ollama:latest", None),
])  # fmt: skip
def test_addresses(value: str, sign: Sign | None) -> None:
    assert addressed(value) is sign


GRAPH = """
apiVersion: v1
kind: Service
metadata: {{name: brain}}
spec: {{selector: {{app: brain}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: brain}}
spec:
  template:
    metadata: {{labels: {{app: brain}}}}
    spec: {{containers: [{{name: c, image: {image}}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: memory}}
spec: {{selector: {{app: memory}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: memory}}
spec:
  template:
    metadata: {{labels: {{app: memory}}}}
    spec: {{containers: [{{name: c, image: qdrant/qdrant}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  template:
    spec:
      containers:
        - {{name: c, image: 'acme/app:1', env: [{env}]}}
"""


def _caller(env: str, name: str = "app", image: str = "vllm/vllm-openai") -> Workload:
    text = GRAPH.format(env=env, name=name, image=image)
    objects = [o for o in resources(Source("test.yaml", text)) if isinstance(o, Resource)]
    return build(objects).workloads[-1]


BOTH = "{name: ASK, value: 'http://brain:8000/v1'}, {name: LOOK, value: 'memory:6333'}"


def test_what_an_address_leads_to_tells_whatever_it_is_called() -> None:
    found = _caller(BOTH)
    assert (found.role, found.podsets[0].role, found.role_confidence) == (
        Role.RAG_SERVICE,
        Role.RAG_SERVICE,
        Confidence.MEDIUM,
    )
    assert [e.text for e in found.evidence] == [
        "probably: variable 'ASK' leads to 'brain', a model API",
        "probably: variable 'LOOK' leads to 'memory', a vector store",
    ]


@pytest.mark.parametrize(
    ("env", "name", "image"),
    [
        (BOTH, "api-gateway", "vllm/vllm-openai"),
        (BOTH, "app", "nvcr.io/nvidia/tritonserver:24.08-py3"),
        (BOTH.replace("LOOK", "UPSTREAM_B"), "app", "vllm/vllm-openai"),
        ("{name: LOOK, value: 'http://memory:6333'}", "app", "vllm/vllm-openai"),
        ("{name: ASK, value: 'http://brain:8000/v1'}", "app", "vllm/vllm-openai"),
        (BOTH.replace("memory", "memory-2"), "app", "vllm/vllm-openai"),
    ],
)
def test_what_passes_on_or_calls_but_one_stays_generic(env: str, name: str, image: str) -> None:
    found = _caller(env, name, image)
    assert (found.role, found.role_confidence) == (Role.GENERIC, Confidence.HIGH)


def test_a_role_of_the_kind_or_image_stays_certain() -> None:
    assert _app(f"{INDEX}, {MODEL}", "ghcr.io/open-webui/open-webui").role_confidence is Confidence.HIGH
    assert _app(f"{INDEX}, {MODEL}", "ghcr.io/open-webui/open-webui").role is Role.AI_UI


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "x" * 70_000,
        "{" * 60_000,
        "a:\t" * 20_000,
        "http://" * 10_000,
        "-" * 60_000,
        "import " * 9_000,
        " " * 63_000,
    ],
)
def test_hostile_texts_take_no_time(text: str) -> None:
    start = process_time()
    list(configured("openai" + text)), list(imported(text)), addressed(text), named(text[:5000])
    assert process_time() - start < 1


def test_passwords_in_arguments_are_not_told() -> None:
    found = _app(MODEL, more="args: ['http://user:s3cr3t@qdrant:6333', '--index=http://user:s3cr3t@milvus:19530']")
    assert found.role is Role.RAG_SERVICE
    assert not any("s3cr3t" in e.text for e in found.evidence)


@pytest.mark.parametrize(
    ("env", "name", "command", "role"),
    [
        (INDEX, "reindex", "[python, main.py]", Role.DATA_PREPARATION),
        (INDEX, "nightly", "[python, -m, app.ingest]", Role.DATA_PREPARATION),
        (INDEX, "nightly", "[python, main.py, --index, docs]", Role.GENERIC),
        (INDEX, "nightly", "[python, -c, 'import qdrant_client']", Role.GENERIC),
        (f"{INDEX}, {MODEL}", "nightly", "[python, main.py]", Role.DATA_PREPARATION),
        (f"{INDEX}, {MODEL}", "smoke-test", "[python, main.py]", Role.GENERIC),
        (f"{INDEX}, {MODEL}", "rag-eval-nightly", "[python, main.py]", Role.EVALUATION),
        (MODEL, "newsletter", "[python, main.py]", Role.GENERIC),
        (INDEX, "ingest-backup", "[python, main.py]", Role.GENERIC),
    ],
)
def test_tasks(env: str, name: str, command: str, role: Role) -> None:
    assert job(f"{{name: c, image: 'acme/app:1', env: [{env}], command: {command}}}", name=name).role is role


@pytest.mark.parametrize(
    ("env", "role"),
    [
        ("{name: MCP_PORT, value: '1'}, {name: MCP_HOST, value: 0.0.0.0}", Role.MCP_SERVER),
        ("{name: MCP_PORT, value: '1'}, {name: MCP_HOST, value: tools}", Role.GENERIC),
        (f"{{name: MCP_PORT, value: '1'}}, {{name: MCP_HOST, value: tools}}, {MODEL}", Role.AGENT),
        ("{name: MCP_PORT, value: '1'}, {name: MCP_HOST, valueFrom: {secretKeyRef: {name: a, key: b}}}", Role.GENERIC),
        ("{name: MCP_TRANSPORT, value: stdio}", Role.GENERIC),
        (f"{{name: MCP_TRANSPORT, value: sse}}, {{name: MCP_URL, value: 'http://t:1'}}, {MODEL}", Role.AGENT),
    ],
)
def test_servers_and_clients_of_tools(env: str, role: Role) -> None:
    assert _app(env).role is role


@pytest.mark.parametrize(
    "image",
    [
        "apache/airflow:3",
        "ghcr.io/gethomepage/homepage:1",
        "traefik:v3",
        "acme/dev-workspace:1",
        "louislam/uptime-kuma:2",
    ],
)
def test_what_is_given_addresses_of_others_stays_generic(image: str) -> None:
    assert _app(f"{MODEL}, {INDEX}", image).role is Role.GENERIC


def test_a_client_of_tools_that_is_called_an_agent_is_one() -> None:
    url = "{name: MCP_SERVER_URL, value: 'http://tools:8080'}"
    assert _app(url, "acme/code-review-agent:1").role is Role.AGENT
    assert _app(url, "acme/code-review:1").role is Role.GENERIC


DEFAULTS = 'MODEL="${MODEL:-a/b}"\nKEY="${KEY:-none}"\nexec vllm serve "$MODEL" --api-key "$KEY"\n'


def test_defaults_of_a_script_give_way_to_variables() -> None:
    found = _model(DEFAULTS)
    assert ([m.id for m in found.models], found.argv.flag("--api-key")) == (["a/b"], "$KEY")
    unknown = "envFrom: [{configMapRef: {name: elsewhere}}]"
    assert _model(DEFAULTS, f"{unknown}\n          command: [bash, /scripts/start.sh]").models == ()


def test_arrays_of_options_are_not_known_and_single_values_hide_none() -> None:
    assert _model('MORE=()\nvllm serve a/b "${MORE[@]}"').unseen
    assert not _model("vllm serve a/b --port $PORT").unseen


@pytest.mark.parametrize(
    "name",
    [
        "MCP_URL",
        "GITHUB_MCP_ENDPOINT",
        "MCP_SERVERS",
        "TOOLS_URL",
        "TOOL_SEARCH_URL",
        "TAVILY_API_KEY",
        "CREWAI_STORAGE_DIR",
        "A2A_PLANNER_URL",
    ],
)
def test_names_of_tools(name: str) -> None:
    assert named(name) is Sign.TOOLS


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("http://admin:hunter2@qdrant:6333/?tls=no", "an argument"),
        ("-uadmin:hunter2@qdrant:6333=x", "an argument"),
        ("--store=http://admin:hunter2@qdrant:6333", "argument '--store'"),
    ],
)
def test_what_an_argument_says_is_never_told(word: str, said: str) -> None:
    text = f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: app, namespace: ml}}
spec:
  selector: {{matchLabels: {{a: b}}}}
  template:
    metadata: {{labels: {{a: b}}}}
    spec: {{containers: [{{name: app, image: 'acme/app:1', args: ['{word}'], env: [{MODEL}]}}]}}
"""
    [workload] = build([r for r in resources(Source("app.yaml", text)) if isinstance(r, Resource)]).workloads
    told = [e.text for e in workload.evidence]

    assert workload.role is Role.RAG_SERVICE
    assert any(said in t for t in told)
    assert not any("hunter2" in t for t in told)


@pytest.mark.parametrize("part", ["QDRANT_", "OPENAI_", "VECTOR_DB_", "ELASTIC_", "MCP_A_", "EMB_MODEL_"])
def test_very_long_names_take_no_time(part: str) -> None:
    before = process_time()
    assert named(part * 20_000 + "x") is None
    assert process_time() - before < 1
