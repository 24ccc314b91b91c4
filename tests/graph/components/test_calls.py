"""Who calls whom: every form of a name, every place an address may stand in, and what must not match."""

from __future__ import annotations

import pytest
from drawing import deployment, draw, edges, lines, pairs, service

CALLER = "workload/-/Deployment/caller"
API = deployment("api", "ports: [{name: http, containerPort: 8000}]") + "---" + service("api", 80, "http")


def variable(value: str, name: str = "API_URL") -> str:
    return deployment("caller", f"env: [{{name: {name}, value: '{value}'}}]")


def called(graph: object) -> set[str]:
    return {t for s, t in edges(graph, "calls") if s == CALLER}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value",
    [
        "http://api",
        "http://api:80/v1",
        "http://api:http",
        "http://API.",
        "grpc://api:80",
        "api:80",
    ],
)
def test_a_service_of_the_own_namespace(value: str) -> None:
    assert called(draw(variable(value), API)) == {"service/-/Service/api"}


SPACED = API.replace("name: api}", "name: api, namespace: back}")


@pytest.mark.parametrize(
    "host",
    [
        "api.back",
        "api.back.svc",
        "api.back.svc.cluster.local",
        "api.back.svc.cluster.local.",
        "api.back.svc.corp.example",
    ],
)
def test_a_service_of_another_namespace(host: str) -> None:
    front = variable(f"http://{host}:80").replace("name: caller}", "name: caller, namespace: front}")
    graph = draw(front, SPACED)

    assert set(edges(graph, "calls")) == {("workload/front/Deployment/caller", "service/back/Service/api")}


def test_a_name_alone_never_means_another_namespace() -> None:
    front = variable("http://api:80").replace("name: caller}", "name: caller, namespace: front}")
    graph = draw(front, SPACED)

    assert set(edges(graph, "calls")) == {("workload/front/Deployment/caller", "service/front/Service/api")}
    assert not graph.by_id["service/front/Service/api"].declared


HEADLESS = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: data}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: main, image: 'mongo:7', ports: [{containerPort: 27017}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: data}
spec: {clusterIP: None, selector: {app: db}}
"""


@pytest.mark.parametrize("host", ["db-0.db.data", "db-0.db.data.svc", "db-0.db.data.svc.cluster.local"])
def test_a_pod_of_a_headless_service(host: str) -> None:
    assert called(draw(variable(f"mongodb://{host}:27017"), HEADLESS)) == {"service/data/Service/db"}


def test_a_pod_of_a_headless_service_of_the_own_namespace() -> None:
    graph = draw(variable("mongodb://db-1.db:27017"), HEADLESS.replace(", namespace: data", ""))

    assert called(graph) == {"service/-/Service/db"}


def test_variables_that_kubernetes_sets_for_services() -> None:
    text = deployment(
        "caller", "args: ['--server=http://$(API_SERVICE_HOST):$(API_SERVICE_PORT)', '$(API_SERVICE_HOST)']"
    )

    assert called(draw(text, API)) == {"service/-/Service/api"}


def test_a_port_beside_the_host() -> None:
    text = deployment("caller", "env: [{name: DB_HOST, value: postgres}, {name: DB_PORT, value: '5432'}]")
    [edge] = edges(draw(text), "calls").values()

    assert edge.target == "service/-/Service/postgres"
    assert edge.facts["port"] == "5432"


def test_a_port_that_the_service_does_not_offer_is_told() -> None:
    [edge] = edges(draw(variable("http://api:9999"), API), "calls").values()

    assert edge.facts["port-offered"] == "no"


PLACES = {
    "variable": ("env: [{name: API_URL, value: 'http://api:80'}]", "13:api:80"),
    "flag": ("args: ['--upstream=http://api:80']", "13:'--upstream=http://api:80'"),
    "flag and word": ("args: [--upstream, 'http://api:80']", "13:'http://api:80'"),
    "script": ("command: [sh, -c, 'exec curl -s http://api:80/x']", "13:http://api:80/x"),
    "hook": ("lifecycle: {postStart: {exec: {command: [sh, -c, 'wget http://api:80/x']}}}", "13:api:80"),
}


@pytest.mark.parametrize("place", PLACES)
def test_places_and_their_evidence(place: str) -> None:
    more, expected = PLACES[place]
    [edge] = edges(draw(deployment("caller", more), API), "calls").values()

    assert lines(edge) == [expected]
    assert edge.certain


CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  API_URL: http://api:80
  app.yaml: |
    # upstream: http://api:80
    upstream: http://api:80/v1   # see http://docs.example.com
    cache_host: redis-cache
    server: {host: nothing}
    brokers: ["kafka:9092"]
  notes.md: read http://readme.example.com
  tool.py: |
    # http://comment.example.com
    call("http://api:80/tool")
"""


def test_mounted_configuration() -> None:
    pod = deployment(
        "caller",
        "volumeMounts: [{name: c, mountPath: /etc/app}]",
        spec="volumes: [{name: c, configMap: {name: settings}}]",
    )
    graph = draw(pod, API, CONFIG)
    found = edges(graph, "calls")

    assert {t for _, t in found} == {
        "service/-/Service/api",
        "service/-/Service/redis-cache",
        "service/-/Service/kafka",
    }
    assert lines(found[CALLER, "service/-/Service/api"])[:2] == ["45:api:80", "48:api:80"]


def test_configuration_as_variables() -> None:
    graph = draw(deployment("caller", "envFrom: [{configMapRef: {name: settings}}]"), API, CONFIG)

    assert "service/-/Service/api" in called(graph)


def test_only_the_keys_that_are_mounted() -> None:
    items = "volumes: [{name: c, configMap: {name: settings, items: [{key: notes.md, path: n}]}}]"
    graph = draw(deployment("caller", "volumeMounts: [{name: c, mountPath: /x}]", spec=items), API, CONFIG)

    assert called(graph) == set()


@pytest.mark.parametrize(
    "more",
    [
        "env: [{name: IMAGE, value: 'api:80'}]",
        "env: [{name: NO_PROXY, value: 'api,http://api:80'}]",
        "env: [{name: CORS_ORIGINS, value: 'http://api:80'}]",
        "env: [{name: MODEL, value: api/llama}]",
        "env: [{name: TAG, value: 'api:16'}]",
        "env: [{name: X, value: 'api:81'}]",
        "env: [{name: NAME, value: api}]",
        "env: [{name: SCHEDULE, value: '12:30'}]",
        "env: [{name: HOST, value: 0.0.0.0}, {name: SELF_URL, value: 'http://localhost:80'}, {name: A, value: 'http://127.0.0.1:80'}]",
        "args: ['--host=0.0.0.0', '--listen=http://[::]:80']",
        "command: [echo, 'http://api:80']",
        "command: [sh, -c, '# curl http://api:80']",
        "env: [{name: API_URL, value: 'http://${SOMEWHERE}/'}]",
        "env: [{name: X, value: api.py}]",
        "args: [api.entrypoints.server]",
        "args: ['--model=hf://api/model', '--file=file://api/x']",
    ],
)
def test_look_alikes_do_not_match(more: str) -> None:
    assert called(draw(deployment("caller", more), API)) == set()


def test_an_image_tag_that_is_no_port_of_the_service() -> None:
    text = deployment("caller", "args: ['--sidecar=redis:7', redis:6379]") + "---" + service("redis", 6379)
    [edge] = edges(draw(text), "calls").values()

    assert [v.text for v in edge.evidence] == ["command line of container 'main' names 'redis:6379'"]


def test_a_service_that_leads_back_is_no_call() -> None:
    text = deployment("api", "env: [{name: PEERS, value: 'http://api:80'}]") + "---" + service("api")

    assert edges(draw(text), "calls") == {}


def test_third_parties_and_private_hosts() -> None:
    text = deployment(
        "caller",
        "env: [{name: A_URL, value: 'https://api.openai.com/v1'}, {name: B_URL, value: 'https://wiki.corp.internal'},"
        " {name: C_URL, value: 'https://us-central1-aiplatform.googleapis.com'}, {name: D_URL, value: 'http://10.1.2.3:80'}]",
    )
    graph = draw(text)
    by_id = graph.by_id

    assert called(graph) == {
        "external/api.openai.com",
        "external/wiki.corp.internal",
        "external/us-central1-aiplatform.googleapis.com",
        "external/10.1.2.3",
    }
    assert by_id["external/api.openai.com"].facts["provider"] == "OpenAI"
    assert by_id["external/api.openai.com"].zone == "trust-boundary/internet"
    assert by_id["external/wiki.corp.internal"].zone == "trust-boundary/internal-network"
    assert by_id["external/us-central1-aiplatform.googleapis.com"].facts["category"] == "model API"
    assert by_id["external/10.1.2.3"].zone == "trust-boundary/internal-network"


def test_a_key_means_its_provider_unless_an_address_says_otherwise() -> None:
    key = "{name: OPENAI_API_KEY, valueFrom: {secretKeyRef: {name: k, key: k}}}"
    alone = draw(deployment("caller", f"env: [{key}]"))
    moved = draw(deployment("caller", f"env: [{key}, {{name: OPENAI_BASE_URL, value: 'http://api:80/v1'}}]"), API)
    dummy = draw(deployment("caller", "env: [{name: OPENAI_API_KEY, value: dummy}]"))

    [edge] = edges(alone, "calls").values()
    assert edge.target == "external/api.openai.com"
    assert not edge.certain
    assert called(moved) == {"service/-/Service/api"}
    assert called(dummy) == set()


def test_external_names_and_endpoints() -> None:
    text = """
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {type: ExternalName, externalName: db.example.com}
---
apiVersion: v1
kind: Service
metadata: {name: near}
spec: {type: ExternalName, externalName: api.default.svc.cluster.local}
---
apiVersion: v1
kind: Service
metadata: {name: fixed}
spec: {ports: [{port: 443}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: fixed}
subsets: [{addresses: [{ip: 192.0.2.9}]}]
"""
    graph = draw(variable("postgresql://db:5432/app"), text)
    found = edges(graph, "routes")

    assert found["service/-/Service/db", "external/db.example.com"].evidence[0].text == "stands for 'db.example.com'"
    assert ("service/-/Service/near", "service/default/Service/api") in found
    assert ("service/-/Service/fixed", "external/192.0.2.9") in found
    assert called(graph) == {"service/-/Service/db"}


def test_a_host_of_one_of_the_scan_s_own_routes() -> None:
    ingress = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules: [{host: api.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}]}}]
"""
    assert called(draw(variable("https://api.example.com/v1"), API, ingress)) == {"route/-/Ingress/web"}


def test_services_that_operators_make() -> None:
    isvc = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: iris}
spec: {predictor: {model: {modelFormat: {name: sklearn}, storageUri: 's3://m/iris'}}}
---
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: ray}
spec:
  headGroupSpec: {template: {spec: {containers: [{name: h, image: 'rayproject/ray:2.9.0'}]}}}
"""
    env = "env: [{name: A_URL, value: 'http://iris-predictor.x/v1'}, {name: RAY_ADDRESS, value: 'ray://ray-head-svc:10001'}]"
    graph = draw(deployment("caller", env), isvc)

    assert called(graph) == {"service/-/InferenceService/iris", "service/-/RayCluster/ray/head"}


def test_fields_of_custom_objects() -> None:
    text = """
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: ray}
spec:
  gcsFaultToleranceOptions: {redisAddress: 'redis:6379'}
  headGroupSpec: {template: {spec: {containers: [{name: h, image: 'rayproject/ray:2.9.0'}]}}}
"""
    [edge] = edges(draw(text), "calls").values()

    assert edge.target == "service/-/Service/redis"
    assert lines(edge) == ["5:redis:6379"]


def test_calls_say_whether_policies_let_them_through() -> None:
    deny = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {}, policyTypes: [Ingress]}
"""
    open_, closed = draw(variable("http://api:80"), API), draw(variable("http://api:80"), API, deny)

    assert next(iter(edges(open_, "calls").values())).facts["network"] == "yes"
    [refused] = edges(closed, "calls").values()
    assert refused.facts["network"] == "no"
    assert refused.facts["refused-by"] == "NetworkPolicy deny"


def test_credentials_never_reach_the_graph() -> None:
    graph = draw(variable("postgresql://admin:hunter2@db:5432/app", "DATABASE_URL"))

    told = repr([(e.facts, [v.text for v in e.evidence]) for e in graph.edges]) + repr(
        [(c.id, c.label, c.facts) for c in graph.components]
    )
    assert "hunter2" not in told
    assert "admin" not in told


def test_two_variants_call_what_lies_beside_them() -> None:
    graph = draw(
        dev__a_yaml=variable("http://api:80") + "---" + API, prod__a_yaml=variable("http://api:80") + "---" + API
    )

    assert pairs(graph, "calls") == {
        ("Deployment/caller", "Service/api"),
        ("Deployment/caller@prod/a_yaml", "Service/api@prod/a_yaml"),
    }


def test_who_asks_for_permission() -> None:
    ingress = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, annotations: {nginx.ingress.kubernetes.io/auth-url: 'http://api.default.svc/auth'}}
spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}]}}]}
"""
    assert ("route/-/Ingress/web", "service/-/Service/api") in edges(draw(API, ingress), "calls")


@pytest.mark.parametrize(
    ("name", "value", "target"),
    [
        ("LMCACHE_REMOTE_URL", "lm://cache:81", "cache"),
        ("APP_EMBEDDINGS_SERVERURL", "embed:8000", "embed"),
        ("CONSOLE_API_URL", "https://dify.acme.io", ""),
        ("CONSOLE_WEB_URL", "https://dify.acme.io", ""),
    ],
)
def test_names_and_schemes_of_programs(name: str, value: str, target: str) -> None:
    graph = draw(deployment("p", f"env: [{{name: {name}, value: '{value}'}}]"))

    assert {t.rpartition("/")[2] for _, t in edges(graph, "calls")} == ({target} if target else set())


@pytest.mark.parametrize(("section", "called"), [("webserver", set()), ("api", set()), ("llm", {"x.acme.io"})])
def test_where_a_server_says_it_is_found(section: str, called: set[str]) -> None:
    config = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  a.cfg: |\n    [{section}]\n    base_url = https://x.acme.io\n"
    pod = deployment(
        "p", "volumeMounts: [{name: c, mountPath: /c}]", "p:1", "volumes: [{name: c, configMap: {name: c}}]"
    )

    assert {t.rpartition("/")[2] for _, t in edges(draw(config, pod), "calls")} == called


def test_what_an_object_gives_to_pods_that_its_operator_alone_knows() -> None:
    bento = """
apiVersion: serving.yatai.ai/v2alpha1
kind: BentoDeployment
metadata: {name: b}
spec: {bento: x, ingress: {enabled: true}, envs: [{name: QDRANT_URL, value: 'http://qdrant:6333'}]}
"""
    graph = draw(bento, deployment("c", "env: [{name: BENTO_URL, value: 'http://b:3000'}]"))

    assert set(edges(graph, "calls")) == {
        ("workload/-/BentoDeployment/b", "service/-/Service/qdrant"),
        ("workload/-/Deployment/c", "service/-/BentoDeployment/b"),
    }


def test_a_field_beside_the_pods_of_a_part_belongs_to_the_part() -> None:
    dynamo = """
apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: {name: d}
spec:
  services:
    Frontend: {componentType: frontend, extraPodSpec: {mainContainer: {image: 'f:1'}}}
    Worker: {componentType: worker, envFromSecret: hub, extraPodSpec: {mainContainer: {image: 'w:1'}}}
"""
    assert set(edges(draw(dynamo), "reads")) == {("workload/-/DynamoGraphDeployment/d/Worker", "secret/-/Secret/hub")}
