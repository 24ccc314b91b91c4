"""JSON with places, as kubectl reads a text that starts with a brace."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hullmark.text.source import Problem, Source
from hullmark.text.tree import Document
from hullmark.text.yaml import read

TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab"\\\n/é😀', max_size=3), inner, max_size=3),
    max_leaves=12,
)


def roots(text: str) -> list[Any]:
    return [found.root for found in read(Source("x.json", text)) if isinstance(found, Document)]


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text("ab", max_size=3), TREES), st.sampled_from([None, 2, "\t"]), st.booleans())
def test_what_the_standard_library_writes(tree: dict[str, Any], indent: int | str | None, ascii_only: bool) -> None:
    assert roots(json.dumps(tree, indent=indent, ensure_ascii=ascii_only)) == [tree]


def test_places() -> None:
    text = '{\n\t"é" : [1, {"b": "x\\/\\ud83d\\ude00"}],\n\t"n": null\n}'
    (doc,) = (found for found in read(Source("x.json", text)) if isinstance(found, Document))
    assert doc.root == {"é": [1, {"b": "x/😀"}], "n": None}
    assert text[slice(*doc.span)] == text
    for keys, shown in [
        (("é",), '[1, {"b": "x\\/\\ud83d\\ude00"}]'),
        (("é", 0), "1"),
        (("é", 1), '{"b": "x\\/\\ud83d\\ude00"}'),
        (("é", 1, "b"), '"x\\/\\ud83d\\ude00"'),
        (("n",), "null"),
    ]:
        assert text[slice(*doc.node.at(*keys).span)] == shown
    assert doc.node.key("n").start == (3, 2)


def test_a_stream_of_values() -> None:
    assert roots('{"a": 1}{"b": 2}\n {"c": []} ') == [{"a": 1}, {"b": 2}, {"c": []}]
    assert roots('{"a": 1}\n---\n{"b": 2}\n') == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize(
    ("number", "value"),
    [("1.0", 1), ("1e2", 100), ("-0", 0), ("1.5", 1.5), ("9223372036854775808", 9223372036854775808.0)],
)
def test_numbers_are_those_of_the_api_machinery(number: str, value: float) -> None:
    ((found,),) = (root.values() for root in roots(f'{{"a": {number}}}'))
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("text", ['{"a": 1', '{"a" 1}', '{"a": [1}', '{"a": "x}'])
def test_what_is_neither_json_nor_yaml_is_a_problem(text: str) -> None:
    (found,) = read(Source("x", text))
    assert isinstance(found, Problem)
    assert found.severity == "error"


def test_what_only_yaml_allows_is_read_as_yaml() -> None:
    assert roots("{a: yes, 'b': [x,],}") == [{"a": True, "b": ["x"]}]


def test_repeated_keys_are_warnings() -> None:
    found = [each for each in read(Source("x", '{"a": 1, "a": 2}')) if isinstance(each, Problem)]
    assert [(each.severity, tuple(each.place.span)) for each in found] == [("warning", (9, 12))]
    assert roots('{"a": 1, "a": 2}') == [{"a": 2}]
