"""What pages call a system: its unit, or the folder one stands in."""

from __future__ import annotations

from pathlib import Path

import pytest
from shell import TRAINER

from hullmark.cli import main

PAGES = {"map": "%s", "report": "%s", "simulate": "What happens when a part of %s fails"}


@pytest.fixture(autouse=True)
def stood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "payments"
    folder.mkdir()
    (folder / "pod.yaml").write_text(TRAINER)
    monkeypatch.chdir(folder)


@pytest.mark.parametrize("command", PAGES)
def test_the_folder_one_stands_in_is_called_as_it_is(command: str) -> None:
    main([command, ".", "-o", "page.html"])

    assert f"<h1>{PAGES[command] % 'payments'}</h1>" in Path("page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", PAGES)
def test_a_title_that_is_given_stands(command: str) -> None:
    main([command, ".", "-o", "page.html", "--title", "Q3 <review>"])

    assert "<h1>Q3 &lt;review&gt;</h1>" in Path("page.html").read_text(encoding="utf-8")
