"""Compiled Kubeflow pipelines as files: objects without ``apiVersion``, alone or with what Kubernetes is told besides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hullmark.cli.pipeline import scan
from hullmark.model.finding import NotChecked
from hullmark.model.resource import Resource
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

SPEC = """\
# PIPELINE DEFINITION
components: {comp-a: {executorLabel: exec-a}}
deploymentSpec: {executors: {exec-a: {container: {image: 'a:1'}}}}
pipelineInfo: {name: nightly}
root: {dag: {tasks: {a: {componentRef: {name: comp-a}}}}}
schemaVersion: 2.1.0
sdkVersion: kfp-2.14.3
"""
BESIDE = "platforms: {kubernetes: {deploymentSpec: {executors: {exec-a: {imagePullPolicy: Always}}}}}\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: 'x:1'}]}\n"


def found(text: str) -> list[object]:
    return list(resources(Source("a.yaml", text)))


def test_a_pipeline_is_an_object() -> None:
    (one,) = found(SPEC)

    assert isinstance(one, Resource)
    assert (one.ref.kind, one.ref.name, one.ref.group, one.version) == (
        "PipelineSpec",
        "nightly",
        "pipelines.kubeflow.org",
        "2.1.0",
    )
    assert one.place.line == 4


def test_what_kubernetes_is_told_belongs_to_the_pipeline_before_it() -> None:
    (one,) = found(f"{SPEC}---\n{BESIDE}")

    assert isinstance(one, Resource)
    policy = one.node.child("platforms", "kubernetes", "deploymentSpec", "executors", "exec-a", "imagePullPolicy")
    assert policy is not None
    assert (policy.value, policy.at().line) == ("Always", 9)


def test_only_the_first_platforms_count_and_none_without_a_pipeline() -> None:
    assert found(BESIDE) == []
    (one,) = found(f"{SPEC}---\n{BESIDE}---\n{BESIDE.replace('Always', 'Never')}")
    assert isinstance(one, Resource)
    assert "Always" in str(one.node.value["platforms"])


def test_pipelines_beside_objects() -> None:
    pod, one, left = found(f"{POD}---\n{SPEC}---\n{BESIDE}---\nfoo: bar\n")

    assert isinstance(pod, Resource)
    assert isinstance(one, Resource)
    assert one.ref.kind == "PipelineSpec"
    assert isinstance(left, NotChecked)


@pytest.mark.parametrize(
    "text",
    [
        "pipelineInfo: {name: x}\n",
        "pipelineInfo: {name: x}\nroot: {}\n",
        "pipelineInfo: {name: [x]}\nroot: {}\ncomponents: {}\n",
        "pipelineInfo: x\nroot: {}\ncomponents: {}\n",
        "- pipelineInfo\n",
        "pipelineSpec: {pipelineInfo: {name: x}}\n",
    ],
)
def test_what_is_no_pipeline(text: str) -> None:
    assert found(text) == []


def test_a_job_of_vertex_in_json() -> None:
    spec = {"pipelineInfo": {"name": "v"}, "components": {}, "root": {"dag": {"tasks": {}}}}
    (one,) = found(json.dumps({"pipelineSpec": spec, "runtimeConfig": {}}))

    assert isinstance(one, Resource)
    assert (one.ref.kind, one.ref.name, one.place.line) == ("PipelineJob", "v", 1)


def test_a_folder_with_a_pipeline_is_checked_whole(tmp_path: Path) -> None:
    (tmp_path / "pipeline.yaml").write_text(f"{SPEC}---\n{BESIDE}")
    (tmp_path / "other.yaml").write_text("some: values\n")
    result = scan(str(tmp_path))

    assert [str(r.ref) for r in result.architecture.resources] == ["PipelineSpec nightly"]
    assert result.not_checked == ()
    assert [p.reason for p in result.undecided if p.outcome.value == "error"] == []
