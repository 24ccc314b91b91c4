"""Variables in Compose files: what ``${NAME}`` stands for, as far as files say.

The process's environment is never read. A variable that no env file sets and that has no default stays in the text as
``${NAME}``, which every reader takes for a value that is filled in elsewhere; ``${NAME:?}`` stays for one that cannot be empty.

https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md; the grammar is that of ``template/template.go``
in compose-spec/compose-go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from hullmark.sources.compose.sheet import Mark
from hullmark.text.source import Source, Span

UNKNOWN = re.compile(r"\$\{[A-Za-z_]\w*(?::\?)?\}")
"""What stays of a variable that is not known."""

REQUIRED = re.compile(r"\$\{[A-Za-z_]\w*:\?\}")
"""What stays of a variable that must have a value and is not known."""

_START = re.compile(r"\$(?:(\$)|\{([A-Za-z_]\w*)|([A-Za-z_]\w*))", re.ASCII)
_WHOLE = re.compile(r"(?:[A-Za-z_][\w.-]*=)?\$(?:\{([A-Za-z_]\w*)(?::?[-?][^{}$]*)?\}|([A-Za-z_]\w*))", re.ASCII)
"""A text that is one variable, or one after ``NAME=`` as lists write it."""

_BRACE = re.compile(r"\$\{|\}")
_DEEPEST = 16
_LONGEST = 1 << 16
"""The longest value of a variable, and how much all of them may add to one text, times 16."""


class Setting(NamedTuple):
    """What an env file says of a variable: its value, None where only its name stands, and where that is."""

    value: str | None
    source: Source
    span: Span


class Filled(str):
    """A text with values of an env file in it.

    ``setting`` is what the file says where the whole text (or all after ``NAME=``) is one variable. ``mark`` is where that
    was put on the sheet.
    """

    setting: Setting | None = None
    mark: Mark | None = None


Settings = Mapping[str, Setting]


def substitute(text: str, known: Settings) -> str:
    """A text with its variables replaced; a `Filled` where env files gave some of them."""
    if "$" not in text:
        return text
    work = _Work(known)
    result = work.replaced(text, 0)
    if not work.filled:
        return result
    filled = Filled(result)
    whole = _WHOLE.fullmatch(text)
    if whole is not None:
        filled.setting = known.get(whole[1] or whole[2])
    return filled


class _Work:
    """One substitution: whether an env file had a part in it, and how much may still be added."""

    def __init__(self, known: Settings) -> None:
        self.known = known
        self.filled = False
        self.room = 16 * _LONGEST

    def replaced(self, text: str, depth: int) -> str:
        parts, at = [], 0
        while (found := _START.search(text, at)) is not None:
            parts.append(text[at : found.start()])
            at = found.end()
            if found[1]:
                parts.append("$")
            elif found[3]:
                parts.append(self._value(found[3], "", depth))
            else:
                end = _closing(text, found.start())
                if end < 0 or depth >= _DEEPEST:
                    at = found.start()
                    break  # Compose refuses it
                parts.append(self._value(found[2], text[found.end() : end], depth))
                at = end + 1
        return "".join(parts) + text[at:]

    def _value(self, name: str, rest: str, depth: int) -> str:
        """What stands for ``${name rest}``."""
        colon = rest.startswith(":")
        operator, word = rest[colon : colon + 1], rest[colon + 1 :]
        setting = self.known.get(name)
        value = None if setting is None else setting.value
        if value is not None and len(value) <= self.room:
            self.filled = True
            there = bool(value) or not colon
            if operator == "+":
                return self.replaced(word, depth + 1) if there else ""
            if there or operator != "-":
                self.room -= len(value)
                return value if there or operator != "?" else f"${{{name}:?}}"
            return self.replaced(word, depth + 1)
        if operator == "-":
            return self.replaced(word, depth + 1)
        return f"${{{name}:?}}" if colon and operator == "?" else f"${{{name}}}"


def _closing(text: str, start: int) -> int:
    """Where the brace that opens at ``start`` closes; -1 if it does not."""
    depth = 0
    for found in _BRACE.finditer(text, start):
        depth += 1 if found[0] == "${" else -1
        if depth == 0:
            return found.start()
    return -1


def bounded(value: str) -> str | None:
    """A value of an env file; None for one so long that it is not followed."""
    return value if len(value) <= _LONGEST else None
