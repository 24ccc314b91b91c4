"""``hullmark simulate`` from files to numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hullmark.cli import main
from hullmark.version import __version__

CHAT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat, namespace: ml}
spec:
  replicas: 2
  selector: {matchLabels: {app: chat}}
  template:
    metadata: {labels: {app: chat}}
    spec:
      containers:
        - name: main
          image: vllm/vllm-openai:v0.11.0
          resources: {requests: {cpu: "2", memory: 4Gi}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: chat, namespace: ml}
spec: {minAvailable: 1, selector: {matchLabels: {app: chat}}}
"""
TOPOLOGY = """\
regions:
  - {name: r1, zones: [a, b]}
pools:
  - {name: general, zone: [a, b], count: 4, cpu: 8, memGiB: 32}
"""


@pytest.fixture(autouse=True)
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chat.yaml").write_text(CHAT)
    (tmp_path / "topology.yaml").write_text(TOPOLOGY)
    return tmp_path


def plain(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["simulate", "chat.yaml", "--topology", "topology.yaml", "--format", "json", *words]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_same_files_give_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    outputs = set()
    for _ in range(2):
        main(["simulate", "chat.yaml", "--topology", "topology.yaml", "--format", "json"])
        outputs.add(capsys.readouterr().out)

    assert len(outputs) == 1


@pytest.mark.parametrize("words", [(), ("--brief",), ("--scenario", "node")])
def test_every_report_names_what_it_was_made_with(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    digest = plain(capsys)["units"][0]["ratesDigest"]
    main(["simulate", "chat.yaml", "--topology", "topology.yaml", *words])
    out = capsys.readouterr().out

    assert f"hullmark {__version__}, Kubernetes 1.34, rates {digest}, seed 0" in out
    assert "outages by change" in out
    assert ("nothing else runs on the nodes" in out) == (words != ("--brief",))
    assert ("assumptions (without --brief)" in out) == (words == ("--brief",))


def test_rollouts_are_named_as_counted_once_somebody_counted_them(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (system / "rates.yaml").write_text("bad_rollout: {events: 5, exposure: 365d, repair: 30m}\n")
    before = plain(capsys)["units"][0]["notModelled"]
    main(["simulate", "chat.yaml", "--topology", "topology.yaml", "--rates", "rates.yaml", "-f", "json"])
    after = json.loads(capsys.readouterr().out)["units"][0]

    assert before[0] == "outages by change"
    assert after["notModelled"][0] == "outages by change other than bad rollouts"
    assert not any("deployments, configuration" in one["text"] for one in after["assumptions"])


def test_two_copies_in_two_zones_survive_each_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    main(["simulate", "chat.yaml", "--topology", "topology.yaml"])
    out = capsys.readouterr().out

    assert "Deployment/chat (ml)" in out
    assert "node yes, zone yes" in out
    assert "infrastructure part" in out


def test_no_topology_is_made_up_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "chat.yaml"]) == 0
    assert "topology: made up to hold the workloads" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [("zone: [a, b]", "zone: [a, x]", 4), ("count: 4", "count: -1", 4), ("cpu: 8", "cpu: 1", 4)],
)
def test_a_mistake_in_the_topology_is_shown_at_its_line(
    old: str, new: str, line: int, system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (system / "topology.yaml").write_text(TOPOLOGY.replace(old, new))

    assert main(["simulate", "chat.yaml", "--topology", "topology.yaml"]) == 2
    assert f"topology.yaml:{line}:" in capsys.readouterr().err


def test_nothing_to_simulate_is_said(system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (system / "map.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")

    assert main(["simulate", "map.yaml"]) == 4
    assert "nothing to simulate" in capsys.readouterr().err


def test_no_probability_is_printed_as_certain(capsys: pytest.CaptureFixture[str]) -> None:
    main(["simulate", "chat.yaml", "--topology", "topology.yaml"])
    out = capsys.readouterr().out

    assert " 100 %" not in out
    assert " 0 %" not in out


def test_own_rates_are_named_as_measured_and_change_the_digest(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (system / "rates").write_text("cpu_node: {events: 2, exposure: 4000d, repair: 1h}\n")
    (shipped,), (own,) = plain(capsys)["units"], plain(capsys, "--rates", "rates")["units"]

    assert shipped["ratesDigest"] != own["ratesDigest"]
    (rate,) = (r for r in own["rates"] if r["name"] == "cpu_node")
    assert (rate["kind"], rate["repairKind"], rate["source"]) == ("measured", "measured", "rates:1")


def test_a_mistake_in_the_rates_is_shown_at_its_line(system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (system / "rates").write_text("cpu_node:\n  events: -2\n  exposure: 4000d\n")

    assert main(["simulate", "chat.yaml", "--rates", "rates"]) == 2
    assert "rates:2:" in capsys.readouterr().err


@pytest.mark.parametrize("day", ["soon", "2026-13-01", "-1"])
def test_a_start_that_is_no_day_is_refused(day: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "chat.yaml", f"--start={day}"]) == 2
    assert "is no day" in capsys.readouterr().err
