import pytest

from hullmark.model.finding import NotChecked
from hullmark.model.resource import Resource
from hullmark.sources.kubernetes import BARE, ITEM, PATCH, TEMPLATE, resources
from hullmark.text.source import Problem, Source

POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n"


def read(text: str) -> list[Resource | NotChecked | Problem]:
    return list(resources(Source("x.yaml", text)))


def refs(text: str) -> list[str]:
    return [str(r.ref) for r in read(text) if isinstance(r, Resource)]


def reasons(text: str) -> list[tuple[int, str]]:
    return [(n.line, n.reason) for n in read(text) if isinstance(n, NotChecked)]


def test_identity() -> None:
    (found,) = read("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: b}\nspec: {selector: {}}\n")

    assert isinstance(found, Resource)
    assert found.ref == ("Deployment", "b", "a", "apps")
    assert found.version == "v1"


def test_a_generated_name_is_known_up_to_its_end() -> None:
    assert refs("apiVersion: batch/v1\nkind: Job\nmetadata:\n  generateName: train-\n") == ["Job train-"]


@pytest.mark.parametrize("metadata", ["null", "[]", "text", "7", "{name: 7}", "{name: null, namespace: []}"])
def test_metadata_of_another_shape_leaves_an_object_without_name(metadata: str) -> None:
    (found,) = read(f"apiVersion: v1\nkind: Pod\nmetadata: {metadata}\n")

    assert isinstance(found, Resource)
    assert found.ref.name == found.ref.namespace == ""


def test_lists_are_taken_apart() -> None:
    text = """\
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Pod, metadata: {name: a}}
  - apiVersion: v1
    kind: List
    items:
      - {apiVersion: v1, kind: Pod, metadata: {name: b}}
  - {apiVersion: v1, kind: Pod, metadata: {name: c}}
  - metadata: {name: d}
  - text
"""
    found = read(text)

    assert refs(text) == ["Pod a", "Pod b", "Pod c"]
    assert reasons(text) == [(10, ITEM), (11, ITEM)]
    places = {r.ref.name: r.place.line for r in found if isinstance(r, Resource)}
    assert places == {"a": 4, "b": 8, "c": 9}


def test_items_of_typed_lists_inherit_the_type() -> None:
    text = "apiVersion: apps/v1\nkind: StatefulSetList\nitems:\n- metadata: {name: a}\n  spec: {selector: {}}\n"

    assert refs(text) == ["StatefulSet a"]


def test_a_kind_that_only_sounds_like_a_list_is_an_object() -> None:
    assert refs("apiVersion: example.org/v1\nkind: AllowList\nmetadata: {name: a}\nspec: {}\n") == ["AllowList a"]


def test_json() -> None:
    assert refs('{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}') == ["Pod a"]


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n",
        "[1, 2]\n",
        "text\n",
        "",
        "---\n---\n",
        "apiVersion: v2\nname: chart\n",
        "kind: [Pod]\napiVersion: v1\n",
    ],
)
def test_what_is_not_kubernetes_is_of_no_concern(text: str) -> None:
    assert read(text) == []


def test_what_is_not_kubernetes_beside_objects_is_told() -> None:
    text = f"{POD}---\nreplicas: 3\n---\n{POD}"

    assert refs(text) == ["Pod a", "Pod a"]
    assert reasons(text) == [(6, BARE)]


def test_a_broken_document_does_not_hide_the_others() -> None:
    found = read(f"{POD}---\na: [\n---\n{POD}")

    assert [type(f) for f in found] == [Resource, Problem, Resource]


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 3}\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      containers:\n"
        "      - {name: x, resources: {limits: {cpu: 1}}}\n",
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n$patch: delete\n",
    ],
)
def test_patches_are_known_by_their_shape(text: str) -> None:
    assert reasons(text) == [(1, PATCH)]
    assert refs(text) == []


def test_a_deployment_with_an_image_is_no_patch() -> None:
    spec = "{template: {spec: {containers: [{image: x}]}}}"
    text = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec: {spec}\n"

    assert refs(text) == ["Deployment a"]


def test_a_template_that_is_no_yaml_is_not_an_error_of_the_user() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n"

    assert [(r[1]) for r in reasons(text)] == [TEMPLATE]


def test_braces_in_quotes_do_not_excuse_broken_yaml() -> None:
    (found,) = read('apiVersion: v1\nkind: Pod\nmetadata:\n  name: "{{x}}"\n bad: [\n')

    assert isinstance(found, Problem)
