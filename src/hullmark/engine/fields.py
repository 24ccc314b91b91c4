"""Reads the fields of files that users write for us; what is wrong is refused at its place, with what would be right.

Null equals absent everywhere, as in Kubernetes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from hullmark.model.errors import HullmarkError
from hullmark.text.source import Place
from hullmark.text.tree import Node


def nearest(word: str, words: Iterable[str]) -> str:
    """A hint that names the most similar of these words; empty when none is similar."""
    from difflib import get_close_matches

    found = get_close_matches(word, sorted(words), 1)
    return f"did you mean '{found[0]}'?" if found else ""


def wrong(place: Place, message: str, hint: str) -> HullmarkError:
    """The error for what stands at a place."""
    return HullmarkError(message, hint, place)


def only(node: Node, keys: Collection[str]) -> None:
    """Refuse a mapping with other keys than these.

    Raises:
        HullmarkError: it has one, and even a null one is a misunderstanding.
    """
    for key in node.value:
        if key not in keys:
            hint = nearest(key, keys) or f"known are {', '.join(keys)}"
            raise wrong(node.key(key), f"unknown key '{key}'", hint)


def mapping(node: Node, key: str, keys: Collection[str] = ()) -> Node | None:
    """The mapping below a key, if there is one; ``keys`` are those it may have, if they are fixed.

    Raises:
        HullmarkError: there is something else, or another key in it.
    """
    found = node.child(key)
    if found is None:
        return None
    if not isinstance(found.value, dict):
        raise wrong(found.at(), f"'{key}' is a mapping", f"indent its keys below it: {', '.join(keys)}".rstrip(": "))
    if keys:
        only(found, keys)
    return found


def entries(node: Node, key: str, what: str) -> tuple[Node, ...]:
    """The items of the list below a key; a null item is refused like any other that is not what is wanted.

    Raises:
        HullmarkError: there is something else.
    """
    found = node.child(key)
    if found is None:
        return ()
    if not isinstance(found.value, list):
        raise wrong(found.at(), f"'{key}' is {what}", "start each item with '- '")
    items = [found.child(index) for index in range(len(found.value))]
    if None in items:
        raise wrong(found.at(items.index(None)), f"an item of '{key}' is empty", "give it a value or remove it")
    return tuple(item for item in items if item is not None)


def texts(node: Node | None, key: str) -> tuple[str, ...]:
    """The strings of the list below a key.

    Raises:
        HullmarkError: there is something else.
    """
    items = () if node is None else entries(node, key, "a list of strings")
    return tuple(_string(item, f"an item of '{key}'") for item in items)


def text(node: Node, key: str) -> str:
    """The string below a key; empty when absent.

    Raises:
        HullmarkError: there is something else, or an empty string.
    """
    found = node.child(key)
    return "" if found is None else _string(found, f"'{key}'")


def _string(node: Node, what: str) -> str:
    if not isinstance(node.value, str):
        raise wrong(node.at(), f"{what} is not a string", "put it in quotes")
    if not node.value.strip():
        raise wrong(node.at(), f"{what} is empty", "give it a value or remove it")
    return str(node.value)


def choice(node: Node, key: str, words: Iterable[str]) -> str:
    """The string below a key, which is one of these words; empty when absent.

    Raises:
        HullmarkError: it is none of them.
    """
    found = text(node, key)
    if found and found not in words:
        hint = nearest(found, words) or f"choose one of {', '.join(words)}"
        raise wrong(node.at(key), f"'{key}' has no value '{found}'", hint)
    return found


def flag(node: Node, key: str) -> bool:
    """Whether the value below a key is true.

    Raises:
        HullmarkError: it is neither true nor false.
    """
    found = node.get(key)
    if found is not None and not isinstance(found, bool):
        raise wrong(node.at(key), f"'{key}' is neither true nor false", "write true or false, without quotes")
    return found is True
