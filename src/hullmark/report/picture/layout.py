"""Places the tiles, frames and arrows of a scene: layers from left to right, frames around zones.

The layout itself is graphlay's (https://github.com/aarkue/graphlay), a layered engine with orthogonal routing that
gives the same picture for the same scene.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from itertools import islice, pairwise
from math import ceil, isqrt
from operator import itemgetter
from typing import Any, NamedTuple

from hullmark.model.errors import HullmarkError
from hullmark.report.picture.lettering import BOLD, width
from hullmark.report.picture.scene import Arrow, Scene, Shape, Tile, Zone
from hullmark.report.picture.tidiness import MOST_ORDERS, measure, orders, untidiness

SIZES: Mapping[Shape, tuple[float, float, float]] = {
    "card": (220.0, 320.0, 78.0),
    "store": (180.0, 340.0, 66.0),
    "outside": (180.0, 320.0, 58.0),
    "entry": (120.0, 190.0, 84.0),
    "small": (150.0, 280.0, 46.0),
}
"""Least width, greatest width and height of tiles, in pixels: as wide as their words need."""

LEFT: Mapping[Shape, float] = {"card": 46.0, "store": 46.0, "outside": 46.0, "entry": 8.0, "small": 40.0}
"""Where words begin, after the icon."""

TITLE, SUBTITLE, CHIP = 13.5, 11.5, 10.5
"""Sizes of letters, in pixels."""

_RIM = 8.0
"""How much of a frame's room is kept free around it, so that no two touch."""

_SPACING = {
    "layer_gap": 72.0,
    "node_gap": 26.0,
    "dummy_gap": 20.0,
    "isolated_gap": 26.0,
    "compound_padding": 22.0 + _RIM,
    "compound_header": 26.0,
}
_OPTIONS = {"direction": "leftright", "coords": {"branch_style": "symmetric"}}
_ROUTING = {"step_flatten": 8.0}  # straighter than that, and lines run along tiles

_LARGE, _CROWDED = 120, 1_000
"""From how many tiles and arrows on the engine is told to hurry, and to look only once for lines that lie on each other.

The picture is hardly worse: of 500 tiles and 1,500 arrows among them at random 6 % more lines touch, in two thirds of the time.
"""

_COLUMNS = 4
"""How many tiles that nothing joins stand side by side in a frame at most."""


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


def lay_out(scene: Scene, *, tries: int = MOST_ORDERS) -> Laid:
    """Place everything in a scene, as tidily as several tries get it.

    Raises:
        HullmarkError: the layout library is not installed.
    """
    library = _library()
    if not scene.arrows and not scene.zones:
        return _table(scene)
    found = []
    for order in islice(orders(scene), tries):
        laid = _laid(library, order)
        edges = [(box.x, box.y, box.x + box.width, box.y + box.height) for _, box in laid.tiles]
        rank = untidiness([way for _, way in laid.arrows], edges)
        found.append((rank, laid))
        if rank[:2] == (0, 0):
            break
    return min(found, key=itemgetter(0))[1]._replace(scene=scene)


def _table(scene: Scene) -> Laid:
    """What nothing joins, in rows."""
    sizes = [size(tile) for tile in scene.tiles]
    wide, high = (max((s[axis] for s in sizes), default=0.0) + _SPACING["node_gap"] for axis in (0, 1))
    columns = max(1, round((len(sizes) * 1.6 * high / wide) ** 0.5)) if sizes else 1
    boxes = [Box(n % columns * wide, n // columns * high, *one) for n, one in enumerate(sizes)]
    bounds = Box(0.0, 0.0, min(columns, len(sizes)) * wide, -(-len(sizes) // columns) * high)
    return Laid(scene, tuple(zip(scene.tiles, boxes, strict=True)), (), (), bounds)


def _laid(graphlay: Any, scene: Scene) -> Laid:
    graph = graphlay.Graph()
    number: dict[str, int] = {}
    for zone in _parents_first(scene.zones):
        number[zone.id] = graph.node(f"zone {zone.id}", width=8, height=8, **_inside(number, zone.parent))
    for tile in scene.tiles:
        wide, high = size(tile)
        number[tile.id] = graph.node(f"tile {tile.id}", width=wide, height=high, **_inside(number, tile.zone))
    for source, target in (*((arrow.source, arrow.target) for arrow in scene.arrows), *_rows(scene)):
        graph.edge(number[source], number[target])
    drawn = graphlay.layout(graph, options=_options(scene))
    boxes = [_box(node) for node in drawn.nodes]
    ways = [tuple((p["x"], p["y"]) for p in edge["points"]) for edge in drawn.edges]
    low, high = drawn.bounds["min"], drawn.bounds["max"]
    return Laid(
        scene,
        tuple((tile, boxes[number[tile.id]]) for tile in scene.tiles),
        tuple((zone, _inner(boxes[number[zone.id]])) for zone in _parents_first(scene.zones)),
        tuple(zip(scene.arrows, ways, strict=False)),
        Box(low["x"], low["y"], high["x"] - low["x"], high["y"] - low["y"]),
    )


def _rows(scene: Scene) -> Iterator[tuple[str, str]]:
    """Joints that are not drawn: they lay what nothing joins within a frame in rows, where the engine would pile it up."""
    joined = {end for arrow in scene.arrows for end in (arrow.source, arrow.target)}
    alone: dict[str, list[str]] = {}
    for tile in scene.tiles:
        if tile.zone and tile.id not in joined:
            alone.setdefault(tile.zone, []).append(tile.id)
    for tiles in alone.values():
        columns = min(_COLUMNS, isqrt(len(tiles) - 1) + 1)
        yield from ((a, b) for n, (a, b) in enumerate(pairwise(tiles), 1) if n % columns)


def _options(scene: Scene) -> Mapping[str, Any]:
    joined = {end for arrow in scene.arrows for end in (arrow.source, arrow.target)}
    alone = sum(tile.id not in joined for tile in scene.tiles)
    spacing = {**_SPACING, "isolated_max_columns": max(3, isqrt(alone))}
    effort = {"effort": "fast"} if measure(scene) > _LARGE else {}
    routing = {**_ROUTING, "overlap_repair_rounds": 1} if measure(scene) > _CROWDED else _ROUTING
    return {**_OPTIONS, "spacing": spacing, "tuning": {"routing": routing}, **effort}


def size(tile: Tile) -> tuple[float, float]:
    """Width and height of a tile: what its words need, between the least and the greatest of its shape."""
    least, most, high = SIZES[tile.shape]
    left = LEFT[tile.shape]
    beside = badge_width(tile) + 20 if tile.badge else 14
    wanted = width(tile.title, TITLE, BOLD) + beside
    if tile.shape != "entry":
        wanted = max(wanted, width(tile.subtitle, SUBTITLE) + (beside if tile.shape == "small" else 14))
    if tile.shape == "card":
        wanted = max(wanted, sum(width(chip, CHIP) + 19 for chip in tile.chips) + 9)
    return min(max(least, float(ceil(left + wanted))), most), high


def badge(tile: Tile) -> str:
    """What the badge of a tile says."""
    return str(tile.badge) if tile.badge < 1000 else "999+"


def badge_width(tile: Tile) -> float:
    """How wide the badge of a tile is."""
    return max(20.0, width(badge(tile), 11, BOLD) + 12)


def _inner(box: Box) -> Box:
    return Box(box.x + _RIM, box.y + _RIM, box.width - 2 * _RIM, box.height - 2 * _RIM)


LACKING = ("pictures need the layout library graphlay", "install it: pip install 'hullmark[map]'")
"""What to say where nothing can be laid out."""


def available() -> bool:
    """Whether there is something that can lay out a picture."""
    return find_spec("graphlay") is not None


def _library() -> Any:
    if not available():
        raise HullmarkError(*LACKING)
    import graphlay

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
