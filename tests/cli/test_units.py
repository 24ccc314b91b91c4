"""Scans of repositories that hold more than manifests: what is rendered, how it is told, and what is left to say."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from hullmark.cli import main
from hullmark.sources.tools import Tools

POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: {space}}}
spec:
  containers:
    - name: main
      image: registry.example.com/{name}:1.0
      securityContext:
        privileged: {privileged}
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tools: Tools) -> Path:
    """One chart with two variants, two overlays of a base, and a loose manifest."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.path.dirname(tools.helm))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    files = {
        "chart/Chart.yaml": "apiVersion: v2\nname: served\nversion: 1.0.0\n",
        "chart/values.yaml": "privileged: false\n",
        "chart/values-prod.yaml": "# driver\nprivileged: true\n",
        "chart/templates/pod.yaml": POD.format(name="served", space="models", privileged="{{ .Values.privileged }}"),
        "base/kustomization.yaml": "resources: [pod.yaml]\n",
        "base/pod.yaml": POD.format(name="based", space="base", privileged="true"),
        "over/dev/kustomization.yaml": "namespace: dev\nresources: [../../base]\n",
        "over/prod/kustomization.yaml": "namespace: prod\nresources: [../../base]\n",
        "loose/pod.yaml": POD.format(name="loose", space="loose", privileged="true"),
    }
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def report(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    main(["scan", ".", "--format", "json", "--check", "privileged-container", *words])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.usefixtures("repository")
def test_each_thing_is_rendered_once_and_judged_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    found = report(capsys)

    assert [(u["title"], u["form"]) for u in found["units"]] == [
        (".", "manifests"),
        ("chart (values.yaml)", "helm"),
        ("chart (values-prod.yaml)", "helm"),
        ("over/dev", "kustomize"),
        ("over/prod", "kustomize"),
    ]
    places = {(f["file"], f["line"]): f["units"] for f in found["findings"]}
    assert places == {
        ("loose/pod.yaml", 9): ["."],
        ("chart/values-prod.yaml", 2): ["chart (values-prod.yaml)"],
        ("base/pod.yaml", 9): ["over/dev", "over/prod"],
    }
    assert found["summary"]["workloads"] == 4
    assert found["not_checked"] == []


@pytest.mark.usefixtures("repository")
def test_the_template_is_named_beside_the_value(capsys: pytest.CaptureFixture[str]) -> None:
    (finding,) = (f for f in report(capsys)["findings"] if f["file"] == "chart/values-prod.yaml")

    assert [(r["file"], r["line"], r["message"]) for r in finding["related"]] == [
        ("chart/templates/pod.yaml", 9, "what it is rendered through")
    ]
    assert finding["fix"] is None


@pytest.mark.usefixtures("repository")
def test_one_unit_can_be_scanned_alone(capsys: pytest.CaptureFixture[str]) -> None:
    both = report(capsys, "--unit", "chart")
    one = report(capsys, "--unit", "chart (values-prod.yaml)")

    assert [u["variant"] for u in both["units"]] == ["values.yaml", "values-prod.yaml"]
    assert [u["variant"] for u in one["units"]] == ["values-prod.yaml"]


@pytest.mark.usefixtures("repository")
def test_a_unit_that_is_not_there_is_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", ".", "--unit", "chrat"]) == 2
    assert "did you mean 'chart'" in capsys.readouterr().err


@pytest.mark.usefixtures("repository")
def test_sources_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", ".", "--list-sources"]) == 0
    assert capsys.readouterr().out == (
        ".                         read as manifests: 1 object of 1 file\n"
        "chart (values.yaml)       rendered by helm: 1 object of 1 file\n"
        "chart (values-prod.yaml)  rendered by helm: 1 object of 1 file\n"
        "over/dev                  built by kustomize: 1 object of 1 file\n"
        "over/prod                 built by kustomize: 1 object of 1 file\n"
        "5 units\n"
    )


def test_values_of_the_user_are_the_only_variant(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "mine.yml").write_text("a: 1\nprivileged: true\n")
    found = report(capsys, "--values", "mine.yml", "--unit", "chart")

    assert [u["variant"] for u in found["units"]] == [""]
    assert [(f["file"], f["line"]) for f in found["findings"]] == [("mine.yml", 2)]


def test_without_tools_what_can_be_read_is_read_and_the_rest_is_said(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(repository))
    found = report(capsys)

    assert {f["file"] for f in found["findings"]} == {"loose/pod.yaml", "base/pod.yaml"}
    assert {n["file"] for n in found["not_checked"]} == {
        "base/kustomization.yaml",
        "over/dev/kustomization.yaml",
        "over/prod/kustomization.yaml",
        "chart/Chart.yaml",
    }
    (said,) = found["diagnostics"]
    assert (said["level"], said["message"]) == (
        "warning",
        "a chart is not checked, because there is no helm to render with",
    )
    assert main(["scan", ".", "--fail-on", "never"]) == 0
    assert main(["scan", ".", "--fail-on", "never", "--fail-on-unchecked"]) == 2


@pytest.mark.usefixtures("repository")
def test_a_helm_that_cannot_be_run_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", ".", "--helm", "./no/helm"]) == 2
    assert "there is no program './no/helm'" in capsys.readouterr().err


def test_a_second_scan_runs_no_tool(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = report(capsys)
    monkeypatch.setattr("hullmark.sources.process.run", _refuse)
    monkeypatch.setattr("hullmark.sources.helm.command.run", _refuse)
    monkeypatch.setattr("hullmark.sources.kustomize.build.run", _refuse)

    assert report(capsys) == first
    (repository / "chart" / "values.yaml").write_text("privileged: true\n")
    assert main(["scan", "."]) == 3
    assert "a tool was run" in capsys.readouterr().err


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError("a tool was run")


def test_fixes_are_made_in_manifests_only(repository: Path) -> None:
    before = {p: p.read_text() for p in repository.rglob("*.yaml")}
    main(["fix", ".", "--write", "--unsafe", "--check", "privileged-container"])
    changed = {str(p.relative_to(repository)) for p, text in before.items() if p.read_text() != text}

    assert changed == {"loose/pod.yaml"}
