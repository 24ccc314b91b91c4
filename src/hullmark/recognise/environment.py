"""Environment variables as a container sees them (the predicate ENV).

``envFrom`` comes first and ``env`` wins over it; ``$(NAME)`` in a value stands for a variable defined before, ``$$(NAME)``
for itself (https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/).
A Secret's values are never read: which names it brings in is known when it is in the scan, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from hullmark.model.container import Origin, Variable
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.text.regex import regex
from hullmark.text.tree import Node, dig, mapping

_REFERENCE = regex(r"\$\$|\$\(([^()]+)\)")

_COMPOSE: Mapping[str, Origin] = {
    "filled": "config", "unknown": "unknown", "required": "secret", "literal": "literal",
}  # fmt: skip
"""How a variable of a Compose service comes about (`hullmark.sources.compose.environment`)."""

Find = Callable[[str, str], Resource | None]
"""An object by kind and name, in the container's namespace."""


def environment(container: Node, find: Find) -> tuple[dict[str, Variable], bool]:
    """The variables of a container by name, and whether all of them are known."""
    value = container.value
    if dig(value, "env") is None and dig(value, "envFrom") is None:
        return {}, True
    variables: dict[str, Variable] = {}
    complete = True
    for source in container.children("envFrom"):
        found = _imported(source, find)
        complete = complete and found is not None
        variables.update(found or {})
    for entry in container.children("env"):
        variable = _variable(entry, find)
        if variable.name:
            variables[variable.name] = _expand(variable, variables, complete=complete)
    return variables, complete


def _imported(source: Node, find: Find) -> Mapping[str, Variable] | None:
    """What an ``envFrom`` entry brings in; None when its source is not in the scan."""
    prefix = string(source.value, "prefix")
    for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
        name = string(source.value, field, "name")
        if name:
            origin = find(kind, name)
            return None if origin is None else _brought(origin, prefix)
    empty = isinstance(source.value, dict) and all(value is None for value in source.value.values())
    return {} if empty else None


@lru_cache(maxsize=256)
def _brought(origin: Resource, prefix: str) -> Mapping[str, Variable]:
    """All that an object brings in; the pods of a system share one."""
    return dict(_entries(origin, prefix))


def _entries(origin: Resource, prefix: str) -> Iterator[tuple[str, Variable]]:
    if origin.ref.kind == "Secret":
        for field in ("data", "stringData"):
            for key, node in _named(origin, field):
                yield prefix + key, Variable(prefix + key, None, "secret", node)
        return
    for key, node in _named(origin, "data"):
        text = node.value if isinstance(node.value, str) else None
        yield prefix + key, Variable(prefix + key, text, "config", node)


def _named(origin: Resource, field: str) -> Iterator[tuple[str, Node]]:
    for key in mapping(origin.node.value, field):
        node = origin.node.child(field, key)
        if node is not None:
            yield key, node


def _variable(entry: Node, find: Find) -> Variable:
    name, value = string(entry.value, "name"), dig(entry.value, "value")
    source = dig(entry.value, "valueFrom")
    if source is None:
        return Variable(name, "" if value is None else value if isinstance(value, str) else None, "literal", entry)
    if (origin := _COMPOSE.get(string(source, "compose"))) is not None:
        told = value if origin in ("config", "literal") and isinstance(value, str) else None
        return Variable(name, told, origin, entry)
    if dig(source, "secretKeyRef") is not None:
        return Variable(name, None, "secret", entry)
    if dig(source, "configMapKeyRef") is not None:
        return _from_config(name, entry, find)
    known = dig(source, "fieldRef") is not None or dig(source, "resourceFieldRef") is not None
    return Variable(name, None, "field" if known else "unknown", entry)


def _from_config(name: str, entry: Node, find: Find) -> Variable:
    key = string(entry.value, "valueFrom", "configMapKeyRef", "key")
    origin = find("ConfigMap", string(entry.value, "valueFrom", "configMapKeyRef", "name"))
    node = None if origin is None else origin.node.child("data", key)
    if node is None or not isinstance(node.value, str):
        return Variable(name, None, "config", entry)
    return Variable(name, node.value, "config", node)


def _expand(variable: Variable, before: Mapping[str, Variable], *, complete: bool) -> Variable:
    """A literal with its references replaced; without a value when one of them has none. Compose has replaced its own."""
    value = variable.value
    if variable.origin != "literal" or value is None or "$" not in value or variable.node.get("valueFrom") is not None:
        return variable
    unknown = False

    def replace(found: re.Match[str]) -> str:
        nonlocal unknown
        name = found.group(1)
        if name is None:
            return "$"
        referred = before.get(name)
        if referred is None:
            unknown = unknown or not complete
            return found.group()
        unknown = unknown or referred.value is None
        return referred.value or ""

    expanded = _REFERENCE.sub(replace, value)
    return variable._replace(value=None if unknown else expanded)
