"""The values a chart is rendered with: what each is, and which file it comes from.

Helm lets the files given on the command line win over the chart's ``values.yaml``, and that over those of its sub-charts;
mappings are merged, everything else is replaced whole, and null takes away what comes from below
(https://helm.sh/docs/chart_template_guide/values_files/). Nobody relies on this alone: tracing changes each of these values
and looks where helm prints it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hullmark.model.truth import string
from hullmark.sources.helm.chart import VALUES, Chart, dependencies, document_of
from hullmark.text.source import Key, Span
from hullmark.text.tree import Document, Map, Seq, Value, items

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
    """One file of values: the user's name for it, where in the chart's values it belongs, and what is in it, if it can be read."""

    file: str
    above: Path
    document: Document | None


def merged(chart: Chart, given: Sequence[tuple[str, bytes]]) -> dict[str, Branch | Held]:
    """The values of a chart as helm merges them, each where it is written.

    ``given`` are the files of the command line by name, the last of which wins.
    """
    own = [Layer(one.prefix + VALUES, above, document_of(VALUES, one.files)) for above, one in _charts(chart, ())]
    alone = _joined(own)
    root = _joined([*(Layer(name, (), document_of("", {"": data}, name)) for name, data in reversed(given)), *own])
    for above, one in reversed(list(_charts(chart, ()))):
        for source, target in _imports(one):
            _graft(root, (*above, *target), _at(alone, (*above, *source)))
            _graft(alone, (*above, *target), _at(alone, (*above, *source)))
    return root


def _charts(chart: Chart, above: Path) -> Iterator[tuple[Path, Chart]]:
    yield above, chart
    for key, part in chart.subcharts():
        yield from _charts(part, (*above, key))


def _joined(layers: Sequence[Layer]) -> dict[str, Branch | Held]:
    """The values of these files, those that win first."""
    root: dict[str, Branch | Held] = {}
    for file, above, document in layers:
        if document is not None and isinstance(document.root, Map):
            into = _below(root, above, file)
            if into is not None:
                _merge(into, document.root, file, 0)
    return root


def _below(root: dict[str, Branch | Held], path: Path, file: str) -> dict[str, Branch | Held] | None:
    """The mapping at a path, made if need be; None where something else is."""
    into = root
    for key in path:
        node = into.setdefault(str(key), Branch(Held(file, Span(0, 0), Span(0, 0), None), {}))
        if isinstance(node, Held):
            return None
        into = node.below
    return into


def _imports(chart: Chart) -> Iterator[tuple[Path, Path]]:
    """What a chart takes over from its sub-charts: from where, and to where. Its own values win over it.

    See https://helm.sh/docs/topics/charts/#importing-child-values-via-dependencies; only what the files of charts say is
    imported, not what is given on the command line.
    """
    for node in dependencies(chart.files):
        name = string(node.value, "alias") or string(node.value, "name")
        for entry in items(node.value, "import-values"):
            child = f"exports.{entry}" if isinstance(entry, str) else string(entry, "child")
            parent = string(entry, "parent").strip(".")
            yield (name, *child.split(".")), tuple(parent.split(".")) if parent else ()


def _at(root: dict[str, Branch | Held], path: Path) -> Branch | None:
    node: Branch | Held | None = root.get(str(path[0]))
    for key in path[1:]:
        node = node.below.get(str(key)) if isinstance(node, Branch) else None
    return node if isinstance(node, Branch) else None


def _graft(root: dict[str, Branch | Held], path: Path, found: Branch | None) -> None:
    into = None if found is None else _below(root, path, found.held.file)
    if found is not None and into is not None:
        for key, node in found.below.items():
            if key not in into:
                into[key] = node
            elif isinstance(node, Branch) and isinstance(into[key], Branch):
                _graft(into, (key,), node)


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
    pending: list[tuple[Path, Branch | Held]] = [((key,), node) for key, node in reversed(list(root.items()))]
    while pending and len(found) < MAX_VALUES:
        path, node = pending.pop()
        if isinstance(node, Branch):
            found[path] = node.held._replace(value=plain(node))
            pending.extend(((*path, key), inner) for key, inner in reversed(list(node.below.items())))
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
