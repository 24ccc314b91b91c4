"""Nothing but a broken file: every command tells what is wrong with it, and ends with 2."""

from pathlib import Path

import pytest
from shell import hullmark


@pytest.mark.parametrize(
    "words",
    [
        ("scan",),
        ("fix",),
        ("inventory",),
        ("map", "-o", "x.svg"),
        ("paths",),
        ("report",),
        ("explain", "workload/a"),
        ("simulate",),
    ],
    ids=lambda words: str(words[0]),
)
def test_a_broken_file_alone_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "broken.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a\nspec: {}\n")
    done = hullmark(tmp_path, *words, "broken.yaml")

    assert done.returncode == 2
    assert "the '{' before this is not closed" in done.stdout + done.stderr
    assert "nothing to" not in done.stderr
