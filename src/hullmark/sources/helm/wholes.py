"""Mappings and lists that came out as they are in the values: what is absent in them is absent there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hullmark.sources.helm.attribution import Where
from hullmark.sources.helm.marks import same, text
from hullmark.sources.helm.tracing import Part, Traced
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
        for where, above in _around((key, path), value):
            if where in found or (where, above) in refused:
                break
            if not _agrees(where, above, dig(roots[key], *where[1]), held, traced):
                refused.add((where, above))
                break
            found[where] = above
    return found


def _around(where: Where, value: Path) -> Iterator[tuple[Where, Path]]:
    """What is around a rendered value and around a value of the chart as long as both are called the same."""
    key, path = where
    for depth in range(1, min(len(path), len(value))):
        if path[-depth] != value[-depth]:
            return
        yield (key, path[:-depth]), value[:-depth]


def _is_all(rendered: Value, parts: tuple[Part, ...]) -> bool:
    return len(parts) == 1 and parts[0].start == 0 and parts[0].end == len(text(rendered))


def _agrees(where: Where, value: Path, rendered: Value, held: Mapping[Path, Held], traced: Traced) -> bool:
    """Whether a rendered mapping or list is one of the values, as far as was found out."""
    key, path = where
    return (
        value in held
        and isinstance(rendered, (dict, list))
        and all(
            _fits(one, other, traced.parts.get((key, (*path, *inner))), (*value, *inner), traced)
            for inner, one, other in _pairs(held[value].value, rendered)
        )
    )


def _fits(one: Value, other: Value, parts: tuple[Part, ...] | None, source: Path, traced: Traced) -> bool:
    if isinstance(one, dict) and one:
        # Null in a file of values takes away what another file says.
        return isinstance(other, dict) and {k for k, v in one.items() if v is not None} <= other.keys() <= one.keys()
    if isinstance(one, list) and one:
        return isinstance(other, list) and len(one) == len(other)
    if parts is None:
        return same(one, other) and source not in traced.tried
    return same(one, other) and [part.value for part in parts] == [source]


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
