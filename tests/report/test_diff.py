"""Diffs say what changes, and nothing else."""

from __future__ import annotations

from hullmark.report.diff import unified


def test_a_change_with_its_surroundings() -> None:
    assert unified("./d/a.yaml", "a: 1\nb: true\nc: 3\n", "a: 1\nb: false\nc: 3\n", color=False) == (
        "--- a/d/a.yaml\n+++ b/d/a.yaml\n@@ -1,3 +1,3 @@\n a: 1\n-b: true\n+b: false\n c: 3\n"
    )


def test_no_change_is_no_diff() -> None:
    assert unified("a.yaml", "a: 1\n", "a: 1\n", color=False) == ""


def test_line_ends_are_kept() -> None:
    assert "-b: 1\r\n+b: 2\r\n" in unified("a.yaml", "a: 1\r\nb: 1\r\n", "a: 1\r\nb: 2\r\n", color=False)


def test_a_missing_last_line_end_is_told() -> None:
    assert unified("a.yaml", "a: 1", "a: 2", color=False).count("\\ No newline at end of file") == 2


def test_form_feeds_split_no_line() -> None:
    assert "-a: 1␌2\n" in unified("a.yaml", "a: 1\x0c2\n", "a: 3\n", color=False)


def test_escapes_in_the_text_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in unified("a\x1b.yaml", "a: \x1b[2J\n", "a: 1\n", color=False)


def test_colors_by_meaning() -> None:
    text = unified("a.yaml", "a: 1\n", "a: 2\n", color=True)

    assert "\x1b[31m-a: 1\x1b[0m" in text
    assert "\x1b[32m+a: 2\x1b[0m" in text
