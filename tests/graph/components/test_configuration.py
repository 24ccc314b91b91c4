"""Addresses in mounted configuration, in values that are configurations, on command lines of clients, and look-alikes."""

from __future__ import annotations

import pytest
from drawing import deployment, draw, edges, lines, service

CALLER = "workload/-/Deployment/caller"
API = deployment("api", "ports: [{name: http, containerPort: 8000}]") + "---" + service("api", 80, "http")
POD = deployment(
    "caller", "volumeMounts: [{name: c, mountPath: /etc/app}]", spec="volumes: [{name: c, configMap: {name: s}}]"
)


def called(*texts: str) -> set[str]:
    return {t.rpartition("/-/")[2] for s, t in edges(draw(*texts), "calls") if s == CALLER}


def mounted(key: str, text: str) -> str:
    body = "\n".join("    " + line for line in text.splitlines())
    return f"{POD}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: s}}\ndata:\n  {key}: |\n{body}\n"


REDIS = {"Service/redis"}


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("a.json", '{"redis": {"host": "redis", "port": 6379}}', REDIS),
        ("a.json", '{"cache": {"port": "6379",\n  "host": "redis"}}', REDIS),
        ("a.yaml", "redis:\n  port: 6379\n  host: redis", REDIS),
        ("a.yaml", "redis_host: redis\nredis_port: 6379", REDIS),
        ("a.yaml", "address: {socket_address: {address: redis, port_value: 6379}}", REDIS),
        ("a.yaml", "brokers:\n- redis:6379", REDIS),
        ("a.yaml", "a: {b: [{servers: ['redis:6379']}]}", REDIS),
        ("config", "redis:\n  host: redis\n  port: 6379", REDIS),
        ("a.yaml", "url: >-\n  redis://redis:6379/0", REDIS),
        ("a.yaml", "script: |\n  # http://comment\n  upstream: redis:6379", REDIS),
        ("a.yaml", "host: {{ .Values.host }}\nupstream_url: http://redis", REDIS),
        ("a.yaml", "broken: [\nupstream: redis:6379", REDIS),
        ("a.toml", '[redis]\nhost = "redis"\nport = 6379', REDIS),
        ("a.properties", "spring.redis.host=redis\nspring.redis.port=6379", REDIS),
        ("a.env", "export REDIS_URL=redis://redis:6379", REDIS),
        ("fluent-bit.conf", "[OUTPUT]\n    Name  loki\n    Host  redis\n    Port  6379", REDIS),
        ("nginx.conf", "upstream u {\n  server redis:6379 weight=2;\n}", REDIS),
        ("nginx.conf", "location / { proxy_pass http://redis:6379/; }", REDIS),
        # what stands elsewhere is not the port of it
        ("a.yaml", "host: redis\nother:\n  port: 6379", set()),
        ("a.toml", '[a]\nhost = "redis"\n[b]\nport = 6379', set()),
        ("a.yaml", "redis_host_name: redis\nport: 6379", set()),
        ("fluent-bit.conf", "[OUTPUT]\n    Name  loki\n    Match  redis", set()),
    ],
)
def test_forms_of_files(key: str, text: str, expected: set[str]) -> None:
    assert called(mounted(key, text)) == expected


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("a.yaml", "cors:\n  origins:\n    - http://api:80"),
        ("a.yaml", "allowed_hosts:\n- api:80"),
        ("a.json", '{"cors": {"allow": ["http://api:80"]}, "$id": "https://a.corp.io/x.json"}'),
        ("a.yaml", "oidc:\n  issuer: https://id.corp.io\n  audience: https://api.corp.io\n  redirect_uris: [https://x.corp.io]"),
        ("a.yaml", "whitelist:\n  - https://api.openai.com"),
        ("a.yaml", "system_prompt: |\n  Cite http://api:80 as\n  https://en.wikipedia.org/wiki/X."),
        ("a.yaml", "info:\n  license: {name: x, url: 'https://l.corp.io'}\n  contact: {url: 'https://c.corp.io'}\n  termsOfService: http://api:80"),
        ("a.toml", '[cors]\nserver = "http://api:80"'),
        ("a.py", '"""Calls nothing.\n\nSee http://api:80/docs.\n"""\nx = 1  # http://api:80'),
        ("a.py", "'''One line: http://api:80'''\n\"\"\" http://api:80 \"\"\""),
        ("a.sh", "#!/bin/sh\n# http://api:80\necho see http://api:80"),
        ("a.xml", '<svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("a.yaml", "a: 1 # http://api:80\n# url: http://api:80"),
        ("a.yaml", "url: https://your-resource.openai.azure.com\nother_url: https://example.com/v1\nthird_url: http://CHANGEME"),
        ("a.md", "http://api:80"),
    ],
)  # fmt: skip
def test_what_is_written_but_not_called(key: str, text: str) -> None:
    assert called(mounted(key, text), API) == set()


def test_a_port_of_something_else_is_not_taken() -> None:
    [edge] = edges(draw(mounted("a.properties", "spring.redis.host=redis\nserver.port=8080")), "calls").values()

    assert (edge.target, edge.facts.get("port")) == ("service/-/Service/redis", None)


def test_a_program_calls_after_its_documentation() -> None:
    text = '"""Asks the API.\n\nSee http://docs.corp.io.\n"""\nask("http://api:80/v1")'

    assert called(mounted("a.py", text), API) == {"Service/api"}


def test_what_a_script_pipes_on_is_called() -> None:
    assert called(mounted("a.sh", "echo x | curl -d @- http://api:80"), API) == {"Service/api"}


def test_the_place_in_a_tree() -> None:
    graph = draw(mounted("a.json", '{"one": 1,\n "base_url": "http://api:80/v1"}'), API)
    [edge] = edges(graph, "calls").values()

    assert lines(edge) == ["22:api:80"]


@pytest.mark.parametrize(
    "value",
    [
        '{"base_url": "http://redis:6379"}',
        '{"cache": {"host": "redis", "port": 6379}}',
        '[{"url": "http://redis:6379/mcp"}]',
        '{"cors_origins": ["http://api:80"], "redis_url": "redis://redis:6379"}',
    ],
)
def test_configuration_in_a_variable(value: str) -> None:
    assert called(deployment("caller", f"env: [{{name: CONFIG, value: '{value}'}}]"), API) == REDIS


@pytest.mark.parametrize(
    "script",
    [
        "until nc -z -w 2 redis 6379; do sleep 1; done",
        "nc redis:6379",
        "redis-cli -h redis -p 6379 ping",
        "redis-cli --host=redis ping",
        "until pg_isready -h redis -p 5432 -U x; do sleep 1; done",
        "./wait-for-it.sh redis:6379 -- python x.py",
        "wait-for redis 6379 -- nc -z api 80",
    ],
)
def test_clients_and_those_that_wait(script: str) -> None:
    text = deployment("caller", spec=f"initContainers: [{{name: i, image: busybox, command: [sh, -c, '{script}']}}]")
    assert called(text) == REDIS


def test_who_looks_up_a_name_means_a_service_of_the_scan() -> None:
    text = deployment("caller", "command: [sh, -c, 'until nslookup api; do sleep 1; done; nslookup elsewhere']")

    assert called(text, API) == {"Service/api"}


@pytest.mark.parametrize("form", ["$(API_SERVICE_HOST)", "${API_SERVICE_HOST}", "$API_SERVICE_HOST"])
def test_variables_of_services_in_urls(form: str) -> None:
    text = deployment("caller", f"command: [sh, -c, 'curl http://{form}:80/x']")

    assert called(text, API) == {"Service/api"}
    assert called(text.replace("API_SERVICE_HOST", "API_SERVICE_HOSTS"), API) == set()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_ISSUER_URL", "https://id.corp.io"),
        ("JWT_AUDIENCE", "https://api.corp.io"),
        ("CONTENT_SECURITY_POLICY", "connect-src http://api:80"),
        ("WELCOME_MESSAGE", "ask http://api:80"),
        ("OTEL_RESOURCE_ATTRIBUTES", "service.name=api:80"),
        ("N8N_EDITOR_BASE_URL", "https://n8n.corp.io"),
        ("LOGO_URL", "https://cdn.corp.io/l.png"),
        ("NO_PROXY", "api.default.svc,.svc,api:80"),
        ("API_URL", "https://example.com/v1"),
        ("API_URL", "https://your-host.corp.io/v1"),
    ],
)
def test_names_that_say_it_is_no_call(name: str, value: str) -> None:
    assert called(deployment("caller", f'env: [{{name: {name}, value: "{value}"}}]'), API) == set()


def test_pods_of_a_service_that_is_called_like_them() -> None:
    text = deployment(
        "caller", "env: [{name: KAFKA_BROKERS, value: 'kafka-0.kafka-headless:9092,kafka-1.kafka-headless:9092'}]"
    )
    spaced = deployment("caller", "env: [{name: A_URL, value: 'http://web-1.web'}]")
    known = "apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n"

    assert called(text) == {"Service/kafka-headless"}
    assert called(spaced) == {"Service/web"}
    assert called(spaced, known) == {"service/web/Service/web-1"}


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: w, namespace: other}\nspec: {rules: [{host: api.corp.io}]}",
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: v}\n"
        "webhooks: [{name: api.default.svc, clientConfig: {service: {name: api, namespace: default}}}]",
    ],
)
def test_what_others_say_is_no_call(text: str) -> None:
    probe = "livenessProbe: {httpGet: {path: /, port: 80, httpHeaders: [{name: Host, value: api}]}}"
    quiet = deployment("caller", probe, labels=", up: api")

    assert edges(draw(quiet, API, text), "calls") == {}


def test_serve_applications_and_what_operators_add() -> None:
    text = """
apiVersion: ray.io/v1
kind: RayService
metadata: {name: r}
spec:
  serveConfigV2: |
    applications:
      - name: a
        import_path: app:x
        runtime_env: {env_vars: {REDIS_HOST: redis, LLM_BASE_URL: "http://api:80/v1"}}
        args: {vector: {host: qdrant, port: 6333}, cors_origins: ["http://evil.corp.io"]}
  collector:
    image: collector:1
    env: [{name: LOKI_URL, value: 'http://loki:3100'}]
    args: [--push, 'http://push:9091', -s, 'db.ml:6789', -x, 'word.other:6789']
  rayClusterConfig:
    headGroupSpec: {template: {spec: {containers: [{name: h, image: 'rayproject/ray:2.9.0', args: ['--u=http://own:1']}]}}}
"""
    space = "apiVersion: v1\nkind: Namespace\nmetadata: {name: ml}\n"
    found = edges(draw(text, space), "calls")

    assert {t.partition("service/")[2] for _, t in found} == {
        "-/Service/redis",
        "-/Service/api",
        "-/Service/qdrant",
        "-/Service/loki",
        "-/Service/push",
        "-/Service/own",
        "ml/Service/db",
    }
    assert not found["workload/-/RayService/r", "service/ml/Service/db"].certain


def test_where_kserve_takes_buckets_from() -> None:
    def parts(uri: str) -> str:
        return f"""
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {{name: m}}
spec: {{predictor: {{serviceAccountName: loader, model: {{modelFormat: {{name: sklearn}}, storageUri: '{uri}'}}}}}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: loader}}
secrets: [{{name: keys}}]
---
apiVersion: v1
kind: Secret
metadata: {{name: keys, annotations: {{serving.kserve.io/s3-endpoint: 'minio.objects:9000'}}}}
"""

    [edge] = edges(draw(parts("s3://bucket/m")), "calls").values()

    assert (edge.source, edge.target) == ("workload/-/InferenceService/m", "service/objects/Service/minio")
    assert lines(edge) == ["13:minio.objects:9000"]
    assert edges(draw(parts("gs://bucket/m")), "calls") == {}


def test_the_endpoint_of_a_bucket_needs_no_port_and_no_bucket_that_is_filled_in() -> None:
    text = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: m, namespace: ml}
spec: {predictor: {serviceAccountName: loader, model: {modelFormat: {name: sklearn}, storageUri: 's3://${bucket}/m'}}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: loader, namespace: ml}
secrets: [{name: keys}]
---
apiVersion: v1
kind: Secret
metadata: {name: keys, namespace: ml, annotations: {serving.kserve.io/s3-endpoint: s3.eu-west-1.amazonaws.com}}
"""
    [edge] = edges(draw(text), "calls").values()

    assert edge.source == "workload/ml/InferenceService/m"
    assert edge.target.endswith("/s3.eu-west-1.amazonaws.com")
