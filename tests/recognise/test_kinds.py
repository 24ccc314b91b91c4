from __future__ import annotations

import importlib
from textwrap import dedent, indent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kind_cases import Case, cases, tell
from manifests import shown, workload

from hullmark.model.resource import Ref, Resource
from hullmark.model.terms import Role
from hullmark.model.workload import Workload
from hullmark.recognise.embedded import expand
from hullmark.recognise.recognition import kind_of, pods_of, recognise
from hullmark.recognise.scan import Scan
from hullmark.recognise.tables import KINDS
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source, Span
from hullmark.text.tree import Document, Map, Node, Seq, Value

POD = "{containers: [{name: c, image: i}]}"
CASES = list(cases())


def objects(text: str) -> list[Resource]:
    return [o for o in resources(Source("a.yaml", dedent(text))) if isinstance(o, Resource)]


def workloads(text: str) -> tuple[Workload, ...]:
    return recognise(objects(text))


def manifest(kind: str, body: str) -> str:
    name, _, api = kind.partition(".")
    return f"apiVersion: {api}\nkind: {name}\nmetadata: {{name: x}}\n{body.replace('POD', POD)}\n"


# -- the tables ----------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_kind_as_its_case_tells(case: Case) -> None:
    (found,) = workloads(case.manifest)
    assert not found.inferred
    assert tell(found) == case.told


@pytest.mark.parametrize("case", [c for c in CASES if c.manifest.startswith("apiVersion:")], ids=str)
def test_a_kind_below_the_top_of_a_document_is_the_same(case: Case) -> None:
    (alone,) = workloads(case.manifest)
    (listed,) = workloads("apiVersion: v1\nkind: List\nitems:\n-\n" + indent(case.manifest, "  "))

    assert [line.replace("items.0.", "") for line in tell(listed)] == tell(alone)
    assert [m.id for m in listed.models] == [m.id for m in alone.models]
    assert [p.node.value for p in listed.podsets] == [p.node.value for p in alone.podsets]
    assert [c.node.value for c in listed.containers] == [c.node.value for c in alone.containers]


def test_a_kind_nobody_told_us_about_below_the_top_of_a_document() -> None:
    pods = "{count: 2, web: {replicas: 3, podTemplate: {metadata: {labels: {a: b}}, spec: POD}}, status: {spec: POD}}"
    plain = manifest("Thing.acme.dev/v1", f"spec: {pods}\nstatus: {{spec: POD}}")
    (alone,) = workloads(plain)
    (listed,) = workloads("apiVersion: v1\nkind: List\nitems:\n-\n" + indent(plain, "  "))

    assert [line.replace("items.0.", "") for line in tell(listed)] == tell(alone)


def test_every_row_of_the_tables_has_a_case() -> None:
    covered: dict[str, set[int]] = {}
    for case in CASES:
        (resource,) = objects(case.manifest)
        kind = kind_of(resource)
        assert kind is not None, case
        name = f"{resource.ref.kind}.{resource.ref.group}".rstrip(".")
        rows = {id(row) for row, _ in pods_of(resource, kind, Scan([resource]))}
        covered.setdefault(name, set()).update(i for i, row in enumerate(kind.pods) if id(row) in rows)

    assert set(KINDS) - set(covered) == set()
    missing = [(n, row.carrier) for n, kind in KINDS.items() for i, row in enumerate(kind.pods) if i not in covered[n]]
    assert missing == []


def test_every_case_stands_in_the_file_of_its_table() -> None:
    for case in CASES:
        (resource,) = objects(case.manifest)
        table = importlib.import_module(f"hullmark.recognise.tables.{case.file.stem}").KINDS
        assert f"{resource.ref.kind}.{resource.ref.group}".rstrip(".") in table, case


def test_every_kind_of_the_tables_is_known_without_pods() -> None:
    for kind in KINDS:
        name, _, group = kind.partition(".")
        api = f"{group}/v1" if group else "v1"
        found = workloads(f"apiVersion: {api}\nkind: {name}\nmetadata: {{name: x}}\nspec: {{selector: {{}}}}\n")
        assert [w.ref.kind for w in found] == [name]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("Service.v1", "spec: {}"),
        ("ConfigMap.v1", "data: {a: b}"),
        ("ClusterQueue.kueue.x-k8s.io/v1beta1", "spec: {}"),
        ("CustomResourceDefinition.apiextensions.k8s.io/v1", "spec: {example: POD}"),
        ("Workflow.chaos-mesh.org/v1alpha1", "spec: {templates: [{name: a, container: {image: i}}]}"),
        ("Queue.rabbitmq.com/v1", "spec: {}"),
        ("Workspace.app.terraform.io/v1alpha2", "spec: {}"),
        ("Dataset.data.fluid.io/v1alpha1", "spec: {}"),
        ("ScaledObject.keda.sh/v1alpha1", "spec: {}"),
    ],
)
def test_what_is_no_workload(kind: str, body: str) -> None:
    assert workloads(manifest(kind, body)) == ()


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("Experiment.kubeflow.org/v1beta1", Role.HYPERPARAMETER_SEARCH),
        ("Experiment.mlops.seldon.io/v1alpha1", Role.INFERENCE_ROUTER),
        ("Pipeline.pipelines.kubeflow.org/v2beta1", Role.PIPELINE),
        ("Pipeline.mlops.seldon.io/v1alpha1", Role.ONLINE_INFERENCE),
        ("Workspace.kubeflow.org/v1beta1", Role.NOTEBOOK),
    ],
)
def test_same_kind_in_other_groups(kind: str, role: Role) -> None:
    assert workload(manifest(kind, "spec: {}")).role is role


def test_an_unknown_kind_is_searched_for_pods() -> None:
    found = workload(
        manifest(
            "Thing.example.com/v1", "spec: {engine: {replicas: 3, template: {metadata: {labels: {a: b}}, spec: POD}}}"
        )
    )
    assert found.inferred
    (podset,) = found.podsets
    assert (podset.name, podset.replicas.wanted, dict(podset.labels)) == ("engine", 3, {"a": "b"})
    assert shown(podset.containers[0].at("image")) == "i"


def test_an_unknown_kind_says_nothing_of_counts() -> None:
    (podset,) = workload(manifest("Thing.example.com/v1", "spec: {podSpec: POD}")).podsets
    assert (podset.name, podset.replicas) == ("", (None, None, None, "unknown"))


def test_a_pod_that_ends_is_a_task() -> None:
    assert workload(manifest("Pod.v1", "spec: {restartPolicy: Never, containers: []}")).lifetime == "task"
    assert workload(manifest("Pod.v1", "spec: POD")).lifetime == "service"


def test_containers_by_kind() -> None:
    body = (
        "spec: {initContainers: [{name: i}, {name: s, restartPolicy: Always}], containers: [{name: a}, text, null], "
        "ephemeralContainers: [{name: e}]}"
    )
    found = workload(manifest("Pod.v1", body)).containers
    assert [(c.name, c.kind) for c in found] == [("i", "init"), ("s", "sidecar"), ("a", "app"), ("e", "ephemeral")]


# -- places of what operators flatten ------------------------------------------------------------


def test_a_flattened_image_points_at_its_repository() -> None:
    body = "spec:\n  image:\n    repository: nvcr.io/nim/meta/m\n    tag: '1.2'\n  env: [{name: A, value: b}]\n"
    (container,) = workload(manifest("NIMService.apps.nvidia.com/v1alpha1", body)).containers
    assert container.spec["image"] == "nvcr.io/nim/meta/m:1.2"
    assert (shown(container.at("image")), container.at("image").line) == ("nvcr.io/nim/meta/m", 6)
    assert container.env("A") == "b"


def test_environment_as_a_mapping() -> None:
    (container,) = workload(manifest("Model.kubeai.org/v1", "spec:\n  env:\n    A: one\n    B: two\n")).containers
    assert (container.env("A"), container.env("B")) == ("one", "two")
    assert shown(container.environment["B"].node.at("value")) == "two"


def test_spark_memory_is_the_jvm_s() -> None:
    body = "spec: {executor: {cores: 2, memory: 512m, gpu: {name: nvidia.com/gpu, quantity: 1}}}"
    (container,) = workload(manifest("SparkApplication.sparkoperator.k8s.io/v1beta2", body)).containers
    assert (container.request("cpu"), container.limit("memory")) == ("2", "512Mi")
    assert container.accelerator_count == 1


def test_dynamo_s_short_name_of_a_device() -> None:
    body = "spec: {services: {W: {resources: {limits: {gpu: '2'}}, extraPodSpec: {mainContainer: {image: w}}}}}"
    (container,) = workload(manifest("DynamoGraphDeployment.nvidia.com/v1alpha1", body)).containers
    assert container.accelerator_count == 2


# -- hostile input --------------------------------------------------------------------------------


@pytest.mark.parametrize("odd", ["null", "[]", "{}", "text", "5", "[1, [2]]", "{a: {b: [null]}}"])
def test_odd_shapes_break_nothing(odd: str) -> None:
    for case in CASES:
        head, _, _ = case.manifest.partition("spec:")
        for text in (
            f"{head}spec: {odd}\n",
            case.manifest.replace(POD, odd),
            case.manifest.replace(f"{{spec: {POD}}}", odd),
        ):
            workloads(text)


@pytest.mark.parametrize("count", ["-1", "yes", "'3'", "1.5", "'{{ n }}'", "[1]", "true"])
def test_counts_that_are_none_are_unknown(count: str) -> None:
    body = f"spec: {{replicas: {count}, selector: {{}}, template: {{spec: POD}}}}"
    assert workload(manifest("Deployment.apps/v1", body)).podsets[0].replicas.wanted is None


_KEYS = ("spec", "template", "containers", "image", "env", "replicas", "predictor", "model", "templates", "services")
_KEYS += ("podSpecPatch", "templateDefaults", "container", "steps", "stepTemplate", "runtimePatches", "draResources")
_VALUES: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4),
    max_leaves=25,
)


def _marked(value: Value) -> Value:
    if isinstance(value, dict):
        return Map({k: _marked(v) for k, v in value.items()}, dict.fromkeys(value, (0, 1, 0, 1)))
    if isinstance(value, list):
        return Seq([_marked(v) for v in value], [(0, 1)] * len(value))
    return value


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(sorted(KINDS)), spec=_VALUES)
def test_any_value_is_survived(kind: str, spec: Value) -> None:
    name, _, group = kind.partition(".")
    root = _marked({"apiVersion": f"{group}/v1", "kind": name, "spec": spec})
    node = Node(Document(Source("a", "x" * 4), root, Span(0, 4)), root, Span(0, 4), ())
    assert len(recognise(expand([Resource(Ref(name, "", "x", group), "v1", node)]))) == 1
