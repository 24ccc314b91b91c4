"""The JSON of maps, attack paths and inventories follows its published schemas, for the examples and for odd names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from tests.report.test_workload_schema import EXAMPLES, named, rendered, schema

from hullmark.cli import main

FORMATS = {"map": ("-o", "-", "-f", "json"), "paths": ("-f", "json"), "inventory": ("-f", "json", "--all")}


@cache
def validator(name: str) -> Any:
    beside = schema("scan")
    registry = jsonschema_rs.Registry([(beside["$id"], beside)])
    return jsonschema_rs.validator_for(schema(name), registry=registry, offline=True)


def written(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main([name, str(folder), "--quiet", *FORMATS[name]]) == 0
    read: dict[str, Any] = json.loads(capsys.readouterr().out)
    return read


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(one)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("folder", [f for f in EXAMPLES if not rendered(f)], ids=named)
def test_what_is_written_of_the_examples_follows_the_schema(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    validator(name).validate(written(name, folder, capsys))


@pytest.mark.parametrize("name", FORMATS)
def test_a_schema_refuses_what_lacks_a_key(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = written(name, EXAMPLES[0].parents[1] / "rag-assistant" / "flawed", capsys)
    keys = ("schema", "steps", "subtitle", "powers")
    for one in [o for o in objects(told) if not o.keys().isdisjoint(keys) and "used-by" not in o]:
        key = next(k for k in keys if k in one)
        kept = one.pop(key)
        assert not validator(name).is_valid(told), (key, one)
        one[key] = kept
    assert validator(name).is_valid(told)


def test_paths_name_components_of_the_map_and_findings_of_the_scan(capsys: pytest.CaptureFixture[str]) -> None:
    folder = EXAMPLES[0].parents[1] / "rag-assistant" / "flawed"
    (unit,) = written("paths", folder, capsys)["units"]
    (graph,) = written("map", folder, capsys)["graphs"]
    main(["scan", str(folder), "--quiet", "-f", "json"])
    prints = {one["fingerprint"] for one in json.loads(capsys.readouterr().out)["findings"]}

    assert unit["paths"]
    assert {c for path in unit["paths"] for c in path["components"]} <= {c["id"] for c in graph["components"]}
    assert {print_ for repair in unit["repairs"] for print_ in repair["fingerprints"]} <= prints
