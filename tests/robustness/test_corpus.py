"""437 real manifest files of 14 projects, where they are at hand: everything is judged or accounted for."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from pathlib import Path

import jsonschema_rs
import pytest
from whole import PROJECT, reports

from hullmark.cli.pipeline import scan
from hullmark.engine.result import Result
from hullmark.model.terms import Outcome
from hullmark.report import json as report
from hullmark.text.source import Source, decode
from hullmark.text.tree import Document, dig
from hullmark.text.yaml import read

CORPUS = PROJECT.parent / "shared" / "corpus"
SCHEMA = Path(report.__file__).with_name("scan.schema.json")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real manifests is not at hand"),
]


@cache
def scanned() -> Result:
    return scan(str(CORPUS))


def test_no_check_fails_to_run() -> None:
    assert [v for v in scanned().undecided if v.outcome is Outcome.ERROR] == []
    assert len(scanned().architecture.resources) > 500


def test_reports_are_sound_and_follow_the_schema() -> None:
    texts = reports(scanned())
    jsonschema_rs.validator_for(json.loads(SCHEMA.read_text())).validate(json.loads(texts["json"]))


def test_same_input_gives_the_same_bytes() -> None:
    assert reports(scan(str(CORPUS))) == reports(scanned())


def test_every_document_is_accounted_for() -> None:
    result = scanned()
    objects = {(r.file, r.node.doc.span) for r in result.architecture.resources}
    whole, lines = set(), defaultdict(list)
    for left in result.not_checked:
        lines[left.file].append(left.line)
        whole |= {left.file} if left.line == 1 else set()
    missing = [
        f"{file}:{document.source.position(document.span.start).line}"
        for file in sorted(CORPUS.rglob("*"))
        if file.suffix in (".yaml", ".yml", ".json") and str(file) not in whole
        for document in documents(file)
        if (str(file), document.span) not in objects and not any(covers(document, n) for n in lines[str(file)])
    ]
    assert missing == []


def documents(file: Path) -> list[Document]:
    """The Kubernetes objects of a file, found apart from how a scan finds them."""
    source = decode(str(file), file.read_bytes())
    assert isinstance(source, Source)
    found = [d for d in read(source) if isinstance(d, Document)]
    return [d for d in found if dig(d.root, "apiVersion") and dig(d.root, "kind")]


def covers(document: Document, line: int) -> bool:
    first, last = (document.source.position(offset).line for offset in document.span)
    return first <= line <= last
