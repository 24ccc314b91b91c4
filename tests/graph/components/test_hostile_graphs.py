"""Whatever stands in the files: no crash, no endless work, nothing secret told, ids that stay one line of text."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from drawing import deployment, draw
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hullmark.checks.performance.mismatched_accelerator_count import mismatched_accelerator_count
from hullmark.graph.build import build
from hullmark.model.resource import Resource
from hullmark.recognise.parameters import parameters
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

pytestmark = pytest.mark.slow

KINDS = (
    ("v1", "Service"),
    ("v1", "Endpoints"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "ServiceAccount"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "PersistentVolume"),
    ("v1", "Namespace"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("networking.k8s.io/v1", "Ingress"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("cilium.io/v2", "CiliumNetworkPolicy"),
    ("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy"),
    ("gateway.networking.k8s.io/v1", "HTTPRoute"),
    ("gateway.networking.k8s.io/v1", "Gateway"),
    ("aigateway.envoyproxy.io/v1beta1", "AIGatewayRoute"),
    ("aigateway.envoyproxy.io/v1beta1", "AIServiceBackend"),
    ("gateway.envoyproxy.io/v1alpha1", "Backend"),
    ("networking.istio.io/v1", "VirtualService"),
    ("serving.kserve.io/v1beta1", "InferenceService"),
    ("serving.kserve.io/v1alpha1", "InferenceGraph"),
    ("argoproj.io/v1alpha1", "Workflow"),
    ("tekton.dev/v1", "Pipeline"),
    ("pipelines.kubeflow.org/v2beta1", "PipelineVersion"),
    ("apps.nvidia.com/v1alpha1", "NIMPipeline"),
    ("kagent.dev/v1alpha2", "Agent"),
    ("kagent.dev/v1alpha2", "ModelConfig"),
    ("ray.io/v1", "RayJob"),
    ("flow.volcano.sh/v1alpha1", "JobFlow"),
    ("sources.knative.dev/v1", "KafkaSource"),
    ("eventing.knative.dev/v1", "Trigger"),
    ("external-secrets.io/v1", "ExternalSecret"),
    ("data.fluid.io/v1alpha1", "Dataset"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("rbac.authorization.k8s.io/v1", "Role"),
)
WORDS = (
    "spec", "metadata", "name", "namespace", "template", "templates", "containers", "env", "value", "valueFrom", "args",
    "command", "volumes", "volumeMounts", "configMap", "secret", "secretName", "persistentVolumeClaim", "claimName",
    "selector", "matchLabels", "app", "ports", "port", "rules", "http", "paths", "backend", "service", "ingress", "egress",
    "from", "to", "podSelector", "namespaceSelector", "ipBlock", "cidr", "endpointSelector", "fromEndpoints", "toPorts",
    "predictor", "model", "storageUri", "steps", "dag", "tasks", "dependencies", "depends", "nodes", "serviceName",
    "services", "backendRefs", "parentRefs", "endpoints", "fqdn", "hostname", "image", "subjects", "roleRef", "kind",
    "data", "url", "host", "endpoint", "externalName", "type", "entrypoint", "flows", "mounts", "mountPoint",
)  # fmt: skip
TEXTS = (
    "x", "", "http://a:80/v1", "postgresql://u:pw@db:5/x", "s3://b/c", "a.b.svc", "../..", "${X}", "{{x}}", "\n\n", "é" * 9,
    "http://[", "a" * 300, "0.0.0.0/0", "*",
)  # fmt: skip
SCALARS = st.one_of(st.sampled_from(TEXTS), st.integers(-5, 70_000), st.booleans(), st.none(), st.text(max_size=8))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(WORDS), st.text(max_size=3)), inner, max_size=6),
    ),
    max_leaves=40,
)
OBJECTS = st.builds(
    lambda kind, name, space, body: {
        "apiVersion": kind[0],
        "kind": kind[1],
        "metadata": {"name": name, **({"namespace": space} if space else {})},
        **body,
    },
    st.sampled_from(KINDS),
    st.sampled_from(("x", "db", "")),
    st.sampled_from(("", "a")),
    st.dictionaries(
        st.sampled_from(("spec", "data", "rules", "subjects", "roleRef", "subsets", "secrets")), VALUES, max_size=3
    ),
)


def graph_of(objects: list[Any]) -> object:
    text = "\n---\n".join(json.dumps(o) for o in objects)
    return build([r for r in resources(Source("a.yaml", text)) if isinstance(r, Resource)]).graph


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(OBJECTS, min_size=1, max_size=5))
def test_anything_may_stand_anywhere(objects: list[Any]) -> None:
    graph = graph_of(objects)
    ids = [c.id for c in graph.components]  # type: ignore[attr-defined]

    assert len(ids) == len(set(ids))
    assert all(e.source in set(ids) and e.target in set(ids) for e in graph.edges)  # type: ignore[attr-defined]
    assert "u:pw" not in repr([(c.id, c.label, c.facts) for c in graph.components])  # type: ignore[attr-defined]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_field_of_a_real_object_may_be_anything(data: st.DataObject) -> None:
    """Every field of a whole small system, one after another, replaced by something else."""
    objects = json.loads(SYSTEM)
    for _ in range(data.draw(st.integers(1, 3))):
        holder: Any = data.draw(st.sampled_from(objects))
        for _ in range(data.draw(st.integers(0, 7))):
            keys = list(holder) if isinstance(holder, dict) else range(len(holder))
            if not keys:
                break
            key = data.draw(st.sampled_from(list(keys)))
            if not isinstance(holder[key], (dict, list)) or data.draw(st.booleans()):
                if key not in ("apiVersion", "kind"):
                    holder[key] = data.draw(VALUES)
                break
            holder = holder[key]
    graph = graph_of(objects)
    assert "u:pw" not in told(graph)


def told(graph: object) -> str:
    """All texts of a graph."""
    components = [(c.id, c.label, c.namespace, c.zone, c.facts) for c in graph.components]  # type: ignore[attr-defined]
    edges = [(e.source, e.target, e.unknown, e.facts, [v.text for v in e.evidence]) for e in graph.edges]  # type: ignore[attr-defined]
    return repr((components, edges))


KEY = "hf_" + "aB3dE6gH9jK2mN5pQ8rS1tU4vW7xYz0C"


@pytest.mark.parametrize(
    "url",
    [
        "https://user:pa55word@host.example/m/model.gguf",
        "https://pa55word@host.example/m",
        "s3://key:pa55word@bucket/m",
        "https://host.example/m?X-Signature=pa55word&x=1",
        "http://host.example:80/v1?api_key=pa55word",
        f"https://host.example/{KEY}/m",
        "postgresql://u:pa55word@db.example:5432/x?password=pa55word",
        "mongodb://u:pa55word@a.example,b.example/x",
    ],
)
def test_credentials_in_urls_are_told_nowhere(url: str) -> None:
    """As a variable, an argument, a model, a dataset, an output, in a file, in fields, where a name belongs."""
    graph = draw(
        deployment(
            "d",
            f"""args: ['--model={url}', '--dataset={url}', '--upstream', '{url}']
          env: [{{name: API_URL, value: '{url}'}}, {{name: S, valueFrom: {{secretKeyRef: {{name: '{url}', key: k}}}}}}]
          volumeMounts: [{{name: f, mountPath: '{url}'}}]""",
            image="vllm/vllm-openai:v1",
            spec="volumes: [{name: f, configMap: {name: f}}]",
        ),
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: f}}\ndata: {{a.yaml: 'api_base: \"{url}\"'}}",
        "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: m}\n"
        f"spec: {{predictor: {{model: {{modelFormat: {{name: x}}, storageUri: '{url}'}}}}}}",
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {template: {spec: {containers: [{name: c, "
        f"image: pytorch/pytorch, command: [torchrun, t.py, '--output_dir={url}', '--dataset={url}']}}]}}}}}}",
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: e}}\nspec: {{type: ExternalName, externalName: '{url}'}}",
    )

    assert [e for e in graph.edges if e.kind.value == "loads-model"]
    assert "pa55word" not in told(graph)
    assert KEY not in told(graph)


@pytest.mark.parametrize("data", ["true", "[a]", "x", "7"])
def test_a_config_map_without_keys(data: str) -> None:
    assert draw(f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: f}}\ndata: {data}").components


POD = {
    "serviceAccountName": "runner",
    "nodeSelector": {"node-role.kubernetes.io/edge": ""},
    "containers": [
        {
            "name": "c",
            "image": "ghcr.io/berriai/litellm:v1",
            "args": ["--model=org/m", "--output_dir=/d/out", "--upstream=http://api:80"],
            "env": [
                {"name": "DB_URL", "value": "postgresql://u:pw@db:5432/x"},
                {"name": "T", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
            ],
            "ports": [{"name": "http", "containerPort": 80}],
            "volumeMounts": [{"name": "d", "mountPath": "/d"}, {"name": "f", "mountPath": "/f"}],
        }
    ],
    "volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "d"}}, {"name": "f", "configMap": {"name": "f"}}],
}
SYSTEM = json.dumps(
    [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "api"},
            "spec": {
                "selector": {"matchLabels": {"app": "api"}},
                "template": {"metadata": {"labels": {"app": "api"}}, "spec": POD},
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "api"},
            "spec": {"selector": {"app": "api"}, "ports": [{"port": 80}]},
        },
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "f"},
            "data": {"c.yaml": "model_list:\n- litellm_params: {model: openai/x}\n"},
        },
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "p"},
            "spec": {
                "podSelector": {},
                "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "api"}}}], "ports": [{"port": 80}]}],
            },
        },
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": "i"},
            "spec": {
                "rules": [
                    {
                        "host": "a.b",
                        "http": {"paths": [{"backend": {"service": {"name": "api", "port": {"number": 80}}}}]},
                    }
                ]
            },
        },
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Workflow",
            "metadata": {"name": "w"},
            "spec": {
                "templates": [
                    {"name": "a", "container": {"image": "x"}},
                    {
                        "name": "m",
                        "dag": {
                            "tasks": [{"name": "t", "template": "a"}, {"name": "u", "template": "a", "depends": "t"}]
                        },
                    },
                ]
            },
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "b"},
            "roleRef": {"kind": "ClusterRole", "name": "edit"},
            "subjects": [{"kind": "ServiceAccount", "name": "runner"}],
        },
    ]
)


def test_names_that_are_markup_or_paths_stay_what_they_are() -> None:
    graph = draw(
        deployment(
            "app",
            "env: [{name: X_URL, value: 'http://<script>alert(1)</script>/'}, {name: Y_URL, value: 'http://a/../b'}]",
        )
    )

    assert all("\n" not in c.id for c in graph.components)
    assert not any("<script>" in c.id for c in graph.components)


@pytest.mark.parametrize(
    "more",
    [
        "env: [{name: X, value: '" + "http://a:80," * 30_000 + "'}]",
        "args: ['" + "--x=http://b " * 20_000 + "']",
        "command: [sh, -c, '" + "curl http://c; " * 20_000 + "']",
    ],
)
def test_very_long_values_cost_little(more: str) -> None:
    start = time.process_time()
    graph = draw(deployment("app", more))

    assert time.process_time() - start < 10
    assert all(len(e.evidence) <= 8 for e in graph.edges)


def test_a_configuration_file_without_end() -> None:
    text = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a.yaml: |\n" + "    url: http://x:1\n" * 50_000
    )
    pod = deployment(
        "app", "volumeMounts: [{name: c, mountPath: /c}]", spec="volumes: [{name: c, configMap: {name: c}}]"
    )
    start = time.process_time()
    draw(pod, text)

    assert time.process_time() - start < 15


def test_facts_of_edges_hold_no_keys_either() -> None:
    agent = """
apiVersion: kagent.dev/v1alpha2
kind: Agent
metadata: {name: helper}
spec:
  declarative:
    tools: [{mcpServer: {kind: MCPServer, name: files, toolNames: ['read?api_key=abcdefgh']}}]
"""
    [edge] = [e for e in draw(agent).edges if "tools" in e.facts]

    assert not any("?" in piece.text for piece in edge.evidence)
    assert edge.facts["tools"] == "read?api_key=***"


def test_the_steps_of_a_workflow_cost_no_more_than_they_are_many() -> None:
    """Each asked all others what they are. Eight times the steps may cost eight times as much, and not sixty-four."""

    def seconds(steps: int) -> float:
        templates = "\n".join(
            f"    - {{name: s{n}, container: {{image: 'ml/x:1', resources: {{limits: {{nvidia.com/gpu: 1}}}}}}, "
            f"outputs: {{artifacts: [{{name: a, s3: {{bucket: b, key: k{n}}}}}]}}}}"
            for n in range(steps)
        )
        text = f"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {{name: w}}\nspec:\n  templates:\n{templates}\n"
        found = [r for r in resources(Source("a.yaml", text)) if isinstance(r, Resource)]
        arch = build(found)
        list(arch.workloads[0].containers)
        start = time.process_time()
        assert arch.graph.components
        for container in arch.workloads[0].containers:
            list(mismatched_accelerator_count.function(container, arch))
        return time.process_time() - start

    few, many = seconds(500), seconds(4000)
    assert many < 24 * few


def test_parameters_without_an_end_cost_little() -> None:
    names = [f"p{n}" for n in range(8)]
    used = "".join(f"{{{{inputs.parameters.{name}}}}}" for name in names)
    given = ", ".join(f"{{name: {name}, value: '{used}'}}" for name in names)
    tasks = "".join(f"        - {{name: t{n}, template: s, arguments: {{parameters: [{given}]}}}}\n" for n in range(8))
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w}\nspec:\n  templates:\n"
        f"    - name: s\n      container: {{image: 'ml/x:1'}}\n      dag:\n        tasks:\n{tasks}"
    )
    (workload,) = build([r for r in resources(Source("a.yaml", text)) if isinstance(r, Resource)]).workloads
    start = time.process_time()
    assert parameters(workload.resource).filled(used, "s") == []
    assert time.process_time() - start < 0.1
