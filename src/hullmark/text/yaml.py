"""YAML as Kubernetes reads it (sigs.k8s.io/yaml), with the place of every key and value.

libyaml (through PyYAML) tokenises; the tree is built here, iteratively, from its events, so that
hostile nesting cannot exhaust the stack. This is the only module that imports ``yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml._yaml import CParser

from hullmark.text import json, mistakes
from hullmark.text.mistakes import Refused
from hullmark.text.scalars import NUMBER_STARTS, WORDS, key, number, tagged
from hullmark.text.source import MAX_SIZE, Place, Problem, Source, Span
from hullmark.text.tree import MAX_DEPTH, Document, Map, PairMark, Seq, Value

_SEPARATOR = re.compile(r"^---[^\S\n]*(?:#.*)?\n?$", re.MULTILINE)
_MALFORMED = re.compile(r"^---[^\S\n]*([^\s#].*)", re.MULTILINE)
_REMAINDER = re.compile(r"(?:\s+|#.*|\.\.\.(?=\s))*")
_MERGE: Any = object()
_MERGE_TAG = "tag:yaml.org,2002:merge"
_MAX_WARNINGS = 20
"""How many repeated keys of one document are reported."""


def read(source: Source) -> Iterator[Document | Problem]:
    """The documents of a source in order, with a `Problem` in place of each that cannot be read.

    Repeated keys, of which Kubernetes keeps the last, are problems of severity ``warning`` and
    follow their document.
    """
    text = source.text
    if len(text) > MAX_SIZE:
        yield mistakes.too_large(source)
        return
    text = text if text.endswith("\n") else text + "\n"
    index = 0
    for start, end in _split(text) if source.encoding == "utf-8" else ((0, len(text)),):
        for found in _chunk(source, text, start, end, index):
            yield found
            index += isinstance(found, Document)


def _split(text: str) -> Iterator[tuple[int, int]]:
    """Documents as apimachinery's YAMLReader splits them: at lines that are ``---`` and perhaps a comment.

    A separator that nothing precedes stays with its document.
    """
    start = 0
    if "---" in text:
        for found in _SEPARATOR.finditer(text):
            if found.start() > start:
                yield start, found.start()
                start = found.end()
    yield start, len(text)


def _chunk(source: Source, text: str, start: int, end: int, index: int) -> Iterator[Document | Problem]:
    """What one chunk holds: JSON documents, or one YAML document, or nothing."""
    start += text.startswith("\ufeff", start, end)
    chunk = text if end - start == len(text) else text[start:end]
    builder = _Builder(text, start)
    try:
        if "---" in chunk and (bad := _MALFORMED.search(chunk)):
            raise Refused(f"'{bad[1][:40].strip()}' follows a document separator on its line", *bad.span(1), "start the document on the next line")
        if chunk.lstrip()[:1] == "{" and (documents := json.read(source, chunk, start, index)):
            yield from documents
            return
        document = builder.build(source, chunk, index)
    except Refused as refusal:
        yield refusal.problem(source, start)
        return
    if document is not None:
        yield document
    yield from builder.warnings


class _Anchor:
    """An anchored node: what an alias to it costs, and whether it is complete."""

    __slots__ = ("cost", "height", "open", "span", "used", "value")

    def __init__(self, value: Value, start: int, end: int) -> None:
        self.value = value
        self.span = Span(start, end)
        self.cost = 1
        self.height = 0
        self.open = self.used = False
