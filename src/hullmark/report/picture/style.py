"""Colours and strokes of pictures, for light and dark surroundings, as one style sheet.

Meaning never hangs on colour alone: severities have badges with counts, kinds of edges have strokes of their own and are
named in the legend and in tooltips.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

FONT = "Inter, 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"


class Stroke(NamedTuple):
    """How a kind of edge is drawn: colour for light and for dark, width, dashes, and what the legend calls it."""

    light: str
    dark: str
    width: float
    dashes: str
    legend: str


STROKES = {
    "routes": Stroke("#1d5fd1", "#79a8ff", 2.2, "", "routes to"),
    "calls": Stroke("#475467", "#aab4c3", 1.7, "", "calls"),
    "loads-model": Stroke("#7a3ec8", "#c39bff", 1.7, "7 4", "loads model"),
    "reads": Stroke("#0f7b6c", "#5fd0bf", 1.7, "", "reads"),
    "writes": Stroke("#0f7b6c", "#5fd0bf", 2.2, "9 3", "writes"),
    "mounts": Stroke("#8a94a3", "#7d8896", 1.3, "3 3", "mounts"),
    "trains": Stroke("#b0479b", "#f09bdc", 1.9, "", "trains"),
    "evaluates": Stroke("#b0479b", "#f09bdc", 1.5, "6 3", "evaluates"),
    "promotes": Stroke("#b0479b", "#f09bdc", 2.2, "2 3", "promotes"),
    "serves": Stroke("#b0479b", "#f09bdc", 1.9, "10 3 2 3", "serves"),
    "depends-on": Stroke("#8a94a3", "#7d8896", 1.5, "8 4", "depends on"),
    "runs-as": Stroke("#9a7a1f", "#d8bb62", 1.3, "2 4", "runs as"),
    "may-reach": Stroke("#b5bdc8", "#56606d", 1.1, "1 4", "may reach"),
}
"""How the edges of an architecture look, by their kind."""

_PLAIN = STROKES["calls"]

TONES = {
    "critical": ("#b4122d", "#ff6b7f"),
    "high": ("#d9580d", "#ff9a55"),
    "medium": ("#b98300", "#f0c14b"),
    "low": ("#2f78b7", "#74b6ea"),
    "info": ("#667085", "#98a2b3"),
}
"""Colours of severities, light and dark."""

_SURFACES = {
    "paper": ("#ffffff", "#0f141b"),
    "ink": ("#17202c", "#eef2f7"),
    "faint": ("#5a6675", "#9aa6b5"),
    "card": ("#ffffff", "#19212b"),
    "line": ("#cbd3dd", "#3a4654"),
    "zone": ("#f5f7fa", "#141b24"),
    "rim": ("#d5dce5", "#2c3744"),
    "chip": ("#eaeff5", "#263140"),
    "hot": ("#d2042d", "#ff5c75"),
}


def stroke(kind: str) -> Stroke:
    """How a kind of edge is drawn; one that is not known like a call."""
    return STROKES.get(kind, _PLAIN)


def in_order(kinds: Iterable[str]) -> list[str]:
    """Kinds of edges, each once, as legends list them."""
    known = list(STROKES)
    return sorted(dict.fromkeys(kinds), key=lambda kind: known.index(kind) if kind in STROKES else len(known))


def sheet(theme: str) -> str:
    """The style sheet for a theme: *light*, *dark*, or *auto* for what the reader's system wants; paper is light."""
    light, dark = _variables(0), _variables(1)
    if theme == "dark":
        return f":root{{{dark}}}{_RULES}"
    if theme == "light":
        return f":root{{{light}}}{_RULES}"
    return (
        f":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root:not(.light){{{dark}}}}}"
        f"@media screen{{:root.dark{{{dark}}}}}{_RULES}"
    )


def _variables(which: int) -> str:
    surfaces = [f"--{name}:{pair[which]}" for name, pair in _SURFACES.items()]
    tones = [f"--{name}:{pair[which]}" for name, pair in TONES.items()]
    strokes = [f"--e-{name}:{s.dark if which else s.light}" for name, s in STROKES.items()]
    return ";".join([*surfaces, *tones, *strokes])


_RULES = (
    f"svg text{{font-family:{FONT};fill:var(--ink)}}"
    ":root{background:var(--paper)}.paper{fill:var(--paper)}"
    ".heading{font-size:20px;font-weight:650}"
    ".remark{font-size:12px;fill:var(--faint)}"
    ".zone rect{fill:var(--zone);stroke:var(--rim);stroke-width:1.2}"
    ".zone.boundary rect{stroke-dasharray:6 4}.zone rect.tab{fill:var(--paper);stroke:none}"
    ".zone text{font-size:12px;font-weight:600;fill:var(--faint);letter-spacing:.02em}"
    ".tile .face{fill:var(--card);stroke:var(--line);stroke-width:1.2}"
    ".tile .title{font-size:13.5px;font-weight:650}"
    ".tile .subtitle{font-size:11.5px;fill:var(--faint)}"
    ".tile .chip rect{fill:var(--chip)}.tile .chip text{font-size:10.5px}"
    ".tile .icon{fill:none;stroke:var(--ink);stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}"
    ".tile.outside .face{stroke-dasharray:5 4}"
    ".tile .badge text{font-size:11px;font-weight:700;fill:var(--paper);text-anchor:middle}"
    ".edge path{fill:none;stroke-linejoin:round}"
    ".edge.guess path{opacity:.65}"
    ".hot.tile .face{stroke:var(--hot);stroke-width:2.6}"
    ".hot.edge path{stroke:var(--hot)!important;stroke-width:3.2!important;opacity:1}"
    + "".join(f".tone-{name}{{fill:var(--{name})}}" for name in TONES)
    + "".join(
        f".e-{name}{{stroke:var(--e-{name});stroke-width:{s.width}"
        + (f";stroke-dasharray:{s.dashes}" if s.dashes else "")
        + f"}}.h-{name}{{fill:var(--e-{name})}}"
        for name, s in STROKES.items()
    )
    + ".h-hot{fill:var(--hot)}"
)
