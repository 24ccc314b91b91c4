"""Plots as SVG inside the page, by Vega-Lite through vl-convert (https://github.com/vega/vl-convert).

Colours are variables of the page's style sheet, so that one drawing suits light and dark. Foreign text only ever is data:
no expression, address or name of a field is made of it, and nothing is fetched.
"""

from __future__ import annotations

from typing import Any

from hullmark.model.errors import HullmarkError
from hullmark.report.picture.style import FONT
from hullmark.text.regex import regex

Spec = dict[str, Any]
Rows = list[dict[str, Any]]

WIDTH = 620
"""Pixels of the area that a plot is drawn in, without what stands beside it."""

LABELS = 250
"""Pixels that a name beside a plot may take."""

SERIES = 8
"""Colours of series; what is beyond shares the last one."""

_AXIS = {
    "labelColor": "var(--ink)",
    "titleColor": "var(--faint)",
    "gridColor": "var(--rim)",
    "domainColor": "var(--line)",
    "tickColor": "var(--line)",
    "labelFontSize": 12,
    "titleFontSize": 12,
    "titleFontWeight": "normal",
    "labelLimit": LABELS,
}
_LEGEND = {
    "labelColor": "var(--ink)",
    "labelFontSize": 12,
    "title": None,
    "orient": "bottom",
    "direction": "horizontal",
    "columns": 4,
    "labelLimit": LABELS,
}
_CONFIG: Spec = {
    "font": FONT,
    "background": None,
    "view": {"stroke": None},
    "axis": _AXIS,
    "axisY": {"grid": False, "ticks": False, "domain": False, "labelPadding": 8, "minExtent": 150},
    "legend": _LEGEND,
    "concat": {"spacing": 18},
}

LONG = {"short": "var(--critical)", "fewer": "var(--medium)"}
"""The colours of times with fewer than are needed, and of those with enough but not all."""


def series(names: list[str]) -> Spec:
    """A colour scale for series by name."""
    return {"domain": names, "range": [f"var(--s{min(n, SERIES - 1)})" for n in range(len(names))]}


def draw(spec: Spec, label: str) -> str:
    """A plot as an SVG element; ``label`` is what it shows, for those who cannot see it.

    Raises:
        HullmarkError: the library is not installed.
    """
    try:
        import vl_convert
    except ImportError:
        raise HullmarkError("plots need a library", "pip install 'hullmark[simulate]'") from None
    from html import escape

    whole = {"width": WIDTH, "autosize": {"type": "pad"}, "padding": 4, "config": _CONFIG, **spec}
    drawn: str = vl_convert.vegalite_to_svg(whole, vl_version="6.1", show_warnings=False, allowed_base_urls=[])
    opening = f'<svg role="img" aria-label="{escape(label, quote=True)}" '
    return opening + _HEAD.sub("", drawn, count=1)


_HEAD = regex(r'^<svg xmlns="[^"]*" xmlns:xlink="[^"]*" version="1.1" class="marks" ')
"""What files by themselves need and an element of a page does not."""


def bars(rows: Rows, names: list[str], parts: list[str], title: str) -> Spec:
    """Stacked bars: ``rows`` have a name, a part and a value."""
    return {
        "data": {"values": rows},
        "height": {"step": 30},
        "mark": {"type": "bar", "height": 18},
        "encoding": {
            "y": {"field": "name", "type": "nominal", "sort": names, "title": None},
            "x": {"field": "value", "type": "quantitative", "stack": "zero", "title": title},
            "color": {"field": "part", "type": "nominal", "scale": series(parts), "sort": parts},
            "order": {"field": "order", "type": "quantitative"},
        },
    }


_PERCENT = "format(100 * datum.value, '~f') + ' %'"
"""How shares are written at axes, as everywhere else."""


def intervals(rows: Rows, names: list[str]) -> Spec:
    """Availabilities with their intervals and objectives: ``rows`` have a name, mean, low, high and perhaps a target.

    All are unavailabilities; the axis is logarithmic, so that every nine is as wide as the next one.
    """
    axis = {
        "values": [0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7],
        "labelExpr": "format(100 * (1 - datum.value), '.7~f') + ' %'",
        "title": "availability, the infrastructure part",
    }
    scale = {"type": "log", "reverse": True, "nice": False, "padding": 14}
    place = {"field": "name", "type": "nominal", "sort": names, "title": None}
    ends = {"field": "low", "type": "quantitative", "scale": scale, "axis": axis}
    return {
        "data": {"values": rows},
        "height": {"step": 34},
        "encoding": {"y": place},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 5, "strokeCap": "round", "opacity": 0.45},
                "encoding": {"x": ends, "x2": {"field": "high"}, "color": {"value": "var(--s0)"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                "encoding": {"x": {**ends, "field": "mean"}, "color": {"value": "var(--s0)"}},
            },
            {
                "transform": [{"filter": "isValid(datum.target)"}],
                "mark": {"type": "tick", "thickness": 3, "height": 26, "opacity": 1},
                "encoding": {"x": {**ends, "field": "target"}, "color": {"value": "var(--critical)"}},
            },
        ],
    }


def course(spans: Rows, steps: Rows, names: list[str], unit: str, end: float) -> Spec:
    """A failure as it runs its course: who is short from when to when above, how many serve below.

    ``spans`` have a name, a state, start and end; ``steps`` a name, a time and the share that serves; without
    them only what is above is drawn.
    """
    told = {"title": f"{unit} after the failure", "tickCount": 8}
    quiet = {"title": None, "labels": False, "ticks": False, "tickCount": 8}
    time = {"type": "quantitative", "scale": {"domain": [0, end], "nice": False}}
    above = _spans(spans, names, {**time, "field": "start", "axis": quiet if steps else told})
    below = _steps(steps, names, {**time, "field": "time", "axis": told})
    return {"vconcat": [above, below] if steps else [above], "resolve": {"scale": {"color": "independent"}}}


def _spans(rows: Rows, names: list[str], time: Spec) -> Spec:
    """Who is short from when to when."""
    states = {"domain": ["fewer than needed serve", "enough serve, fewer than all"], "range": list(LONG.values())}
    return {
        "data": {"values": rows},
        "width": WIDTH,
        "height": {"step": 26},
        "mark": {"type": "bar", "height": 14, "cornerRadius": 3},
        "encoding": {
            "y": {"field": "name", "type": "nominal", "sort": names, "title": None},
            "x": time,
            "x2": {"field": "end"},
            "color": {"field": "state", "type": "nominal", "scale": states},
        },
    }


def _steps(rows: Rows, names: list[str], time: Spec) -> Spec:
    """How many serve as time goes on."""
    share = {"title": "pods that serve", "labelExpr": _PERCENT, "grid": True, "tickCount": 4, "minExtent": 0}
    legend = {"symbolType": "stroke", "symbolStrokeWidth": 3}
    return {
        "data": {"values": rows},
        "width": WIDTH,
        "height": 110,
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.2},
        "encoding": {
            "x": time,
            "y": {"field": "share", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": share},
            "color": {"field": "name", "type": "nominal", "scale": series(names), "legend": legend},
            "detail": {"field": "name", "type": "nominal"},
        },
    }


def curve(points: Rows, marks: Rows, names: list[str]) -> Spec:
    """Progress against the checkpoint interval, in minutes, with intervals that are marked."""
    across = {"field": "minutes", "type": "quantitative", "scale": {"type": "log", "nice": False}}
    titled = {**across, "axis": {"title": "minutes of work between checkpoints", "tickCount": 6, "format": "~g"}}
    up = {
        "field": "progress",
        "type": "quantitative",
        "axis": {"labelExpr": _PERCENT, "title": "progress", "grid": True, "minExtent": 0},
    }
    return {
        "height": 210,
        "layer": [
            {
                "data": {"values": points},
                "mark": {"type": "line", "strokeWidth": 2.4, "color": "var(--s0)"},
                "encoding": {"x": titled, "y": {**up, "scale": {"zero": False}}},
            },
            {
                "data": {"values": marks},
                "mark": {"type": "rule", "strokeWidth": 2, "strokeDash": [5, 3]},
                "encoding": {
                    "x": titled,
                    "color": {"field": "name", "type": "nominal", "scale": _after(names), "sort": names},
                },
            },
            {
                "data": {"values": marks},
                "mark": {"type": "point", "filled": True, "size": 80, "opacity": 1},
                "encoding": {
                    "x": titled,
                    "y": up,
                    "color": {"field": "name", "type": "nominal", "scale": _after(names), "sort": names},
                },
            },
        ],
    }


def _after(names: list[str]) -> Spec:
    """Colours of marks, none of them that of the curve."""
    return {"domain": names, "range": [f"var(--s{n + 1})" for n in range(len(names))]}


def ladder(rows: Rows, names: list[str], title: str) -> Spec:
    """Bars that get shorter: ``rows`` have a name, a value and a text."""
    place = {"field": "name", "type": "nominal", "sort": names, "title": None}
    across = {"field": "value", "type": "quantitative", "stack": None, "title": title, "scale": {"nice": False}}
    return {
        "data": {"values": rows},
        "height": {"step": 30},
        "encoding": {"y": {**place, "axis": {"labelLimit": 430}}, "x": across},
        "width": WIDTH - 160,
        "layer": [
            {"mark": {"type": "bar", "height": 18, "color": "var(--s0)", "cornerRadiusEnd": 3}},
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "color": "var(--ink)", "fontSize": 12},
                "encoding": {"text": {"field": "text", "type": "nominal"}},
            },
        ],
    }
