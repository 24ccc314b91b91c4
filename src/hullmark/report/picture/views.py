"""Smaller scenes of a large one: an overview of its zones, and each zone with what it has to do with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hullmark.report.picture.scene import Arrow, Scene, Tile, Tone, Zone
from hullmark.report.picture.style import in_order, stroke
from hullmark.report.visible import count

LARGE = 80
"""From how many tiles on a picture starts with its overview."""

_MOST_BUNDLES = 60
"""More arrows than these say nothing in an overview; it is then a table of what there is."""

TANGLE = 1_000
"""From how many arrows on nobody can follow them: the page has the overview and the zones, not everything at once."""

_TONES: tuple[Tone, ...] = ("", "info", "low", "medium", "high", "critical")


def overview(scene: Scene) -> Scene:
    """Every zone as one tile, and what lies in none as it is; arrows between the same two become one."""
    homes, inside = _homes(scene), members(scene)
    tiles = [tile for tile in scene.tiles if not homes[tile.id]]
    tiles += [_summary(zone, inside[zone.id]) for zone in _outermost(scene)]
    ends = {tile.id: _zone_tile(homes[tile.id]) if homes[tile.id] else tile.id for tile in scene.tiles}
    arrows = tuple(_bundled(scene.arrows, ends))
    if len(arrows) <= _MOST_BUNDLES:
        return Scene(scene.title, tuple(tiles), arrows)
    urgent = sorted(tiles, key=lambda tile: (tile.role != "zone", -_TONES.index(tile.tone), -tile.badge))
    return Scene(scene.title, tuple(urgent))


def close_up(scene: Scene, zone: Zone) -> Scene:
    """One zone in full; the other zones it has to do with as one tile each."""
    homes = _homes(scene)
    inside = {tile.id for tile in scene.tiles if homes[tile.id] == zone.id}
    near = {
        a.target if a.source in inside else a.source
        for a in scene.arrows
        if (a.source in inside) != (a.target in inside)
    }
    ends = {
        tile.id: tile.id if tile.id in inside or not homes[tile.id] else _zone_tile(homes[tile.id])
        for tile in scene.tiles
        if tile.id in inside or tile.id in near
    }
    others = {homes[one] for one in near - inside if homes[one]}
    tiles = [t for t in scene.tiles if ends.get(t.id) == t.id]
    around = members(scene) if others else {}
    tiles += [_summary(z, around[z.id]) for z in _outermost(scene) if z.id in others]
    arrows = [a for a in scene.arrows if a.source in inside or a.target in inside]
    zones = tuple(z for z in scene.zones if z.id == zone.id or _outer(z, scene) == zone.id)
    return Scene(zone.title, tuple(tiles), tuple(_bundled(arrows, ends)), zones)


def members(scene: Scene) -> Mapping[str, list[Tile]]:
    """What lies in each of the outermost zones, by the zone's id."""
    homes = _homes(scene)
    found: dict[str, list[Tile]] = {zone.id: [] for zone in _outermost(scene)}
    for tile in scene.tiles:
        if homes[tile.id]:
            found[homes[tile.id]].append(tile)
    return found


def _homes(scene: Scene) -> Mapping[str, str]:
    """The outermost zone of every tile, empty for none."""
    outer = {zone.id: _outer(zone, scene) for zone in scene.zones}
    return {tile.id: outer.get(tile.zone, "") for tile in scene.tiles}


def _outermost(scene: Scene) -> list[Zone]:
    return [zone for zone in scene.zones if _outer(zone, scene) == zone.id]


def _outer(zone: Zone, scene: Scene) -> str:
    known = {z.id: z for z in scene.zones}
    for _ in known:
        if zone.parent not in known:
            break
        zone = known[zone.parent]
    return zone.id


def _zone_tile(zone: str) -> str:
    return f"zone:{zone}"


def _summary(zone: Zone, tiles: list[Tile]) -> Tile:
    worst: Tone = max((tile.tone for tile in tiles if tile.badge), key=_TONES.index, default="")
    return Tile(
        _zone_tile(zone.id),
        zone.title,
        count(len(tiles), "component"),
        icon="pipeline",
        tone=worst,
        badge=sum(tile.badge for tile in tiles),
        role="zone",
    )


def _bundled(arrows: Iterable[Arrow], ends: Mapping[str, str]) -> Iterable[Arrow]:
    """Arrows between what is shown; of those between the same two the most telling is drawn and names the others."""
    found: dict[tuple[str, str], dict[str, Arrow]] = {}
    for arrow in arrows:
        if arrow.source in ends and arrow.target in ends:
            source, target = ends[arrow.source], ends[arrow.target]
            if source != target:
                kinds = found.setdefault((source, target), {})
                kinds.setdefault(arrow.kind, arrow._replace(source=source, target=target))
    for kinds in found.values():
        names = in_order(kinds)
        yield (
            kinds[names[0]]._replace(label=", ".join(stroke(k).legend for k in names)) if names[1:] else kinds[names[0]]
        )
