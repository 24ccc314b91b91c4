"""The interactive page of a scene: one file that opens offline, with search, filters, paths and details."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any

from hullmark.report.markup import text
from hullmark.report.picture.layout import lay_out
from hullmark.report.picture.scene import Details, Path, Scene, Tile
from hullmark.report.picture.style import STROKES, TONES, in_order, sheet, stroke
from hullmark.report.picture.svg import body, heads, remark, tones
from hullmark.report.picture.tidiness import MOST_ORDERS
from hullmark.report.picture.views import LARGE, TANGLE, close_up, members, overview
from hullmark.report.visible import visible

_FEW = 4
"""Up to how many views a page may take its time to draw each as tidily as a picture of its own."""


def policy(script: str) -> str:
    """The policy of a page with one script of its own, for its head.

    Nothing is fetched and nothing sent, and no other script runs, whatever a manifest tries to smuggle in
    (https://www.w3.org/TR/CSP3/#match-element-to-source-list).
    """
    digest = b64encode(sha256(script.encode()).digest()).decode()
    said = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return f'<meta http-equiv="Content-Security-Policy" content="{text(said)}">\n'


def render(scene: Scene) -> str:
    """A scene as a page of its own.

    Raises:
        HullmarkError: the layout library is not installed.
    """
    return "".join(_page(scene))


def _page(scene: Scene) -> Iterator[str]:
    here = files(__package__)
    script = here.joinpath("viewer.js").read_text("utf-8")
    yield (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{text(scene.title)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{policy(script)}"
        f"<style>{sheet('auto')}{here.joinpath('viewer.css').read_text('utf-8')}</style>\n</head>\n<body>\n"
    )
    yield from fragment(scene)
    yield f"<script>{script}</script>\n</body>\n</html>\n"


def fragment(scene: Scene) -> Iterator[str]:
    """Everything between the page's head and its script."""
    views = list(_views(scene))
    yield "<header>" + "".join(_controls(scene, [name for name, _, _ in views])) + "</header>\n<main>\n"
    yield f'<svg class="heads" aria-hidden="true">{heads()}</svg>\n'
    for name, _, small in views:
        yield from _view(name, small, tries=MOST_ORDERS if len(views) <= _FEW else max(1, MOST_ORDERS // len(views)))
    yield f'<div class="legend">{"".join(_legend(scene))}</div>\n'
    buttons = (("in", "zoom in (+)", "+"), ("out", "zoom out (-)", "&minus;"), ("fit", "show all (0)", "⤢"))
    shown = "".join(f'<button id="{i}" title="{name}" aria-label="{name}">{sign}</button>' for i, name, sign in buttons)
    yield f'<div class="none">nothing fits these filters</div>\n<div class="buttons">{shown}</div>\n'
    yield '</main>\n<aside aria-live="polite"></aside>\n'
    tiles = {tile.id: tile for _, _, small in views for tile in small.tiles}
    yield data("details", {visible(one.id): _details(one) for one in tiles.values()})
    yield data("inside", {visible(f"zone:{z}"): [visible(t.id) for t in tiles] for z, tiles in members(scene).items()})
    yield data("parents", {visible(zone.id): visible(zone.parent) for zone in scene.zones})
    yield data("paths", {str(n): _way(path) for n, path in enumerate(scene.paths)})


def data(name: str, value: Any) -> str:
    """A value as JSON inside a page; nothing in it can end the element it stands in."""
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    plain = plain.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return f'<script type="application/json" id="{name}">{plain}</script>\n'


def _views(scene: Scene) -> Iterator[tuple[str, str, Scene]]:
    """The scenes of a page by name and title, the one to start with first."""
    whole = ("all", "everything", scene)
    if not scene.zones:
        yield whole
        return
    zones = [(f"zone {zone.id}", zone.title, close_up(scene, zone)) for zone in scene.zones if not zone.parent]
    summary = ("overview", "overview", overview(scene))
    if len(scene.arrows) >= TANGLE:
        yield summary
    else:
        yield from (summary, whole) if len(scene.tiles) >= LARGE else (whole, summary)
    yield from (view for view in zones if len(view[2].tiles) > 0)


def _controls(scene: Scene, views: Sequence[str]) -> Iterator[str]:
    yield f'<h1>{text(scene.title)}</h1><span class="remark">{remark(scene)}</span>'
    yield '<input id="search" type="search" placeholder="search ( / )" aria-label="search">'
    yield _select("role", "any role", ((r, r) for r in sorted({t.role for t in scene.tiles if t.role})))
    yield _select("zone", "any namespace", ((z.id, z.title) for z in scene.zones))
    yield _select("tone", "any severity", ((tone, f"{tone} and worse") for tone in TONES))
    yield _select("path", "no path", ((str(n), path.title) for n, path in enumerate(scene.paths)))
    titles = {zone.id: zone.title for zone in scene.zones}
    names = {"all": "everything", "overview": "overview"}
    options = ((view, names.get(view) or titles[view.removeprefix("zone ")]) for view in views)
    yield _select("view", "", options)
    yield '<button id="theme" title="light or dark" aria-label="light or dark">◐</button>'


def _select(name: str, empty: str, options: Iterable[tuple[str, str]]) -> str:
    first = f'<option value="">{text(empty)}</option>' if empty else ""
    rest = "".join(f'<option value="{text(value)}">{text(label)}</option>' for value, label in options)
    return f'<select id="{name}" aria-label="{text(empty or name)}">{first}{rest}</select>'


def _view(name: str, scene: Scene, *, tries: int) -> Iterator[str]:
    laid = lay_out(scene, tries=tries)
    x, y, wide, high = laid.bounds
    box = f"{x - 30:.0f} {y - 30:.0f} {max(wide, 300) + 60:.0f} {max(high, 200) + 60:.0f}"
    yield f'<div class="view" data-view="{text(name)}"><svg viewBox="{box}" role="img" aria-label="{text(scene.title)}">\n'
    yield from body(laid)
    yield "</svg></div>\n"


def _legend(scene: Scene) -> Iterator[str]:
    for kind in in_order(arrow.kind for arrow in scene.arrows):
        name = kind if kind in STROKES else "calls"
        line = f'<svg viewBox="0 0 38 10"><g class="edge"><path class="e-{name}" d="M0 5h36" marker-end="url(#h-{name})"/></g></svg>'
        yield f'<span data-kind="{text(kind)}">{line}{text(stroke(kind).legend if kind in STROKES else kind)}</span>'
    for number, tone in enumerate(tones(scene)):
        dot = f'<svg class="dot" viewBox="0 0 16 10"><rect class="tone-{tone}" width="16" height="10" rx="5"/></svg>'
        yield f"<span>{dot}{'findings, worst ' if number == 0 else ''}{tone}</span>"


def _way(path: Path) -> dict[str, Any]:
    return {
        "title": visible(path.title),
        "subtitle": visible(path.subtitle),
        "tiles": [visible(one) for one in path.tiles],
        "details": _sections(path.details),
    }


def _sections(details: Details) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (visible(heading), [(visible(name), visible(words)) for name, words in rows])
        for heading, rows in details.items()
    ]


def _details(tile: Tile) -> dict[str, Any]:
    sections = _sections(tile.details)
    spoken = [tile.title, tile.subtitle, *tile.chips, *(w for _, rows in sections for row in rows for w in row)]
    return {
        "role": visible(tile.role),
        "zone": visible(tile.zone),
        "tone": tile.tone,
        "title": visible(tile.title),
        "subtitle": visible(tile.subtitle),
        "text": visible(" ".join(spoken)).lower(),
        "details": sections,
    }
