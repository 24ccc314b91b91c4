"""``hullmark simulate`` as users run it."""

import json
from pathlib import Path

import pytest
from shell import hullmark

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: c, image: "nginx:1.29", resources: {requests: {cpu: 1, memory: 1Gi}}}]
"""
TOPOLOGY = "regions: [{name: r, zones: [a, b]}]\npools: [{name: p, count: 4, cpu: 4, memGiB: 16}]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "web.yaml").write_text(WEB)
    (tmp_path / "topology").write_text(TOPOLOGY)
    return tmp_path


@pytest.mark.parametrize("form", ["terminal", "json"])
def test_the_same_input_gives_the_same_bytes(folder: Path, form: str) -> None:
    first, second = (
        hullmark(folder, "simulate", "web.yaml", "-f", form, PYTHONHASHSEED=seed).stdout for seed in ("1", "2")
    )
    assert first
    assert first == second


def test_what_the_numbers_rest_on_is_always_printed(folder: Path) -> None:
    made_up = hullmark(folder, "simulate", "web.yaml")
    assert made_up.returncode == 0
    assert "topology: made up to hold the workloads" in made_up.stdout
    assert "rate 'cpu_node'" in made_up.stdout
    assert "infrastructure part" in made_up.stdout
    given = hullmark(folder, "simulate", "web.yaml", "--topology", "topology").stdout
    assert "made up" not in given
    assert given.splitlines()[-2].startswith("hullmark ")
    assert "seed 0" in given.splitlines()[-2]


def test_json_says_what_is_not_known_by_null(folder: Path) -> None:
    found = json.loads(hullmark(folder, "simulate", ".", "-f", "json", "--topology", "topology").stdout)
    assert found["schema"] == "hullmark.simulate/v1"
    (unit,) = found["units"]
    assert unit["seed"] == 0
    assert len(unit["ratesDigest"]) == 12
    assert all(0 < a["unavailability"] < 1 for a in unit["availability"] if a["unavailability"] is not None)
    assert {f["kind"] for f in unit["failures"]} == {"node", "zone", "region", "control-plane", "start-only"}


def test_own_rates_change_the_digest_and_are_named_as_measured(folder: Path) -> None:
    (folder / "rates").write_text("cpu_node: {events: 2, exposure: 4000d, repair: 1h}\n")
    one, other = (
        json.loads(hullmark(folder, "simulate", "web.yaml", "-f", "json", *more).stdout)["units"][0]
        for more in ((), ("--rates", "rates"))
    )
    assert one["ratesDigest"] != other["ratesDigest"]
    (rate,) = (r for r in other["rates"] if r["name"] == "cpu_node")
    assert (rate["kind"], rate["repairKind"], rate["source"]) == ("measured", "measured", "rates:1")


def test_mistakes_end_with_the_place_and_code_2(folder: Path) -> None:
    (folder / "topology").write_text(TOPOLOGY.replace("count: 4", "zone: z"))
    done = hullmark(folder, "simulate", "web.yaml", "--topology", "topology")
    assert done.returncode == 2
    assert "there is no zone 'z'" in done.stderr
    assert "topology:2" in done.stderr


def test_nothing_to_simulate(folder: Path) -> None:
    (folder / "web.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n")
    assert hullmark(folder, "simulate", "web.yaml").returncode == 4
