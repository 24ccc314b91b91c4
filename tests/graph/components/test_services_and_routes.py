"""Services with what stands behind them, and the ways in."""

from __future__ import annotations

import pytest
from drawing import deployment, draw, edges, lines, one, pairs, service

API = deployment("api", "ports: [{name: http, containerPort: 8000}]") + "---" + service("api", 80, "http")
INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  tls: [{hosts: [a.example.com], secretName: cert}]
  rules:
    - host: a.example.com
      http: {paths: [{path: /v1, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}]}
"""


def test_a_service_leads_to_what_it_selects() -> None:
    graph = draw(API)
    edge = edges(graph, "routes")["service/-/Service/api", "workload/-/Deployment/api"]

    assert lines(edge) == ["19:{app: api}"]
    assert edge.evidence[0].text == "selects app=api"
    assert one(graph, "Service/api").facts["ports"] == "http:80→http"


def test_a_service_without_pods_says_why() -> None:
    graph = draw(service("lost"), deployment("other"))

    assert edges(graph, "routes") == {}
    assert one(graph, "Service/lost").declared


def test_an_ingress() -> None:
    graph = draw(API, INGRESS)
    edge = edges(graph, "routes")["route/-/Ingress/web", "service/-/Service/api"]

    assert edge.facts == {"host": "a.example.com", "path": "/v1", "port": "80", "tls": "yes", "authenticated": "no"}
    assert lines(edge) == ["32:{service: {name: api, port: {number: 80}}}"]
    assert ("trust-boundary/internet", "route/-/Ingress/web") in edges(graph, "may-reach")
    [certificate] = [e for (s, t), e in edges(graph, "reads").items() if s == "route/-/Ingress/web"]
    assert (certificate.target, lines(certificate)) == ("secret/-/Secret/cert", ["29:cert"])


def test_a_route_to_a_service_that_is_not_there() -> None:
    graph = draw(INGRESS)

    assert pairs(graph, "routes") == {("Ingress/web", "Service/api")}
    assert not one(graph, "Service/api").declared


def test_an_internal_ingress_is_entered_from_the_internal_network() -> None:
    graph = draw(API, INGRESS.replace("spec:", "spec:\n  ingressClassName: internal", 1))

    assert ("trust-boundary/internal-network", "route/-/Ingress/web") in edges(graph, "may-reach")
    assert ("trust-boundary/internet", "route/-/Ingress/web") not in edges(graph, "may-reach")


GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  gatewayClassName: envoy
  listeners: [{name: https, protocol: HTTPS, port: 443, tls: {certificateRefs: [{name: wildcard}]}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: chat}
spec:
  parentRefs: [{name: edge}]
  hostnames: [chat.example.com]
  rules: [{backendRefs: [{name: api, port: 80}, {group: inference.networking.k8s.io, kind: InferencePool, name: pool}]}]
---
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {name: pool}
spec: {selector: {matchLabels: {app: api}}, targetPorts: [{number: 8000}], endpointPickerRef: {name: picker}}
"""


def test_a_gateway_its_routes_and_pools() -> None:
    graph = draw(API, GATEWAY)

    assert pairs(graph, "routes") >= {
        ("Gateway/edge", "HTTPRoute/chat"),
        ("HTTPRoute/chat", "Service/api"),
        ("HTTPRoute/chat", "InferencePool/pool"),
        ("InferencePool/pool", "Deployment/api"),
    }
    entries = {t for s, t in edges(graph, "may-reach") if s == "trust-boundary/internet"}
    assert entries == {"route/-/Gateway/edge"}
    assert pairs(graph, "reads") == {("Gateway/edge", "Secret/wildcard")}
    assert ("InferencePool/pool", "Service/picker") in pairs(graph, "depends-on")


def test_istio() -> None:
    text = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge}
spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 443}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: cert}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: chat}
spec:
  hosts: [chat.example.com]
  gateways: [edge]
  http: [{route: [{destination: {host: api, port: {number: 80}}}]}]
"""
    graph = draw(API, text)

    assert pairs(graph, "routes") >= {("Gateway/edge", "VirtualService/chat"), ("VirtualService/chat", "Service/api")}
    assert pairs(graph, "reads") == {("Gateway/edge", "Secret/cert")}


def test_services_and_pods_that_open_themselves() -> None:
    balanced = service("api", 80, "http").replace("spec:", "spec:\n  type: LoadBalancer", 1)
    host = (
        deployment("host", "ports: [{containerPort: 80, hostPort: 80}]")
        + "---"
        + deployment("net", spec="hostNetwork: true")
    )
    found = edges(draw(deployment("api"), balanced, host), "may-reach")

    assert lines(found["trust-boundary/internet", "service/-/Service/api"]) == ["21:LoadBalancer"]
    assert ("trust-boundary/internet", "workload/-/Deployment/host") in found
    assert ("trust-boundary/internal-network", "workload/-/Deployment/net") in found


def test_what_an_operator_publishes() -> None:
    text = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: iris}
spec:
  predictor: {model: {modelFormat: {name: sklearn}, storageUri: 's3://m/iris'}}
  transformer: {containers: [{name: t, image: 't:1'}]}
"""
    graph = draw(text)

    assert pairs(graph, "routes") == {
        ("InferenceService/iris", "InferenceService/iris"),
        ("InferenceService/iris/transformer", "InferenceService/iris/transformer"),
    }
    assert ("trust-boundary/internet", "service/-/InferenceService/iris") in edges(graph, "may-reach")
    inside = text.replace("name: iris}", "name: iris, labels: {networking.kserve.io/visibility: cluster-local}}")
    assert not any(s == "trust-boundary/internet" for s, _ in edges(draw(inside), "may-reach"))


def test_events() -> None:
    text = """
apiVersion: sources.knative.dev/v1
kind: KafkaSource
metadata: {name: source}
spec:
  bootstrapServers: ['kafka.data.svc:9092']
  sink: {ref: {apiVersion: v1, kind: Service, name: api}}
---
apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata: {name: new-files}
spec: {broker: default, subscriber: {ref: {apiVersion: v1, kind: Service, name: api}}}
"""
    graph = draw(API, text)

    assert pairs(graph, "routes") >= {
        ("KafkaSource/source", "Service/api"),
        ("Broker/default", "Trigger/new-files"),
        ("Trigger/new-files", "Service/api"),
    }
    assert ("route/-/KafkaSource/source", "service/data/Service/kafka") in edges(graph, "calls")


RAY = """
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: ray%s}
spec:
  headGroupSpec: {%stemplate: {spec: {containers: [{name: h, image: 'rayproject/ray:2.52.0'}]}}}
"""


def test_a_ray_cluster_has_a_serve_service_only_if_it_asks_for_one() -> None:
    plain, asked = RAY % ("", ""), RAY % (", annotations: {ray.io/enable-serve-service: 'true'}", "")

    assert pairs(draw(plain), "routes") == {("RayCluster/ray/head", "RayCluster/ray")}
    assert pairs(draw(asked), "routes") == {
        ("RayCluster/ray/head", "RayCluster/ray"),
        ("RayCluster/ray/serve", "RayCluster/ray"),
    }


def test_a_service_that_its_object_names() -> None:
    text = RAY % ("", "headService: {metadata: {name: front}}, ")
    caller = deployment("a", "env: [{name: RAY_ADDRESS, value: 'ray://front:10001'}]")
    lost = deployment("b", "env: [{name: RAY_ADDRESS, value: 'ray://ray-head-svc:10001'}]")

    assert pairs(draw(text, caller, lost), "calls") == {
        ("Deployment/a", "RayCluster/ray/head"),
        ("Deployment/b", "Service/ray-head-svc"),
    }


def test_a_route_to_a_service_that_an_operator_makes() -> None:
    graph = draw(RAY % ("", ""), INGRESS.replace("name: api", "name: ray-head-svc"))

    assert ("Ingress/web", "RayCluster/ray/head") in pairs(graph, "routes")


def test_the_job_of_a_trial_brings_a_service_only_if_it_says_how_it_is_called() -> None:
    def trial(metadata: str) -> str:
        return f"""
apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: search}}
spec:
  trialTemplate:
    trialSpec:
      apiVersion: kubeflow.org/v2beta1
      kind: MPIJob
      {metadata}
      spec: {{mpiReplicaSpecs: {{Launcher: {{template: {{spec: {{containers: [{{name: c, image: 'x:1'}}]}}}}}}}}}}
"""

    assert edges(draw(trial("")), "routes") == {}
    assert pairs(draw(trial("metadata: {name: run}")), "routes") == {("MPIJob/run", "MPIJob/run")}
    assert pairs(draw(trial("metadata: {generateName: run-}")), "routes") == {("MPIJob/run-", "MPIJob/run-")}


def job_set(network: str) -> str:
    pods = "{template: {spec: {template: {spec: {containers: [{name: c, image: 'x:1'}]}}}}}"
    return f"""
apiVersion: jobset.x-k8s.io/v1alpha2
kind: JobSet
metadata: {{name: run}}
spec: {{{network} replicatedJobs: [{{name: w, {pods[1:-1]}}}]}}
"""


def volcano_job(plugins: str) -> str:
    pods = "{name: w, template: {spec: {containers: [{name: c, image: 'x:1'}]}}}"
    return f"""
apiVersion: batch.volcano.sh/v1alpha1
kind: Job
metadata: {{name: run}}
spec: {{{plugins} tasks: [{pods}]}}
"""


@pytest.mark.parametrize(
    ("manifest", "names"),
    [
        (job_set(""), {"run"}),
        (job_set("network: {subdomain: workers},"), {"workers"}),
        (job_set("network: {enableDNSHostnames: false},"), set()),
        (volcano_job("plugins: {svc: []},"), {"run"}),
        (volcano_job("plugins: {pytorch: ['--master=w']},"), {"run"}),
        (volcano_job("plugins: {env: []},"), set()),
        (volcano_job(""), set()),
    ],
)
def test_services_that_only_some_groups_of_pods_bring(manifest: str, names: set[str]) -> None:
    graph = draw(manifest)

    assert {c.label for c in graph.components if c.kind.value == "service"} == names
    assert len(edges(graph, "routes")) == len(names)
