"""YAML as Kubernetes reads it (sigs.k8s.io/yaml), with the place of every key and value.

libyaml (through PyYAML) tokenises; the tree is built here, iteratively, from its events, so that
hostile nesting cannot exhaust the stack. This is the only module that imports ``yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any

import yaml
from yaml import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml._yaml import CParser

from hullmark.text import json, mistakes
from hullmark.text.anchors import Anchor, Anchors
from hullmark.text.mistakes import Refused
from hullmark.text.regex import regex
from hullmark.text.scalars import NUMBER_STARTS, WORDS, key, number, tagged
from hullmark.text.source import MAX_SIZE, Place, Problem, Source, Span
from hullmark.text.tree import MAX_DEPTH, Document, Map, Seq, Value

_SEPARATOR = regex(r"---[^\S\n]*(?:#.*)?(?:\n|\Z)")
_MALFORMED = regex(r"^---[^\S\n]*([^\s#].*)", re.MULTILINE)
_REMAINDER = regex(r"(?:\s+|#.*|\.\.\.(?=\s))*")
_PLAIN_TAG = regex(r"(?:&\S+\s+)?!(?:\s|$)")
"""The tag ``!``, which makes a string of anything and which libyaml does not report."""

_MERGE: Any = object()
_MERGE_TAG = "tag:yaml.org,2002:merge"
_FINITE = "write a number, or put the text in quotes"
_QUOTE_KEY = "put the key in quotes"


def read(source: Source, *, own_first: bool = False) -> Iterator[Document | Problem]:
    """The documents of a source in order, with a `Problem` in place of each that cannot be read.

    Repeated keys, of which Kubernetes keeps the last, are problems of severity ``warning`` and
    follow their document. ``own_first`` lets a mapping's own keys win over merged ones wherever the
    ``<<`` stands, as YAML defines it and go-yaml v3 does; v2, and so Kubernetes, goes by the order.
    """
    text = source.text
    if len(text) > MAX_SIZE:
        yield mistakes.too_large(source)
        return
    index = 0
    for start, end in _split(text) if source.encoding == "utf-8" else ((0, len(text)),):
        for found in _chunk(source, (start, end), index, own_first=own_first):
            yield found
            index += isinstance(found, Document)


def _split(text: str) -> Iterator[tuple[int, int]]:
    """Documents as apimachinery's YAMLReader splits them: at lines that are ``---`` and perhaps a comment."""
    start = at = 0
    while at >= 0:
        if separator := _SEPARATOR.match(text, at):
            if at > start:
                yield start, at
            start = separator.end()
        at = text.find("\n---", at) + 1 or -1
    if start < len(text):
        yield start, len(text)


def _chunk(source: Source, span: tuple[int, int], index: int, *, own_first: bool) -> Iterator[Document | Problem]:
    """What one chunk holds: one YAML document, or nothing; the first chunk perhaps JSON documents."""
    text, (start, end) = source.text, span
    start += text.startswith("\ufeff", start, end)
    chunk = text if end - start == len(text) else text[start:end]
    if "---" in chunk and (bad := _MALFORMED.search(chunk)):
        yield mistakes.separator(bad).problem(source, start)
        return
    builder = _Builder(source, chunk, start, own_first=own_first)
    try:
        if start == 0 and chunk.lstrip()[:1] == "{" and (documents := json.read(source, chunk, index)):
            yield from documents
            return
        root, span = builder.build()
    except Refused as refusal:
        yield refusal.problem(source, start)
        return
    if root is not None:
        yield Document(source, root, span, index, tuple(builder.anchors.spans))
    yield from builder.warnings


class _Builder:
    """Builds the tree of the first document in a chunk from libyaml's events.

    Spans count from the start of the source, refusals from the start of the chunk, which is ``base``.
    """

    def __init__(self, source: Source, chunk: str, base: int, *, own_first: bool) -> None:
        self.source = source
        self.chunk = chunk
        self.base = base
        self.own_first = own_first
        self.anchors = Anchors()
        self.warnings: list[Problem] = []
        self.merged: set[tuple[int, str]] = set()
        """The keys that came by ``<<``, with the identity of the mapping that they came into."""

    def build(self) -> tuple[Value, Span]:
        """The root and its span; None for the root when there is nothing, or only null.

        Raises `Refused` when Kubernetes would not accept the document.
        """
        chunk = self.chunk
        try:
            return self._tree(CParser(chunk).get_event)
        except yaml.MarkedYAMLError as error:
            marks = error.problem_mark, error.context_mark
            at, opening = (len(chunk) if mark is None else mark.index for mark in marks)
            raise mistakes.grammar(chunk, error.problem or "", error.context or "", at, opening) from None
        except (yaml.YAMLError, UnicodeEncodeError):
            raise mistakes.unreadable(chunk) from None

    def _tree(self, get_event: Callable[[], Any]) -> tuple[Value, Span]:  # noqa: C901, PLR0912, PLR0915
        """The hot loop: a scan spends most of its reading here, so the usual way through it makes no calls.

        ``start`` and ``end`` are those of the last complete node, which is how a block collection,
        for which libyaml gives no end of its own, ends with its last child.
        """
        text, base, anchors = self.chunk, self.base, self.anchors
        stack: list[tuple[Any, ...]] = []
        holder: Any = None
        marks: Any = None
        pending: Any = None
        root: Value = None
        anchor: Anchor | None
        key_start = key_end = start = end = cost = deepest = 0
        while True:
            event = get_event()
            kind = type(event)
            if kind is ScalarEvent:
                cost += 1
                value = event.value
                start = event.start_mark.index
                end = event.end_mark.index
                if event.implicit[0]:
                    if value in WORDS:
                        value = WORDS[value]
                    elif value[0] in NUMBER_STARTS:
                        value = number(value)
                elif event.tag:
                    value = self._tagged(event, start, end)
                if start < end:
                    if value.__class__ is not str and text[start] in "!&" and _PLAIN_TAG.match(text, start, end):
                        value = event.value
                    if text[end - 1] in "\r\n ":
                        end = start + len(text[start:end].rstrip())
                elif pending is not None and text[start - 1] != ":":
                    start = end = key_end
                if value.__class__ is float and not isfinite(value) and (pending or holder.__class__ is not Map):
                    raise Refused(f"JSON has no {event.value}", start, end, _FINITE)
                if event.anchor:
                    anchors[event.anchor] = Anchor(value, base + start, base + end)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                cost += 1
                start = event.start_mark.index
                value = Map() if kind is MappingStartEvent else Seq()
                anchor = None
                if event.anchor:
                    anchors[event.anchor] = anchor = Anchor(value, base + start, base + start)
                    anchor.open = True
                stack.append((holder, marks, pending, key_start, key_end, start, anchor, cost, deepest))
                holder, marks, pending, deepest = value, value.marks, None, len(stack)
                if deepest > MAX_DEPTH:
                    raise mistakes.too_deep(start)
                continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                value, height = holder, deepest
                if event.start_mark.index != event.end_mark.index:
                    end = event.end_mark.index
                holder, marks, pending, key_start, key_end, start, anchor, before, deepest = stack.pop()
                if anchor is not None:
                    anchor.close(base + end, cost - before + 1, height - len(stack))
                deepest = height if height > deepest else deepest
            elif kind is AliasEvent:
                start = event.start_mark.index
                end = event.end_mark.index
                cost += 1
                anchor = anchors.alias(event.anchor, start, end, cost)
                value = anchor.value
                cost += anchor.cost
                deepest = max(deepest, len(stack) + anchor.height)
                if deepest > MAX_DEPTH:
                    raise mistakes.too_deep(start)
            elif kind is DocumentEndEvent:
                self._check_remainder(event.end_mark.index)
                break
            elif kind is StreamEndEvent:
                break
            else:
                continue
            if holder.__class__ is Map:
                if pending is None:
                    pending = value if value.__class__ is str and value != "<<" else self._key(event, value, start, end)
                    key_start, key_end = start, end
                    continue
                if pending is _MERGE:
                    self._merge(holder, value, kind, start, end)
                else:
                    if pending in holder:
                        self._report_repeated(holder, pending, key_start, key_end)
                    holder[pending] = value
                    marks[pending] = (base + key_start, base + key_end, base + start, base + end)
                pending = None
            elif holder is not None:
                holder.append(value)
                marks.append((base + start, base + end))
            else:
                root = value
        return root, Span(base + start, base + end)

    def _tagged(self, event: Any, start: int, end: int) -> Value:
        try:
            return tagged(event.tag, event.value)
        except ValueError as error:
            raise Refused(str(error), start, end, "correct the value, or remove the tag") from None

    def _key(self, event: Any, value: Value, start: int, end: int) -> Any:
        """The key that is not simply a string: a merge, or a value that JSON writes as a string."""
        written = event.value if type(event) is ScalarEvent else str(value)
        if written == "<<":
            return _MERGE if event.implicit[0] or event.tag == _MERGE_TAG else value
        if isinstance(value, (Map, Seq)):
            if self.chunk.startswith("{{", start - 1):
                raise mistakes.template(start - 1, end)
            raise Refused("a key cannot be a mapping or a list", start, end, _QUOTE_KEY)
        name = key(value, written)
        if name is None:
            what = "null" if value is None else "so large a number"
            raise Refused(f"a key cannot be {what}", start, end, _QUOTE_KEY)
        return name

    def _merge(self, holder: Map, value: Value, kind: type, start: int, end: int) -> None:
        """Take over the entries of the merged mappings; in go-yaml v2 they override those that stand before them."""
        for mapping in value[::-1] if kind is SequenceEndEvent else (value,):
            if not isinstance(mapping, Map):
                hint = "merge a mapping or a list of mappings"
                raise Refused("'<<' merges something that is no mapping", start, end, hint)
            names = [n for n in mapping if not (self.own_first and n in holder and (id(holder), n) not in self.merged)]
            holder.update((name, mapping[name]) for name in names)
            holder.marks.update((name, mapping.marks[name]) for name in names)
            self.merged.update((id(holder), name) for name in names)

    def _report_repeated(self, holder: Map, name: str, start: int, end: int) -> None:
        """Warn of a key that stands twice in one mapping; to override a merged one is in order."""
        if (id(holder), name) in self.merged or len(self.warnings) >= json.MAX_WARNINGS:
            return
        line = self.source.position(holder.marks[name][0]).line
        message = f"key '{name}' repeats the one in line {line}, whose value is lost"
        self._warn(message, start, end, "remove one of the two")

    def _check_remainder(self, at: int) -> None:
        """Warn of what follows the document in its chunk: Kubernetes does not read it."""
        found = _REMAINDER.match(self.chunk, at)
        if found is not None and (start := found.end()) < len(self.chunk):
            line = self.chunk[start:].partition("\n")[0].rstrip()
            message = "nothing after the end of the document is read"
            self._warn(message, start, start + len(line), "start the next document with a line '---'")

    def _warn(self, message: str, start: int, end: int, hint: str) -> None:
        place = Place(self.source, Span(self.base + start, self.base + end))
        self.warnings.append(Problem(message, place, hint, "warning"))
