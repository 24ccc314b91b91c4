"""Reads files that people write for us: typed fields whose mistakes are told with their place and what would be right.

Null equals absent everywhere, as in Kubernetes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from math import isfinite

from hullmark.model import duration
from hullmark.model.errors import HullmarkError, suggestion
from hullmark.text.source import Key, Place, Problem, Source, Span
from hullmark.text.tree import EMPTY_MAP, Document, Node
from hullmark.text.yaml import read


def document(source: Source, what: str, *, may_be_empty: bool = False) -> Form:
    """The only document of a source; one without any reads as an empty mapping where that ``may_be_empty``.

    Raises:
        HullmarkError: it cannot be read, or is no single mapping.
    """
    every = tuple(read(source))
    found = [Form(one.node, what) for one in every if isinstance(one, Document)]
    for one in every:
        if isinstance(one, Problem):
            raise HullmarkError(one.message, one.hint, one.place)
    if not found and may_be_empty:
        return Form(Document(source, EMPTY_MAP, Span(0, 0)).node, what)
    if len(found) != 1:
        place = found[1].at() if found else Place(source, Span(0, 0))
        said = "" if found else ", and there is none in this file"
        raise HullmarkError(f"{what} is one document{said}", "put everything in one mapping", place)
    return found[0]


class Form:
    """A mapping that is read field by field; ``noun`` is what messages call it.

    Every method that reads a field raises `HullmarkError` where the field is not what is wanted.
    """

    __slots__ = ("node", "noun")

    def __init__(self, node: Node, noun: str = "") -> None:
        self.node = node
        self.noun = noun or _said(node)
        if not isinstance(node.value, dict):
            raise HullmarkError(f"{self.noun} is a mapping", "give its keys as 'key: value'", node.at())

    def wrong(self, key: Key, message: str, hint: str) -> HullmarkError:
        """An error at a field."""
        return HullmarkError(message, hint, self.node.at(key))

    def at(self, *keys: Key) -> Place:
        """The place of a field, or the nearest that exists."""
        return self.node.at(*keys)

    def only(self, *keys: str) -> None:
        """Refuse other keys than these; even a null one is a misunderstanding."""
        for key in self.node.value:
            if key not in keys:
                raise HullmarkError(f"unknown key '{key}'", suggestion(key, keys), self.node.key(key))

    def key(self, *keys: Key) -> Place:
        """The place of a key itself; without one of the key that leads to this mapping."""
        return self.node.key(*keys) if keys else self.node.doc.node.key(*self.node.path)

    @property
    def names(self) -> list[str]:
        """The keys that have a value, in order."""
        return [key for key, value in self.node.value.items() if value is not None]

    def named(self, *keys: str) -> Iterator[tuple[str, Form]]:
        """The mappings below its keys, or below those of the mapping that these keys lead to, by name."""
        found: Form | None = self
        for key in keys:
            found = None if found is None else found.form(key)
        for node in () if found is None else found.node.children():
            yield str(node.path[-1]), Form(node)

    def form(self, key: str) -> Form | None:
        """The mapping below a key."""
        found = self.node.child(key)
        return None if found is None else Form(found)

    def forms(self, key: str, noun: str = "") -> Iterator[Form]:
        """The mappings of the list below a key, each of which is called by this noun."""
        for item in self._items(key, f"a list of {noun}s" if noun else "a list"):
            yield Form(item, f"a {noun}" if noun else "")

    def texts(self, key: str, *, or_one: bool = False) -> tuple[str, ...]:
        """The strings of the list below a key; a string may stand for a list of it if it may be ``or_one``."""
        found = self.node.child(key)
        if or_one and found is not None and isinstance(found.value, str):
            return (self.text(key),)
        return tuple(_string(item, f"an item of '{key}'") for item in self._items(key, "a list of strings"))

    def each(self, key: str) -> Iterator[tuple[str, Place]]:
        """The strings of the list below a key, or the one that stands for it, with their places."""
        one = isinstance(self.node.get(key), str)
        for index, word in enumerate(self.texts(key, or_one=True)):
            yield word, self.at(key) if one else self.at(key, index)

    def text(self, key: str, default: str = "") -> str:
        """A string that is not empty."""
        found = self.node.child(key)
        return default if found is None else _string(found, f"'{key}'")

    def needed(self, key: str) -> str:
        """A string that must be there."""
        found = self.text(key)
        if not found:
            raise self.wrong(key, f"{self.noun} has no '{key}'", f"add '{key}: …'")
        return found

    def choice(self, key: str, words: Collection[str], default: str = "") -> str:
        """One of these words."""
        found = self.text(key, default)
        if found and found not in words:
            raise self.wrong(key, f"'{key}' has no value '{found}'", suggestion(found, words))
        return found

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        found = self.node.get(key)
        if found is not None and not isinstance(found, bool):
            raise self.wrong(key, f"'{key}' is neither true nor false", "write true or false, without quotes")
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
        length = duration.seconds(found)
        if length is None:
            raise self.wrong(key, f"'{key}' is no duration", duration.HINT)
        return length

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

    def _items(self, key: str, what: str) -> Iterator[Node]:
        found = self.node.get(key)
        if found is None:
            return
        if not isinstance(found, list):
            raise self.wrong(key, f"'{key}' is {what}", "start each item with '- '")
        for index in range(len(found)):
            item = self.node.child(key, index)
            if item is None:
                place = self.node.at(key, index)
                raise HullmarkError(f"an item of '{key}' is empty", "give it a value or remove it", place)
            yield item


def _string(node: Node, what: str) -> str:
    if not isinstance(node.value, str):
        raise HullmarkError(f"{what} is not a string", "put it in quotes", node.at())
    if not node.value.strip():
        raise HullmarkError(f"{what} is empty", "give it a value or remove it", node.at())
    return str(node.value)


def _said(node: Node) -> str:
    """How to speak of a node: by its key, or as an item of a list."""
    if not node.path:
        return "the file"
    last = node.path[-1]
    return (
        f"'{last}'" if isinstance(last, str) else f"an item of '{node.path[-2] if len(node.path) > 1 else 'the list'}'"
    )
