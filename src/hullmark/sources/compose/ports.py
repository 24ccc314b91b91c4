"""Ports: what a service publishes on its host, in the short and the long form.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md#ports
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.sources.compose.layer import RESET
from hullmark.sources.compose.made import Entry, at, mapping, several
from hullmark.sources.compose.sheet import Mark, Sheet
from hullmark.sources.compose.values import Item, inner, listed, text
from hullmark.text.tree import Map, PairMark, Value

ANY = "any"
"""What a port is called that the container runtime chooses."""

_MOST = 256
"""How many entries of one service are looked at; a range is one entry."""


def ports(service: Map, sheet: Sheet, title: PairMark) -> Iterator[Entry]:
    """The ports of a container: ``hostPort`` and ``hostIP`` are there for those that are published."""
    yield from several("ports", _all(service, sheet), title)


def _all(service: Map, sheet: Sheet) -> Iterator[tuple[Value, Mark]]:
    for item in _first(service, "ports"):
        port = _long(item) if isinstance(item.value, Map) else _short(item, sheet)
        if port:
            yield port, item.mark
    for item in _first(service, "expose"):
        number, _, protocol = text(item.value).partition("/")
        if number:
            mark = at(item.mark)
            yield mapping([("containerPort", _number(number), mark), ("protocol", protocol or None, mark)]), item.mark


def _first(service: Map, key: str) -> Iterator[Item]:
    value = service.get(key)
    if value is None or value is RESET:
        return
    for count, item in enumerate(listed(value, service.marks[key][2:])):
        if count < _MOST:
            yield item


def _long(item: Item) -> Map:
    value: Map = item.value
    mark = at(item.mark)

    def where(key: str) -> PairMark:
        return value.marks.get(key, mark)

    return mapping(
        [
            ("containerPort", _number(text(value.get("target"))), where("target")),
            ("hostPort", text(value.get("published")) or ANY, where("published")),
            ("hostIP", text(value.get("host_ip")) or None, where("host_ip")),
            ("protocol", text(value.get("protocol")) or None, where("protocol")),
            ("name", text(value.get("name")) or None, where("name")),
        ]
    )


def _short(item: Item, sheet: Sheet) -> Map:
    """``[[IP:]PUBLISHED:]TARGET[/PROTOCOL]``; a colon in a variable that is not known separates nothing."""
    written = text(item.value)
    if not written:
        return Map()
    mark = at(item.mark)
    spec, _, protocol = written.replace(":?}", "}").partition("/")
    start = inner(sheet, item.mark, spec)
    head, target = _last(spec)
    address, published = _last(head) if head is not None else (None, "")
    if start is not None:
        at_end = start + len(spec) - len(target)
        mark = (start, start + len(spec), start, start + len(spec))
        target_mark: PairMark = (at_end, at_end + len(target), at_end, at_end + len(target))
    else:
        target_mark = mark
    return mapping(
        [
            ("containerPort", _number(target), target_mark),
            ("hostPort", published or ANY, mark),
            ("hostIP", address.strip("[]") or None if address is not None else None, mark),
            ("protocol", protocol or None, mark),
        ]
    )


def _last(spec: str) -> tuple[str | None, str]:
    """What is before the last colon, None without one, and what follows it."""
    head, colon, tail = spec.rpartition(":")
    return (head if colon else None), tail


def _number(port: str) -> int | str | None:
    """A port, the first one of a range; the text itself where it is none."""
    first = port.partition("-")[0]
    return int(first) if first.isascii() and first.isdigit() and len(first) < 6 else port or None
