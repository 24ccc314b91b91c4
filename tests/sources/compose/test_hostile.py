"""Whatever a Compose file says: no crash, no check that fails to run, and an end within seconds."""

from __future__ import annotations

import json
import os
import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from everything import PROJECT

from hullmark.checks.registry import checks
from hullmark.engine.run import evaluate
from hullmark.graph.build import build
from hullmark.model.terms import Outcome
from hullmark.sources.compose import is_compose, projects, read_project
from hullmark.sources.unit import Unit

pytestmark = pytest.mark.slow

WRONG: tuple[Any, ...] = (
    *(None, "", 0, -1, True, 1.5, 10**400, [], {}, [None], [[]], [{}], {"": None}, {"name": None}, {"a": {"b": []}}),
    *(
        "x" * 3_000,
        "${X}",
        "${X:?}",
        "${",
        "$",
        "${A:-${B:-${C}}}",
        ":::",
        "-",
        "a=b",
        "..",
        "../../..",
        "\x00",
        "\x1b[31m",
    ),
    *("9" * 400, "1-65535:1-65535", "[::1]:1:1", "@", "=", "!reset", "host", "service:server", "none"),
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    entries = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [p for key, inner in entries for p in ((*path, key), *paths(inner, (*path, key)))]


PATHS = paths(PROJECT)


def spoiled(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    project = deepcopy(PROJECT)
    tree: Any = project
    for key in path[:-1]:
        tree = tree[key]
    tree[path[-1]] = deepcopy(value)
    return project


def judged(unit: Unit) -> None:
    """Go the whole way from a unit to its verdicts."""
    architecture = build(unit.reading.resources)
    evaluation = evaluate(architecture, checks())
    errors = [j.verdict for j in evaluation.judged if j.verdict.outcome is Outcome.ERROR]
    assert errors == []
    for item in evaluation.judged:
        for finding in item.verdict.findings:
            assert finding.at.line >= 1
            assert not finding.at.editable
            assert finding.fix is None


def scanned(folder: Path, project: object, name: str = "compose.yaml") -> Unit:
    file = folder / name
    file.write_text(json.dumps(project), encoding="utf-8", errors="surrogatepass")
    unit = read_project([str(file)])
    judged(unit)
    return unit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.env").write_text("A=1\nB='two'\n")
    (tmp_path / "two.env").write_text('C=${A}\nbroken line\nD="x\n')
    (tmp_path / "labels.env").write_text("a=b\n")
    (tmp_path / "conf.yaml").write_text("password: hunter2\n")
    (tmp_path / "other.yaml").write_text("services: {o: {image: 'a:1.2.3'}}\n")
    (tmp_path / "another.yaml").write_text("include: [compose.yaml]\nservices: {o: {image: 'b:1.2.3'}}\n")
    return tmp_path


def test_everything_is_read(folder: Path) -> None:
    unit = scanned(folder, PROJECT)
    assert {r.ref.name for r in unit.reading.resources if r.ref.kind == "ComposeService"} == {"server", "base", "o"}


@pytest.mark.parametrize("path", PATHS, ids=lambda p: ".".join(map(str, p)))
def test_null_at_every_key(path: tuple[Any, ...], folder: Path) -> None:
    scanned(folder, spoiled(path, None))


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_wrong_types_everywhere(number: int, folder: Path) -> None:
    for path in PATHS[number % 11 :: 11]:
        scanned(folder, spoiled(path, WRONG[number]))


@pytest.mark.long
@pytest.mark.parametrize("number", range(len(WRONG)))
def test_every_wrong_value_at_every_key(number: int, folder: Path) -> None:
    for path in PATHS:
        scanned(folder, spoiled(path, WRONG[number]))


def messages(unit: Unit) -> str:
    return " | ".join([*(p.message for p in unit.reading.problems), *(n.reason for n in unit.reading.not_checked)])


def test_cyclic_extends_is_a_diagnostic(tmp_path: Path) -> None:
    services = {
        "a": {"extends": {"service": "b"}},
        "b": {"extends": {"service": "a"}},
        "c": {"extends": "c"},
        "d": {"image": "alpine:3.20"},
        "e": {"extends": {"service": "x", "file": "other.yaml"}},
    }
    (tmp_path / "other.yaml").write_text("services: {x: {extends: {file: compose.yaml, service: e}}}")
    unit = scanned(tmp_path, {"services": services})
    assert "'a' extends itself" in messages(unit)
    assert "'c' extends itself" in messages(unit)
    assert "extends itself" in messages(unit).replace("'a' extends itself", "").replace("'c' extends itself", "")
    assert [r.ref.name for r in unit.reading.resources] == ["d"]


def test_a_chain_of_extends_has_an_end(tmp_path: Path) -> None:
    services = {f"s{i}": {"extends": {"service": f"s{i + 1}"}} for i in range(3_000)}
    unit = scanned(tmp_path, {"services": {**services, "s3000": {"image": "a:1.2.3"}}})
    assert "is extended too often" in messages(unit)


@pytest.mark.long
def test_what_is_extended_ten_thousand_times_is_refused(tmp_path: Path) -> None:
    base = {"image": "a:1.2.3", "environment": {f"V{i}": "x" for i in range(2_000)}}
    services = {"base": base, **{f"s{i}": {"extends": {"service": "base"}, "environment": {}} for i in range(10_000)}}
    start = time.monotonic()
    file = tmp_path / "compose.yaml"
    file.write_text(json.dumps({"services": services}))
    unit = read_project([str(file)])
    assert "is extended too often" in messages(unit)
    assert time.monotonic() - start < 60


def test_cyclic_include_is_a_diagnostic(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("include: [compose.yaml]\nservices: {b: {image: 'b:1.2.3'}}\n")
    unit = scanned(tmp_path, {"include": ["b.yaml", "compose.yaml"], "services": {"a": {"image": "a:1.2.3"}}})
    assert messages(unit).count("includes itself") == 2
    assert {r.ref.name for r in unit.reading.resources} == {"a", "b"}


def test_a_file_is_not_included_without_end(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("services: {b: {image: 'b:1.2.3'}}\n")
    unit = scanned(tmp_path, {"include": ["b.yaml"] * 2_000, "services": {"a": {"image": "a:1.2.3"}}})
    assert "is included too often" in messages(unit)


def test_nothing_outside_of_the_scan_is_read(tmp_path: Path) -> None:
    home = tmp_path / "project"
    home.mkdir()
    (tmp_path / "secret.env").write_text("PASSWORD=correct-horse-battery\n")
    (tmp_path / "secret.yaml").write_text("services: {x: {image: 'leaked:1.2.3'}}\n")
    (home / "link.env").symlink_to(tmp_path / "secret.env")
    (home / ".env").symlink_to(tmp_path / "secret.env")
    service = {
        "image": "a:1.2.3",
        "env_file": ["../secret.env", "link.env", str(tmp_path / "secret.env")],
        "volumes": ["../secret.env:/etc/app.conf", "./link.env:/etc/link.conf"],
        "environment": {"P": "${PASSWORD}"},
    }
    project = {
        "include": ["../secret.yaml"],
        "services": {"a": service, "b": {"extends": {"file": "../secret.yaml", "service": "x"}}},
    }
    unit = scanned(home, project)
    texts = [str(r.node.value) for r in unit.reading.resources]
    assert not any("correct-horse" in text or "leaked" in text for text in texts)
    assert messages(unit).count("a file outside of what is scanned") >= 5
    wider = read_project([str(home / "compose.yaml")], root=str(tmp_path))
    assert any("correct-horse" in str(r.node.value) for r in wider.reading.resources)


def test_no_pipe_and_no_folder_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    service = {"image": "a:1.2.3", "env_file": ["pipe", "."], "volumes": ["./pipe:/etc/a.conf"]}
    unit = scanned(tmp_path, {"services": {"a": service}})
    assert messages(unit).count("no regular file") == 2


@pytest.mark.parametrize("number", [1_000, pytest.param(10_000, marks=pytest.mark.long)])
def test_many_services_take_seconds(number: int, tmp_path: Path) -> None:
    services = {
        f"s{i}": {
            "image": "vllm/vllm-openai:v0.9.1",
            "ports": ["1-65535:1-65535"],
            "environment": {"NEXT": f"http://s{i + 1}:8000"},
            "volumes": ["data:/data"],
        }
        for i in range(number)
    }
    file = tmp_path / "compose.yaml"
    file.write_text(json.dumps({"services": services}))
    start = time.monotonic()
    unit = read_project([str(file)])
    architecture = build(unit.reading.resources)
    assert len(architecture.workloads) == number
    assert time.monotonic() - start < 60


def test_variables_cannot_blow_up(tmp_path: Path) -> None:
    lines = ["A0=" + "x" * 1_000, *(f"A{i}=${{A{i - 1}}}${{A{i - 1}}}" for i in range(1, 60))]
    (tmp_path / ".env").write_text("\n".join(lines))
    nested = "${X:-" * 5_000 + "}" * 5_000
    unclosed = "${A0" * 50_000
    values = {"A": "${A59}" * 1_000, "B": "${A5}" * 5_000, "C": nested, "D": unclosed}
    start = time.monotonic()
    scanned(tmp_path, {"services": {"a": {"image": "a:1.2.3", "environment": values}}})
    assert time.monotonic() - start < 20


def test_deep_nesting_and_anchors_are_bounded(tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    for text in (
        "services: " + "{a: " * 900 + "1" + "}" * 900,
        "a: &a [x, x]\n"
        + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcdefghijklmn", "bcdefghijklmno", strict=True)),
        "x: &x {image: 'a:1.2.3', environment: {A: &v b, B: *v}}\nservices: {a: *x, b: {<<: *x, image: 'b:1.2.3'}}",
        "services:\n  a: &a\n    image: a:1.2.3\n    depends_on: *a\n",
    ):
        file.write_text(text)
        start = time.monotonic()
        judged(read_project([str(file)]))
        assert time.monotonic() - start < 20


def test_merge_keys_and_anchors_are_followed(tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text("x: &x {image: 'a:1.2.3', user: root}\nservices: {a: *x, b: {user: '5', <<: *x}}\n")
    found = {r.ref.name: r.node for r in read_project([str(file)]).reading.resources}
    container = ("spec", "template", "spec", "containers", 0)
    assert found["a"].get(*container, "securityContext", "runAsUser") == 0
    assert found["b"].get(*container, "securityContext", "runAsUser") == 5
    assert found["b"].at(*container, "image").line == 1


@pytest.mark.parametrize(
    "text", ["", "[]", "a", "services: []", "services: {a: 1}", "- services", "{", "services: {a: {image: ["]
)
def test_what_is_no_compose_file_gives_a_diagnostic_or_nothing(text: str, tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text(text)
    unit = read_project([str(file)])
    assert unit.reading.resources == ()
    assert not is_compose("compose.yaml", None)
    assert projects([str(file)])
