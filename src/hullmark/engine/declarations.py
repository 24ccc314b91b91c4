"""Reads the ``declarations`` of ``hullmark.yaml``: what a team says of its workloads and data stores."""

from __future__ import annotations

from hullmark.engine.fields import entries, only, text, wrong
from hullmark.model.declaration import KEYS, DeclarationError, Entry, Statement
from hullmark.text.tree import Node

_SELECTORS = ("kind", "namespace", "name")


def declarations(root: Node) -> tuple[Entry, ...]:
    """The items, in order.

    Raises:
        HullmarkError: one of them is wrong; the error says where and what would be right.
    """
    return tuple(_entry(item) for item in entries(root, "declarations", "a list of declarations"))


def _entry(node: Node) -> Entry:
    if not isinstance(node.value, dict):
        raise wrong(node.at(), "a declaration is a mapping", f"give {', '.join(_SELECTORS)} and what is declared")
    only(node, (*_SELECTORS, *KEYS))
    kind, namespace, name = (_pattern(node, key) for key in _SELECTORS)
    said = tuple(_statement(node, key) for key in KEYS if node.get(key) is not None)
    if not (kind or namespace or name):
        raise wrong(node.at(), "the declaration is about nothing", f"say what it is about: {', '.join(_SELECTORS)}")
    if not said:
        raise wrong(node.at(), "the declaration says nothing", f"declare {', '.join(KEYS)}")
    return Entry(kind, namespace, name, said, node.at())


_LONGEST = 253
"""Characters of the longest name of an object
(https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names)."""


def _pattern(node: Node, key: str) -> str:
    found = text(node, key)
    if len(found) > _LONGEST:
        raise wrong(node.at(key), f"'{key}' is longer than any name", f"no name has more than {_LONGEST} characters")
    return found


def _statement(node: Node, key: str) -> Statement:
    value = node.get(key)
    if key == "slo" and isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    elif not isinstance(value, str):
        value = text(node, key)
    try:
        return Statement(key, value, KEYS[key](value), node.at(key), "configuration")
    except DeclarationError as error:
        raise wrong(node.at(key), f"'{key}': {error}", error.hint) from None
