"""The line hash equals the one of GitHub's upload action; the values are those its own tests pin (src/fingerprints.test.ts)."""

from __future__ import annotations

import pytest

from hullmark.report import linehash

GREETING = [
    "e9496ae3ebfced30:1",
    "fb7c023a8b9ccb3f:1",
    "ce8ba1a563dcdaca:1",
    "e20e36e16fcb0cc8:1",
    "b3edc88f2938467e:1",
    "c8e28b0b4002a3a0:1",
    "c129715d7a2bc9a3:1",
]


def line_hashes(text: str) -> list[str]:
    """The hashes of all lines, in order."""
    return [*linehash.line_hashes(text, range(1, 100)).values()]


def test_only_what_is_asked_for_is_hashed() -> None:
    text = "Lorem ipsum dolor sit amet.\n" * 10

    assert linehash.line_hashes(text, {3, 11}) == {3: "a7f2ff13bc495cf2:3", 11: "c129715d7a2bc9a3:1"}
    assert linehash.line_hashes(text, {0, 12}) == {}


def test_an_empty_text_has_one_line() -> None:
    assert line_hashes("") == ["c129715d7a2bc9a3:1"]


def test_blanks_do_not_count() -> None:
    assert line_hashes(" a\nb\n  \t\tc\n d") == [
        "271789c17abda88f:1",
        "54703d4cd895b18:1",
        "180aee12dab6264:1",
        "a23a3dc5e078b07b:1",
    ]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_line_ends_are_equal(end: str) -> None:
    text = " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n"

    assert line_hashes(text.replace("\n", end)) == GREETING


def test_a_blank_keeps_line_ends_apart() -> None:
    assert line_hashes("a\r \nb") == line_hashes("a\n\nb")


def test_mixed_line_ends() -> None:
    assert line_hashes(" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n") == GREETING


def test_equal_lines_are_numbered() -> None:
    hashes = line_hashes("Lorem ipsum dolor sit amet.\n" * 10)

    assert hashes[:6] == [f"a7f2ff13bc495cf2:{n}" for n in range(1, 7)]
    assert hashes[6:] == [
        "a7f2ff1481e87703:1",
        "a9cf91f7bbf1862b:1",
        "55ec222b86bcae53:1",
        "cc97dc7b1d7d8f7b:1",
        "c129715d7a2bc9a3:1",
    ]


def test_undecodable_bytes_and_wide_characters_do_not_stop_it() -> None:
    assert len(line_hashes("a: \udc80\nb: 😀\n")) == 3
