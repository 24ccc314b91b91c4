"""JSON that is written row by row, for reports of many rows."""

from __future__ import annotations

import json
from json.encoder import encode_basestring

dump = json.JSONEncoder(ensure_ascii=False).encode
"""A value as JSON on one line."""

quoted = encode_basestring
"""A text as JSON."""

BOOLEANS = ("false", "true")
"""The text of a truth value, by its number."""


class Shape:
    """An object whose keys are always the same: its text is made once, with gaps for values that are JSON already.

    A scan writes tens of thousands of findings, and by way of dictionaries that takes three times as long.
    """

    def __init__(self, keys: str) -> None:
        self.text = "{" + ", ".join(f"{dump(key)}: %s" for key in keys.split()) + "}"

    def fill(self, *values: str | int) -> str:
        """The text with these values, one for each key."""
        return self.text % values
