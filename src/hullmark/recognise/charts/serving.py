"""x."""

from __future__ import annotations

from hullmark.recognise.charts.row import Chart

CHARTS: tuple[Chart, ...] = ()
