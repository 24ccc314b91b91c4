"""The values a chart is rendered with: what each is, and which file it comes from.

Helm lets the files given on the command line win over the chart's ``values.yaml``, and that over those of its sub-charts;
mappings are merged, everything else is replaced whole, and null takes away what comes from below
(https://helm.sh/docs/chart_template_guide/values_files/). What is set on the command line, imported from a sub-chart or
passed down as a global has no place here: it is never traced to a wrong file because tracing asks helm itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hullmark.sources.helm.chart import VALUES, Chart, document_of
from hullmark.text.source import Key, Span
from hullmark.text.tree import Map, Seq, Value

Path = tuple[Key, ...]

MAX_VALUES = 20_000
"""How many values of a chart are looked at."""

_DEEPEST = 60
"""How deep values may be nested to be looked at."""


class Held(NamedTuple):
    """A value where it is written: the file, and the spans of its key (or list item) and of itself."""

    file: str
    key: Span
    span: Span
    value: Value


class Branch(NamedTuple):
    """A mapping, merged from all files that have it; ``held`` is where the first of them does."""

    held: Held
    below: dict[str, Branch | Held]


class Layer(NamedTuple):
    """One file of values: the user's name for it, where in the chart's values it belongs, and what is in it."""

    file: str
    above: Path
    root: Map


def layers(chart: Chart, given: Sequence[tuple[str, bytes]]) -> tuple[Layer, ...]:
    """All files of values, those that win first; ``given`` are those of the command line by name, the last of which wins."""
    found = [(name, (), document_of("", {"": data}, name)) for name, data in reversed(given)]
    found += [(one.prefix + VALUES, above, document_of(VALUES, one.files)) for above, one in _charts(chart, ())]
    return tuple(
        Layer(name, above, document.root)
        for name, above, document in found
        if document is not None and isinstance(document.root, Map)
    )


def _charts(chart: Chart, above: Path) -> Iterator[tuple[Path, Chart]]:
    yield above, chart
    for key, part in chart.subcharts():
        yield from _charts(part, (*above, key))


def merged(found: Sequence[Layer]) -> dict[str, Branch | Held]:
    """The values of these layers as helm merges them, each where it is written."""
    root: dict[str, Branch | Held] = {}
    for layer in found:
        into = root
        for key in layer.above:
            node = into.setdefault(str(key), Branch(Held(layer.file, Span(0, 0), Span(0, 0), layer.root), {}))
            if isinstance(node, Held):
                break
            into = node.below
        else:
            _merge(into, layer.root, layer.file, 0)
    return root


def _merge(into: dict[str, Branch | Held], layer: Map, file: str, depth: int) -> None:
    for key, value in layer.items():
        if key not in into:
            into[key] = _adopted(layer, key, file, depth)
        elif isinstance(value, Map) and isinstance(above := into[key], Branch) and depth < _DEEPEST:
            _merge(above.below, value, file, depth + 1)


def _adopted(layer: Map, key: str, file: str, depth: int) -> Branch | Held:
    start, end, value_start, value_end = layer.marks[key]
    value = layer[key]
    held = Held(file, Span(start, end), Span(value_start, value_end), value)
    if not isinstance(value, Map) or depth >= _DEEPEST:
        return held
    return Branch(held, {inner: _adopted(value, inner, file, depth + 1) for inner in value})


def places(root: Mapping[str, Branch | Held]) -> dict[Path, Held]:
    """Every value by its path, with those inside lists and the mappings and lists themselves."""
    found: dict[Path, Held] = {}
    pending: list[tuple[Path, Branch | Held]] = [((key,), node) for key, node in reversed(root.items())]
    while pending and len(found) < MAX_VALUES:
        path, node = pending.pop()
        if isinstance(node, Branch):
            found[path] = node.held._replace(value=plain(node))
            pending.extend(((*path, key), inner) for key, inner in reversed(node.below.items()))
        else:
            found[path] = node
            pending.extend(((*path, key), inner) for key, inner in reversed(list(_inside(node))))
    return found


def _inside(node: Held) -> Iterator[tuple[Key, Held]]:
    """What is in a list, and in the mappings in it, which are never merged."""
    value = node.value
    if isinstance(value, Map):
        for key, inner in value.items():
            start, end, value_start, value_end = value.marks[key]
            yield key, Held(node.file, Span(start, end), Span(value_start, value_end), inner)
    elif isinstance(value, Seq):
        for index, (inner, mark) in enumerate(zip(value, value.marks, strict=True)):
            yield index, Held(node.file, Span(*mark), Span(*mark), inner)


def plain(node: Branch | Held) -> Value:
    """A value without its places."""
    if isinstance(node, Held):
        return node.value
    return {key: plain(inner) for key, inner in node.below.items()}


def overriding(found: Mapping[Path, Held], changes: Mapping[Path, Value]) -> dict[str, Value]:
    """The least values that change these scalars and nothing else: mappings are merged, so only lists are given whole."""
    result: dict[str, Value] = {}
    for path, value in changes.items():
        into: Value = result
        for depth, key in enumerate(path[:-1], 1):
            above = found[path[:depth]].value
            if isinstance(into, dict) and key not in into:
                into[str(key)] = _copied(above) if isinstance(above, list) else {}
            into = into[key]
        into[path[-1]] = value
    return result


def _copied(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value
