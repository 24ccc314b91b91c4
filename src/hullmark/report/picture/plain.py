"""A scene as JSON, ``hullmark.map/v1``, for programs that draw themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable

from hullmark.model.component import Graph
from hullmark.report.picture.scene import Scene
from hullmark.report.visible import visible
from hullmark.report.wholegraph import plain as plain_graph

SCHEMA = "hullmark.map/v1"


def render(scene: Scene, graphs: Iterable[tuple[str, Graph]] = ()) -> str:
    """A scene as JSON, with the whole graphs it was drawn from by unit; the same scene gives the same bytes."""
    plain = {
        "schema": SCHEMA,
        "title": visible(scene.title),
        "zones": [
            {"id": visible(z.id), "title": visible(z.title), "kind": z.kind, "parent": visible(z.parent)}
            for z in scene.zones
        ],
        "components": [
            {
                "id": visible(t.id),
                "title": visible(t.title),
                "subtitle": visible(t.subtitle),
                "role": visible(t.role),
                "zone": visible(t.zone),
                "facts": [visible(chip) for chip in t.chips],
                "findings": t.badge,
                "worst": t.tone,
                "details": {visible(h): [[visible(n), visible(w)] for n, w in rows] for h, rows in t.details.items()},
            }
            for t in scene.tiles
        ],
        "edges": [
            {
                "source": visible(a.source),
                "target": visible(a.target),
                "kind": a.kind,
                "label": visible(a.label),
                "certain": a.certain,
                "evidence": visible(a.evidence),
            }
            for a in scene.arrows
        ],
        "paths": [{"title": visible(p.title), "components": [visible(t) for t in p.tiles]} for p in scene.paths],
        "graphs": [{"unit": visible(unit), **plain_graph(graph)} for unit, graph in graphs],
    }
    return json.dumps(plain, indent=1, ensure_ascii=False) + "\n"
