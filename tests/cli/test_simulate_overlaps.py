"""``hullmark simulate`` with objectives: journeys, chances and what they are made of, for people and for programs."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from hullmark.cli import main

DEPLOYED = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: ml}}
spec:
  replicas: 3
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers: [{{name: main, image: "example.com/{name}:1", resources: {{requests: {{cpu: "1", memory: 1Gi}}}}}}]
---
"""
TOPOLOGY = """\
regions: [{name: r1, zones: [a, b, c]}]
pools: [{name: general, count: 6, cpu: 8, memGiB: 32}]
"""
SLO = """\
services:
  web: {needs: 2, hard: [api], target: 99.99, window: 30d}
  api: {needs: 2, one_of: [[openai, anthropic]]}
journeys: [{name: ask, path: [web], target: 99.9, users: 0.8}]
third_parties:
  openai: {contract: 99.9, repair: 1h}
  anthropic: {contract: 99.5, repair: 30m}
"""


@pytest.fixture(autouse=True)
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "all.yaml").write_text("".join(DEPLOYED.format(name=name) for name in ("web", "api")))
    (tmp_path / "topology.yaml").write_text(TOPOLOGY)
    (tmp_path / "slo.yaml").write_text(SLO)
    return tmp_path


WORDS = ("simulate", "all.yaml", "--topology", "topology.yaml", "--slo", "slo.yaml")


def unit(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main([*WORDS, "--format", "json", *words]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return dict(found["units"][0])


def test_journeys_go_down_with_what_they_need(capsys: pytest.CaptureFixture[str]) -> None:
    answers = {a["name"]: a for a in unit(capsys)["overlaps"]["answers"]}
    ask, web = answers["ask"], answers["Deployment/web (ml)"]
    both = 0.001 * 0.005
    assert ask["unavailability"] == pytest.approx(web["unavailability"])
    assert web["unavailability"] > web["byItself"]
    assert web["unavailability"] > both
    assert (ask["users"], ask["journey"]) == (0.8, True)
    assert 0.9 < ask["objective"]["chance"] < 1
    assert ["provider anthropic", "provider openai"] in [sorted(cut["parts"]) for cut in ask["cuts"]]


def test_objectives_show_in_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*WORDS]) == 0
    out = capsys.readouterr().out
    assert "journey ask, 80 % of users" in out
    assert "objective 99.9 % in 30 d: kept in" in out
    assert "states looked at" in out
    assert "seed 0" in out
    assert " 100 %" not in out.partition("availability, the infra")[2].partition("what this rests on")[0]


def test_a_system_in_which_nothing_runs_all_the_time(system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = "spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: 'x:1'}]}}}"
    (system / "job.yaml").write_text(f"apiVersion: batch/v1\nkind: Job\nmetadata: {{name: j}}\n{job}\n")

    assert main(["simulate", "job.yaml", "--format", "json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["units"]
    assert one["overlaps"]["answers"] == []


def test_a_seed_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    one = unit(capsys, "--seed", "7", "--trials", "1000")
    assert (one["seed"], one["overlaps"]["sampled"] >= 0) == (7, True)


@pytest.mark.parametrize("words", [("--seed", "-1"), ("--seed", "x"), ("--trials", "0"), ("--trials", "99999999999")])
def test_seeds_and_trials_that_are_none(capsys: pytest.CaptureFixture[str], words: tuple[str, str]) -> None:
    assert main([*WORDS, *words]) == 2
    assert "help:" in capsys.readouterr().err


WITHOUT_NUMPY = "import sys; sys.modules['numpy'] = None; from hullmark.cli import main; sys.exit(main(sys.argv[1:]))"


def test_without_numpy_single_failures_remain() -> None:
    words = [sys.executable, "-c", WITHOUT_NUMPY, *WORDS, "--format", "json"]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    (one,) = json.loads(ran.stdout)["units"]

    assert ran.returncode == 0
    assert "hullmark[simulate]" in ran.stderr
    assert one["overlaps"] is None
    assert "failures that overlap" in one["notModelled"]


def test_the_output_follows_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads(files("hullmark.report").joinpath("simulate.schema.json").read_text())
    assert main([*WORDS, "--format", "json"]) == 0
    jsonschema_rs.validator_for(schema).validate(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ("services:\n  web: {target: 100}", 2),
        ("services:\n  web: {hard: [api]}\n  api: {hard: [web]}", 3),
        ("journeys:\n- {name: x, path: [nobody]}", 2),
        ("services:\n  web: {needs: -1}", 2),
    ],
)
def test_mistakes_are_told_at_their_line(
    system: Path, capsys: pytest.CaptureFixture[str], wrong: str, line: int
) -> None:
    (system / "slo.yaml").write_text(wrong)
    assert main([*WORDS]) == 2
    assert f"slo.yaml:{line}:" in capsys.readouterr().err
