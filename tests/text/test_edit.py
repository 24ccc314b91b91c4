"""Edits in the style of their surroundings, and the places that are left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hullmark.text.edit import Edit, Edits, append, apply, conflicts, join, put, remove, rename, replace
from hullmark.text.source import Source, Span
from hullmark.text.tree import Document, Map, Margin, Node
from hullmark.text.yaml import read

POD = """\
spec:
  # pod
  containers:
  - name: a   # first
    image: nginx
    securityContext:
  - image: b
    securityContext: {}  # c
    args: [a, "b"]
  # after
  x: 1
"""
FIRST, SECOND = ("spec", "containers", 0), ("spec", "containers", 1)


def document(text: str) -> Document:
    (doc,) = (found for found in read(Source("x.yaml", text)) if isinstance(found, Document))
    return doc


def change(text: str, builder: Callable[..., Edits], *arguments: Any) -> str:
    doc = document(text)
    edits = builder(doc.node, *arguments)
    assert edits is not None
    return apply(doc.source, edits)


@pytest.mark.parametrize(
    ("keys", "value", "old", "new"),
    [
        ((*FIRST, "image"), "nginx:1.2", "image: nginx", "image: nginx:1.2"),
        ((*FIRST, "name"), "yes", "name: a   #", 'name: "yes"   #'),
        (("spec", "x"), {"u": [1, {}]}, "x: 1", "x:\n    u:\n      - 1\n      - {}"),
        (
            (*FIRST, "securityContext", "privileged"),
            False,
            "securityContext:\n",
            "securityContext:\n      privileged: false\n",
        ),
        (
            (*SECOND, "securityContext", "capabilities", "drop"),
            ["ALL"],
            "securityContext: {}  # c",
            "securityContext: # c\n      capabilities:\n        drop:\n          - ALL",
        ),
        (("spec", "dns", "policy"), "Default", "  x: 1", "  x: 1\n  dns:\n    policy: Default"),
        ((*FIRST, "tty"), True, "securityContext:\n", "securityContext:\n    tty: true\n"),
        ((*SECOND, "tty"), True, '"b"]\n', '"b"]\n    tty: true\n'),
        ((*SECOND, "args", 0), "c:d", "[a,", '["c:d",'),
        ((*SECOND, "args"), [], '[a, "b"]', "[]"),
        (SECOND, {"name": "q"}, POD[POD.index("image: b") : POD.index("\n  # after")], "name: q"),
        (("spec", "containers"), None, POD[POD.index("\n  - name") : POD.index("\n  # after")], " null"),
        (("spec", "containers"), {"a": 1}, POD[POD.index("  - name") : POD.index("\n  # after")], "    a: 1"),
    ],
)
def test_put(keys: tuple[str | int, ...], value: Any, old: str, new: str) -> None:
    wanted = POD.replace(old, new, 1)
    assert change(POD, put, keys, value) == wanted
    assert change(POD.replace("\n", "\r\n"), put, keys, value) == wanted.replace("\n", "\r\n")
    assert change(wanted, put, keys, value) == wanted


@pytest.mark.parametrize(
    ("text", "keys", "value", "wanted"),
    [
        ("a: 1", ("b", "c"), "0755", 'a: 1\nb:\n  c: "0755"'),
        ("a:\n  b: 1 # x", ("a", "c"), 2, "a:\n  b: 1 # x\n  c: 2"),
        ("a:\n- - 1\n  - 2\n", ("a", 0, 1), 3, "a:\n- - 1\n  - 3\n"),
        ("a:\n-\n- b\n", ("a", 0, "z"), 2, "a:\n- z: 2\n- b\n"),
        ("b: 1\na: |+\n  x\n\n\n", ("c",), "z", "b: 1\na: |+\n  x\n\n\nc: z\n"),
        ("a: |\n  x\n  y\nb: 1\n", ("a",), "z", "a: z\nb: 1\n"),
        ("a: 'x\n  y' # c\n", ("a",), "two\nlines", 'a: "two\\nlines" # c\n'),
        ("a: {b: 1}\n", ("a", "c"), {"d": "e:f"}, 'a: {b: 1, c: {d: "e:f"}}\n'),
        ('{"a": {}}', ("a", "b"), "c", '{"a": {"b": "c"}}'),
        ('{\n  "a": 1\n}\n', ("b",), ["c"], '{\n  "a": 1,\n  "b": ["c"]\n}\n'),
        ("x: &x 1\nu: *x\nz: 2\n", ("u",), 3, "x: &x 1\nu: 3\nz: 2\n"),
        ("x: &x {a: 1}\nu:\n  <<: *x\n  b: 2\n", ("u", "c"), 3, "x: &x {a: 1}\nu:\n  <<: *x\n  b: 2\n  c: 3\n"),
    ],
)
def test_put_in_other_styles(text: str, keys: tuple[str | int, ...], value: Any, wanted: str) -> None:
    assert change(text, put, keys, value) == wanted


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("x: &x\n  a: 1\nu: *x\n", ("x", "a")),
        ("x: &x\n  a: 1\nu: *x\n", ("u", "a")),
        ("x: &x\n  a: 1\nu: *x\n", ("u", "b")),
        ("x: &x\n  a: 1\nu:\n  <<: *x\n", ("u", "a")),
        ("a: !!str 1\n", ("a",)),
        ('a: "{{ .Values.x }}"\n', ("a",)),
        ('a: ["{{ .Values.x }}"]\n', ("a",)),
        ("a: ${X}\n", ("a",)),
        ("a: b\n", ("a", "c")),
        ("a: [b]\n", ("a", 3)),
        ("? a\n: b\n", ("a",)),
        ("[a: 1]\n", (0, "b")),
    ],
)
def test_put_leaves_alone_what_it_cannot_change_safely(text: str, keys: tuple[str | int, ...]) -> None:
    assert put(document(text).node, keys, "z") is None


def test_made_up_nodes_are_left_alone() -> None:
    doc = document(POD)
    for node in (Node(doc, Map(), doc.span, ()), Node(doc, Map(), doc.span, ("no", "where"))):
        assert put(node, ("a",), 1) is None
        assert append(node, (), 1) is None
        assert remove(node, ("spec",)) is None


@pytest.mark.parametrize(
    ("keys", "item", "old", "new"),
    [
        ((*SECOND, "args"), "c d", '"b"]', '"b", "c d"]'),
        (("spec", "containers"), {"name": "z", "tty": True}, '"b"]\n', '"b"]\n  - name: z\n    tty: true\n'),
        (("spec", "volumes"), {"name": "z"}, "x: 1\n", "x: 1\n  volumes:\n    - name: z\n"),
        ((*FIRST, "securityContext"), 1, "securityContext:\n", "securityContext:\n      - 1\n"),
    ],
)
def test_append(keys: tuple[str | int, ...], item: Any, old: str, new: str) -> None:
    assert change(POD, append, keys, item) == POD.replace(old, new, 1)


def test_append_needs_a_list() -> None:
    assert append(document(POD).node, ("spec",), 1) is None
    assert append(document(POD).node, (*SECOND, "securityContext"), 1) is None


@pytest.mark.parametrize(
    ("keys", "old", "new"),
    [
        (("spec", "x"), "  x: 1\n", ""),
        ((*FIRST, "name"), "name: a   # first\n    ", ""),
        ((*FIRST, "securityContext"), "    securityContext:\n", ""),
        (FIRST, POD[POD.index("  - name") : POD.index("  - image")], ""),
        (SECOND, POD[POD.index("  - image") : POD.index("  # after")], ""),
        ((*SECOND, "args", 0), "[a, ", "["),
        ((*SECOND, "args", 1), ', "b"', ""),
        (("spec", "nothing"), "", ""),
    ],
)
def test_remove(keys: tuple[str | int, ...], old: str, new: str) -> None:
    assert change(POD, remove, keys) == POD.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "keys", "wanted"),
    [
        ("a:\n  b: 1\n", ("a", "b"), "a: {}\n"),
        ("a:\n- x # c\n", ("a", 0), "a: [] # c\n"),
        ("a: 1\nb: 2", ("b",), "a: 1"),
        ("a:\n-\n  - x\n- y\n", ("a", 0), "a:\n- y\n"),
        ('{"a": 1, "b": 2}', ("a",), '{"b": 2}'),
        ('{"a": 1}', ("a",), "{}"),
    ],
)
def test_remove_at_the_edges(text: str, keys: tuple[str | int, ...], wanted: str) -> None:
    assert change(text, remove, keys) == wanted


def test_rename() -> None:
    assert change(POD, rename, (*FIRST, "image"), "picture") == POD.replace("image: nginx", "picture: nginx")
    assert change('{"a": 1}', rename, ("a",), "b") == '{"b": 1}'
    assert rename(document(POD).node, (*FIRST, "image"), "name") is None
    assert rename(document(POD).node, FIRST, "name") is None


def test_replace() -> None:
    doc = document(POD)
    edits = replace(doc.node.at(*FIRST, "image"), "x")
    assert edits is not None
    assert apply(doc.source, edits) == POD.replace("nginx", "x")
    assert replace(doc.node.at("absent"), "x") is None


def test_conflicts() -> None:
    source = Source("x", "abcdef")
    one = Edit(source, Span(1, 3), "X")
    assert not conflicts(one, Edit(source, Span(3, 4), "Y"))
    assert not conflicts(one, Edit(source, Span(1, 3), "X"))
    assert not conflicts(one, Edit(Source("x", "abcdef"), Span(1, 3), "Y"))
    assert conflicts(one, Edit(source, Span(2, 4), "Y"))
    assert conflicts(Edit(source, Span(3, 3), "X"), Edit(source, Span(3, 3), "Y"))
    assert conflicts(one, Edit(source, Span(2, 2), "Y"))
    assert not conflicts(one, Edit(source, Span(3, 3), "Y"))
    assert apply(source, [Edit(source, Span(3, 3), "Y"), one, one]) == "aXYdef"
    with pytest.raises(ValueError, match="conflicting edits in line 1 of x"):
        apply(source, [one, Edit(source, Span(2, 4), "Y")])


def test_embedded_texts_are_left_alone() -> None:
    host = document("a: b\n")
    inner = document("c: d\n")._replace(margin=Margin(host.node.at("a"), 0, 0))
    assert put(inner.node, ("c",), "e") is None


def test_joined_insertions_at_one_place_are_one_edit() -> None:
    text = "spec:\n  containers:\n  - name: a\n    image: b\n"
    source = Source("pod.yaml", text)
    document = next(iter(read(source)))
    assert isinstance(document, Document)
    container = document.node.child("spec", "containers", 0)
    assert container is not None
    edits = join(
        append(container, ("volumeMounts",), {"name": "x"}), append(document.node, ("spec", "volumes"), {"name": "x"})
    )

    assert edits is not None
    assert len(edits) == 1
    assert apply(source, edits) == text + "    volumeMounts:\n      - name: x\n  volumes:\n    - name: x\n"
    assert join(edits, None) is None
