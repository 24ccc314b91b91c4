"""Kinds whose pods are put together from fields: their places exist in what kustomize builds, too."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from kustomizing import findings, put

from hullmark.recognise.recognition import recognise
from hullmark.sources.kustomize.build import build
from hullmark.sources.tools import Tools
from hullmark.sources.unit import Unit

sys.path.insert(0, str(Path(__file__).parents[1] / "recognise"))
from kind_cases import cases

SPARK = """\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  image: apache/spark:latest
  driver: {cores: 1}
  executor: {instances: 2, template: {spec: {containers: [{name: e, env: [{name: K, value: hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh}]}]}}}
"""
NIM = """\
apiVersion: apps.nvidia.com/v1alpha1
kind: NIMService
metadata: {name: chat}
spec:
  image:
    repository: nvcr.io/nim/meta/llama-3.1-8b-instruct
    tag: latest
    pullPolicy: Always
  draResources: [{resourceClaimTemplateName: gpu}]
"""


def built(root: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> Unit:
    put(root, {**files, "kustomization.yaml": f"resources: [{', '.join(files)}]\n"})
    monkeypatch.chdir(root)
    return build(".", tools)


def test_images_that_stand_apart_from_their_containers(
    tmp_path: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = built(tmp_path, tools, monkeypatch, {"spark.yaml": SPARK, "nim.yaml": NIM})
    told = {(f.at.source.name, f.at.line, check) for check, f in findings(unit)}

    assert told >= {
        ("spark.yaml", 5, "floating-image-tag"),
        ("spark.yaml", 7, "plaintext-secret-in-env"),
        ("nim.yaml", 6, "floating-image-tag"),
    }


def test_all_kinds_can_be_pointed_at(tmp_path: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    known = [c.manifest for c in cases() if "metadata: {name: x}" in c.manifest and "{{" not in c.manifest]
    files = {f"f{i}.yaml": m.replace("metadata: {name: x}", f"metadata: {{name: x{i}}}") for i, m in enumerate(known)}
    unit = built(tmp_path, tools, monkeypatch, files)
    workloads = recognise(unit.reading.resources)

    assert len(workloads) >= len(known) > 150
    assert list(findings(unit))
    for workload in workloads:
        for container in workload.containers:
            for key in container.node.value:
                assert container.at(key).source.name.startswith("f")
