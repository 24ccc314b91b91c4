"""Mappings and lists that came out as they are in the values: what is absent in them is absent there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hullmark.sources.helm.marks import same, text
from hullmark.sources.helm.tracing import Part, Traced, Where
from hullmark.sources.helm.values import Held, Path
from hullmark.text.tree import Value, dig

Roots = Mapping[tuple[str, int], Value]
"""The values of documents by their keys."""


def wholes(roots: Roots, traced: Traced, held: Mapping[Path, Held]) -> dict[Where, Path]:
    """The mappings and lists of an output that equal one of the values and come from it.

    They do if something in them was traced to the same place in the value, and nothing in them was traced elsewhere or could
    not be traced although it was tried.
    """
    found: dict[Where, Path] = {}
    refused: set[tuple[Where, Path]] = set()
    for (key, path), parts in traced.parts.items():
        if not _is_all(dig(roots[key], *path), parts):
            continue
        value = parts[0].value
        if isinstance(held[value].value, (dict, list)):
            found[key, path] = value
        while len(path) > 1 and len(value) > 1 and path[-1] == value[-1]:
            path, value = path[:-1], value[:-1]
            where = key, path
            if where in found or (where, value) in refused:
                break
            if not _agrees(where, value, dig(roots[key], *path), held, traced):
                refused.add((where, value))
                break
            found[where] = value
    return found


def _is_all(rendered: Value, parts: tuple[Part, ...]) -> bool:
    return len(parts) == 1 and parts[0].start == 0 and parts[0].end == len(text(rendered))


def _agrees(where: Where, value: Path, rendered: Value, held: Mapping[Path, Held], traced: Traced) -> bool:
    key, path = where
    if value not in held:
        return False
    for inner, one, other in _pairs(held[value].value, rendered):
        if isinstance(one, (dict, list)) and one:
            if type(one) is not type(other) and not isinstance(other, type(one)):
                return False
            if len(one) != len(other):
                return False
            continue
        own = traced.parts.get((key, (*path, *inner)))
        source = (*value, *inner)
        if not same(one, other):
            return False
        if own is None and source in traced.tried:
            return False
        if own is not None and [part.value for part in own] != [source]:
            return False
    return True


def _pairs(value: Value, rendered: Value) -> Iterator[tuple[Path, Value, Value]]:
    """All that is in a value, by its path in it, beside what is at the same path in something else."""
    pending: list[tuple[Path, Value, Value]] = [((), value, rendered)]
    while pending:
        path, one, other = pending.pop()
        yield path, one, other
        if isinstance(one, dict):
            pending.extend(((*path, key), inner, dig(other, key)) for key, inner in one.items())
        elif isinstance(one, list):
            pending.extend(((*path, index), inner, dig(other, index)) for index, inner in enumerate(one))


def inside(found: Mapping[Where, Path], roots: Roots) -> Iterator[tuple[Where, Path]]:
    """The scalars in these mappings and lists with the values they come from."""
    for (key, path), value in found.items():
        for inner, one, _ in _pairs(dig(roots[key], *path), None):
            if not isinstance(one, (dict, list)):
                yield (key, (*path, *inner)), (*value, *inner)
