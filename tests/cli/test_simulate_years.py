"""``hullmark simulate --years``: years event by event, for people, for programs and on the page."""

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
from hullmark.report.chronicle import kept
from hullmark.simulate.overlap.answers import Interval
from hullmark.simulate.sequence.answers import Months

pytestmark = pytest.mark.slow

DEPLOYED = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ml}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: main, image: "example.com/web:1", resources: {requests: {cpu: "3", memory: 1Gi}}}]
"""
TOPOLOGY = """\
regions: [{name: r1, zones: [a, b, c]}]
pools: [{name: general, count: 3, cpu: 4, memGiB: 32}]
rates: {cpu_node: {per_year: 12, repair: 20h}, zone: {per_year: 0}}
"""
SLO = "services: {web: {needs: 2, target: 99.9, window: 30d}}\njourneys: [{name: ask, path: [web]}]\n"


@pytest.fixture(autouse=True)
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "all.yaml").write_text(DEPLOYED)
    (tmp_path / "topology.yaml").write_text(TOPOLOGY)
    (tmp_path / "slo.yaml").write_text(SLO)
    return tmp_path


WORDS = ("simulate", "all.yaml", "--topology", "topology.yaml", "--slo", "slo.yaml", "--trials", "2000")


def output(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert main([*WORDS, *words]) == 0
    return capsys.readouterr().out


def sequence(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    (unit,) = json.loads(output(capsys, "--format", "json", *words))["units"]
    return dict(unit["sequence"])


def test_the_second_failure_shows(capsys: pytest.CaptureFixture[str]) -> None:
    found = sequence(capsys, "--years", "100")
    assert found["years"] == found["yearsAskedFor"] == 100
    assert 0 < found["crowdedSpells"] < found["spells"] < found["failures"]
    (web,) = (record for record in found["records"] if not record["journey"])
    assert web["outages"] > 1_000
    assert web["competition"]["interval"][0] > 0
    assert web["unavailability"] == pytest.approx(web["competition"]["apart"] + web["competition"]["difference"])
    assert web["unavailability"] > 1.5 * web["estimated"]
    assert web["objective"]["kept"] < web["objective"]["keptApart"] <= web["objective"]["windows"]
    low, high = web["objective"]["chanceInterval"]
    assert 0 < low < web["objective"]["chance"] < high < 1


def test_no_years_without_asking(capsys: pytest.CaptureFixture[str]) -> None:
    (unit,) = json.loads(output(capsys, "--format", "json"))["units"]
    assert unit["sequence"] is None
    assert "event by event" not in output(capsys)


def test_the_terminal_tells_what_competition_does(capsys: pytest.CaptureFixture[str]) -> None:
    out = " ".join(output(capsys, "--years", "60").split())
    assert "60 years event by event: what a second failure does with the room that the first has left" in out
    assert "competition for room: +" in out
    assert "minutes a year more (" in out
    assert "computed for outages at random" in out
    assert "outages seen" in out
    assert "of the budget of 43 min 12 s" in out


def test_the_page_shows_what_the_json_says(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("vl_convert")
    page = output(capsys, "--format", "html", "--years", "30")
    found = sequence(capsys, "--years", "30")
    assert "Years event by event" in page
    for record in found["records"]:
        for key in ("unavailability", "outagesPerYear", "meanMinutes"):
            assert f'data-value="{record[key]!r}"' in page
        assert f'data-value="{record["competition"]["difference"]!r}"' in page


def test_the_output_follows_its_schema_and_its_seed(capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads(files("hullmark.report").joinpath("simulate.schema.json").read_text())
    first = output(capsys, "--format", "json", "--years", "20")
    jsonschema_rs.validator_for(schema).validate(json.loads(first))
    assert output(capsys, "--format", "json", "--years", "20") == first
    assert output(capsys, "--format", "json", "--years", "20", "--seed", "3") != first


def test_what_was_not_seen_is_told_as_a_bound(system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (system / "topology.yaml").write_text(TOPOLOGY.replace("per_year: 12", "per_year: 0.001"))
    (system / "slo.yaml").write_text("services: {web: {needs: 1, target: 99, window: 30d}}")
    out = " ".join(output(capsys, "--years", "1").split())
    assert "no outage in 1 year, so that there are fewer than 3 a year (95 %)" in out
    assert "none was seen to matter" in out
    assert "kept in all 12 windows, more than" in out
    told = out.partition("event by event: ")[2].partition("what this rests on")[0]
    assert " 100 %" not in told
    (web,) = sequence(capsys, "--years", "1")["records"]
    assert (web["unavailability"], web["outagesPerYear"], web["objective"]["chance"]) == (None, None, None)
    assert web["outagesPerYearInterval"] == [0, pytest.approx(3.0)]


def test_too_few_pods_get_no_numbers(system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (system / "all.yaml").write_text(DEPLOYED.replace("replicas: 2", "replicas: 4"))
    (system / "slo.yaml").write_text("services: {web: {needs: 4, target: 99, window: 30d}}")
    assert (
        "short before anything fails"
        in output(capsys, "--years", "2", "--allow-pending").partition("event by event: ")[2]
    )
    (web,) = sequence(capsys, "--years", "2", "--allow-pending")["records"]
    assert web["shortFromTheStart"]
    assert web["competition"] is None
    assert output(capsys, "--format", "html", "--years", "2", "--allow-pending")


WITHOUT_NUMPY = "import sys; sys.modules['numpy'] = None; from hullmark.cli import main; sys.exit(main(sys.argv[1:]))"


def test_years_need_no_numpy() -> None:
    words = [sys.executable, "-c", WITHOUT_NUMPY, *WORDS, "--format", "json", "--years", "10"]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    (one,) = json.loads(ran.stdout)["units"]
    assert one["overlaps"] is None
    assert one["sequence"]["records"][0]["unavailability"] > 0
    assert one["sequence"]["records"][0]["estimated"] is None


@pytest.mark.parametrize("words", [("--years", "0"), ("--years", "1000001"), ("--years", "1", "--scenario", "node")])
def test_years_that_are_none(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    assert main([*WORDS, *words]) == 2
    assert "help:" in capsys.readouterr().err


def test_more_failures_than_anybody_could_follow(system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (system / "topology.yaml").write_text(
        TOPOLOGY.replace("per_year: 12, repair: 20h", "per_year: 31000000, repair: 1s")
    )
    assert main([*WORDS, "--years", "1"]) == 2
    assert "failures a year are too many to follow one by one" in capsys.readouterr().err


def test_all_and_none_are_never_told_as_certain() -> None:
    def months(number: int, low: float, high: float) -> Months:
        return Months(0.99, 1.0, 0.01, 50, number, Interval(low, high), number, 0.1, 0.2, None)

    assert kept(months(50, 0.93, 1.0)) == "all 50 windows, more than 93.00 % (95 %)"
    assert kept(months(0, 0.0, 0.07)) == "none of 50 windows, less than 7.00 % (95 %)"
    assert kept(months(25, 0.4, 0.6)) == "50.00 % of 50 windows (40.00 % to 60.00 %)"
