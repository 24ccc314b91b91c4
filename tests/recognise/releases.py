"""References to charts as users write them, for tests."""

from __future__ import annotations

from textwrap import dedent, indent

from hullmark.checks.registry import checks
from hullmark.engine.run import verdicts
from hullmark.graph.build import build
from hullmark.model.architecture import Architecture
from hullmark.model.finding import Verdict
from hullmark.model.resource import Resource
from hullmark.recognise.charts.row import Chart
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source


def application(chart: Chart, version: str, values: str, *, as_text: bool = False) -> str:
    """An Argo CD Application ``app`` of a chart."""
    head = f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: app
spec:
  destination:
    namespace: ai
  source:
    repoURL: https://{chart.homes[0].removesuffix(f"/{chart.name}")}
    targetRevision: "{version}"
    chart: {chart.name}
"""
    if not values.strip():
        return head
    field = "values: |" if as_text else "valuesObject:"
    return f"{head}    helm:\n      {field}\n{indent(values, ' ' * 8)}"


def architecture(text: str) -> Architecture:
    """The architecture of a manifest."""
    return build([o for o in resources(Source("a.yaml", text)) if isinstance(o, Resource)])


def scan(text: str) -> list[Verdict]:
    """All verdicts on a manifest."""
    return list(verdicts(architecture(text), checks()))


def release(chart: Chart, version: str, values: str) -> Architecture:
    """The architecture of a Flux HelmRelease ``vectors`` of a chart, with its repository."""
    return architecture(
        f"""\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {{name: charts, namespace: flux-system}}
spec: {{url: "https://{chart.homes[0].removesuffix(f"/{chart.name}")}/"}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: vectors, namespace: ai}}
spec:
  chart:
    spec:
      chart: {chart.name}
      version: {version}
      sourceRef: {{kind: HelmRepository, name: charts, namespace: flux-system}}
  values:
{indent(dedent(values), "    ")}
"""
    )
