"""Decoding bytes and writing a changed text back as it was."""

from __future__ import annotations

import pytest

from hullmark.text.source import MAX_SIZE, Position, Problem, Source, decode
from hullmark.text.tree import Document
from hullmark.text.yaml import read

TEXT = "a: é😀\r\nb: 2\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        b"\xff\xfe" + TEXT.encode("utf-16-le"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16-le", "utf-16-be"],
)
def test_every_encoding_is_read_and_written_back(data: bytes) -> None:
    source = decode("x.yaml", data)
    assert isinstance(source, Source)
    assert source.text == TEXT
    assert source.encode(source.text) == data
    (doc,) = read(source)
    assert isinstance(doc, Document)
    assert doc.root == {"a": "é😀", "b": 2}


def test_broken_bytes_are_written_back() -> None:
    data = b"a: 1 # \xff\xed\xa0\x80\n"
    source = decode("x.yaml", data)
    assert isinstance(source, Source)
    assert source.encode(source.text.replace("1", "2")) == data.replace(b"1", b"2")


def test_kubernetes_reads_the_first_document_only_of_utf_16() -> None:
    source = decode("x.yaml", b"\xff\xfe" + "a: 1\n---\nb: 2\n".encode("utf-16-le"))
    assert isinstance(source, Source)
    doc, warning = read(source)
    assert isinstance(doc, Document)
    assert isinstance(warning, Problem)
    assert (doc.root, warning.severity, warning.place.start) == ({"a": 1}, "warning", (2, 1))


@pytest.mark.parametrize("data", [b"\xff\xfea", b"x" * (MAX_SIZE + 1)], ids=["odd utf-16", "too large"])
def test_what_cannot_be_decoded_is_a_problem(data: bytes) -> None:
    assert isinstance(decode("x.yaml", data), Problem)


def test_positions() -> None:
    source = Source("x", "ab\r\nc\rd\n\ne")
    assert [source.position(at) for at in (0, 2, 4, 6, 8, 9)] == [
        Position(1, 1),
        Position(1, 3),
        Position(2, 1),
        Position(3, 1),
        Position(4, 1),
        Position(5, 1),
    ]
    assert [source.line(number) for number in range(7)] == ["", "ab", "c", "d", "", "e", ""]
