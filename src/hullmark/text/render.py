"""Values as YAML or JSON text that reads back as the same values."""

from __future__ import annotations

from functools import lru_cache
from json import dumps

from hullmark.text.regex import regex
from hullmark.text.scalars import plain
from hullmark.text.tree import Value

STEP = "  "
"""The indentation of one level of what we write."""

_BARE = regex(r"[A-Za-z0-9_./](?:[A-Za-z0-9_./@+=~%: -]*[A-Za-z0-9_./@+=~%-])?")
_NUMBER_LIKE = regex(r"[.0-9][-+.:0-9A-Fa-fTZx_ ]*")
_UNPRINTABLE = regex("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def scalar(value: Value, *, quoted: bool = False, flow: bool = False) -> str:
    """A scalar or an empty collection on one line.

    ``quoted`` asks for JSON. Strings that any YAML version might take for something else are
    quoted; inside flow collections (``flow``) so are those with a colon.
    """
    if isinstance(value, str):
        return _string(value, quoted=quoted, flow=flow)
    return ("false", "true")[value] if isinstance(value, bool) else dumps(value)


@lru_cache(maxsize=1024)
def _string(text: str, *, quoted: bool, flow: bool) -> str:
    """What fixes write repeats from one to the next: names of fields and a few words."""
    bare = not quoted and _BARE.fullmatch(text) and not _ambiguous(text, flow=flow)
    return text if bare else _quote(text)


def inline(value: Value, *, quoted: bool = False) -> str:
    """Any value on one line, in flow style; ``quoted`` asks for JSON."""
    if isinstance(value, dict) and value:
        pairs = (
            f"{scalar(key, quoted=quoted, flow=True)}: {inline(inner, quoted=quoted)}" for key, inner in value.items()
        )
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list) and value:
        return "[" + ", ".join(inline(item, quoted=quoted) for item in value) + "]"
    return scalar(value, quoted=quoted, flow=True)


def block(value: Value) -> list[str]:
    """The lines of a value in block style, without line ends, from column 0."""
    if isinstance(value, dict) and value:
        return [line for key, inner in value.items() for line in entry(key, inner)]
    if isinstance(value, list) and value:
        lines = []
        for item in value:
            first, *rest = block(item)
            lines += [f"- {first}", *(STEP + line for line in rest)]
        return lines
    return [scalar(value)]


def entry(key: str, value: Value) -> list[str]:
    """The lines of one entry of a block mapping, from column 0."""
    name = scalar(key)
    if isinstance(value, (dict, list)) and value:
        return [f"{name}:", *[STEP + line for line in block(value)]]
    return [f"{name}: {scalar(value)}"]


def _ambiguous(text: str, *, flow: bool) -> bool:
    return (
        plain(text) is not text
        or ": " in text
        or (flow and ":" in text)
        or text.startswith(("...", "- "))
        or _NUMBER_LIKE.fullmatch(text) is not None
    )


def _quote(text: str) -> str:
    """Double quotes with escapes that YAML and JSON share; go-yaml rejects escaped surrogates, so none is made."""
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", dumps(text, ensure_ascii=False))
