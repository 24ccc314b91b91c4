"""Compose projects: who finds whom, and what their proxies lead to."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent, indent

import pytest

from hullmark.graph.build import build
from hullmark.graph.components import components
from hullmark.model.architecture import Architecture, Exposure
from hullmark.model.component import EdgeKind, Graph
from hullmark.model.terms import Reach
from hullmark.sources.compose import read_project


def project(folder: Path, text: str, files: dict[str, str] | None = None) -> Architecture:
    for name, written in {"compose.yaml": text, **(files or {})}.items():
        (folder / name).write_text(dedent(written))
    return build(read_project([str(folder / "compose.yaml")]).reading.resources)


def exposure(arch: Architecture, name: str) -> Exposure:
    return arch.exposure(next(w for w in arch.workloads if w.name == name))


TRAEFIK = "image: traefik:v3.4\nports: ['80:80']"
INSIDE = "image: traefik:v3.4"
ON_HOST = "image: traefik:v3.4\nports: ['127.0.0.1:80:80']"
CADDY = "image: lucaslorentz/caddy-docker-proxy:2.9\nports: ['443:443']"
NGINX = "image: nginxproxy/nginx-proxy:1.6\nports: ['80:80']"
RULE = "traefik.http.routers.r.rule: Host(`llm.example`)"


@pytest.mark.parametrize(
    ("proxy", "fields", "reach", "authenticated", "known"),
    [
        (TRAEFIK, f"labels: {{{RULE}}}", Reach.PUBLIC, "", True),
        (TRAEFIK, "labels: {traefik.enable: 'true'}", Reach.PUBLIC, "", True),
        (TRAEFIK, f"labels: {{traefik.enable: 'false', {RULE}}}", Reach.CLUSTER, "", True),
        (TRAEFIK, "labels: {other: x}", Reach.CLUSTER, "", True),
        (TRAEFIK, f"deploy: {{labels: {{{RULE}}}}}", Reach.PUBLIC, "", True),
        (INSIDE, f"labels: {{{RULE}}}", Reach.CLUSTER, "", True),
        (ON_HOST, f"labels: {{{RULE}}}", Reach.LOOPBACK, "", True),
        ("image: other:1.2.3", f"labels: {{{RULE}}}", Reach.PUBLIC, "", False),
        (TRAEFIK + "\ncommand: --entrypoints.web.http.middlewares=x@file", f"labels: {{{RULE}}}", Reach.PUBLIC, "", False),
        (
            TRAEFIK,
            f"labels: {{{RULE}, traefik.http.routers.r.middlewares: a, traefik.http.middlewares.a.basicauth.users: x}}",
            Reach.PUBLIC, "Traefik basicauth", True,
        ),
        (
            TRAEFIK,
            f"labels: {{{RULE}, traefik.http.routers.r.middlewares: a, traefik.http.middlewares.a.compress: 'true'}}",
            Reach.PUBLIC, "", True,
        ),
        (TRAEFIK, f"labels: {{{RULE}, traefik.http.routers.r.middlewares: a@file}}", Reach.PUBLIC, "", False),
        (CADDY, "labels: {caddy: llm.example, caddy.reverse_proxy: '{{upstreams 8000}}'}", Reach.PUBLIC, "", True),
        (
            CADDY,
            "labels: {caddy: llm.example, caddy.reverse_proxy: x, caddy.basic_auth.u: x}",
            Reach.PUBLIC, "Caddy", True,
        ),
        (CADDY, "labels: {caddy: llm.example}", Reach.CLUSTER, "", True),
        (NGINX, "environment: {VIRTUAL_HOST: llm.example}", Reach.PUBLIC, "", True),
    ],
)  # fmt: skip
def test_what_labels_lead_to(
    proxy: str, fields: str, reach: Reach, authenticated: str, known: bool, tmp_path: Path
) -> None:
    text = f"services:\n  proxy:\n{indent(proxy, '    ')}\n  llm:\n    image: vllm/vllm-openai:v0.9.1\n    {fields}\n"
    found = exposure(project(tmp_path, text), "llm")
    assert (found.reach, found.authenticated, not found.unknown) == (reach, authenticated, known)


BEHIND = """
services:
  proxy:
    image: {image}
    ports: ["{published}:80"]
    volumes: ["./{file}:{target}"]
  llm: {{image: "vllm/vllm-openai:v0.9.1"}}
  other: {{image: "vllm/vllm-openai:v0.9.1"}}
"""
PASS = "location /llm/ { proxy_pass http://llm:8000; }\n"


@pytest.mark.parametrize(
    ("image", "file", "text", "published", "result"),
    [
        ("nginx:1.29", "nginx.conf", PASS, "80", (Reach.PUBLIC, True)),
        ("nginx:1.29", "nginx.conf", "location / { proxy_pass http://llm; }\n", "80", (Reach.PUBLIC, True)),
        ("nginx:1.29", "nginx.conf", "# " + PASS, "80", (Reach.CLUSTER, True)),
        ("nginx:1.29", "nginx.conf", "location /llm/ { proxy_pass http://else; }\n", "80", (Reach.CLUSTER, True)),
        ("nginx:1.29", "nginx.conf", PASS, "127.0.0.1:80", (Reach.LOOPBACK, True)),
        ("nginx:1.29", "nginx.conf", "auth_basic 'x';\n" + PASS, "80", (Reach.PUBLIC, False)),
        ("nginx:1.29", "nginx.conf", "auth_basic off;\n" + PASS, "80", (Reach.PUBLIC, True)),
        ("caddy:2", "Caddyfile", "llm.example {\n reverse_proxy llm:8000\n}\n", "443", (Reach.PUBLIC, True)),
        ("haproxy:3", "haproxy.cfg", "server a llm:8000 check\n", "80", (Reach.PUBLIC, True)),
        ("registry.example/app:1.0.0", "nginx.conf", PASS, "80", (Reach.CLUSTER, True)),
    ],
)
def test_what_configuration_leads_to(
    image: str, file: str, text: str, published: str, result: tuple[Reach, bool], tmp_path: Path
) -> None:
    written = BEHIND.format(image=image, file=file, target=f"/etc/{file}", published=published)
    arch = project(tmp_path, written, {file: text})
    found = exposure(arch, "llm")
    assert (found.reach, not found.unknown) == result
    assert exposure(arch, "other").reach is Reach.CLUSTER
    if found.reach is Reach.PUBLIC:
        place = found.path[0].place
        assert place.source.name.endswith(file)
        assert place.source.text[slice(*place.span)] == "llm"
        assert place.source.text[place.span.end] in ":;"


def test_a_proxy_that_signs_in_protects_what_is_behind_it(tmp_path: Path) -> None:
    text = """
    services:
      door:
        image: quay.io/oauth2-proxy/oauth2-proxy:v7.9.0
        command: --upstream=http://llm:8000
        ports: ["443:4180"]
      llm: {image: "vllm/vllm-openai:v0.9.1"}
    """
    found = exposure(project(tmp_path, text), "llm")
    assert (found.reach, found.authenticated) == (Reach.PUBLIC, "oauth2-proxy")


CALLING = """
services:
  a:
    image: a:1.2.3
    {fields}
  b: {{image: "b:1.2.3", container_name: bee}}
  c: {{image: "c:1.2.3", networks: {{far: {{aliases: [sea]}}}}}}
networks: {{far: }}
"""


@pytest.mark.parametrize(
    ("fields", "called"),
    [
        ("environment: {URL: 'http://b:80'}", ["b"]),
        ("environment: {URL: 'http://bee:80'}", ["b"]),
        ("environment: {DB_HOST: b}", ["b"]),
        ("environment: {NAME: b}", []),
        ("environment: {URL: 'http://other:80'}", []),
        ("environment: {URL: 'http://c:80'}", []),
        ("environment: {URL: 'http://sea:80'}\n    networks: [far]", ["c"]),
        ("environment: {URL: 'http://${TOKEN}@b:80'}", ["b"]),
        ("environment: {URL: 'http://b'}", ["b"]),
        ("environment: {DSN: 'host=b dbname=x; port=5432'}", ["b"]),
        ("environment: {URL: 'postgresql://b:secret@db.example.com:5432/b'}", []),
        ("environment: {URL: 'https://example.com/b/c:8080'}", []),
        ("environment: {IMAGE: 'b:16'}", []),
        ("environment: {PATHS: '/b/:/c/'}", []),
        ("environment: {SERVERS: 'x:9092,b:9092'}", ["b"]),
        ("command: run --url http://b:80", ["b"]),
        ("depends_on: [b]", ["b"]),
        ("links: ['b:alias']\n    environment: {URL: 'http://alias:80'}", ["b"]),
        ("configs: [set]\nconfigs: {set: {content: 'url: http://b:80'}}", ["b"]),
        ("network_mode: host", []),
    ],
)
def test_who_calls_whom(fields: str, called: list[str], tmp_path: Path) -> None:
    if "\nconfigs" in fields:
        fields, _, after = fields.partition("\n")
        text = CALLING.format(fields=fields) + after + "\n"
    else:
        text = CALLING.format(fields=fields)
    arch = project(tmp_path, text)
    caller = next(w for w in arch.workloads if w.name == "a")
    assert [w.name for w in arch.calls(caller)] == called


def test_a_service_on_loopback_is_still_reached_by_its_peers(tmp_path: Path) -> None:
    text = """
    services:
      a: {image: "qdrant/qdrant:v1.15.0", ports: ["127.0.0.1:6333:6333"]}
      b: {image: "b:1.2.3"}
      c: {image: "c:1.2.3", ports: ["127.0.0.1:80:80"], networks: [alone]}
    networks: {alone: }
    """
    arch = project(tmp_path, text)
    assert exposure(arch, "a").reach is Reach.LOOPBACK
    assert exposure(arch, "a").reached
    assert not exposure(arch, "c").reached


NETWORKED = """
name: shop
services:
  api:
    image: registry.example/api:1.2.0
    ports: ["127.0.0.1:80:80"]
    environment:
      LLM_URL: http://llm:8000/v1
      DATABASE_URL: postgresql://shop:${PASSWORD:?}@db:5432/shop
    networks: [default, data]
  llm: {image: "vllm/vllm-openai:v0.9.1", ports: ["8000:8000"], volumes: ["models:/models"]}
  db: {image: "postgres:16.4", networks: [data]}
networks: {data: {internal: true}}
volumes: {models: }
"""


def edges(graph: Graph, kind: EdgeKind) -> set[tuple[str, str]]:
    return {(e.source, e.target) for e in graph.edges if e.kind is kind}


def test_the_component_graph_of_a_project(tmp_path: Path) -> None:
    graph = components(project(tmp_path, NETWORKED))
    service, workload, boundary = "service/shop/ComposeService", "workload/shop/ComposeService", "trust-boundary"
    assert edges(graph, EdgeKind.CALLS) == {
        (f"{workload}/api", f"{service}/llm"),
        (f"{workload}/api", f"{service}/db"),
    }
    assert edges(graph, EdgeKind.ROUTES) == {(f"{service}/{n}", f"{workload}/{n}") for n in ("api", "llm", "db")}
    assert edges(graph, EdgeKind.RUNS_AS) == set()
    reaching = edges(graph, EdgeKind.MAY_REACH)
    assert {target for source, target in reaching if source == f"{boundary}/internet"} == {f"{workload}/llm"}
    assert {source for source, target in reaching if target == f"{boundary}/internet"} == {
        f"{workload}/llm",
        f"{workload}/api",
    }
    assert (f"{boundary}/network/shop/data", f"{workload}/db") in reaching
    assert (f"{boundary}/network/shop/data", f"{workload}/llm") not in reaching
    assert graph.by_id[f"{boundary}/cluster"].label == "Docker host"
    assert graph.by_id[f"{service}/llm"].facts["protocol"] == "OpenAI-compatible"


def test_the_component_graph_speaks_of_containers_and_hosts(tmp_path: Path) -> None:
    texts = set()
    for file in [project(tmp_path, NETWORKED), *stacks()]:
        for edge in components(file).edges:
            texts.update(re.sub(r"'[^']*'", "", text) for text in (edge.unknown, *(e.text for e in edge.evidence)))
    assert len(texts) > 10
    assert [
        t for t in texts if re.search(r"\b(?:pods?|nodes?|ConfigMap|claim|account|policy|policies|operator)\b", t)
    ] == []


def stacks() -> list[Architecture]:
    files = sorted((Path(__file__).parents[1] / "data" / "compose").glob("*/*compose.y*ml"))
    return [build(read_project([str(file)]).reading.resources) for file in files]
