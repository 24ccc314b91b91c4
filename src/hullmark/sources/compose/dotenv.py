"""Env files: ``NAME=value`` lines as Compose reads them, with the place of every value.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md#env_file-format
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterator
from typing import NamedTuple

from hullmark.sources.compose.variables import Setting, bounded, substitute
from hullmark.text.source import Place, Problem, Source, Span

_NAME = re.compile(r"[^\S\n]*(?:export[^\S\n]+)?([^\s=:#'\"]+)[^\S\n]*(?:([=:])[^\S\n]*)?")
_SINGLE = re.compile(r"'((?:[^'\\]|\\.)*)'[^\S\n]*(?:#[^\n]*)?(?=\n|\Z)", re.DOTALL)
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"[^\S\n]*(?:#[^\n]*)?(?=\n|\Z)', re.DOTALL)
_COMMENT = re.compile(r"\s#")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\", "$": "$$"}


class Line(NamedTuple):
    """One variable of an env file; ``value`` is None where only its name stands, ``expands`` whether ``$`` means anything."""

    name: str
    value: str | None
    span: Span
    expands: bool


def settings(
    source: Source, known: dict[str, Setting], problems: list[Problem], *, raw: bool = False
) -> dict[str, Setting]:
    """What an env file says; values may use variables of ``known`` and those before them.

    A line that is none is a problem. ``raw`` takes values as they stand (``format: raw``).
    """
    found: dict[str, Setting] = {}
    for line in lines(source, raw=raw):
        if isinstance(line, Problem):
            problems.append(line)
            continue
        value = line.value
        if value is None:
            inherited = known.get(line.name)
            found[line.name] = Setting(None if inherited is None else inherited.value, source, line.span)
            continue
        if line.expands and "$" in value:
            value = str(substitute(value, ChainMap(found, known)))
        found[line.name] = Setting(bounded(value), source, line.span)
    return found


def lines(source: Source, *, raw: bool = False) -> Iterator[Line | Problem]:
    """The lines of an env file that say something, in order."""
    text, at = source.text, 0
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if text[at:end].strip()[:1] in ("", "#"):
            at = end + 1
            continue
        found = _NAME.match(text, at, end)
        if found is None or (found[2] is None and found.end() < at + len(text[at:end].rstrip())):
            yield _refused(source, at, end)
        elif found[2] is None:
            yield Line(found[1], None, Span(found.start(1), found.end(1)), expands=False)
        else:
            line = _value(text, found, end, raw=raw)
            if line is None:
                yield _refused(source, at, end)
            else:
                yield line[0]
                end = line[1]
        at = end + 1


def _value(text: str, found: re.Match[str], end: int, *, raw: bool) -> tuple[Line, int] | None:
    """The line of a name with a value, and where its text ends; None for a quote that is never closed."""
    name, start = found[1], found.end()
    first = text[start : start + 1]
    if raw:
        last = start + len(text[start:end].rstrip("\r"))
        return Line(name, text[start:last], Span(start, last), expands=False), end
    if first not in ("'", '"'):
        comment = _COMMENT.search(text, start - text[start - 1].isspace(), end)
        last = start + len(text[start : max(start, comment.start()) if comment else end].rstrip())
        return Line(name, text[start:last], Span(start, last), expands=True), end
    quoted = (_SINGLE if first == "'" else _DOUBLE).match(text, start)
    if quoted is None:
        return None
    span = Span(quoted.start(1), quoted.end(1))
    if first == "'":
        return Line(name, quoted[1].replace("\\'", "'"), span, expands=False), quoted.end()
    value = _ESCAPE.sub(lambda m: _ESCAPED.get(m[1], m[0]), quoted[1])
    return Line(name, value, span, expands=True), quoted.end()


def _refused(source: Source, start: int, end: int) -> Problem:
    last = start + len(source.text[start:end].rstrip())
    return Problem(
        "no line of an env file: NAME=value", Place(source, Span(start, last)), "close the quote, or correct the name"
    )
