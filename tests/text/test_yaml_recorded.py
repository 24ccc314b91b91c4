"""What Kubernetes' own reader made of tricky texts and of real manifests, recorded from sigs.k8s.io/yaml."""

from __future__ import annotations

import gzip
import json
import os
from base64 import b64decode
from typing import Any

import pytest

from hullmark.text.source import Problem, Source, decode
from hullmark.text.tree import Document
from hullmark.text.yaml import read

TESTS = os.path.dirname(os.path.dirname(__file__))
SHARED = os.path.join(TESTS, "..", "..", "shared")
RECORDED_CORPUS = os.path.join(SHARED, "data", "corpus-as-kubernetes-reads-it.jsonl.gz")

DIFFERENT_GRAMMAR = {
    'a: "\\/"\n': "libyaml knows the escape \\/ of YAML 1.2, go-yaml v2 does not",
    "[]: v\nk: w\n": "libyaml takes [] for a key, which is refused; go-yaml ends the document after []",
}
"""The texts that libyaml itself reads otherwise than go-yaml, with the reason."""


def recorded(path: str) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


CASES = recorded(os.path.join(TESTS, "data", "yaml-cases.jsonl.gz"))


def same_json(tree: Any) -> Any:
    """A tree in which numbers are as Go's JSON has them: integers beyond 64 bits are as exact as floats."""
    if isinstance(tree, dict):
        return {key: same_json(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [same_json(value) for value in tree]
    if isinstance(tree, int) and not isinstance(tree, bool):
        return ("number", tree if abs(tree) < 1 << 63 else float(tree))
    return ("number", tree) if isinstance(tree, float) else tree


def ours(data: bytes) -> tuple[list[Any], list[Problem]]:
    source = decode("case.yaml", data)
    assert isinstance(source, Source)
    found = list(read(source))
    errors = [each for each in found if isinstance(each, Problem) and each.severity == "error"]
    return [each.root for each in found if isinstance(each, Document)], errors


@pytest.mark.parametrize("case", [case for case in CASES if case.get("yaml") not in DIFFERENT_GRAMMAR])
def test_tricky_text(case: dict[str, Any]) -> None:
    data = case["yaml"].encode() if "yaml" in case else b64decode(case["yaml_base64"])
    documents, errors = ours(data)
    assert bool(errors) == bool(case.get("rejected"))
    # Kubernetes stops at the first error; what comes after it is still read here.
    wanted = case["documents"]
    assert same_json(documents[: len(wanted)] if errors else documents) == same_json(wanted)


@pytest.mark.parametrize("text", DIFFERENT_GRAMMAR)
def test_the_list_of_differences_is_true(text: str) -> None:
    (case,) = (case for case in CASES if case.get("yaml") == text)
    documents, errors = ours(text.encode())
    assert (documents, bool(errors)) != (case["documents"], bool(case.get("rejected")))


@pytest.mark.skipif(
    not os.path.exists(RECORDED_CORPUS), reason="the corpus of real manifests is not beside this repository"
)
def test_real_manifests() -> None:
    different = []
    for case in recorded(RECORDED_CORPUS):
        with open(os.path.join(SHARED, "corpus", case["file"]), "rb") as file:
            documents, errors = ours(file.read())
        if same_json(documents) != same_json(case["documents"]) or bool(errors) != bool(case.get("rejected")):
            different.append(case["file"])
    assert not different
