"""What is counted against a drawing, and that several tries find a better one."""

from __future__ import annotations

from hullmark.report.picture.layout import MOST_ORDERS, lay_out, size
from hullmark.report.picture.lettering import BOLD, width
from hullmark.report.picture.scene import Arrow, Scene, Tile, Zone
from hullmark.report.picture.tidiness import crossings, grazes, orders, untidiness
from hullmark.report.picture.views import TANGLE, members, overview

LEVEL = [(0.0, 10.0), (100.0, 10.0)]
UPRIGHT = [(50.0, 0.0), (50.0, 30.0)]


def test_lines_cross_where_they_do() -> None:
    assert crossings([LEVEL, UPRIGHT]) == 1
    assert crossings([LEVEL, [(50.0, 10.0), (50.0, 30.0)]]) == 0  # it ends there
    assert crossings([LEVEL, [(150.0, 0.0), (150.0, 30.0)]]) == 0
    assert crossings([[*LEVEL, (100.0, 40.0), (50.0, 40.0), (50.0, 0.0)]]) == 0  # its own


def test_lines_that_run_through_or_along_a_tile_count() -> None:
    tile = (40.0, 0.0, 60.0, 20.0)

    assert grazes([LEVEL], [tile]) == 1
    assert grazes([[(0.0, 22.0), (100.0, 22.0)]], [tile]) == 1
    assert grazes([[(0.0, 30.0), (100.0, 30.0)]], [tile]) == 0
    assert grazes([[(0.0, 10.0), (40.0, 10.0)]], [tile]) == 0  # it leads there


def test_crossings_weigh_most_then_bends_then_length() -> None:
    assert untidiness([LEVEL, UPRIGHT], []) == (1, 0, 130.0)
    assert untidiness([[*LEVEL, (100.0, 40.0)]], []) == (0, 1, 130.0)


def knot() -> Scene:
    """Two frames whose parts are joined the other way round than they are given."""
    tiles = [Tile(f"a{n}", f"a{n}", zone="a") for n in range(4)] + [Tile(f"b{n}", f"b{n}", zone="b") for n in range(4)]
    arrows = [Arrow(f"a{n}", f"b{3 - n}", "calls") for n in range(4)]
    return Scene("knot", tuple(tiles), tuple(arrows), (Zone("a", "a"), Zone("b", "b")))


def test_of_several_orders_the_tidiest_is_drawn() -> None:
    once, best = lay_out(knot(), tries=1), lay_out(knot())

    assert crossings([way for _, way in best.arrows]) <= crossings([way for _, way in once.arrows])
    assert crossings([way for _, way in best.arrows]) == 0
    assert best.scene == knot()


def test_a_large_scene_is_tried_once() -> None:
    tiles = tuple(Tile(str(n), str(n)) for n in range(600))

    assert len(list(orders(knot()))) == MOST_ORDERS
    assert len(list(orders(Scene("large", tiles)))) == 1


def test_tiles_are_as_wide_as_their_names_need() -> None:
    name = "a-name-of-thirty-two-characters-x"

    assert size(Tile("t", name))[0] >= width(name, 13.5, BOLD) + 46
    assert size(Tile("t", name, badge=12))[0] > size(Tile("t", name))[0]
    assert size(Tile("t", "x" * 500))[0] <= 340


def test_frames_never_touch() -> None:
    frames = [box for _, box in lay_out(knot()).zones]
    for number, one in enumerate(frames):
        for other in frames[:number]:
            beside = one.x + one.width + 8 <= other.x or other.x + other.width + 8 <= one.x
            assert beside or one.y + one.height + 8 <= other.y or other.y + other.height + 8 <= one.y


def test_an_overview_of_too_many_lines_is_a_table_with_the_most_urgent_first() -> None:
    zones = tuple(Zone(f"z{n}", f"z{n}") for n in range(12))
    tiles = tuple(Tile(f"t{n}", f"t{n}", zone=f"z{n}", tone="high" if n == 7 else "low", badge=1) for n in range(12))
    arrows = tuple(Arrow(f"t{a}", f"t{b}", "calls") for a in range(12) for b in range(12) if a != b)
    small = overview(Scene("dense", tiles, arrows, zones))
    boxes = [box for _, box in lay_out(small).tiles]

    assert small.arrows == ()
    assert small.tiles[0].title == "z7"
    assert len({box.x for box in boxes}) > 1
    assert len({box.y for box in boxes}) > 1
    assert len(arrows) < TANGLE


def test_what_lies_in_a_zone_within_another_is_in_both() -> None:
    zones = (Zone("outer", "outer"), Zone("inner", "inner", parent="outer"))
    scene = Scene("nested", (Tile("t", "t", zone="inner"), Tile("free", "free")), (), zones)

    assert {zone: [tile.id for tile in tiles] for zone, tiles in members(scene).items()} == {"outer": ["t"]}
