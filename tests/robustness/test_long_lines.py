"""Patterns that read whole values take a time that grows with the length, not with its square."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

from hullmark.checks.resilience.shared_database import _USER
from hullmark.checks.security.secret_in_manifest import _MAKING, _SETTING
from hullmark.model.promotion import _PROGRAM

LONG = 40_000


@pytest.mark.parametrize(
    ("find", "text"),
    [
        (_MAKING.match, "{{" * LONG),
        (_SETTING.fullmatch, " " * LONG + "!"),
        (_SETTING.fullmatch, "- " + " " * LONG + "x" * 70),
        (_PROGRAM.search, "\n" * LONG),
        (_USER.search, "db" * LONG),
    ],
)
def test_long_texts_without_a_match_are_read_quickly(find: Callable[[str], object], text: str) -> None:
    begun = process_time()
    assert find(text) is None
    assert process_time() - begun < 1


def test_what_they_find_is_found() -> None:
    assert _MAKING.match("a {{ b }} {{ randAlphaNum 8 | quote }}") is not None
    assert _SETTING.fullmatch("  -   item  ") is not None
    assert _PROGRAM.search("import x\n\n  def train(a):") is not None
