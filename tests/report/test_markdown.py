"""The report for a pull request: short enough, in order, and deaf to what foreign text tries."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engine.scanning import DEPLOYMENT, result

from hullmark.cli.pipeline import scan
from hullmark.report.markdown import LIMIT, render

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def test_what_is_most_urgent_comes_first() -> None:
    text = render(result(DEPLOYMENT))
    first = text.split("### What to do first\n\n")[1].split("\n\n")[0].splitlines()

    assert first[0].startswith("1. **critical** 'server' is privileged — `deploy/app.yaml:")
    assert "`privileged-toy`" in first[0]
    assert "set privileged to false" in first[0]
    assert [line.partition(".")[0] for line in first] == [str(n + 1) for n in range(len(first))]


def test_every_finding_is_there() -> None:
    found = result(DEPLOYMENT)
    folded = [line for line in render(found).splitlines() if line.startswith("- **")]

    assert len(folded) == len(found.findings)


def test_clean_is_said() -> None:
    clean = render(result("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"))

    assert clean.startswith("## Hullmark: no findings\n")
    assert "What to do first" not in clean


def test_what_is_broken_is_told() -> None:
    assert "### What is not known\n\n- `deploy/app.yaml:" in render(result("apiVersion: v1\nkind: [\n"))


def test_a_heading_after_what_is_folded_is_read_as_one() -> None:
    broken = render(result(DEPLOYMENT + "---\napiVersion: v1\nkind: [\n"))

    assert "</details>\n\n### What is not known\n" in broken
    assert "\n\n\n" not in broken


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "a](http://x)", "`x`", "@maintainers", "x\u202ey", "**bold**", "| a |"]
)
def test_foreign_text_stays_text(name: str) -> None:
    text = render(result(DEPLOYMENT.replace("name: server", f'name: "{name}"')))

    assert "<img" not in text
    assert "](http" not in text
    assert "@maintainers" not in text
    assert "\u202e" not in text
    assert "**bold**" not in text
    assert "| a |" not in text


def test_a_large_report_is_cut_and_says_so() -> None:
    many = "---\n".join(DEPLOYMENT.replace("name: chat", f"name: chat-{n}") for n in range(300))
    found = result(many)
    text = render(found)
    shown = sum(line.startswith("- **") for line in text.splitlines())

    assert len(text.encode()) <= LIMIT
    assert f"… and {len(found.findings) - shown} findings more" in text


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not part of the project")
def test_the_corpus_fits() -> None:
    text = render(scan(str(CORPUS)))

    assert 20_000 < len(text.encode()) <= LIMIT
    assert text.count("<details>") == text.count("</details>")
