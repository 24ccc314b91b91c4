"""The JSON of a workload's dossier follows its published schema: for every workload of the examples, and for odd values."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from hullmark.cli.pipeline import scan
from hullmark.engine.profiles import PROFILES, chosen
from hullmark.report.dossier import Dossier, as_json

PROJECT = Path(__file__).parents[2]
EXAMPLES = sorted(
    variant
    for example in (PROJECT / "examples").iterdir()
    for variant in (example / "flawed", example / "corrected")
    if variant.is_dir()
)


def named(folder: Path) -> str:
    return f"{folder.parent.name}-{folder.name}"


def rendered(folder: Path) -> bool:
    return any(True for name in ("Chart.yaml", "kustomization.yaml") for _ in folder.rglob(name))


def schema(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(files("hullmark.report").joinpath(f"{name}.schema.json").read_text())
    return read


@cache
def validator() -> Any:
    """Of the published schema; what it refers to is published beside it and never fetched."""
    beside = schema("scan")
    return jsonschema_rs.validator_for(
        schema("workload"), registry=jsonschema_rs.Registry([(beside["$id"], beside)]), offline=True
    )


def dossiers(folder: Path) -> Iterator[dict[str, Any]]:
    for profile in PROFILES:
        result = scan(str(folder), profile=profile)
        for part in result.parts:
            for workload in part.architecture.workloads:
                yield json.loads(as_json(Dossier(part, workload, chosen(profile))))


def every_dossier_follows_the_schema(folder: Path) -> None:
    told = list(dossiers(folder))

    assert told
    for one in told:
        validator().validate(one)


@pytest.mark.parametrize("folder", [f for f in EXAMPLES if not rendered(f)], ids=named)
def test_every_workload_of_the_examples_follows_the_schema(folder: Path) -> None:
    every_dossier_follows_the_schema(folder)


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize("folder", [f for f in EXAMPLES if rendered(f)], ids=named)
def test_workloads_that_tools_render_follow_the_schema(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(PROJECT / ".tools" / "bin"), prepend=os.pathsep)
    every_dossier_follows_the_schema(folder)


def test_declarations_that_disagree_follow_the_schema(tmp_path: Path) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {hullmark.dev/owner: a, hullmark.dev/slo: '99.9'}}\n"
    (tmp_path / "pod.yaml").write_text(f"{pod}spec: {{containers: [{{name: c, image: 'vllm/vllm-openai:v0.18.0'}}]}}\n")
    settings = tmp_path / "hullmark.yaml"
    settings.write_text("declarations:\n  - {name: p, owner: b}\n")
    (part,) = scan(str(tmp_path), config=str(settings)).parts
    told = json.loads(as_json(Dossier(part, part.architecture.workloads[0], chosen("baseline"))))

    assert [(d["key"], d["value"]) for d in told["disagreeing"]] == [("owner", "b")]
    validator().validate(told)


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (("schema",), "hullmark.workload/v2"),
        (("workload", "role"), "nonsense"),
        (("workload", "unit"), None),
        (("scrutiny", "gates_from", "baseline"), "sometimes"),
        (("scrutiny", "gating"), -1),
        (("findings", 0, "severity"), "fatal"),
        (("findings", 0, "line"), "3"),
        (("unknown", 0, "text"), None),
    ],
)
def test_what_is_wrong_is_refused(at: tuple[str | int, ...], value: object) -> None:
    whole = next(d for d in dossiers(EXAMPLES[0].parent / "flawed") if d["findings"] and d["unknown"])
    broken = copy.deepcopy(whole)
    holder: Any = broken
    for key in at[:-1]:
        holder = holder[key]
    holder[at[-1]] = value

    assert validator().is_valid(whole)
    assert not validator().is_valid(broken)
