"""Patches over mappings, as the API server lays them."""

from __future__ import annotations

import time

import pytest
from manifests import shown

from hullmark.recognise.merge import is_affordable, is_open, merged, relocated, written_in
from hullmark.text.source import Source, Span
from hullmark.text.tree import Document, Map, Node, Value
from hullmark.text.yaml import read


def node(text: str) -> Node:
    (found,) = read(Source("a.yaml", text))
    assert isinstance(found, Document)
    return Node(found, found.root, found.span, ())


@pytest.mark.parametrize(
    ("base", "patch", "expected"),
    [
        ("{a: 1, b: {c: 2}}", "{b: {d: 3}}", {"a": 1, "b": {"c": 2, "d": 3}}),
        ("{a: 1, b: {c: 2}}", "{a: null, b: {c: null}}", {"b": {}}),
        ("{b: {c: 2}}", "{b: {$patch: replace, d: 3}}", {"b": {"$patch": "replace", "d": 3}}),
        ("{args: [a, b]}", "{args: [c]}", {"args": ["c"]}),
        ("{tolerations: [{key: a}]}", "{tolerations: [{key: b}]}", {"tolerations": [{"key": "b"}]}),
        (
            "{env: [{name: A, value: a}, {name: B}]}",
            "{env: [{name: C}, {name: A, value: b}]}",
            {"env": [{"name": "A", "value": "b"}, {"name": "B"}, {"name": "C"}]},
        ),
        ("{env: [{name: A}, {name: B}]}", "{env: [{name: A, $patch: delete}]}", {"env": [{"name": "B"}]}),
        (
            "{ports: [{containerPort: 80, name: web}]}",
            "{ports: [{containerPort: 80, hostPort: 80}, {containerPort: 81}]}",
            {"ports": [{"containerPort": 80, "name": "web", "hostPort": 80}, {"containerPort": 81}]},
        ),
        ("{volumeMounts: [{name: a, mountPath: /a}]}", "{volumeMounts: [1, null]}", None),
        ("{a: {b: 1}}", "{a: '{{a}}'}", {"a": {"b": 1}}),
        ("{}", "{$setElementOrder/env: [{name: A}]}", {}),
    ],
)
def test_merging(base: str, patch: str, expected: Value) -> None:
    found = merged(node(base).value, node(patch).value)
    assert isinstance(found, Map)
    assert set(found) == set(found.marks)
    if expected is not None:
        assert found == expected


def test_what_lies_below_is_not_changed() -> None:
    base, patch = node("{a: {b: [1]}, env: [{name: A}]}"), node("{a: {c: 2}, env: [{name: A, value: x}]}")
    before = str(base.value)
    merged(base.value, patch.value)
    assert str(base.value) == before


@pytest.mark.parametrize(
    ("patch", "open_"),
    [
        ("{containers: [{name: main, image: '{{i}}'}]}", False),
        ("{serviceAccountName: '{{i}}'}", False),
        ("{containers: '{{i}}'}", True),
        ("{containers: ['{{i}}']}", True),
        ("{nodeSelector: '{{i}}'}", True),
        ("{'{{i}}': x}", True),
        ("{}", False),
    ],
)
def test_whether_a_placeholder_may_come_to_anything(patch: str, *, open_: bool) -> None:
    assert is_open(node(patch).value) is open_


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("p: |\n  hostPID: true\n", "true"),
        ("p: |\n\n  a: b\n  hostPID: true", "true"),
        ("p: 'hostPID: true'\n", "'hostPID: true'"),
        ('p: "{\\"hostPID\\": true}"\n', '"{\\"hostPID\\": true}"'),
    ],
)
def test_a_patch_in_a_string_keeps_its_places(text: str, marked: str) -> None:
    holder = node(text).child("p")
    assert holder is not None
    written = written_in(holder)
    assert written is not None
    place = written.at("hostPID")
    assert (written.get("hostPID"), shown(place), place.editable) == (True, marked, False)


@pytest.mark.parametrize("text", ["p: '[1]'", "p: text", "p: ''", "p: '{a: ['", "p: 5", "p: null", "p: '{{patch}}'"])
def test_what_is_no_patch(text: str) -> None:
    holder = node(text).child("p")
    assert holder is None or written_in(holder) is None


def test_depth_and_sharing_take_bounded_time() -> None:
    deep, shared = node("{a: " * 300 + "1" + "}" * 300), Map({"a": 1}, {"a": (0, 1, 0, 1)})
    for _ in range(60):
        shared = Map({"x": shared, "y": shared}, {"x": (0, 1, 0, 1), "y": (0, 1, 0, 1)})
    start = time.monotonic()
    merged(deep.value, deep.value)
    merged(shared, shared)
    relocated(shared, Span(0, 1))
    is_open(shared)
    assert time.monotonic() - start < 5


def test_what_is_affordable() -> None:
    small, large = node("{a: 1}"), node(f"{{a: {'x' * 10_000}}}")
    assert is_affordable(1000, small, None, large) is False
    assert is_affordable(100, small, None, large)
    assert is_affordable(0, large)
