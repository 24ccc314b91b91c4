"""Draws a laid-out scene as SVG: one file, no scripts, nothing fetched."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from hullmark.report.markup import text
from hullmark.report.picture.icons import icon
from hullmark.report.picture.layout import CHIP, LEFT, SUBTITLE, TITLE, Box, Laid, badge, badge_width, lay_out
from hullmark.report.picture.lettering import BOLD, clipped, width
from hullmark.report.picture.scene import Arrow, Path, Scene, Tile, Zone
from hullmark.report.picture.style import STROKES, TONES, in_order, sheet, stroke
from hullmark.report.visible import count

_MARGIN, _HEADER, _LEGEND = 36.0, 64.0, 56.0
_CORNER = 8.0
"""The radius of an arrow's corners."""


def render(scene: Scene, *, theme: str = "auto", path: Path | None = None, embedded: bool = False) -> str:
    """A scene as an SVG file.

    Args:
        scene: what to draw.
        theme: *light*, *dark* or *auto*.
        path: a way through the picture to highlight.
        embedded: whether it stands in a page, which has the style sheet and says what is seen.

    Raises:
        HullmarkError: the layout library is not installed.
    """
    laid = lay_out(scene)
    return "".join(_file(laid, "" if embedded else sheet(theme), path, embedded=embedded))


def _file(laid: Laid, style: str, path: Path | None, *, embedded: bool) -> Iterator[str]:
    x, y, wide, high = laid.bounds
    kinds = in_order(arrow.kind for arrow, _ in laid.arrows)
    header = 0.0 if embedded else _HEADER
    full_wide, full_high = max(wide, 520.0) + 2 * _MARGIN, high + 2 * _MARGIN + header + _LEGEND
    left, top = x - _MARGIN, y - _MARGIN - header
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:.0f} {top:.0f} {full_wide:.0f} {full_high:.0f}" '
        f'width="{full_wide:.0f}" height="{full_high:.0f}" role="img" aria-label="{text(laid.scene.title)}">\n'
        f"<title>{text(laid.scene.title)}</title>\n<style>{style}</style>\n"
        f'<rect class="paper" x="{left:.0f}" y="{top:.0f}" width="{full_wide:.0f}" height="{full_high:.0f}"/>\n'
    )
    if not embedded:
        yield f'<text class="heading" x="{x:.0f}" y="{top + _MARGIN + 18:.0f}">{text(laid.scene.title)}</text>\n'
        yield f'<text class="remark" x="{x:.0f}" y="{top + _MARGIN + 38:.0f}">{text(_told_of(laid.scene, path))}</text>\n'
    yield heads()
    yield from body(laid, path)
    yield from _legend(kinds, tones(laid.scene), x, y + high + _MARGIN + 10, full_wide - 2 * _MARGIN)
    yield "</svg>\n"


def body(laid: Laid, path: Path | None = None) -> Iterator[str]:
    """Frames, arrows and tiles, without the file around them and the heads of arrows: what the interactive page embeds too."""
    hot = frozenset(path.tiles) if path is not None else frozenset()
    steps = frozenset(zip(path.tiles, path.tiles[1:], strict=False)) if path is not None else frozenset()
    outer = {zone.parent for zone, _ in laid.zones}
    for zone, box in laid.zones:
        yield _zone(zone, box, is_outer=zone.id in outer)
    # What is highlighted lies above the rest.
    for arrow, points in sorted(laid.arrows, key=lambda a: (a[0].source, a[0].target) in steps):
        yield _arrow(arrow, points, hot=(arrow.source, arrow.target) in steps)
    for tile, box in laid.tiles:
        yield _tile(tile, box, hot)


def _told_of(scene: Scene, path: Path | None) -> str:
    """How much there is, or what the way that is highlighted is about."""
    return remark(scene) if path is None else " · ".join(filter(None, (path.title, path.subtitle)))


def remark(scene: Scene) -> str:
    """How much there is in a scene, in a line."""
    said = [count(len(scene.tiles), "component"), count(len(scene.arrows), "connection")]
    found = sum(tile.badge for tile in scene.tiles)
    return " · ".join([*said, count(found, "finding")] if found else said)


def tones(scene: Scene) -> list[str]:
    """The severities that a scene shows, worst first."""
    return [tone for tone in TONES if any(tile.badge and tile.tone == tone for tile in scene.tiles)]


def heads() -> str:
    """The heads of all kinds of arrows, once for a document: what is not rendered lends its markers to nobody."""
    markers = (
        f'<marker id="h-{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="10" markerHeight="10" '
        f'markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path class="h-{name}" d="M0 1L10 5L0 9z"/></marker>'
        for name in (*STROKES, "hot")
    )
    return f"<defs>{''.join(markers)}</defs>\n"


def _zone(zone: Zone, box: Box, *, is_outer: bool) -> str:
    """A frame with its title: inside, or on the rim where frames within would run into it."""
    title = clipped(zone.title, box.width - 40, 12, BOLD)
    y = box.y + (4 if is_outer else 20)
    tab = ""
    if is_outer:
        wide = width(title, 12, BOLD) + 12
        tab = f'<rect class="tab" x="{box.x + 14:.1f}" y="{y - 13:.1f}" width="{wide:.1f}" height="17" rx="5"/>'
    return (
        f'<g class="zone {zone.kind}" data-zone="{text(zone.id)}">'
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="14"/>{tab}'
        f'<text x="{box.x + (20 if is_outer else 14):.1f}" y="{y:.1f}">{text(title)}</text></g>\n'
    )


def _arrow(arrow: Arrow, points: Sequence[tuple[float, float]], *, hot: bool) -> str:
    kind = arrow.kind if arrow.kind in STROKES else "calls"
    classes = "edge" + (" guess" if not arrow.certain else "") + (" hot" if hot else "")
    told = f"{arrow.label or stroke(arrow.kind).legend}" + (f" ({arrow.evidence})" if arrow.evidence else "")
    head = "hot" if hot else kind
    return (
        f'<g class="{classes}" data-from="{text(arrow.source)}" data-to="{text(arrow.target)}" data-kind="{text(arrow.kind)}">'
        f'<title>{text(told)}</title><path class="e-{kind}" d="{_rounded(points)}" marker-end="url(#h-{head})"/></g>\n'
    )


def _rounded(points: Sequence[tuple[float, float]]) -> str:
    """A polyline with rounded corners, as path data."""
    if not points:
        return ""
    data = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x0, y0), (x1, y1), (x2, y2) in zip(points, points[1:], points[2:], strict=False):
        before, after = _length(x0, y0, x1, y1), _length(x1, y1, x2, y2)
        if before == 0 or after == 0:
            continue
        r = min(_CORNER, before / 2, after / 2)
        data.append(
            f"L{x1 - (x1 - x0) / before * r:.1f} {y1 - (y1 - y0) / before * r:.1f}"
            f"Q{x1:.1f} {y1:.1f} {x1 + (x2 - x1) / after * r:.1f} {y1 + (y2 - y1) / after * r:.1f}"
        )
    data.append(f"L{points[-1][0]:.1f} {points[-1][1]:.1f}")
    return "".join(data)


def _length(x0: float, y0: float, x1: float, y1: float) -> float:
    return float(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5)


def _tile(tile: Tile, box: Box, hot: Collection[str]) -> str:
    classes = f"tile {tile.shape}" + (" hot" if tile.id in hot else "")
    return (
        f'<g class="{classes}" data-id="{text(tile.id)}" data-zone="{text(tile.zone)}" data-role="{text(tile.role)}" '
        f'data-tone="{tile.tone}" transform="translate({box.x:.1f} {box.y:.1f})">'
        f"<title>{text(_told(tile))}</title>{_face(tile, box)}{_words(tile, box)}{_badge(tile, box)}</g>\n"
    )


def _told(tile: Tile) -> str:
    return " · ".join(filter(None, (tile.title, tile.subtitle, *tile.chips)))


def _face(tile: Tile, box: Box) -> str:
    if tile.shape == "store":
        rim = 7.0
        wall = (
            f"M0 {rim}a{box.width / 2:.1f} {rim} 0 0 1 {box.width:.1f} 0v{box.height - 2 * rim:.1f}"
            f"a{box.width / 2:.1f} {rim} 0 0 1 {-box.width:.1f} 0z"
        )
        lid = f"M0 {rim}a{box.width / 2:.1f} {rim} 0 0 0 {box.width:.1f} 0"
        return f'<path class="face" d="{wall}"/><path class="face" d="{lid}"/>'
    radius = {"small": 14.0, "entry": 18.0}.get(tile.shape, 12.0)
    face = f'<rect class="face" width="{box.width:.1f}" height="{box.height:.1f}" rx="{radius}"/>'
    if tile.tone in TONES and tile.shape == "card":
        face += f'<rect class="tone-{tile.tone}" x="7" y="13" width="4" height="{box.height - 26:.1f}" rx="2"/>'
    return face


def _words(tile: Tile, box: Box) -> str:
    if tile.shape == "entry":
        name = text(clipped(tile.title, box.width - 16, TITLE, BOLD))
        middle = box.width / 2
        return (
            f'<path class="icon" transform="translate({middle - 14:.1f} 14) scale(1.17)" d="{icon(tile.icon)}"/>'
            f'<text class="title" text-anchor="middle" x="{middle:.1f}" y="{box.height - 16:.1f}">{name}</text>'
        )
    left, small = LEFT[tile.shape], tile.shape == "small"
    top = {"card": 27.0, "store": 31.0, "outside": 25.0, "small": 20.0}[tile.shape]
    lift = {"card": 13.0, "store": 22.0, "outside": 17.0, "small": 13.0}[tile.shape]
    beside = badge_width(tile) + 18 if tile.badge else 12
    room = box.width - left - beside
    words = [
        f'<path class="icon" transform="translate({14 if small else 16} {lift}) scale({0.8 if small else 1.0})" d="{icon(tile.icon)}"/>',
        f'<text class="title" x="{left}" y="{top}">{text(clipped(tile.title, room, TITLE, BOLD))}</text>',
    ]
    if tile.subtitle:
        shown = clipped(tile.subtitle, box.width - left - (beside if small else 12), SUBTITLE)
        words.append(f'<text class="subtitle" x="{left}" y="{top + (15 if small else 16)}">{text(shown)}</text>')
    if tile.shape == "card":
        words.append("".join(_chips(tile.chips, left, box)))
    return "".join(words)


def _chips(chips: Sequence[str], left: float, box: Box) -> Iterator[str]:
    x = left
    for chip in chips:
        room = box.width - 12 - x
        if room < 34:
            return
        shown = clipped(chip, room - 14, CHIP)
        wide = width(shown, CHIP) + 14
        yield (
            f'<g class="chip"><rect x="{x:.1f}" y="{box.height - 25:.1f}" width="{wide:.1f}" height="17" rx="8.5"/>'
            f'<text x="{x + 7:.1f}" y="{box.height - 12.8:.1f}">{text(shown)}</text></g>'
        )
        x += wide + 5


def _badge(tile: Tile, box: Box) -> str:
    if not tile.badge or tile.tone not in TONES:
        return ""
    number, wide = badge(tile), badge_width(tile)
    top = 13 if tile.shape == "small" else 9
    return (
        f'<g class="badge"><rect class="tone-{tile.tone}" x="{box.width - wide - 9:.1f}" y="{top}" width="{wide:.1f}" height="20" rx="10"/>'
        f'<text x="{box.width - wide / 2 - 9:.1f}" y="{top + 14}">{number}</text></g>'
    )


def _legend(kinds: Sequence[str], worst: Sequence[str], x: float, y: float, room: float) -> Iterator[str]:
    """What lines and colours mean, in as many rows as it takes."""
    at, line = x, y
    for sign, space, label in (*map(_line, kinds), *(_colour(n, tone) for n, tone in enumerate(worst))):
        wide = space + width(label, 12) + 18
        if at + wide > x + room:
            at, line = x, line + 20
        yield (
            f'<g transform="translate({at:.1f} {line:.1f})">{sign}'
            f'<text class="remark" x="{space}" y="4">{text(label)}</text></g>\n'
        )
        at += wide


def _line(kind: str) -> tuple[str, int, str]:
    """A kind of edges in a legend: its sign, how wide that is, and what it is called."""
    name = kind if kind in STROKES else "calls"
    sign = f'<g class="edge"><path class="e-{name}" d="M0 0h34" marker-end="url(#h-{name})"/></g>'
    return sign, 42, stroke(kind).legend if kind in STROKES else kind


def _colour(number: int, tone: str) -> tuple[str, int, str]:
    """A severity in a legend; the first says what the badges count."""
    sign = f'<rect class="tone-{tone}" y="-5" width="16" height="10" rx="5"/>'
    return sign, 22, f"findings, worst {tone}" if number == 0 else tone
