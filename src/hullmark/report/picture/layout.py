"""Places the tiles, frames and arrows of a scene: layers from left to right, frames around zones.

The layout itself is graphlay's (https://github.com/aarkue/graphlay), a layered engine with orthogonal routing that
gives the same picture for the same scene.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hullmark.model.errors import HullmarkError
from hullmark.report.picture.scene import Arrow, Scene, Shape, Tile, Zone

SIZES: Mapping[Shape, tuple[float, float]] = {
    "card": (236.0, 78.0),
    "store": (214.0, 66.0),
    "outside": (214.0, 58.0),
    "entry": (120.0, 84.0),
    "small": (176.0, 40.0),
}
"""Width and height of tiles, in pixels."""

_OPTIONS = {
    "direction": "leftright",
    "spacing": {
        "layer_gap": 72.0,
        "node_gap": 26.0,
        "dummy_gap": 20.0,
        "isolated_gap": 26.0,
        "isolated_max_columns": 3,
        "compound_padding": 22.0,
        "compound_header": 26.0,
    },
}


class Box(NamedTuple):
    """A rectangle: its left upper corner and its size."""

    x: float
    y: float
    width: float
    height: float


class Laid(NamedTuple):
    """A scene with a place for everything; an arrow's way is its corners from source to target."""

    scene: Scene
    tiles: tuple[tuple[Tile, Box], ...]
    zones: tuple[tuple[Zone, Box], ...]
    arrows: tuple[tuple[Arrow, tuple[tuple[float, float], ...]], ...]
    bounds: Box


def lay_out(scene: Scene) -> Laid:
    """Place everything in a scene.

    Raises:
        HullmarkError: the layout library is not installed.
    """
    graphlay = _library()
    graph = graphlay.Graph()
    number: dict[str, int] = {}
    for zone in _parents_first(scene.zones):
        number[zone.id] = graph.node(f"zone {zone.id}", width=8, height=8, **_inside(number, zone.parent))
    for tile in scene.tiles:
        wide, high = SIZES[tile.shape]
        number[tile.id] = graph.node(f"tile {tile.id}", width=wide, height=high, **_inside(number, tile.zone))
    for arrow in scene.arrows:
        graph.edge(number[arrow.source], number[arrow.target])
    drawn = graphlay.layout(graph, options=_OPTIONS)
    boxes = [_box(node) for node in drawn.nodes]
    ways = [tuple((p["x"], p["y"]) for p in edge["points"]) for edge in drawn.edges]
    low, high = drawn.bounds["min"], drawn.bounds["max"]
    return Laid(
        scene,
        tuple((tile, boxes[number[tile.id]]) for tile in scene.tiles),
        tuple((zone, boxes[number[zone.id]]) for zone in _parents_first(scene.zones)),
        tuple(zip(scene.arrows, ways, strict=True)),
        Box(low["x"], low["y"], high["x"] - low["x"], high["y"] - low["y"]),
    )


def _library() -> Any:
    try:
        import graphlay
    except ImportError:
        hint = "install it: pip install 'hullmark[map]'"
        raise HullmarkError("pictures need the layout library graphlay", hint) from None
    return graphlay


def _inside(number: Mapping[str, int], zone: str) -> dict[str, int]:
    return {"parent": number[zone]} if zone in number else {}


def _parents_first(zones: tuple[Zone, ...]) -> list[Zone]:
    known = {zone.id: zone for zone in zones}
    return sorted(zones, key=lambda zone: _depth(zone, known))


def _depth(zone: Zone, known: Mapping[str, Zone]) -> int:
    depth = 0
    while zone.parent in known and depth <= len(known):
        zone, depth = known[zone.parent], depth + 1
    return depth


def _box(node: Mapping[str, Any]) -> Box:
    centre, size = node["center"], node["size"]
    return Box(centre["x"] - size["width"] / 2, centre["y"] - size["height"] / 2, size["width"], size["height"])
