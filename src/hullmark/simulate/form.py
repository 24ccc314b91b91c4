"""Reads files that people write: typed fields whose mistakes are told with their place and what would be right."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from math import isfinite

from hullmark.model.errors import HullmarkError
from hullmark.text.regex import regex
from hullmark.text.source import Key, Place, Problem, Source
from hullmark.text.tree import Node, Value
from hullmark.text.yaml import read

_DURATION = regex(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*(s|m|h|d|w|y)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_557_600}


def nearest(word: str, words: Iterable[str]) -> str:
    """A hint that names the most similar of these words, or else all of them."""
    from difflib import get_close_matches

    known = sorted(words)
    found = get_close_matches(word, known, 1)
    return f"did you mean '{found[0]}'?" if found else f"known are {', '.join(known)}"


def document(source: Source, what: str) -> Form:
    """The only document of a source.

    Raises:
        HullmarkError: it cannot be read, or is no single mapping.
    """
    found = []
    for one in read(source):
        if isinstance(one, Problem):
            raise HullmarkError(one.message, one.hint, one.place)
        found.append(one.node)
    if len(found) != 1:
        place = found[1].at() if found else None
        raise HullmarkError(f"{what} is one document", "put everything in one mapping", place)
    return Form(found[0])


class Form:
    """A mapping that is read field by field; null equals absent.

    Every method that reads a field raises `HullmarkError` where the field is not what is wanted.
    """

    __slots__ = ("node",)

    def __init__(self, node: Node) -> None:
        self.node = node
        if not isinstance(node.value, dict):
            raise HullmarkError(f"{_said(node)} is a mapping", "give its keys as 'key: value'", node.at())

    def wrong(self, key: Key, message: str, hint: str) -> HullmarkError:
        """An error at a field."""
        return HullmarkError(message, hint, self.node.at(key))

    def at(self, *keys: Key) -> Place:
        """The place of a field, or the nearest that exists."""
        return self.node.at(*keys)

    def only(self, *keys: str) -> None:
        """Refuse other keys than these."""
        for key in self.node.value:
            if key not in keys:
                raise HullmarkError(f"unknown key '{key}'", nearest(key, keys), self.node.key(key))

    @property
    def names(self) -> list[str]:
        """The keys that have a value, in order."""
        return [key for key, value in self.node.value.items() if value is not None]

    def named(self) -> Iterator[tuple[str, Form]]:
        """The mappings below its keys, by name."""
        for node in self.node.children():
            yield str(node.path[-1]), Form(node)

    def form(self, key: str) -> Form | None:
        """The mapping below a key."""
        found = self.node.child(key)
        return None if found is None else Form(found)

    def forms(self, key: str) -> Iterator[Form]:
        """The mappings of the list below a key."""
        for item in self._items(key):
            yield Form(item)

    def texts(self, key: str) -> tuple[str, ...]:
        """The strings of the list below a key; one alone may stand for a list of it."""
        found = self.node.child(key)
        if found is not None and isinstance(found.value, str):
            return (self.text(key),)
        items = list(self._items(key))
        for item in items:
            if not isinstance(item.value, str) or not item.value:
                raise HullmarkError(f"an item of '{key}' is not a string", "put it in quotes", item.at())
        return tuple(str(item.value) for item in items)

    def text(self, key: str, default: str = "") -> str:
        """A string."""
        found = self.node.get(key)
        if found is None:
            return default
        if not isinstance(found, str) or not found.strip():
            raise self.wrong(key, f"'{key}' is a string", "put it in quotes")
        return found

    def needed(self, key: str) -> str:
        """A string that must be there."""
        found = self.text(key)
        if not found:
            raise self.wrong(key, f"{_said(self.node)} has no '{key}'", f"add '{key}: …'")
        return found

    def choice(self, key: str, words: Collection[str], default: str = "") -> str:
        """One of these words."""
        found = self.text(key, default)
        if found and found not in words:
            raise self.wrong(key, f"'{key}' has no value '{found}'", nearest(found, words))
        return found

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        found = self.node.get(key)
        if found is not None and not isinstance(found, bool):
            raise self.wrong(key, f"'{key}' is true or false", "write it without quotes")
        return default if found is None else found

    def number(self, key: str, default: float, *, least: float = 0.0, most: float = 1e12, open_: bool = False) -> float:
        """A number between bounds; ``open_`` leaves the lower bound out."""
        found = self.node.get(key)
        if found is None:
            return default
        good = isinstance(found, (int, float)) and not isinstance(found, bool) and isfinite(found)
        if not good:
            raise self.wrong(key, f"'{key}' is a number", "write it without quotes and units")
        if not least <= found <= most or (open_ and found == least):
            bounds = f"above {least:g}" if open_ else f"at least {least:g}"
            raise self.wrong(key, f"'{key}' is {found}", f"it is {bounds} and at most {most:g}")
        return float(found)

    def whole(self, key: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
        """A whole number between bounds."""
        found = self.number(key, default, least=least, most=most)
        if found != int(found):
            raise self.wrong(key, f"'{key}' is {found:g}", "it is a whole number")
        return int(found)

    def seconds(self, key: str, default: float | None = None) -> float | None:
        """A duration such as ``30d``, ``12h``, ``5m`` or ``90s``, in seconds."""
        found = self.text(key)
        if not found:
            return default
        parts = _DURATION.fullmatch(found)
        if parts is None or float(parts[1]) == 0:
            raise self.wrong(key, f"'{key}' is no duration", "write a number and its unit, such as 30d, 12h, 5m or 90s")
        return float(parts[1]) * _SECONDS[parts[2]]

    def date(self, key: str) -> date | None:
        """A day such as ``2026-12-01``."""
        found = self.text(key)
        if not found:
            return None
        try:
            return date.fromisoformat(found)
        except ValueError:
            raise self.wrong(key, f"'{key}' is no day", "write year, month and day, such as 2026-12-01") from None

    def strings(self, key: str) -> dict[str, str]:
        """A mapping of strings, which may be empty."""
        found = self.form(key)
        return {} if found is None else {n: "" if found.node.get(n) == "" else found.text(n) for n in found.names}

    def _items(self, key: str) -> Iterator[Node]:
        found: Value = self.node.get(key)
        if found is None:
            return
        if not isinstance(found, list):
            raise self.wrong(key, f"'{key}' is a list", "start each item with '- '")
        for index, value in enumerate(found):
            item = self.node.child(key, index)
            if item is None or value is None:
                raise HullmarkError(f"an item of '{key}' is empty", "give it a value or remove it", self.node.at(key))
            yield item


def _said(node: Node) -> str:
    """How to speak of a node: by its key, or as an item of a list."""
    if not node.path:
        return "the file"
    last = node.path[-1]
    return (
        f"'{last}'" if isinstance(last, str) else f"an item of '{node.path[-2] if len(node.path) > 1 else 'the list'}'"
    )
