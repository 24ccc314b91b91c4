"""Single values as ``helm --set`` writes them: ``a.b[0].c`` and what stands for a boolean or a number.

https://helm.sh/docs/intro/using_helm/#the-format-and-limitations-of---set; the rules of types are those of
https://github.com/helm/helm/blob/main/pkg/strvals/parser.go.
"""

from __future__ import annotations

import re

from hullmark.text.regex import regex
from hullmark.text.source import Key
from hullmark.text.tree import Value

_PIECE = regex(r"\.?((?:\\.|[^.\[\]\\])+)|\[(\d{1,3})\]")
_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None}


def keys(path: str) -> tuple[Key, ...] | None:
    """The keys of a path, with escaped dots; None for one that is not understood."""
    found: list[Key] = []
    at = 0
    while at < len(path):
        piece = _PIECE.match(path, at)
        if piece is None or (at == 0 and path.startswith((".", "["))):
            return None
        name, index = piece.groups()
        if index is not None:
            found.append(int(index))
        else:
            found.append(re.sub(r"\\(.)", r"\1", name))
        at = piece.end()
    return tuple(found) if found and isinstance(found[0], str) else None


def typed(text: str, *, as_string: bool = False) -> Value:
    """The value that a text stands for; it stays text with ``as_string`` (``--set-string``)."""
    if as_string or not text:
        return text
    if text in _WORDS:
        return _WORDS[text]
    whole = re.fullmatch(r"-?(?:0|[1-9]\d{0,17})", text, re.ASCII)
    return int(text) if whole else text
