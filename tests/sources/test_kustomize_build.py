"""Kustomizations are built, and every finding points at the line that set its value."""

from __future__ import annotations

import os
import re
from base64 import b64decode
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from kustomizing import CASES, DATA, findings, folders, leaves, marked, put

from hullmark.model.resource import Resource
from hullmark.sources.kubernetes import PATCH
from hullmark.sources.kustomize import build as module
from hullmark.sources.kustomize.build import NO_TOOL, build
from hullmark.sources.tools import Tools
from hullmark.sources.unit import Unit
from hullmark.text.source import Place, Source
from hullmark.text.tree import Document, Node, Value
from hullmark.text.yaml import read

GROWN = re.compile(r"\$\(\w+\).*")
"""What variables are put into."""

POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {}\nspec: {{}}\n"


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(DATA)
    return DATA


@cache
def _units(case: str, tools: Tools) -> dict[str, Unit]:
    return {folder: build(folder, tools) for folder in folders(case)}


def units(case: str, tools: Tools) -> Mapping[str, Unit]:
    """The kustomizations of a case; the working directory has to be that of the data."""
    return _units(case, tools)


def text(place: Place) -> str:
    return place.source.text[place.span.start : place.span.end]


def shown(place: Place | None) -> tuple[str, int] | None:
    return place and (place.source.name, place.line)


def only(unit: Unit, kind: str, name: str = "") -> Resource:
    (found,) = (r for r in unit.reading.resources if r.ref.kind == kind and name in r.ref.name)
    return found


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("case", CASES)
def test_findings_point_at_what_set_the_value(case: str, tools: Tools) -> None:
    expected = marked(case)
    told = {check for _, _, check in expected}
    found = [item for unit in units(case, tools).values() for item in findings(unit)]

    assert {(f.at.source.name, f.at.line, check) for check, f in found if check in told} == expected
    assert len(expected) > 0
    assert all(not f.fix for _, f in found)


@pytest.mark.usefixtures("data")
def test_the_places_of_values_hold_the_values(tools: Tools) -> None:
    """Of every plain value in every output: its text stands where it points, and nearly all point exactly."""
    exact = changed = coarse = 0
    for case in CASES:
        for folder, unit in units(case, tools).items():
            assert (unit.reading.problems, unit.reading.not_checked) == ((), ())
            for resource, leaf in ((r, leaf) for r in unit.reading.resources for leaf in leaves(r.node)):
                place = leaf.at()
                if place.exact:
                    exact += 1
                    assert says(place, resource, leaf), (folder, leaf.path, shown(place))
                elif leaf.path in (("apiVersion",), ("kind",)):
                    coarse += 1  # what generators imply stands nowhere
                else:
                    changed += 1
                    assert GROWN.sub("", text(place).strip("\"'")) in str(leaf.value), (folder, leaf.path, shown(place))

    assert exact > 260
    assert 0 < changed < 20
    assert coarse <= 10


def says(place: Place, resource: Resource, leaf: Node) -> bool:
    """Whether the text at a place says a value, or the part of it that is set there."""
    own, value = text(place), leaf.value
    if resource.ref.kind == "Secret" and leaf.path[0] == "data":
        value = b64decode(value).decode()
    if resource.ref.kind in ("Secret", "ConfigMap") and leaf.path[0] == "data":
        literal = str(written(own)) if "\n" not in own else own
        return value in (own, own.partition("=")[2], literal) or literal.partition("=")[2].strip("'\"") == value
    if leaf.path[-1] in ("image", "value") and str(value).endswith((f":{written(own)}", f"@{own}")):
        return place.source.name.endswith("kustomization.yaml") or "replacements" in place.source.name
    if own.startswith("'["):  # a patch in one line, shown whole
        return f'"{value}"' in own
    return bool(written(own) == value) or str(written(own)) == str(value)


def written(yaml: str) -> Value:
    """What a YAML scalar says."""
    return next(d.root["a"] for d in read(Source("", f"a: {yaml}\n")) if isinstance(d, Document))


@pytest.mark.usefixtures("data")
def test_what_the_overlay_set_says_what_it_overrides(tools: Tools) -> None:
    deployment = only(units("merge", tools)["merge/production"], "Deployment")
    container = ("spec", "template", "spec", "containers", 0)
    privileged = deployment.node.at(*container, "securityContext", "privileged")
    token = deployment.node.at(*container, "env", 0, "value")
    replicas = deployment.node.at("spec", "replicas")
    model = deployment.node.at(*container, "args", 1)

    assert shown(privileged) == ("merge/production/hardware.yaml", 25)
    assert shown(privileged.via) == ("merge/base/vllm.yaml", 5)
    assert shown(token) == ("merge/production/hardware.yaml", 13)
    assert shown(token.via) == ("merge/base/vllm.yaml", 29)
    assert (shown(replicas), shown(replicas.via)) == (
        ("merge/production/hardware.yaml", 6),
        ("merge/base/vllm.yaml", 8),
    )
    assert (shown(model), model.via) == (("merge/base/vllm.yaml", 19), None)


@pytest.mark.usefixtures("data")
def test_keys_lists_mappings_and_what_is_absent(tools: Tools) -> None:
    deployment = only(units("merge", tools)["merge/production"], "Deployment")
    pod = ("spec", "template", "spec")
    node = deployment.node

    assert shown(node.key(*pod, "hostNetwork")) == ("merge/base/vllm.yaml", 15)
    assert text(node.key(*pod, "hostNetwork")) == "hostNetwork"
    assert shown(node.key(*pod, "containers", 0, "resources")) == ("merge/production/hardware.yaml", 21)
    assert text(node.key(*pod, "containers", 0, "resources")) == "resources"
    assert shown(node.at(*pod, "tolerations")) == ("merge/production/hardware.yaml", 34)
    assert shown(node.at(*pod, "containers", 0, "env")) == ("merge/base/vllm.yaml", 26)
    assert not node.at(*pod, "containers", 0, "env").exact
    absent = node.at(*pod, "containers", 0, "livenessProbe")
    assert (shown(absent), text(absent), absent.exact) == (("merge/base/vllm.yaml", 17), "vllm", False)
    deep = node.at(*pod, "containers", 0, "securityContext", "runAsUser")
    assert (shown(deep), text(deep)) == (("merge/production/hardware.yaml", 24), "securityContext")
    assert (shown(deployment.place), text(deployment.place)) == (("merge/base/vllm.yaml", 5), "vllm")


@pytest.mark.usefixtures("data")
def test_images_point_at_what_was_put_into_them(tools: Tools) -> None:
    pod = only(units("images", tools)["images/overlay"], "Deployment").node.child("spec", "template", "spec")
    assert pod is not None
    place = {c.value["name"]: c.at("image") for c in (*pod.children("initContainers"), *pod.children("containers"))}

    assert {name: (text(p), shown(p.via)) for name, p in place.items()} == {
        "wait": ("mirror.example/library/busybox", ("images/base/apps.yaml", 15)),
        "webui": ("main", ("images/base/apps.yaml", 18)),
        "proxy": ("latest", ("images/base/apps.yaml", 20)),
        "exact": ("sha256:" + "1" * 64, ("images/base/apps.yaml", 22)),
        "untouched": ("docker.io/library/redis:latest", None),
    }
    replicas = only(units("images", tools)["images/overlay"], "Deployment").node.at("spec", "replicas")
    assert (shown(replicas), text(replicas)) == (("images/overlay/kustomization.yaml", 4), "4")


@pytest.mark.usefixtures("data")
def test_names_and_namespaces(tools: Tools) -> None:
    unit = units("nested", tools)["nested/top"]
    deployment, binding = only(unit, "Deployment"), only(unit, "ClusterRoleBinding")

    assert (deployment.ref.name, deployment.ref.namespace) == ("team-gateway-prod", "prod")
    assert (shown(deployment.place), deployment.place.exact) == (("nested/base/app.yaml", 22), False)
    assert shown(deployment.node.at("metadata", "namespace")) == ("nested/top/kustomization.yaml", 3)
    assert shown(binding.node.at("roleRef", "name")) == ("nested/base/app.yaml", 13)
    assert shown(binding.node.at("subjects", 0, "name")) == ("nested/base/app.yaml", 16)
    assert shown(deployment.node.at("metadata", "labels", "stage")) == ("nested/top/kustomization.yaml", 6)
    assert shown(deployment.node.at("spec", "template", "metadata", "labels", "team")) == (
        ("nested/middle/kustomization.yaml", 4)
    )
    reference = deployment.node.at("spec", "template", "spec", "containers", 0, "envFrom", 0, "configMapRef", "name")
    assert (shown(reference), text(reference), reference.exact) == (("nested/base/app.yaml", 36), "settings", False)


@pytest.mark.usefixtures("data")
def test_generated_objects_point_at_their_generators(tools: Tools) -> None:
    unit = units("generators", tools)["generators/overlay"]
    settings, env = only(unit, "ConfigMap", "settings"), only(unit, "ConfigMap", "env")
    file = settings.node.at("data", "config.ini")

    assert (shown(settings.place), text(settings.place)) == (("generators/base/kustomization.yaml", 3), "settings")
    assert (shown(file), text(file)) == (("generators/base/config.ini", 1), "[training]\nepochs = 3\n")
    assert shown(settings.node.at("data", "renamed.txt")) == ("generators/base/config/notes.txt", 1)
    assert shown(settings.node.at("data", "MODE")) == ("generators/overlay/kustomization.yaml", 8)
    assert shown(env.node.at("data", "BATCH")) == ("generators/base/tune.env", 4)
    assert shown(env.node.at("data", "EMPTY")) == ("generators/base/tune.env", 5)
    assert shown(env.node.at("kind")) == ("generators/base/kustomization.yaml", 13)


def test_a_part_of_a_text_is_found_in_it(tmp_path: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path, {"kustomization.yaml": "resources: [pod.yaml]\n"})
    put(tmp_path, {"pod.yaml": POD.format("a").replace("spec: {}\n", "spec:\n  hostname: 'one two one'\n")})
    (resource,) = build(".", tools).reading.resources
    node = resource.node.child("spec", "hostname")
    assert node is not None
    start = node.doc.source.text.index("two")
    found = node.doc.place(start, start + 3, node.path)

    assert (shown(found), text(found), found.start.column) == (("pod.yaml", 6), "two", 18)
    twice = node.doc.place(start - 4, start - 1, node.path)
    assert text(twice) == "'one two one'"


def test_nothing_is_left_of_the_marks(tmp_path: Path, tools: Tools) -> None:
    put(tmp_path, {"kustomization.yaml": "resources: [pod.yaml]\n", "pod.yaml": POD.format("a")})
    (resource,) = build(str(tmp_path), tools).reading.resources

    assert resource.node.value == {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {}}
    assert sorted(os.listdir(tmp_path)) == ["kustomization.yaml", "pod.yaml"]


def test_the_folder_may_be_the_working_directory(tmp_path: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, {"here/kustomization.yaml": "resources: [../base, pod.yaml]\n", "here/pod.yaml": POD.format("a")})
    put(tmp_path, {"base/kustomization.yaml": "resources: [pod.yaml]\n", "base/pod.yaml": POD.format("b")})
    monkeypatch.chdir(tmp_path / "here")
    unit = build(".", tools)

    assert {r.ref.name: r.file for r in unit.reading.resources} == {"a": "pod.yaml", "b": "../base/pod.yaml"}
    assert (unit.name, unit.form, unit.reading.files) == (".", "kustomize", 2)


def test_the_same_base_twice_in_one_build(tmp_path: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(
        tmp_path,
        {"kustomization.yaml": "resources: [one, two]\n", "base/kustomization.yaml": "resources: [pod.yaml]\n"},
    )
    put(tmp_path, {"base/pod.yaml": POD.format("p").replace("{}", "{hostPID: true}")})
    for name in ("one", "two"):
        put(tmp_path, {f"{name}/kustomization.yaml": f"namePrefix: {name}-\nnamespace: {name}\nresources: [../base]\n"})
    unit = build(".", tools)

    assert [r.ref.name for r in unit.reading.resources] == ["one-p", "two-p"]
    spaces = [r.node.at("metadata", "namespace") for r in unit.reading.resources]
    assert [shown(p) for p in spaces] == [("one/kustomization.yaml", 2), ("two/kustomization.yaml", 2)]
    assert {shown(r.node.at("spec", "hostPID")) for r in unit.reading.resources} == {("base/pod.yaml", 5)}


def test_what_cannot_be_told_points_at_the_object(
    tmp_path: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put(
        tmp_path,
        {"kustomization.yaml": "resources: [pod.yaml]\ntransformers: [label.yaml]\n", "pod.yaml": POD.format("a")},
    )
    put(
        tmp_path,
        {
            "label.yaml": "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: x}\nlabels: {a: b}\n"
            "fieldSpecs: [{path: metadata/labels, create: true}]\n"
        },
    )
    (resource,) = build(".", tools).reading.resources
    place = resource.node.at("metadata", "labels", "a")

    assert (shown(place), place.exact, place.path) == (("pod.yaml", 4), False, ("metadata", "labels", "a"))


@pytest.mark.usefixtures("data")
def test_without_a_marked_build_objects_point_at_their_bases(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_run_copy", lambda *_: None)
    unit = build("nested/top", tools)
    deployment, generated = only(unit, "Deployment"), only(unit, "ConfigMap")
    place = deployment.node.at("spec", "template", "spec", "hostIPC")

    assert (shown(place), place.exact) == (("nested/base/app.yaml", 22), False)
    assert shown(generated.place) == ("nested/top/kustomization.yaml", 1)
    assert all(not leaf.at().exact for r in unit.reading.resources for leaf in leaves(r.node))


def test_an_incomplete_object_is_told_where_it_stands(
    tmp_path: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path, {"kustomization.yaml": "resources: [part.yaml]\n"})
    put(tmp_path, {"part.yaml": "\n\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: part}\n"})
    reading = build(".", tools).reading

    assert [(n.file, n.line, n.reason) for n in reading.not_checked] == [("part.yaml", 5, PATCH)]


def test_without_kustomize_it_is_told(tmp_path: Path) -> None:
    put(tmp_path, {"kustomization.yaml": "resources: [pod.yaml]\n", "pod.yaml": POD.format("a")})
    reading = build(str(tmp_path), Tools()).reading

    assert [(n.reason, n.hint) for n in reading.not_checked] == [(NO_TOOL, "install kustomize or kubectl")]
    assert reading.resources == ()


CHARTED = """\
resources: [deployment.yaml]
helmCharts:
  - name: flowise
    repo: https://cowboysysop.github.io/charts/
    version: 3.10.0
    releaseName: flows
    valuesInline:
      config: {username: admin, password: 5f0c1e7a}
      persistence: {enabled: true}
      image:
        tag: latest
      postgresql:
        enabled: true
        auth:
          password: flowise
  - {name: somebodys, repo: "https://charts.example.com", version: 1.0.0}
"""


@pytest.mark.parametrize(
    ("overlay", "namespace", "expected"),
    [
        ("resources: [../base]\nnamespace: agents\n", "agents", [("risky-chart-value", 15)]),
        ("resources: [../base]\npatches: [{path: p.yaml}]\n", "", []),
        ("resources: [../base]\nimages: [{name: flowiseai/flowise, newTag: 2.2.1}]\n", "", []),
    ],
)
def test_charts_of_a_kustomization_are_checked_on_what_it_sets(
    tmp_path: Path, overlay: str, namespace: str, expected: list[tuple[str, int]]
) -> None:
    put(tmp_path, {"base/kustomization.yaml": CHARTED, "base/deployment.yaml": "", "top/kustomization.yaml": overlay})
    unit = build(str(tmp_path / "top"), Tools(kustomize=("kustomize", "build")))

    told = [(check, f.at.line) for check, f in findings(unit) if check == "risky-chart-value"]
    assert [r.ref.namespace for r in unit.reading.resources] == [namespace] * bool(expected)
    assert told == expected
    assert [n.line for n in unit.reading.not_checked] == [2], (
        "what is not built is told at the field that names the charts"
    )


def test_charts_of_a_kustomization_are_checked_beside_the_note(tmp_path: Path) -> None:
    put(tmp_path, {"kustomization.yaml": CHARTED, "deployment.yaml": ""})
    unit = build(str(tmp_path), Tools(kustomize=("kustomize", "build")))

    told = {(check, f.at.line) for check, f in findings(unit)}
    assert {("risky-chart-value", 15), ("floating-image-tag", 11)} <= told
    assert [r.ref.kind for r in unit.reading.resources] == ["Kustomization"]
    assert not any(f.fix for _, f in findings(unit)), "what is put together of it is not a line to edit"
