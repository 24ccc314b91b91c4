"""Renders the units of a scan that are more than manifests, each once, with the user's own tools."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.sources.cache import Cache
from hullmark.sources.compose import projects, read_project
from hullmark.sources.discovery import Layout
from hullmark.sources.helm import NO_HELM_HINT, HelmOptions, render
from hullmark.sources.kustomize.build import build
from hullmark.sources.tools import Tools, find_tools
from hullmark.sources.unit import Rendering, Unit
from hullmark.text.source import Place, Problem, Source, Span


def tools(rendering: Rendering) -> Tools:
    """What there is to render with.

    Raises:
        HullmarkError: the helm that was asked for cannot be run.
    """
    return find_tools(rendering.helm, cache=Cache() if rendering.cached else None)


def rendered(layout: Layout, rendering: Rendering, ready: Tools, root: str = "") -> Iterator[Unit]:
    """The units of charts, kustomizations and Compose projects, in this order.

    ``root`` is the folder that links and references of a unit may lead to; the unit's own if empty.
    """
    options = HelmOptions(
        values=rendering.values,
        set=rendering.settings,
        namespace=rendering.namespace,
        release_name=rendering.release_name,
        kube_version=rendering.kube_version,
        api_versions=rendering.api_versions,
        root=root,
    )
    for number, chart in enumerate(layout.charts):
        for unit in render(chart, options, ready):
            yield unit if ready.helm or number else _without_helm(unit, len(layout.charts))
    for folder in layout.kustomizations:
        yield build(folder, ready)
    for project in projects(layout.compose, root=root):
        yield read_project(project.files, root=root, variant=project.variant)


def _without_helm(unit: Unit, charts: int) -> Unit:
    """The unit of the first chart with what is to be said once for all of them."""
    (left,) = unit.reading.not_checked
    what = "a chart is" if charts == 1 else f"{charts} charts are"
    place = Place(Source(left.file, ""), Span(0, 0))
    problem = Problem(f"{what} not checked, because there is no helm to render with", place, NO_HELM_HINT, "warning")
    return unit._replace(reading=unit.reading._replace(problems=(problem,)))
