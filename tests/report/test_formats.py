"""Whole reports of a real scan, in every format."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest

import hullmark
from hullmark.engine.result import Result
from hullmark.report import gitlab, junit, sarif, terminal
from hullmark.report import json as report_json

DATA = Path(__file__).parent.parent / "data"
SECRET = "hf_Zq8vT3nB7xK2mR5wY9cJ4dL6pS1aG0eFhU"
MANIFEST = f"""\
apiVersion: v1
kind: Pod
metadata:
  name: "tr\\x1b[31mainer"
  annotations:
    hullmark.dev/waive.host-pid: "debugging the driver; owner=ml-platform; expires=2999-12-31"
spec:
  hostPID: true
  containers:
    - name: train
      image: registry.example/träin:1.4.2  # größer
      env:
        - name: HF_TOKEN
          value: {SECRET}
      securityContext:
        privileged: true
    - name: log
      image: registry.example/log:1.0.0
      securityContext:
        privileged: ${{PRIVILEGED}}
---
kind: [
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("deploy")
    (folder / "pod.yaml").write_text(MANIFEST)
    return hullmark.scan(str(folder), only=("privileged-container", "plaintext-secret-in-env", "host-pid"))


def _sarif_schema() -> Any:
    schema = json.loads((DATA / "sarif-schema-2.1.0.json").read_text())
    # OASIS' own pattern for language codes is no valid regular expression; everything else is left as published.
    for kind in ("run", "toolComponent"):
        schema["definitions"][kind]["properties"]["language"].pop("pattern", None)
    return schema


def test_sarif_follows_the_official_schema(result: Result) -> None:
    log = json.loads(sarif.render(result))

    jsonschema_rs.validator_for(_sarif_schema()).validate(log)
    run = log["runs"][0]
    assert {r["id"] for r in run["tool"]["driver"]["rules"]} >= {r["ruleId"] for r in run["results"]}
    for found in run["results"]:
        assert {"primaryLocationLineHash", "hullmark/v1"} <= set(found["partialFingerprints"])
        region = found["locations"][0]["physicalLocation"]["region"]
        assert {"startLine", "startColumn", "endLine", "endColumn"} <= set(region)


def test_json_follows_its_schema(result: Result) -> None:
    schema = json.loads((Path(report_json.__file__).parent / "scan.schema.json").read_text())
    document = json.loads(report_json.render(result))

    jsonschema_rs.validator_for(schema).validate(document)
    found = {f["check"]: f for f in document["findings"]}
    assert found["privileged-container"]["line"] == 16
    assert found["privileged-container"]["column"] == 21
    assert found["host-pid"]["waived"]["owner"] == "ml-platform"
    assert document["summary"]["waived"] == 1
    assert len(document["diagnostics"]) == 1
    (unknown,) = document["unknown"]
    assert (Path(unknown["file"]).name, unknown["line"]) == ("pod.yaml", 17)


def test_junit_is_xml_with_a_failure_for_each_finding(result: Result) -> None:
    root = ET.fromstring(junit.render(result))

    assert len(root.findall(".//failure")) == 2


def test_gitlab_has_what_code_quality_reads(result: Result) -> None:
    rows = json.loads(gitlab.render(result))

    assert {r["check_name"] for r in rows} == {"privileged-container", "plaintext-secret-in-env"}
    assert all({"description", "fingerprint", "severity", "location"} <= set(r) for r in rows)
    assert len({r["fingerprint"] for r in rows}) == len(rows)


def test_gitlab_is_laid_out_as_json_writes_it(result: Result) -> None:
    nothing = dataclasses.replace(result, findings=())

    for one in (result, nothing):
        text = gitlab.render(one)
        assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


def test_terminal_says_what_was_not_read(result: Result) -> None:
    text = terminal.render(result, color=False)

    assert "error[privileged-container]: container 'train' is privileged" in text
    assert "1 diagnostic" in text.splitlines()[-1]
    assert "everything checked" not in text


@pytest.mark.parametrize("render", [sarif.render, report_json.render, junit.render, gitlab.render])
def test_no_format_prints_a_secret_or_raw_escapes(result: Result, render: Any) -> None:
    assert SECRET not in render(result)
    assert "\x1b" not in render(result)


def test_the_terminal_prints_no_secret_and_only_its_own_escapes(result: Result) -> None:
    assert SECRET not in terminal.render(result, color=True)
    assert "\x1b" not in terminal.render(result, color=False)


@pytest.mark.parametrize("render", [sarif.render, report_json.render, junit.render, gitlab.render])
def test_same_input_same_bytes(result: Result, render: Any) -> None:
    assert render(result) == render(result)
