"""Excerpts mark exactly what is meant, whatever the line holds."""

from __future__ import annotations

import pytest

from hullmark.report.mask import Veil, mask
from hullmark.report.snippet import Frame, address, digits, excerpt
from hullmark.report.style import painter
from hullmark.report.visible import cells, visible, wrap
from hullmark.text.source import Place, Source, Span


def place(text: str, marked: str, name: str = "a.yaml") -> Place:
    start = text.index(marked)
    return Place(Source(name, text), Span(start, start + len(marked)))


def drawn(at: Place, label: str = "", width: int = 60, veil: Veil | None = None) -> list[str]:
    frame = Frame(painter(color=False), width, digits(at), veil or Veil({}))
    return [*excerpt(frame, at, label, "error")]


def test_the_mark_is_under_the_span() -> None:
    assert drawn(place("a: 1\nprivileged: true\n", "true"), "no") == [
        "   |",
        " 2 | privileged: true",
        "   |             ^^^^ no",
    ]


@pytest.mark.parametrize(
    ("text", "marked", "row", "mark"),
    [
        ("a:\tbad\r\nb: 1\r\n", "bad", " 1 | a:    bad", "   |       ^^^"),
        ("größe: bad # ü\n", "bad", " 1 | größe: bad # ü", "   |        ^^^"),
        ("模型: bad\n", "bad", " 1 | 模型: bad", "   |       ^^^"),
        ("a: 模型\n", "模型", " 1 | a: 模型", "   |    ^^^^"),
        ("a: \x1b[31mbad\n", "bad", " 1 | a: ␛[31mbad", "   |         ^^^"),
        ("a: \u202ebad\n", "bad", " 1 | a: \ufffdbad", "   |     ^^^"),
    ],
    ids=["tab and CRLF", "accents", "wide before", "wide inside", "escape", "direction mark"],
)
def test_columns(text: str, marked: str, row: str, mark: str) -> None:
    assert drawn(place(text, marked))[1:] == [row, mark]


def test_an_empty_span_gets_one_mark() -> None:
    at = Place(Source("a.yaml", "a:\n"), Span(2, 2))

    assert drawn(at)[1:] == [" 1 | a:", "   |   ^"]


def test_a_span_over_lines_is_marked_on_its_first() -> None:
    assert drawn(place("a:\n  - x\n  - y\n", "- x\n  - y"))[1:] == [" 2 |   - x", "   |   ^^^"]


def test_a_place_at_the_end_of_the_text() -> None:
    at = Place(Source("a.yaml", "a: 1\n"), Span(5, 5))

    assert drawn(at)[1:] == [" 2 |", "   | ^"]


@pytest.mark.parametrize("before", [0, 10, 30, 200, 5000])
@pytest.mark.parametrize("after", [0, 10, 5000])
@pytest.mark.parametrize("length", [1, 8, 300])
def test_a_long_line_is_cut_around_the_span(before: int, after: int, length: int) -> None:
    at = place("." * before + "#" * length + "." * after, "#" * length)

    _, row, mark = drawn(at, width=60)

    assert max(len(row), len(mark)) <= 60
    marked = row[mark.index("^") : mark.rindex("^") + 1]
    assert marked.startswith("#")
    assert set(marked) <= {"#", "…"}


def test_a_label_that_does_not_fit_goes_below() -> None:
    rows = drawn(place("command: run\n", "run"), "x" * 50, width=60)

    assert rows[2:] == ["   |          ^^^", "   |      " + "x" * 50]


def test_a_secret_is_masked_in_every_excerpt_and_the_mark_moves_along() -> None:
    text = "token: hf_abcdefghijklmnop  # rotate\n"
    secret = place(text, "hf_abcdefghijklmnop")
    veil = Veil({secret.source: [secret.span]})
    comment = Place(secret.source, Span(text.index("# rotate"), text.index("# rotate") + 8))

    assert drawn(secret, veil=veil)[1:] == [" 1 | token: hf_…  # rotate", "   |        ^^^^"]
    assert drawn(comment, veil=veil)[1:] == [" 1 | token: hf_…  # rotate", "   |              ^^^^^^^^"]


def test_masks() -> None:
    assert mask("hf_abcdefghijkl") == "hf_…"
    assert mask('"hf_abcdefghijkl"') == '"hf_…"'
    assert mask("hunter2") == "…"


def test_standard_input_has_no_file_name() -> None:
    assert address(place("a: b\n", "b", name="-")) == "<stdin>:1:4"


def test_visible_keeps_the_length() -> None:
    hostile = "a\x00\x1b]8;;x\x07\x9b1m\u2028\udc80\U000e0041z"

    assert len(visible(hostile)) == len(hostile)
    assert visible(hostile).isprintable()


def test_wrap_keeps_words_and_room() -> None:
    lines = [*wrap("a bb ccc dddd 模型 eeeee", 8)]

    assert lines == ["a bb ccc", "dddd", "模型", "eeeee"]
    assert all(cells(line) <= 8 for line in lines)
    assert " ".join(lines) == "a bb ccc dddd 模型 eeeee"


def test_a_number_is_not_parted_from_its_unit() -> None:
    lines = list(wrap("kept in 96.75 % of windows, missing for 42 min 3 s", 12))

    assert [line for line in lines if line.startswith(("%", "min", "s"))] == []
    assert " ".join(lines) == "kept in 96.75 % of windows, missing for 42 min 3 s"
    assert list(wrap("of 3 stores", 4)) == ["of 3", "stores"]
