"""Three-valued truth over foreign data: accessors that find null equal to absent and never guess.

A value that nobody can know from the files (a template placeholder, a value of the wrong type)
raises `Undecided`; the engine turns that into the outcome *unknown* with the reason.
"""

from __future__ import annotations

import re

from hullmark.text.regex import regex
from hullmark.text.source import Key
from hullmark.text.tree import Value, dig

_PLACEHOLDER = regex(
    r"\$\{[^}]*\}|\$\([A-Za-z_]\w*\)|^\$[A-Za-z_]\w*$|\{\{.*\}\}|<[\w .:/-]+>"
    r"|\bV_[A-Z_]{2,}\b|PLACEHOLDER|REPLACE[-_ ]?(ME|WITH|_)|\bYOUR[-_ ]|^change-?me$|^IMG_PLACEHOLDER$",
    re.IGNORECASE,
)


class Undecided(Exception):  # noqa: N818 - an outcome, not an error
    """Raised when a question has no answer in what was read; the argument is the reason."""


def is_placeholder(text: str) -> bool:
    """Whether a string stands for a value that something else fills in (PLACEHOLDER).

    Shell (``${X}``), Kubernetes (``$(X)``), Go and Jinja templates, ``<angle brackets>`` and the usual words.
    """
    return _PLACEHOLDER.search(text) is not None


def flag(value: Value, *keys: Key) -> bool | None:
    """The boolean below these keys; None when absent.

    Raises:
        Undecided: it is there but is no boolean.
    """
    found = dig(value, *keys)
    if found is None or isinstance(found, bool):
        return found
    raise Undecided(_why(found, keys, "a boolean"))


def number(value: Value, *keys: Key) -> int | None:
    """The whole number below these keys; None when absent.

    Raises:
        Undecided: it is there but is no whole number of 64 bits.
    """
    found = dig(value, *keys)
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if found is None or (isinstance(found, int) and not isinstance(found, bool) and abs(found) < 1 << 63):
        return found
    raise Undecided(_why(found, keys, "a whole number"))


def string(value: Value, *keys: Key) -> str:
    """The string below these keys; empty when absent or of another type. It may be a placeholder."""
    for key in keys:  # `dig`, written out: half of what a scan asks of its values is this
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
            value = value[key]
        else:
            return ""
    return value if isinstance(value, str) else ""


def natural(text: str) -> int | None:
    """The whole number that ASCII digits stand for; None for any other text and for what no 64 bits hold."""
    return int(text) if len(text) <= 18 and text.isascii() and text.isdigit() else None


def _why(found: Value, keys: tuple[Key, ...], wanted: str) -> str:
    name = keys[-1] if keys else "value"
    if isinstance(found, str) and is_placeholder(found):
        return f"'{name}' is a placeholder that is filled in elsewhere"
    return f"'{name}' is not {wanted}"
