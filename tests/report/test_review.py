"""The page for reviewers: complete, self-contained, and deaf to what foreign text tries."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.engine.scanning import DEPLOYMENT, result

from hullmark.cli import main
from hullmark.engine.attack.attack import attacks
from hullmark.engine.merge import merge
from hullmark.engine.result import Result
from hullmark.report.picture.architecture import scene
from hullmark.report.review import render
from hullmark.sources import Reading
from hullmark.sources.unit import Unit

ROOT = Path(__file__).parents[2]


class Outline(HTMLParser):
    """Headings, links, ids, attributes and the nesting of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.scripts = 0
        self.depth: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id" and value:
                self.ids.append(value)
            if name == "href" and value:
                self.links.append(value)
        if tag in ("details", "div", "ol", "ul", "table"):
            self.depth.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("details", "div", "ol", "ul", "table"):
            assert self.depth.pop() == tag


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    assert parser.depth == []
    return parser


def page(found: Result) -> str:
    whole = merge([(Unit("deploy", "manifests", Reading((), (), (), 1)), found)])
    ways = tuple(attacks(whole))
    return render(whole, ways, [scene(ways[0], found, "deploy")], "deploy")


def test_every_finding_and_every_check_is_there() -> None:
    found = result(DEPLOYMENT)
    text = page(found)

    assert text.count('class="finding"') == len(found.findings)
    assert all(
        section in outline(text).ids for section in ("first", "picture", "inventory", "paths", "findings", "open")
    )


def test_models_are_listed_with_version_and_use(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "examples" / "fine-tuning-pipeline" / "flawed")
    assert main(["report", "."]) == 0
    table = capsys.readouterr().out.partition('<h2 id="models">')[2].partition("</table>")[0]
    rows = [re.findall("<td>(.*?)</td>", row) for row in table.split("<tr>")[2:]]

    assert rows == [
        ["candidate", "models", "", "evaluated by support-llm-eval; loaded by support-llm-eval", "evaluate.yaml:7:58"],
        [
            "meta-llama/Llama-3.1-70B",
            "Hugging Face (huggingface.co)",
            "not pinned",
            "loaded by support-llm",
            "train.yaml:28:19",
        ],
        ["checkpoints", "its pod", "", "trained by support-llm", "train.yaml:30:19"],
    ]


def test_the_picture_of_one_unit_has_no_heading_of_its_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "examples" / "fine-tuning-pipeline" / "flawed")
    assert main(["report", "."]) == 0

    assert 'class="heading"' not in capsys.readouterr().out


def test_links_lead_somewhere(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["report", "examples/rag-assistant/flawed"]) == 0
    text = capsys.readouterr().out
    seen = outline(text)

    inner = {link[1:] for link in seen.links if link.startswith("#")}
    assert inner <= set(seen.ids)
    assert {link.split("/")[2] for link in seen.links if not link.startswith("#")} <= {
        "atlas.mitre.org",
        "attack.mitre.org",
    }
    assert "src" not in seen.attributes
    assert "anybody on the internet gets" in text
    assert "mistralai/Mistral-Small-3.2-24B-Instruct-2506" in text


def test_secrets_are_masked(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    main(["report", "examples/model-server-chart/flawed/values.yaml", "examples/rag-assistant/flawed"])
    text = capsys.readouterr().out
    secrets = [
        line.partition(": ")[2].strip()
        for line in (ROOT / "examples/rag-assistant/flawed/gateway.yaml").read_text().splitlines()
        if "master_key:" in line
    ]

    assert secrets
    assert not any(secret in text for secret in secrets)


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", '"><script>alert(1)</script>', "x\u202ey", "</pre></details>"]
)
def test_foreign_text_stays_text(name: str) -> None:
    written = name.replace('"', '\\"')
    seen = outline(page(result(DEPLOYMENT.replace("name: server", f'name: "{written}"'))))

    assert seen.scripts == 1
    assert not any(attribute.startswith("on") for attribute in seen.attributes)


def test_clean_is_said() -> None:
    text = page(result("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"))

    assert "Nothing was found." in text
    assert "Everything was checked." in text


PIPELINE = """
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: tune, namespace: ml}
spec:
  entrypoint: main
  serviceAccountName: pipeline
  templates:
    - name: main
      dag:
        tasks:
          - {name: train, template: train}
          - {name: test, template: test, dependencies: [train]}
    - name: train
      container: {image: 'ml/train:1', command: [torchrun, train.py, --output-dir, s3://models/support]}
    - name: test
      container: {image: 'ml/test:1', command: [lm_eval, --model_args, pretrained=s3://models/support]}
"""


def test_what_the_steps_of_a_pipeline_do_is_drawn_from_the_pipeline() -> None:
    found = result(PIPELINE)
    (ways,) = attacks(merge([(Unit("deploy", "manifests", Reading((), (), (), 1)), found)]))
    drawn = {(a.source, a.target): f"{a.kind}, {a.label}" for a in scene(ways, found, "deploy").arrows}
    pipeline = "workload/ml/Workflow/tune"

    assert "trains" in drawn[pipeline, "model/s3/models/support"]
    assert "evaluates" in drawn[pipeline, "model/s3/models/support"]
    assert (pipeline, "identity/ml/ServiceAccount/pipeline") in drawn
    assert all(source != target for source, target in drawn)


def test_steps_of_a_pipeline_are_no_replicas() -> None:
    found = result(PIPELINE)
    (ways,) = attacks(merge([(Unit("deploy", "manifests", Reading((), (), (), 1)), found)]))
    (chips,) = (t.chips for t in scene(ways, found, "deploy").tiles if t.id == "workload/ml/Workflow/tune")

    assert chips == ("2 steps",)


def test_without_the_layout_library_only_the_picture_is_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    for module in ("hullmark.report.review", "hullmark.cli.report"):
        monkeypatch.setattr(f"{module}.available", lambda: False)

    assert main(["report", "examples/rag-assistant/flawed"]) == 0
    page, said = capsys.readouterr()
    assert "Left out: pictures need the layout library graphlay." in page
    assert "trusted-remote-code" in page
    assert "the picture is left out" in said
