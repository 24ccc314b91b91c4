"""The page of a simulation: complete, self-contained, true to the JSON, and deaf to what foreign text tries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from hullmark.cli import main
from hullmark.graph.build import build
from hullmark.model.errors import HullmarkError
from hullmark.model.resource import Resource
from hullmark.report.simulation_page import plots
from hullmark.report.simulation_page.page import render
from hullmark.report.simulation_terms import duration, percent
from hullmark.simulate.simulation import Chance, simulate
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

pytestmark = pytest.mark.slow

pytest.importorskip("vl_convert")

ROOT = Path(__file__).parents[2]
SYSTEMS = ("rag-assistant", "fine-tuning-pipeline", "warehouse-vision", "batch-scoring")
ALONE = {"br", "meta", "path", "line", "rect", "input", "hr", "img"}


class Outline(HTMLParser):
    """Tags and attributes of a page, its text, the numbers that it carries, and that its elements nest."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.values: list[float] = []
        self.words: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ALONE:
            self.open.append(tag)
        for name, value in attrs:
            self.attributes.append((tag, name, value or ""))
            if name == "data-value" and value:
                self.values.append(float(value))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if tag not in ALONE:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    assert parser.open == []
    return parser


def promises(system: str, state: str) -> str:
    return f"slo-{state}.yaml" if system == "rag-assistant" else "slo.yaml"


def output(capsys: pytest.CaptureFixture[str], wanted: str, *words: str) -> str:
    capsys.readouterr()
    assert main(["simulate", *words, "--format", wanted, "--quiet"]) == 0
    return capsys.readouterr().out


def example(capsys: pytest.CaptureFixture[str], wanted: str, system: str, state: str) -> str:
    folder = f"examples/{system}"
    files = ("--topology", f"{folder}/topology.yaml", "--slo", f"{folder}/{promises(system, state)}")
    return output(capsys, wanted, f"{folder}/{state}", *files, "--trials", "2000")


@pytest.mark.parametrize("state", ["flawed", "corrected"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_pages_of_the_examples(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, system: str, state: str
) -> None:
    """Nothing is fetched or run, and every number of the JSON that the page shows is there in full."""
    monkeypatch.chdir(ROOT)
    page = example(capsys, "html", system, state)
    seen = outline(page)

    assert "script" not in seen.tags
    assert not {name for _, name, _ in seen.attributes if name.startswith("on") or name in ("src", "srcset")}
    assert not [value for _, name, value in seen.attributes if name == "href" and not value.startswith("#")]
    assert not re.findall(r"(?:url\(|@import|https?://)", re.sub(r">[^<]*<", "><", page))
    assert ("meta", "content", "default-src 'none'; style-src 'unsafe-inline'") in seen.attributes
    (unit,) = json.loads(example(capsys, "json", system, state))["units"]
    missing = [value for value in shown(unit) if value not in seen.values]
    assert missing == []
    assert unit["ratesDigest"] in page
    text = "".join(seen.words)
    assert not re.findall(r"[0-9]%", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))
    assert all(percent(a["unavailability"]) in text for a in unit["availability"] if a["unavailability"])
    assert all(rate["source"] in text for rate in unit["rates"])
    assert all(assumption["text"] in text for assumption in unit["assumptions"])


def shown(unit: dict[str, Any]) -> Iterator[float]:
    """The numbers of the JSON that a page shows."""
    for found in unit["availability"]:
        if found["unavailability"] is not None and not found["lackingBefore"]:
            yield from (found["unavailability"], found["outagesPerYear"], found["meanMinutes"])
    for answer in (unit["overlaps"] or {"answers": []})["answers"]:
        if answer["unavailability"] is not None:
            yield from (answer["unavailability"], answer["outagesPerYear"], answer["meanMinutes"])
    for repair in unit["repairs"][:16]:
        yield from (repair["savedPerPoint"], repair["cost"]["points"])
        yield (
            repair["minutesSavedPerYear"]
            if abs(repair["minutesSavedPerYear"]) >= 0.05
            else repair["acceleratorHoursPerMonth"]
        )
    for rate in unit["rates"]:
        yield from (rate["perYear"], rate["repairHours"])
    for run in unit["training"]:
        yield from (run["hoursBetweenFailures"], run["bestIntervalHours"]["exact"], run["restartHours"])
    for point in unit["singlePoints"]:
        if point["longest"] is not None:
            yield point["longest"]
    yield unit["plan"]["minutesLostPerYear"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_twins_meet_their_objectives(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    monkeypatch.chdir(ROOT)
    example(capsys, "json", system, "corrected")
    capsys.readouterr()
    files = (
        "--topology",
        f"examples/{system}/topology.yaml",
        "--slo",
        f"examples/{system}/{promises(system, 'corrected')}",
    )
    assert main(["simulate", f"examples/{system}/corrected", *files, "--brief"]) == 0
    told = capsys.readouterr().out
    assert "is met" in told
    assert "is missed" not in told
    assert "fit nowhere" not in told


EVIL = "</text></svg><script>alert(1)</script><img src=x onerror=alert(1)>&\"'"
HOSTILE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: {name}}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers: [{{name: {name}, image: {name}, resources: {{requests: {{cpu: 1, memory: 1Gi}}}}}}]
"""
NODE = """\
---
apiVersion: v1
kind: Node
metadata:
  name: {name}
  labels: {{topology.kubernetes.io/zone: {name}, topology.kubernetes.io/region: {region}, hullmark.dev/pool: {region},
    node.kubernetes.io/instance-type: {region}}}
status: {{allocatable: {{cpu: 8, memory: 32Gi, pods: "110"}}}}
"""


@pytest.mark.parametrize(
    "name", [EVIL, "${env}`'\"\\u003c", "a\u202eb\x1b[31m", "datum.value", "http://example.com/x.js"]
)
def test_foreign_text_is_only_text(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    quoted = json.dumps(name)
    nodes = [NODE.format(name=json.dumps(f"{name}{number}"), region=quoted) for number in (1, 2)]
    (tmp_path / "web.yaml").write_text(HOSTILE.format(name=quoted) + "".join(nodes))
    page = output(capsys, "html", "web.yaml", "--title", name)
    seen = outline(page)

    assert not {"script", "img", "image", "foreignobject", "a", "iframe"} & set(seen.tags)
    assert not [name for _, name, _ in seen.attributes if name.startswith("on")]
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "vl_convert", None)
    with pytest.raises(HullmarkError) as caught:
        plots.draw({}, "nothing")
    assert "hullmark[simulate]" in (caught.value.hint or "")


def test_the_same_files_give_the_same_page(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert example(capsys, "html", "batch-scoring", "flawed") == example(capsys, "html", "batch-scoring", "flawed")


def test_the_name_of_a_file_says_the_format(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    for name, first in (("x.html", "<!doctype html>"), ("x.json", "{"), ("x.txt", "in short")):
        assert main(["simulate", "examples/batch-scoring/flawed", "-o", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_text("utf-8").startswith(first)
    assert "was written to" in capsys.readouterr().err


def test_several_units_stand_one_below_the_other(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "kustomization.yaml").write_text("resources: [web.yaml]\n")
        (tmp_path / name / "web.yaml").write_text(HOSTILE.format(name=name))
    page = output(capsys, "html", ".")
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_what_a_course_shows() -> None:
    assert duration(350) == "5 min 50 s"
    spec = plots.course([{"name": "a", "state": "x", "start": 0, "end": 1}], [], ["a"], "minutes", 2.0)
    assert len(spec["vconcat"]) == 1


def test_promises_with_failures_that_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numpy")
    monkeypatch.chdir(ROOT)
    folder = Path("examples/rag-assistant")
    arch = build(
        [
            resource
            for path in sorted((folder / "corrected").glob("*.yaml"))
            for resource in resources(Source(str(path), path.read_text("utf-8")))
            if isinstance(resource, Resource)
        ]
    )
    files = [Source(name, (folder / name).read_text("utf-8")) for name in ("topology.yaml", "slo-corrected.yaml")]
    one = simulate(arch, files[0], None, files[1], chance=Chance(trials=2_000))
    seen = outline(render([("rag", one)], "rag"))
    assert one.overlaps is not None
    text = "".join(seen.words)
    (journey,) = [answer for answer in one.overlaps.answers if answer.journey]
    assert journey.verdict is not None
    assert journey.verdict.spent < 1
    assert "journey ask a question" in text
    shown = [a for a in one.overlaps.answers if a.unavailability is not None]
    assert all(a.unavailability in seen.values and a.per_year in seen.values for a in shown)
    assert {a.verdict.chance for a in shown if a.verdict is not None} <= set(seen.values)
    assert {cut.probability for a in shown for cut in a.cuts[:4]} <= set(seen.values)
    assert "failures that overlap</li>" not in render([("rag", one)], "rag")
