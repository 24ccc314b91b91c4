"""The text that a value is traced to is what causes it: when it is changed, the value changes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from kustomizing import CASES, DATA, folders, leaves

from hullmark.model.resource import Resource
from hullmark.sources.kustomize.build import build
from hullmark.sources.process import run
from hullmark.sources.tools import Tools
from hullmark.sources.unit import Unit
from hullmark.text.source import Place, Source
from hullmark.text.tree import Document, Node, dig
from hullmark.text.yaml import read

NAMING = frozenset({"apiVersion", "kind", "name", "namespace", "containerPort", "port", "mountPath", "key", "type"})
"""What tells objects and items apart: changed alone, it would make others of them."""


def changed(place: Place, value: object) -> str | None:
    """The file with another value at a place, if it stands there once as it is."""
    source, (start, end) = place.source, place.span
    own = source.text[start:end]
    old = str(value).lower() if isinstance(value, bool) else str(value)
    new = {"true": "false", "false": "true"}.get(old) or (str(int(old) + 17) if old.isdecimal() else "changed")
    if own.count(old) != 1:  # the place of a part, or of a literal that a Secret has encoded
        old = own.strip("'\"").rpartition("=")[2]
        new = "changed"
    return source.text[:start] + own.replace(old, new) + source.text[end:] if old and own.count(old) == 1 else None


def exact(unit: Unit) -> Iterator[tuple[int, Resource, Node, Place]]:
    for index, resource in enumerate(unit.reading.resources):
        for leaf in leaves(resource.node):
            place = leaf.at()
            if place.exact and leaf.path[-1] not in NAMING and leaf.value is not None:
                yield index, resource, leaf, place


@pytest.mark.parametrize("case", [c if c == "images" else pytest.param(c, marks=pytest.mark.long) for c in CASES])
def test_the_traced_text_causes_the_value(
    case: str, tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(DATA / case, tmp_path / case)
    monkeypatch.chdir(tmp_path)
    tried = 0
    monkeypatch.setattr("kustomizing.DATA", tmp_path)
    for folder in folders(case):
        for index, resource, leaf, place in exact(build(folder, tools)):
            file, text = Path(place.source.name), changed(place, leaf.value)
            if text is None:
                continue
            before = file.read_text()
            file.write_text(text)
            ran = run([*tools.kustomize, folder])
            file.write_text(before)
            documents = [d for d in read(Source("", ran.out.decode())) if isinstance(d, Document)]
            if ran.well and dig(documents[index].root, "kind") == resource.ref.kind:
                assert dig(documents[index].root, *leaf.path) != leaf.value, (leaf.path, place.source.name, place.line)
                tried += 1

    assert tried >= 8
