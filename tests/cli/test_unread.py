"""No command passes over a document that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from hullmark.cli import main

GOOD = """\
apiVersion: v1
kind: Pod
metadata: {name: model}
spec:
  containers:
    - {name: model, image: "vllm/vllm-openai:v0.11.0"}
"""
BROKEN = "apiVersion: v1\nkind: Pod\nmetadata: {name: a\nspec: []\n"

COMMANDS = [
    ("map", "--format", "json"),
    ("paths",),
    ("report",),
    ("inventory",),
    ("explain", "workload/model"),
    ("simulate", "--brief"),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.yaml").write_text(GOOD)
    return tmp_path


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_broken_document_is_told_and_decides_the_exit_code(
    words: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "."]) == 0
    assert "error" not in capsys.readouterr().err

    (folder / "broken.yaml").write_text(BROKEN)
    assert main([*words, "."]) == 2
    shown = capsys.readouterr()
    assert "broken.yaml:4" in shown.err
    assert "model" in shown.out or words[0] in ("paths", "simulate", "inventory")


@pytest.mark.parametrize("words", [*COMMANDS, ("scan",), ("fix",)], ids=lambda words: words[0])
def test_a_broken_document_is_told_where_it_is_all_there_is(
    words: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "good.yaml").write_text(BROKEN)

    assert main([*words, "good.yaml"]) == 2
    shown = capsys.readouterr()
    assert "the '{' before this is not closed" in shown.out + shown.err
    assert "nothing to" not in shown.err


def test_many_are_not_all_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(9):
        (folder / f"broken-{number}.yaml").write_text(BROKEN)

    assert main(["inventory", "."]) == 2
    shown = capsys.readouterr().err
    assert shown.count(" --> ") == 5
    assert "4 more documents cannot be read" in shown


def test_what_is_no_mapping_is_told_before_anything_else_about_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "topology.yml").write_text("# A title\n\nwords and\nmore words\n\n- a list\n")

    assert main(["simulate", "good.yaml", "--topology", "topology.yml"]) == 2
    assert "a topology is a mapping" in capsys.readouterr().err


def test_dashes_do_not_make_options_alike(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["paths", "--most", "x"]) == 2
    assert "did you mean" not in capsys.readouterr().err
    assert main(["paths", "--limti", "3"]) == 2
    assert "did you mean '--limit'?" in capsys.readouterr().err
