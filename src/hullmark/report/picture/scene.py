"""What a picture shows, before anything is laid out or drawn."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Shape = Literal["card", "store", "outside", "entry", "small"]
"""How a tile looks: what runs, what holds data, what is not ours, where people come in, what only accompanies."""

Tone = Literal["", "info", "low", "medium", "high", "critical"]
"""The colour of a tile: its worst finding or its impact; empty for nothing to say."""


Details = Mapping[str, tuple[tuple[str, str], ...]]
"""What is told about something: pairs of a name and a text by heading."""

NOTHING: Details = MappingProxyType({})


class Tile(NamedTuple):
    """One component.

    ``title`` names it, ``subtitle`` says what it is, ``chips`` are short facts (accelerators, replicas). ``icon`` is a key
    of `icons.ICONS`. ``zone`` is the id of the zone it lies in, empty for none. ``badge`` counts its findings.
    ``layer`` orders tiles from entry (0) to data; None leaves it to the edges. ``details`` are shown on a click: pairs of
    name and text by heading.
    """

    id: str
    title: str
    subtitle: str = ""
    chips: tuple[str, ...] = ()
    icon: str = "generic"
    shape: Shape = "card"
    zone: str = ""
    tone: Tone = ""
    badge: int = 0
    role: str = ""
    details: Details = NOTHING


class Arrow(NamedTuple):
    """One edge. ``kind`` is the edge's own (``calls``, ``reads``…), ``certain`` is false where it is only inferred."""

    source: str
    target: str
    kind: str
    label: str = ""
    certain: bool = True
    evidence: str = ""


class Zone(NamedTuple):
    """A frame around tiles: a namespace or a trust boundary. ``parent`` is the zone it lies in, empty for none."""

    id: str
    title: str
    kind: Literal["namespace", "boundary"] = "namespace"
    parent: str = ""


class Path(NamedTuple):
    """A way through the picture worth showing, by the ids of the tiles it visits, and what is told about it."""

    title: str
    tiles: tuple[str, ...]
    subtitle: str = ""
    details: Details = NOTHING


class Scene(NamedTuple):
    """Everything in a picture; ids are unique, and arrows and zones only name what is there."""

    title: str
    tiles: tuple[Tile, ...]
    arrows: tuple[Arrow, ...] = ()
    zones: tuple[Zone, ...] = ()
    paths: tuple[Path, ...] = ()
