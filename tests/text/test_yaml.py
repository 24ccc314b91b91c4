"""Places, problems and limits of the YAML reader."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hullmark.text.scalars import plain
from hullmark.text.source import Problem, Source, Span, decode
from hullmark.text.tree import Document, Map, Seq
from hullmark.text.yaml import read

PIECES = "a|: |- |\n|  |[|]|{|}|,|&a |*a|<<: |'|\"|#|? |!!int |1|~|\t|é|😀|---\n|\r\n|>\n".split("|")  # noqa: SIM905
CORPUS = os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared", "corpus", "jobset")


def documents(text: str) -> list[Document]:
    return [found for found in read(Source("x.yaml", text)) if isinstance(found, Document)]


def problems(text: str) -> list[Problem]:
    return [found for found in read(Source("x.yaml", text)) if isinstance(found, Problem)]


def shown(problem: Problem) -> tuple[int, int, str]:
    return (*problem.place.start, problem.message)


def stretches(doc: Document) -> list[tuple[Any, str]]:
    """Every key and value with the stretch of text that its marks name."""
    text, found = doc.source.text, [(doc.root, text[slice(*doc.span)]) for text in [doc.source.text]]
    waiting = [doc.root]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Map):
            for key, (a, b, c, d) in value.marks.items():
                found += [(key, text[a:b]), (value[key], text[c:d])]
                waiting.append(value[key])
        elif isinstance(value, Seq):
            found += [(item, text[a:b]) for item, (a, b) in zip(value, value.marks, strict=True)]
            waiting += value
    return found


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
@pytest.mark.parametrize("before", ["", "# é😀\n---\n", "bad: [\n---\n", "{}\n--- # 日本\n"])
def test_every_key_and_value_has_its_place(before: str, eol: str) -> None:
    text = before + (
        'k: v # c\n"q": "é😀"\nmap:\n  in: 1\nlist:\n- a\n-   b: |+\n      x\n      z\n\n\n    c:\n- - p\n  -\n'
        "flow: {a: [1, z], m}\nend:"
    )
    doc = documents(text.replace("\n", eol))[-1]
    block = eol.join(["|+", "      x", "      z"])
    inner = f"b: {block}{eol}{eol}{eol}    c:"
    assert stretches(doc)[1:] == [
        ("k", "k"),
        ("v", "v"),
        ("q", '"q"'),
        ("é😀", '"é😀"'),
        ("map", "map"),
        ({"in": 1}, "in: 1"),
        ("list", "list"),
        (["a", {"b": "x\nz\n\n\n", "c": None}, ["p", None]], f"- a{eol}-   {inner}{eol}- - p{eol}  -"),
        ("flow", "flow"),
        ({"a": [1, "z"], "m": None}, "{a: [1, z], m}"),
        ("end", "end"),
        (None, ""),
        ("a", "a"),
        ([1, "z"], "[1, z]"),
        ("m", "m"),
        (None, ""),
        (1, "1"),
        ("z", "z"),
        ("a", "a"),
        ({"b": "x\nz\n\n\n", "c": None}, inner),
        (["p", None], f"- p{eol}  -"),
        ("p", "p"),
        (None, ""),
        ("b", "b"),
        ("x\nz\n\n\n", block),
        ("c", "c"),
        (None, ""),
        ("in", "in"),
        (1, "1"),
    ]


@pytest.mark.skipif(not os.path.exists(CORPUS), reason="the corpus of real manifests is not beside this repository")
def test_scalars_of_real_manifests_stand_where_their_marks_say() -> None:
    count = 0
    for folder, _, names in os.walk(CORPUS):
        for name in names:
            with open(os.path.join(folder, name), encoding="utf-8", newline="") as file:
                found = documents(file.read())
            for value, text in (pair for doc in found for pair in stretches(doc)):
                assert text == text.strip()
                if not isinstance(value, (dict, list)) and text[:1] not in ('"', "'", "|", ">", "&", "*"):
                    assert plain(text) == value or "\n" in text or text == value
                    count += 1
    assert count > 1_000


def test_merged_entries_keep_their_own_place_and_aliases_have_the_alias() -> None:
    text = "base: &b\n  x: 1\nuse:\n  <<: *b\n  z: 2\nagain: *b\nown: &unused z\n"
    (doc,) = documents(text)
    use = doc.node.child("use")
    assert use is not None
    assert doc.root == {"base": {"x": 1}, "use": {"x": 1, "z": 2}, "again": {"x": 1}, "own": "z"}
    assert use.at("x").span == Span(text.index("1"), text.index("1") + 1)
    assert not use.at("x").editable
    assert use.at("z").editable
    assert text[slice(*doc.node.at("again").span)] == "*b"
    assert not doc.node.at("base", "x").editable
    assert doc.node.at("own").editable


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: 1\n\tb: 2\n", 2, 1, "a tab cannot indent or separate here"),
        ("a: b: c\n", 1, 5, "a ':' makes a mapping where none can be"),
        ("a:\n  b: 1\n c: 2\n", 3, 2, "a key was expected here"),
        ("a: 'x\nb: y\n", 1, 4, "this quote is never closed"),
        ("é😀: @x\n", 1, 5, "a value cannot start with '@'"),
        ("a: {{ .Values.x }}\n", 1, 4, "'{{' starts a template placeholder, not a value"),
        ("{{- if .Values.x }}\na: 1\n{{- end }}\n", 1, 1, "'{{' starts a template placeholder, not a value"),
        ("a: 1\r\nb: *x\r\n", 2, 4, "alias '*x' has no anchor '&x' before it"),
        ("a: &x [1, *x]\n", 1, 11, "anchor '&x' contains itself"),
        ("a: 1\n~: 2\n", 2, 1, "a key cannot be null"),
        ("[1, 2]: 3\n", 1, 1, "a key cannot be a mapping or a list"),
        ("a: .inf\n", 1, 4, "JSON has no .inf"),
        ("a: !!int x\n", 1, 4, "'x' is not what its tag !!int says"),
        ("a: !!binary '*'\n", 1, 4, "this is not base64, as its tag !!binary says"),
        ("a:\n  <<: x\n", 2, 7, "'<<' merges something that is no mapping"),
        ("a: \x07\n", 1, 4, "control character U+0007 is not allowed"),
        ("a: 1\n---x\nb: 1\n", 2, 4, "'x' follows '---' on its line"),
    ],
)
@pytest.mark.parametrize("before", ["", "ok: 1\n---\n", "no: [\n--- # é😀\n"])
def test_a_broken_document_is_a_problem_at_its_place(
    before: str, text: str, line: int, column: int, message: str
) -> None:
    found = problems(before + text + "---\nlast: 1\n")[-1]
    assert shown(found) == (line + before.count("\n"), column, message)
    assert found.severity == "error"
    assert found.hint
    assert documents(before + text + "---\nlast: 1\n")[-1].root == {"last": 1}


def test_broken_bytes_spoil_their_document_only() -> None:
    source = decode("x.yaml", "é: 1\n---\na: ".encode() + b"\xff\n---\nb: 2\n")
    assert isinstance(source, Source)
    first, broken, last = read(source)
    assert isinstance(broken, Problem)
    assert shown(broken) == (3, 4, "byte 0xff is not UTF-8")
    assert [found.root for found in (first, last) if isinstance(found, Document)] == [{"é": 1}, {"b": 2}]


def test_repeated_keys_are_warnings_and_the_last_counts() -> None:
    text = "a: 1\nb:\n  c: 1\n  c: 2\na: 3\n"
    assert documents(text)[0].root == {"a": 3, "b": {"c": 2}}
    assert [shown(found) for found in problems(text)] == [
        (4, 3, "key 'c' repeats the one in line 3, whose value is lost"),
        (5, 1, "key 'a' repeats the one in line 1, whose value is lost"),
    ]
    assert {found.severity for found in problems(text)} == {"warning"}
    assert not problems("x: &x {a: 1}\ny:\n  <<: *x\n  a: 2\n")


def test_what_kubernetes_does_not_read_is_reported() -> None:
    text = "a: 1\n...\n# c\nb: 2\n"
    assert documents(text)[0].root == {"a": 1}
    assert [shown(found) for found in problems(text)] == [(4, 1, "nothing after the end of the document is read")]
    assert not problems("a: 1\n...\n# c\n")


@pytest.mark.parametrize("text", ["", "\n", "# c\n", "---\n", "---\n# c\n---\n", "~\n", "\ufeff"])
def test_nothing_is_no_document(text: str) -> None:
    assert list(read(Source("x.yaml", text))) == []


def bomb() -> str:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 40)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (bomb(), "the aliases up to here stand for far too much"),
        ("[" * 100_000, "nested deeper than 1000 levels"),
        ("{" * 100_000, "nested deeper than 1000 levels"),
        ('{"a":' * 100_000, "nested deeper than 1000 levels"),
        ("- " * 100_000, "nested deeper than 1000 levels"),
        ("x" * (33 << 20), "longer than 32 million characters"),
        (":" * 1_000_000, "a ':' makes a mapping where none can be"),
    ],
    ids=["aliases", "lists", "mappings", "json", "dashes", "size", "colons"],
)
def test_hostile_text_is_refused(text: str, message: str) -> None:
    assert [found.message for found in problems(text)] == [message]


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "x" * 1_000_000,
        'a: "' + "x" * 1_000_000 + '"',
        "a: |\n" + "  x\n" * 200_000,
        "a: " + "1" * 1_000_000,
        "a: 1" + "_" * 1_000_000,
        "a: [" + "x, " * 50_000 + "]",
        "".join(f"k{i}: &k{i} v\n" for i in range(20_000)),
        "x: &x {a: b}\n" + "".join(f"k{i}: {{<<: *x}}\n" for i in range(20_000)),
        "---\n" * 200_000 + "a: 1",
    ],
    ids=["line", "quoted", "block", "digits", "underscores", "items", "anchors", "merges", "separators"],
)
def test_large_text_is_read(text: str) -> None:
    assert len(documents(text)) == 1


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_give_documents_or_problems_in_the_text(data: bytes) -> None:
    source = decode("x.yaml", data)
    for found in read(source) if isinstance(source, Source) else [source]:
        span = found.place.span if isinstance(found, Problem) else found.span
        assert (
            0
            <= span.start
            <= span.end
            <= len(found.place.source.text if isinstance(found, Problem) else found.source.text)
        )


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_any_punctuation_gives_documents_or_problems(pieces: list[str]) -> None:
    for found in read(Source("x.yaml", "".join(pieces))):
        assert isinstance(found, (Document, Problem))


def test_a_truncated_text_never_breaks_the_reader() -> None:
    text = 'a: &x {b: [1, "two"]}\nc:\n  - d: |\n      e\n  - *x\n? f\n: !!str g\n'
    for end in range(len(text)):
        assert list(read(Source("x.yaml", text[:end]))) or not text[:end].strip()


@pytest.mark.parametrize(
    "text",
    [
        "a: &a {x: 1, z: 1}\nb: {<<: *a, x: 2}\n",
        "a: &a {x: 1, z: 1}\nb: {x: 2, <<: *a}\n",
        "a: &a {x: 1}\nc: &c {x: 3, z: 1}\nb: {x: 2, <<: [*a, *c]}\n",
    ],
)
def test_own_keys_win_over_merged_ones_where_asked(text: str) -> None:
    (document,) = read(Source("f", text), own_first=True)

    assert isinstance(document, Document)
    assert document.root["b"] == {"x": 2, "z": 1}
    assert text[slice(*document.root["b"].marks["x"][2:])] == "2"
