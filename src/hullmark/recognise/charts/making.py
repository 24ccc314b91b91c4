"""From a reference and the row of its chart to objects: the release with its pods, its Services and its Ingresses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from hullmark.model.release import Release
from hullmark.model.resource import Ref, Resource
from hullmark.model.terms import Theme
from hullmark.recognise.charts.fronts import fronts, hidden
from hullmark.recognise.charts.parts import CONTEXTS, switched_off
from hullmark.recognise.charts.reference import Reference, references
from hullmark.recognise.charts.risks import Gap, choices
from hullmark.recognise.charts.row import Chart
from hullmark.recognise.charts.table import find
from hullmark.recognise.charts.values import TOO_MANY, Sheet, TooMuchError, layered
from hullmark.recognise.charts.versions import unseen
from hullmark.recognise.scan import Scan
from hullmark.text.source import Span
from hullmark.text.tree import Map, Node, Value

_MOST = 256
"""Charts taken from one object."""

_THEMES = {"resources": Theme.RESOURCES, "hardening": Theme.HARDENING}


def made(resource: Resource, scan: Scan, sheet: Sheet) -> Iterator[Resource]:
    """The objects that known charts make of what this object refers to."""
    for reference in islice(references(resource, scan), _MOST):
        chart = find(reference)
        if chart is not None:
            yield from _made(resource, reference, chart, sheet)


def _made(host: Resource, reference: Reference, chart: Chart, sheet: Sheet) -> Iterator[Resource]:
    node = reference.node
    here = sheet.spot(node.doc, node.span.start, node.span.end, node.path, exact=False)
    values, gap = _values(reference, chart, sheet, here)
    place = node.at()._replace(exact=False, editable=False)
    root = _root(host, values, here, sheet)
    document = sheet.document(host.file)._replace(root=root)
    top = Node(document, root, Span(here, here + 1), ())
    inner = top.child("values") or top
    settled = {Theme.SUPPLY_CHAIN, *(_THEMES[word] for word in chart.settles.split() if not gap.reason)}
    bare = (len(switched_off(part, inner.value, reference.version)) == len(CONTEXTS) for part in chart.parts)
    if chart.parts and not gap.unread and all(bare):
        settled.add(Theme.HARDENING)
    release = Release(
        chart.id,
        reference.version,
        place,
        tuple(choices(chart, inner, place, gap)),
        frozenset(settled),
        gap.reason,
        published=not (gap.reason and hidden(chart, inner)),
        engines={part.name: part.engine for part in chart.parts if part.engine},
    )
    ref = Ref(host.ref.kind, reference.namespace, reference.release, host.ref.group)
    if chart.parts:
        yield Resource(ref, host.version, top, "chart", host.ref, release)
    values_only = Resource(ref, host.version, inner, "chart", host.ref, release)
    yield from fronts(chart, reference, values_only)
    if chart.also is not None:
        yield from chart.also(values_only)


def _values(reference: Reference, chart: Chart, sheet: Sheet, here: int) -> tuple[Value, Gap]:
    """The merged values, and why the chart's defaults are not known where nothing is set."""
    unknown = unseen(chart.id, reference.version, chart.seen)
    try:
        sheet.begin()
        known = not reference.unread and not unknown
        values, unread = layered(sheet, reference.layers, sheet.given(chart.defaults, here) if known else Map())
        if unread and known:
            values, _ = layered(sheet, reference.layers, Map())
    except TooMuchError:
        values, unread = Map(), TOO_MANY
    unread = reference.unread or unread
    return (values if isinstance(values, Map) else Map()), Gap(unread or unknown, bool(unread))


def _root(host: Resource, values: Value, here: int, sheet: Sheet) -> Map:
    """The release as an object: what its host is called, and the values."""
    span = (here, here + 1)
    root = Map()
    for key in ("kind", "metadata"):
        found = host.node.child(key)
        if found is None:
            continue
        at = sheet.spot(found.doc, found.span.start, found.span.end, found.path)
        try:
            sheet.begin()
            root[key] = sheet.taken(found)
        except TooMuchError:
            root[key] = None
        root.marks[key] = (at, at + 1, at, at + 1)
    root["values"] = values
    root.marks["values"] = (*span, *span)
    return root
