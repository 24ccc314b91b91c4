"""A scene as a Mermaid flowchart, for Markdown that renders it (https://mermaid.js.org/syntax/flowchart.html)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hullmark.report.picture.scene import Scene, Tile, Zone
from hullmark.report.visible import visible

_SHAPES = {
    "card": ("[", "]"),
    "store": ("[(", ")]"),
    "outside": ("([", "])"),
    "entry": ("((", "))"),
    "small": ("(", ")"),
}
_LINES = {
    "routes": "==>",
    "loads-model": "-.->",
    "mounts": "-.->",
    "runs-as": "-.->",
    "may-reach": "-.->",
    "depends-on": "-.->",
}


def render(scene: Scene) -> str:
    """A scene as Mermaid text."""
    return "\n".join(["flowchart LR", *_lines(scene)]) + "\n"


def _lines(scene: Scene) -> Iterator[str]:
    names = {tile.id: f"n{number}" for number, tile in enumerate(scene.tiles)}
    known = {zone.id for zone in scene.zones}
    for tile in scene.tiles:
        if tile.zone not in known:
            yield f"  {_node(tile, names)}"
    for number, zone in enumerate(scene.zones):
        if zone.parent not in known:
            yield from _zone(zone, scene, names, f"z{number}", 1)
    for arrow in scene.arrows:
        line = _LINES.get(arrow.kind, "-->")
        yield f"  {names[arrow.source]} {line}|{_words(arrow.label or arrow.kind)}| {names[arrow.target]}"


def _zone(zone: Zone, scene: Scene, names: Mapping[str, str], name: str, depth: int) -> Iterator[str]:
    indent = "  " * depth
    yield f"{indent}subgraph {name} [{_words(zone.title)}]"
    for tile in scene.tiles:
        if tile.zone == zone.id:
            yield f"{indent}  {_node(tile, names)}"
    for number, inner in enumerate(scene.zones):
        if inner.parent == zone.id and depth < 9:
            yield from _zone(inner, scene, names, f"{name}_{number}", depth + 1)
    yield f"{indent}end"


def _node(tile: Tile, names: Mapping[str, str]) -> str:
    left, right = _SHAPES[tile.shape]
    found = f"{tile.badge} findings, worst {tile.tone}" if tile.badge and tile.tone else ""
    words = "<br/>".join(filter(None, map(_inner, (tile.title, tile.subtitle, " · ".join(tile.chips), found))))
    return f'{names[tile.id]}{left}"{words}"{right}'


def _words(words: str) -> str:
    return f'"{_inner(words)}"'


def _inner(words: str) -> str:
    """Foreign words as Mermaid takes them literally: everything it could read as syntax or markup as an entity."""
    return "".join(c if c.isalnum() or c in " -_./:,·@" else f"#{ord(c)};" for c in visible(words))
