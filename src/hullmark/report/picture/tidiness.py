"""How tidy a drawing is, and the orders in which to hand a scene to the layout engine until one is tidy.

The engine settles which of two neighbours comes first within one frame at a time, and by the order they are given in
where frames are in play. So several orders are tried and the drawing with the fewest crossings is kept.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from zlib import crc32

from hullmark.report.picture.scene import Scene

Way = Sequence[tuple[float, float]]
"""The corners of an arrow."""

Edges = tuple[float, float, float, float]
"""The left, upper, right and lower edge of a tile."""

MOST_ORDERS = 24
"""How many orders of one picture are tried."""
_WORK = 120_000
"""What the tries may cost in all, where one costs the square of its tiles and arrows: of a large picture few are made."""

_TOUCH = 1.0
"""Lines that come this close, in pixels, are taken to touch, not to cross."""

_NEAR = 3.0
"""Lines that come this close to a tile, in pixels, look as if they belonged to it."""


def measure(scene: Scene) -> int:
    """What a scene is made of: tiles and arrows."""
    return len(scene.tiles) + len(scene.arrows)


def orders(scene: Scene) -> Iterator[Scene]:
    """The scene as it is, then with its parts in other orders; always the same ones for the same parts."""
    yield scene
    for number in range(1, min(MOST_ORDERS, _WORK // max(1, measure(scene)) ** 2)):
        yield _reordered(scene, number)


def _reordered(scene: Scene, number: int) -> Scene:
    return scene._replace(
        tiles=tuple(sorted(scene.tiles, key=lambda tile: _mixed(number, tile.id))),
        arrows=tuple(sorted(scene.arrows, key=lambda a: _mixed(number, a.source, a.target, a.kind))),
        zones=tuple(sorted(scene.zones, key=lambda zone: _mixed(number, zone.id))),
    )


def _mixed(number: int, *names: str) -> int:
    return crc32("\n".join((str(number), *names)).encode("utf-8", "surrogatepass"))


def untidiness(ways: Sequence[Way], tiles: Sequence[Edges]) -> tuple[int, int, float]:
    """Crossings of lines with lines and tiles, bends, and the length of all lines in pixels: the less the better, in this order."""
    bends = sum(max(0, len(way) - 2) for way in ways)
    length = sum(abs(x1 - x0) + abs(y1 - y0) for way in ways for (x0, y0), (x1, y1) in itertools.pairwise(way))
    return crossings(ways) + grazes(ways, tiles), bends, length


def grazes(ways: Sequence[Way], tiles: Sequence[Edges]) -> int:
    """How often a stretch of an arrow touches a tile that it neither leaves nor leads to."""
    ordered = sorted(tiles)
    lefts = [tile[0] for tile in ordered]
    widest = max((tile[2] - tile[0] for tile in ordered), default=0.0)
    found = 0
    for way in ways:
        ends = (way[0], way[-1]) if way else ()
        for (x0, y0), (x1, y1) in itertools.pairwise(way):
            left, right, top, low = min(x0, x1) - _NEAR, max(x0, x1) + _NEAR, min(y0, y1) - _NEAR, max(y0, y1) + _NEAR
            for tile in ordered[bisect_left(lefts, left - widest) : bisect_right(lefts, right)]:
                touched = tile[2] > left and tile[1] < low and tile[3] > top
                found += touched and not any(_on(tile, end) for end in ends)
    return found


def _on(tile: Edges, point: tuple[float, float]) -> bool:
    left, top, right, low = tile
    return left - _TOUCH <= point[0] <= right + _TOUCH and top - _TOUCH <= point[1] <= low + _TOUCH


def crossings(ways: Sequence[Way]) -> int:
    """How often a horizontal stretch of one arrow crosses a vertical stretch of another."""
    level: list[tuple[float, float, float, int]] = []
    upright: list[tuple[float, float, float, int]] = []
    for number, way in enumerate(ways):
        for (x0, y0), (x1, y1) in itertools.pairwise(way):
            if abs(y1 - y0) < _TOUCH:
                level.append((y0, min(x0, x1), max(x0, x1), number))
            else:
                upright.append((x0, min(y0, y1), max(y0, y1), number))
    upright.sort()
    places = [x for x, _, _, _ in upright]
    found = 0
    for y, left, right, number in level:
        between = upright[bisect_left(places, left + _TOUCH) : bisect_right(places, right - _TOUCH)]
        found += sum(top + _TOUCH < y < low - _TOUCH and other != number for _, top, low, other in between)
    return found
