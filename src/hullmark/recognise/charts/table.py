"""The known charts, by family: data to extend. A row needs a case in ``tests/recognise/chart_cases.py``."""

from __future__ import annotations

from hullmark.recognise.charts import applications, builders, gateways, platforms, serving, stores, workbench
from hullmark.recognise.charts.parts import kind
from hullmark.recognise.charts.reference import Reference
from hullmark.recognise.charts.row import Chart
from hullmark.recognise.kinds import Kind

CHARTS: tuple[Chart, ...] = (
    *serving.CHARTS,
    *gateways.CHARTS,
    *applications.CHARTS,
    *builders.CHARTS,
    *stores.CHARTS,
    *workbench.CHARTS,
    *platforms.CHARTS,
)
"""Every known chart."""

_BY_ID = {chart.id: chart for chart in CHARTS}
_BY_NAME: dict[str, list[Chart]] = {}
for _chart in CHARTS:
    _BY_NAME.setdefault(_chart.name, []).append(_chart)
_KINDS: dict[str, Kind] = {}


def find(reference: Reference) -> Chart | None:
    """The known chart that a reference means: of this name, from a repository of its own publisher."""
    for chart in _BY_NAME.get(reference.chart, ()):
        if any(where == home or where.startswith(f"{home}/") for where in reference.homes for home in chart.homes):
            return chart
    return None


def kind_of(identifier: str) -> Kind | None:
    """The row of a known chart as recognition reads it."""
    if identifier not in _KINDS and identifier in _BY_ID:
        _KINDS[identifier] = kind(_BY_ID[identifier])
    return _KINDS.get(identifier)
