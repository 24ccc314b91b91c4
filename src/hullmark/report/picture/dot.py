"""A scene in the DOT language, for Graphviz (https://graphviz.org/doc/info/lang.html)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hullmark.report.picture.scene import Scene, Tile, Zone
from hullmark.report.picture.style import TONES, stroke
from hullmark.report.visible import visible

_SHAPES = {"card": "box", "store": "cylinder", "outside": "box", "entry": "oval", "small": "box"}
_STYLES = {"card": "rounded", "store": "solid", "outside": "rounded,dashed", "entry": "solid", "small": "rounded"}


def render(scene: Scene) -> str:
    """A scene as DOT text."""
    return "\n".join(_lines(scene)) + "\n"


def _lines(scene: Scene) -> Iterator[str]:
    names = {tile.id: f"n{number}" for number, tile in enumerate(scene.tiles)}
    known = {zone.id for zone in scene.zones}
    yield "digraph {"
    yield f"  graph [rankdir=LR, fontname=Helvetica, label={_quoted(scene.title)}, labelloc=t]"
    yield "  node [fontname=Helvetica, fontsize=11]"
    yield "  edge [fontname=Helvetica, fontsize=9]"
    for tile in scene.tiles:
        if tile.zone not in known:
            yield f"  {_node(tile, names)}"
    for number, zone in enumerate(scene.zones):
        if zone.parent not in known:
            yield from _zone(zone, scene, names, f"z{number}", 1)
    for arrow in scene.arrows:
        look = stroke(arrow.kind)
        style = "dashed" if look.dashes else "solid"
        yield (
            f"  {names[arrow.source]} -> {names[arrow.target]} "
            f'[label={_quoted(arrow.label or arrow.kind)}, color="{look.light}", style={style}]'
        )
    yield "}"


def _zone(zone: Zone, scene: Scene, names: Mapping[str, str], name: str, depth: int) -> Iterator[str]:
    indent = "  " * depth
    yield f"{indent}subgraph cluster_{name} {{"
    yield f'{indent}  label={_quoted(zone.title)}; style="rounded,filled"; color="#d5dce5"; fillcolor="#f5f7fa"'
    for tile in scene.tiles:
        if tile.zone == zone.id:
            yield f"{indent}  {_node(tile, names)}"
    for number, inner in enumerate(scene.zones):
        if inner.parent == zone.id and depth < 9:
            yield from _zone(inner, scene, names, f"{name}_{number}", depth + 1)
    yield f"{indent}}}"


def _node(tile: Tile, names: Mapping[str, str]) -> str:
    found = f"{tile.badge} findings, worst {tile.tone}" if tile.badge and tile.tone else ""
    label = "\n".join(filter(None, (tile.title, tile.subtitle, " · ".join(tile.chips), found)))
    color = TONES[tile.tone][0] if tile.tone else "#5a6675"
    look = f'shape={_SHAPES[tile.shape]}, style="{_STYLES[tile.shape]}", color="{color}"'
    return f"{names[tile.id]} [label={_quoted(label)}, {look}]"


def _quoted(words: str) -> str:
    lines = (visible(line).replace("\\", "\\\\").replace('"', '\\"') for line in words.split("\n"))
    return '"' + "\\n".join(lines) + '"'
