"""Files over files: overrides, what is extended and what is included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reading import CONTAINER, container, node, pod, project, spoken, workload, written

from hullmark.sources.unit import Unit


def over(folder: Path, below: str, above: str) -> Unit:
    base = f"services:\n  a:\n    image: a:1.2.3\n    {below}\n"
    files = {"over.yaml": f"services:\n  a:\n    {above}\n"}
    return project(folder, base, files, "over.yaml")


@pytest.mark.parametrize(
    ("below", "above", "key", "result"),
    [
        ("command: a b", "command: c", "args", ["c"]),
        ("command: a b", "command: null", "args", None),
        ("command: a b", "command: !reset null", "args", None),
        ("entrypoint: [a, b]", "entrypoint: [c]", "command", ["c"]),
        ("healthcheck: {test: [CMD, a]}", "healthcheck: {test: [CMD, b]}", "readinessProbe", {"exec": {"command": ["CMD", "b"]}}),
        ("healthcheck: {test: [CMD, a]}", "healthcheck: {disable: true}", "healthcheck", "disabled"),
        ("environment: {A: 1, B: 1}", "environment: [B=2, C=2]", "env", [("A", "1"), ("B", "2"), ("C", "2")]),
        ("environment: {A: 1}", "environment: !reset null", "env", None),
        ("environment: {A: 1}", "environment: !override {B: 2}", "env", [("B", "2")]),
        ("environment: {A: 1, B: 1}", "environment: {A: !reset null}", "env", [("B", "1")]),
        ("cap_add: [A, B]", "cap_add: [B, C]", "securityContext", {"capabilities": {"add": ["A", "B", "C"]}}),
        ("cap_add: [A]", "cap_add: !override [C]", "securityContext", {"capabilities": {"add": ["C"]}}),
        ("cap_add: [A]", "cap_add: !reset []", "securityContext", None),
        ("privileged: true", "privileged: false", "securityContext", {"privileged": False}),
        ("privileged: true", "privileged: !reset false", "securityContext", None),
        ("mem_limit: 1g", "mem_limit: 2g", "resources", {"limits": {"memory": "2147483648"}}),
        ("deploy: {resources: {limits: {memory: 1g}}}", "deploy: {resources: {limits: {cpus: '1'}}}", "resources",
         {"limits": {"memory": "1073741824", "cpu": "1"}}),
        ("image: b:1", "image: c:1", "image", "c:1"),
    ],
)  # fmt: skip
def test_a_file_over_another(below: str, above: str, key: str, result: Any, tmp_path: Path) -> None:
    if below.startswith("image"):
        below = "user: '1'"
    found = container(over(tmp_path, below, above), key)
    if key == "env" and found is not None:
        found = [(entry["name"], entry["value"]) for entry in found]
    assert found == result


@pytest.mark.parametrize(
    ("below", "above", "published"),
    [
        ("ports: ['80:80']", "ports: ['81:81']", ["80", "81"]),
        ("ports: ['80:80']", "ports: ['80:80']", ["80"]),
        ("ports: ['80:80']", "ports: ['127.0.0.1:80:80']", ["80", "80"]),
        ("ports: ['80:80']", "ports: !override ['81:81']", ["81"]),
        ("ports: ['80:80']", "ports: !reset []", []),
    ],
)
def test_ports_over_ports(below: str, above: str, published: list[str], tmp_path: Path) -> None:
    found = container(over(tmp_path, below, above), "ports") or []
    assert [port["hostPort"] for port in found] == published


def test_volumes_are_told_apart_by_where_they_are_mounted(tmp_path: Path) -> None:
    unit = over(tmp_path, "volumes: ['./a:/data', 'vol:/v']", "volumes: ['/srv:/data:ro']")
    assert {m["mountPath"]: m.get("readOnly") for m in container(unit, "volumeMounts")} == {"/data": True, "/v": None}
    assert next(v for v in pod(unit, "volumes") if "hostPath" in v)["hostPath"]["path"] == "/srv"
    assert node(unit).at("spec", "template", "spec", "volumes", 1, "hostPath", "path").source.name.endswith("over.yaml")


def test_places_lead_to_the_file_that_wins(tmp_path: Path) -> None:
    unit = over(tmp_path, "user: root", "user: '1000'")
    assert written(node(unit).at(*CONTAINER, "securityContext", "runAsUser")) == "over.yaml:3 '1000'"
    assert written(node(unit).at(*CONTAINER, "image")) == "compose.yaml:3 a:1.2.3"


def test_a_service_can_be_taken_away_and_added(tmp_path: Path) -> None:
    files = {"over.yaml": "services: {a: !reset null, b: {image: 'b:1.2.3'}}"}
    unit = project(tmp_path, "services: {a: {image: 'a:1.2.3'}}", files, "over.yaml")
    assert [r.ref.name for r in unit.reading.resources] == ["b"]


COMMON = """
services:
  base:
    image: base:1.2.3
    user: root
    env_file: base.env
    volumes: ["./data:/data", "named:/n"]
    environment: {A: base, B: base}
    depends_on: [other]
  middle:
    extends: base
    cap_add: [SYS_ADMIN]
"""


def test_services_extend_others_in_files_elsewhere(tmp_path: Path) -> None:
    text = "services: {a: {extends: {file: common/c.yaml, service: middle}, environment: {B: own}}}"
    unit = project(tmp_path, text, {"common/c.yaml": COMMON, "common/base.env": "C=1\n"})
    assert spoken(unit) == ""
    assert container(unit, "image") == "base:1.2.3"
    found = workload(unit).containers[0].environment
    assert {name: variable.value for name, variable in found.items()} == {"A": "base", "B": "own", "C": "1"}
    assert written(node(unit).at(*CONTAINER, "securityContext", "runAsUser")) == "c.yaml:5 root"
    assert written(node(unit).at(*CONTAINER, "securityContext", "capabilities", "add", 0)) == "c.yaml:12 SYS_ADMIN"
    assert [v["hostPath"]["path"] for v in pod(unit, "volumes") if "hostPath" in v] == ["common/data"]


@pytest.mark.parametrize(
    ("extends", "told"),
    [
        ("nobody", "compose.yaml:1 there is no service 'nobody' to extend"),
        ("{service: a, file: none.yaml}", "there is no file"),
        ("{service: a, file: https://example.com/c.yaml}", "something to be fetched, which is never done"),
        ("{service: a, file: ../c.yaml}", "a file outside of what is scanned"),
        ("{}", "there is no service '' to extend"),
    ],
)
def test_a_service_whose_base_was_not_read_is_not_judged(extends: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    text = "services: {a: {image: 'a:1.2.3', extends: %s}, b: {image: 'b:1.2.3'}}" % extends  # noqa: UP031
    unit = project(tmp_path / "in", text, {"../c.yaml": "services: {a: {image: 'leak:1'}}"})
    assert told in spoken(unit)
    assert "a service that extends one that was not read" in spoken(unit)
    assert [r.ref.name for r in unit.reading.resources] == ["b"]


def test_projects_include_others(tmp_path: Path) -> None:
    text = """
include:
  - one/compose.yaml
  - {path: [two/compose.yaml, two/over.yaml], project_directory: ., env_file: two.env}
services: {a: {image: "a:1.2.3", depends_on: [b, c]}}
"""
    files = {
        "one/compose.yaml": "services: {b: {image: 'b:${TAG}', volumes: ['./data:/d'], env_file: x.env}}\nvolumes: {v: }\n",
        "one/.env": "TAG=1.0.0\n",
        "one/x.env": "X=1\n",
        "two/compose.yaml": "services: {c: {image: 'c:${TAG}', volumes: ['./data:/d']}}\n",
        "two/over.yaml": "services: {c: {user: '5'}}\n",
        "two.env": "TAG=2.0.0\n",
    }
    unit = project(tmp_path, text, files)
    assert spoken(unit) == ""
    assert container(unit, "image", name="b") == "b:1.0.0"
    assert container(unit, "image", name="c") == "c:2.0.0"
    assert container(unit, "securityContext", "runAsUser", name="c") == 5
    assert pod(unit, "volumes", 0, "hostPath", "path", name="b") == "one/data"
    assert pod(unit, "volumes", 0, "hostPath", "path", name="c") == "data"
    assert workload(unit, "b").containers[0].env("X") == "1"
    assert unit.reading.files == 4


def test_what_is_included_may_not_be_defined_twice(tmp_path: Path) -> None:
    text = "include: [b.yaml]\nservices: {a: {image: 'a:1.2.3'}}"
    unit = project(tmp_path, text, {"b.yaml": "services: {a: {image: 'other:1.2.3'}}"})
    assert "compose.yaml:1 service 'a' is included, but the project has one of that name" in spoken(unit)
    assert container(unit, "image") == "a:1.2.3"


def test_what_is_fetched_is_not_checked(tmp_path: Path) -> None:
    unit = project(tmp_path, "include: ['oci://registry.example/app:1', 'git@github.com:a/b.git']\nservices: {}")
    assert spoken(unit).count("something to be fetched, which is never done") == 2
