r"""JSON as Kubernetes reads it, with the place of every key and value.

kubectl takes a text that starts with ``{`` for a stream of JSON values before it tries YAML.
libyaml is not enough for it: it refuses what JSON allows (``\/``, surrogate pairs in escapes).
So this is a scanner of its own; what it cannot read goes to the YAML reader, as in kubectl.
"""

from __future__ import annotations

import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed leaves it out
from math import isfinite
from typing import Any

from hullmark.text.mistakes import too_deep
from hullmark.text.regex import regex
from hullmark.text.source import Place, Problem, Source, Span
from hullmark.text.tree import MAX_DEPTH, Document, Map, Seq, Value

_BLANK = regex(r"[ \t\r\n]*")
_KEY = regex(r'[ \t\r\n]*"(?:([^"\\\x00-\x1f\ud800-\udfff]*)")?')
_COLON = regex(r"[ \t\r\n]*:[ \t\r\n]*")
_VALUE = regex(
    r'"(?:(?P<simple>[^"\\\x00-\x1f\ud800-\udfff]*)")?'
    r"|(?P<open>[{\[])[ \t\r\n]*(?P<close>[}\]]?)"
    r"|(?P<number>-?(?:0|[1-9][0-9]*)(?P<float>(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?))"
    r"|(?P<word>true|false|null)"
)
_NEXT = regex(r"[ \t\r\n]*([,}\]])[ \t\r\n]*")
_SURROGATE = regex("[\ud800-\udfff]")
_WORDS = {"true": True, "false": False, "null": None}

MAX_WARNINGS = 20
"""How many repeated keys of one document are reported."""


def read(source: Source, text: str, index: int) -> list[Document | Problem] | None:
    """The JSON values that a text consists of, as documents; None when it is not JSON throughout.

    Keys that stand twice in one object are problems of severity ``warning``; the last counts.
    Raises `Refused` when the nesting is too deep.
    """
    found: list[Document | Problem] = []
    at = _skip(_BLANK, text, 0)
    while at < len(text):
        repeated: list[tuple[str, Span]] = []
        try:
            value, end = _tree(text, at, repeated)
        except ValueError:
            return None
        if value is not None:
            found.append(Document(source, value, Span(at, end), index))
            index += 1
        found += (_repeated(source, name, span) for name, span in repeated[:MAX_WARNINGS])
        at = _skip(_BLANK, text, end)
    return found


def _tree(text: str, at: int, repeated: list[tuple[str, Span]]) -> tuple[Value, int]:  # noqa: C901, PLR0912, PLR0915
    """One JSON value and the offset after it; iterative, and in one function because it is a hot loop.

    Raises ``ValueError`` where the text is not JSON.
    """
    stack: list[tuple[Any, str, int, int, int]] = []
    holder: Any = None
    name, key_start, key_end = "", 0, 0
    while True:
        found = _VALUE.match(text, at)
        if found is None:
            raise ValueError(at)
        start, end, kind = at, found.end(), found.lastgroup
        if kind == "simple":
            value: Value = found["simple"]
        elif kind is None:
            value, end = _string(text, end)
        elif kind == "close":
            value = Map() if found["open"] == "{" else Seq()
            if not found["close"]:
                stack.append((holder, name, key_start, key_end, start))
                holder, at = value, end
                if len(stack) > MAX_DEPTH:
                    raise too_deep(start)
                if holder.__class__ is Map:
                    name, key_start, key_end, at = _key(text, at)
                continue
            if found["open"] + found["close"] not in ("{}", "[]"):
                raise ValueError(at)
        else:
            value = _WORDS[found["word"]] if kind == "word" else _number(found)
        while True:
            if holder is None:
                return value, end
            if holder.__class__ is Map:
                if name in holder:
                    repeated.append((name, Span(key_start, key_end)))
                holder[name] = value
                holder.marks[name] = (key_start, key_end, start, end)
            else:
                holder.append(value)
                holder.marks.append((start, end))
            following = _NEXT.match(text, end)
            if following is None:
                raise ValueError(end)
            at = following.end()
            if following[1] == ",":
                break
            if (following[1] == "}") is not (holder.__class__ is Map):
                raise ValueError(at)
            value, end = holder, following.end(1)
            holder, name, key_start, key_end, start = stack.pop()
        if holder.__class__ is Map:
            name, key_start, key_end, at = _key(text, at)


def _key(text: str, at: int) -> tuple[str, int, int, int]:
    """A key, its start and end, and where its value starts."""
    found = _KEY.match(text, at)
    if found is None:
        raise ValueError(at)
    name, end = found[1], found.end()
    start = at if text[at] == '"' else _skip(_BLANK, text, at)
    if name is None:
        name, end = _string(text, end)
    colon = _COLON.match(text, end)
    if colon is None:
        raise ValueError(end)
    return name, start, end, colon.end()


def _skip(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _string(text: str, at: int) -> tuple[str, int]:
    """The rest of a string with escapes; half a surrogate pair becomes U+FFFD, as in Go."""
    value, end = scanstring(text, at)
    return _SURROGATE.sub("\ufffd", value), end


def _number(found: re.Match[str]) -> int | float:
    """Integers of 64 bits stay, other numbers are floats, as in the API machinery."""
    text = found["number"]
    if not found["float"] and len(text) <= 20 and -(1 << 63) <= (whole := int(text)) < 1 << 63:
        return whole
    value = float(text)
    if not isfinite(value):
        raise ValueError(text)
    return int(value) if value.is_integer() and abs(value) < 1 << 63 else value


def _repeated(source: Source, name: str, span: Span) -> Problem:
    message = f"key '{name}' stands twice in this object"
    return Problem(message, Place(source, span), "remove one of the two", "warning")
