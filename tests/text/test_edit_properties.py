"""Edits of generated documents in every style: re-reading gives the old tree with just the one change."""

from __future__ import annotations

from copy import deepcopy
from json import dumps
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from hullmark.text import render
from hullmark.text.edit import Edits, append, apply, put, remove
from hullmark.text.source import Key, Source
from hullmark.text.tree import Document
from hullmark.text.yaml import read

WORDS = st.sampled_from(
    ["a", "b c", "yes", "1", "0755", "", "x: y", "#", "it's", "é😀", "nginx:1.25", "- x", "null", "~", "\t"]
)
SCALARS = st.one_of(WORDS, st.none(), st.booleans(), st.integers(-9, 9), st.just(1.5))
KEYS = st.sampled_from(["a", "b", "c", "name", "yes", "1", "x y", "k:"])
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)
ROOTS = st.dictionaries(KEYS, TREES, min_size=1, max_size=3)


@st.composite
def documents(draw: DrawFn) -> tuple[str, Any]:
    """A YAML or JSON text in mixed styles and the tree it stands for."""
    tree = draw(ROOTS)
    if draw(st.integers(0, 5)) == 0:
        return (render.inline(tree, quoted=True), tree)
    lines = block(draw, tree)
    if draw(st.booleans()):
        lines.append("# the end")
    if draw(st.booleans()):
        lines = ["# the start", *lines, ""]
    return ("\r\n" if draw(st.booleans()) else "\n").join(lines), tree


def block(draw: DrawFn, value: Any) -> list[str]:
    """The lines of a value, each collection in block or flow style, with comments and blank lines between."""
    lines: list[str] = []
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        lead = "-" if isinstance(value, list) else f"{render.scalar(key)}:"
        if lines and draw(st.integers(0, 4)) == 0:
            lines += draw(st.sampled_from([["# before"], [""]]))
        comment = draw(st.sampled_from(["", "", " # note"]))
        if not (inner and isinstance(inner, (dict, list))) or draw(st.integers(0, 3)) == 0:
            text = "" if inner is None and draw(st.booleans()) else " " + render.inline(inner)
            lines.append(lead + text + comment)
        elif isinstance(value, list) and draw(st.booleans()):
            first, *rest = block(draw, inner)
            lines += [f"- {first}", *(f"  {line}" if line else line for line in rest)]
        else:
            indent = "" if isinstance(inner, list) and isinstance(value, dict) and draw(st.booleans()) else "  "
            lines += [lead + comment, *(indent + line if line else line for line in block(draw, inner))]
    return lines


@st.composite
def paths(draw: DrawFn, tree: Any) -> tuple[Key, ...]:
    path: list[Any] = []
    while isinstance(tree, (dict, list)) and tree and (not path or draw(st.booleans())):
        key = draw(st.sampled_from(sorted(tree) if isinstance(tree, dict) else range(len(tree))))
        path.append(key)
        tree = tree[key]
    return tuple(path)


def only(text: str) -> Document:
    found = list(read(Source("x.yaml", text)))
    assert len(found) == 1, found
    assert isinstance(found[0], Document), found
    return found[0]


def shown(tree: Any) -> str:
    """A tree as JSON, because Python holds that ``True == 1``."""
    return dumps(tree, sort_keys=True)


def at(tree: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def changed(doc: Document, edits: Edits) -> str:
    assert edits is not None, doc.source.text
    return apply(doc.source, edits)


@settings(max_examples=60, deadline=None)
@given(st.data(), documents(), TREES, st.lists(KEYS, max_size=2))
def test_put(data: st.DataObject, document: tuple[str, Any], value: Any, missing: list[str]) -> None:
    text, tree = document
    doc = only(text)
    assert shown(doc.root) == shown(tree)
    path = data.draw(paths(tree))
    below = at(tree, path)
    if missing and (below is None or isinstance(below, dict)) and not (below and missing[0] in below):
        keys: tuple[Key, ...] = (*path, *missing)
        wanted = deepcopy(tree)
        for key in reversed(missing[1:]):
            value = {key: value}
        if below is None:
            at(wanted, path[:-1])[path[-1]] = {missing[0]: value}
        else:
            at(wanted, path)[missing[0]] = value
        value = at(wanted, keys)
    else:
        assume(path)
        keys, wanted = path, deepcopy(tree)
        at(wanted, path[:-1])[path[-1]] = value
    after = changed(doc, put(doc.node, keys, value))
    again = only(after)
    assert shown(again.root) == shown(wanted), after
    assert put(again.node, keys, value) == ()
    assert text.count("# the") == after.count("# the")


@settings(max_examples=60, deadline=None)
@given(st.data(), documents(), TREES)
def test_append(data: st.DataObject, document: tuple[str, Any], item: Any) -> None:
    text, tree = document
    doc = only(text)
    path = data.draw(paths(tree))
    below = at(tree, path)
    assume(isinstance(below, list) or below is None)
    wanted = deepcopy(tree)
    if below is None:
        at(wanted, path[:-1])[path[-1]] = [item]
    else:
        at(wanted, path).append(item)
    after = changed(doc, append(doc.node, path, item))
    assert shown(only(after).root) == shown(wanted), after


@settings(max_examples=60, deadline=None)
@given(st.data(), documents())
def test_remove(data: st.DataObject, document: tuple[str, Any]) -> None:
    text, tree = document
    doc = only(text)
    path = data.draw(paths(tree))
    assume(path)
    edits = remove(doc.node, path)
    wanted = deepcopy(tree)
    del at(wanted, path[:-1])[path[-1]]
    if not wanted:
        return
    after = changed(doc, edits)
    assert shown(only(after).root) == shown(wanted), after
    assert text.count("# the") == after.count("# the")
