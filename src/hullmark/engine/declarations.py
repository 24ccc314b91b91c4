"""Reads the ``declarations`` of ``hullmark.yaml``: what a team says of its workloads and data stores."""

from __future__ import annotations

from hullmark.model.declaration import KEYS, DeclarationError, Entry, Statement
from hullmark.model.errors import HullmarkError
from hullmark.model.form import Form

_SELECTORS = ("kind", "namespace", "name")


def declarations(root: Form) -> tuple[Entry, ...]:
    """The items, in order.

    Raises:
        HullmarkError: one of them is wrong; the error says where and what would be right.
    """
    return tuple(map(_entry, root.forms("declarations", "declaration")))


def _entry(form: Form) -> Entry:
    form.only(*_SELECTORS, *KEYS)
    kind, namespace, name = (_pattern(form, key) for key in _SELECTORS)
    said = tuple(_statement(form, key) for key in KEYS if form.node.get(key) is not None)
    if not (kind or namespace or name):
        hint = f"say what it is about: {', '.join(_SELECTORS)}"
        raise HullmarkError("the declaration is about nothing", hint, form.at())
    if not said:
        raise HullmarkError("the declaration says nothing", f"declare {', '.join(KEYS)}", form.at())
    return Entry(kind, namespace, name, said, form.at())


_LONGEST = 253
"""Characters of the longest name of an object
(https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names)."""


def _pattern(form: Form, key: str) -> str:
    found = form.text(key)
    if len(found) > _LONGEST:
        raise form.wrong(key, f"'{key}' is longer than any name", f"no name has more than {_LONGEST} characters")
    return found


def _statement(form: Form, key: str) -> Statement:
    value = form.node.get(key)
    if key == "slo" and isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    elif not isinstance(value, str):
        value = form.text(key)
    try:
        return Statement(key, value, KEYS[key](value), form.at(key), "configuration")
    except DeclarationError as error:
        raise form.wrong(key, f"'{key}': {error}", error.hint) from None
