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

_SEPARATOR = re.compile(r"^---(.*)\n?", re.MULTILINE)
_MERGE = "<<"
_MERGE_TAG = "tag:yaml.org,2002:merge"
_MAX_REPEATS = 20
"""How many repeated keys of one document are reported."""


def read(source: Source) -> Iterator[Document | Problem]:
    """The documents of a source in order, with a `Problem` in place of each that cannot be read.

    Repeated keys, of which Kubernetes keeps the last, are problems of severity ``warning`` and
    follow their document.
    """
    if len(source.text) > MAX_SIZE:
        yield mistakes.too_large(source)
        return
    index = 0
    for base, chunk in _split(source):
        for found in _chunk(source, chunk, base, index):
            yield found
            index += isinstance(found, Document)


def _split(source: Source) -> Iterator[tuple[int, str]]:
    """Documents as apimachinery's YAMLReader splits them: at lines that are ``---`` and perhaps a comment.

    A separator that nothing precedes stays with its document. Lines end with ``\\n``, also the last.
    UTF-16 is not split, because apimachinery looks at bytes.
    """
    text, start = source.text, 0
    if source.encoding == "utf-8":
        for found in _SEPARATOR.finditer(text):
            if found.start() > start:
                yield start, text[start : found.start()]
                start = found.end()
    yield start, text[start:] if text.endswith("\n") else text[start:] + "\n"


def _chunk(source: Source, chunk: str, base: int, index: int) -> Iterator[Document | Problem]:
    """What one chunk holds: JSON documents, or one YAML document, or nothing."""
    if chunk.startswith("\ufeff"):
        base, chunk = base + 1, chunk[1:]
    try:
        if chunk.lstrip()[:1] == "{" and (documents := json.read(source, chunk, base, index)):
            yield from documents
            return
        builder = _Builder(chunk, base)
        root, start, end = builder.build()
    except Refused as refusal:
        yield refusal.problem(source, base)
        return
    if root is not None:
        yield Document(source, root, Span(start, end), index, tuple(builder.anchored))
    yield from (Problem(message, Place(source, span), hint, "warning") for message, span, hint in builder.warnings)
