"""The table of known charts as a page of the documentation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from hullmark.recognise.charts.row import Chart, Risk
from hullmark.recognise.charts.table import CHARTS
from hullmark.text.regex import regex

_HEAD = """# Known charts

Charts that Hullmark checks where they are only referred to: by an Argo CD `Application` or `ApplicationSet`, a Flux
`HelmRelease`, or the `helmCharts` of a kustomization. What a reference sets is checked like a manifest: images, resources, security
contexts, variables, Services and Ingresses. The values below are risky besides; the last column names the check that reports them.

A value that is left out counts by the chart's default in the versions that were read. In other versions, with a range of versions, and
where values come from files or Secrets that are not in the scan, it is unknown. A chart of the same name from another
publisher is another chart.

This page is made from the table in `src/hullmark/recognise/charts/`; a chart is a row there.
"""

_BLOB = regex(r"https://github\.com/([^/]+/[^/]+)/blob/([0-9a-f]{8})")


def page() -> str:
    """The page as Markdown."""
    return "\n".join((_HEAD, *(line for chart in sorted(CHARTS, key=_order) for line in _chart(chart)))).rstrip() + "\n"


def _order(chart: Chart) -> tuple[str, str]:
    return chart.name, chart.id


def _chart(chart: Chart) -> Iterator[str]:
    yield f"## {chart.id}"
    yield ""
    yield f"From {', '.join(f'`{home}`' for home in chart.homes)}."
    known = chart.seen[0]
    yield f"Defaults are known in {_versions(*chart.seen)}." if known else "Defaults are not known in any version yet."
    first, last = chart.parts[0].switched if chart.parts else ("", "")
    if first:
        yield f"In {_versions(first, last)} a security context whose `enabled` is off counts as none."
    yield f"Read in {'; '.join(_sources(chart))}."
    yield ""
    if chart.risks:
        yield "| value | is risky when | because | check |"
        yield "|---|---|---|---|"
        for risk in chart.risks:
            yield f"| `{risk.path}` | {_when(risk)} | {_because(risk)} | `{risk.check}` |"
        yield ""


def _sources(chart: Chart) -> Iterator[str]:
    """Links to what was read: the files of a repository at a commit, or a site."""
    for where, urls in groupby(chart.sources, _repository):
        links = [f"[{url.rstrip('/').rpartition('/')[2]}]({url})" for url in urls]
        yield f"{where} {', '.join(links)}"


def _repository(url: str) -> str:
    found = _BLOB.match(url)
    return f"`{found[1]}@{found[2]}`" if found else f"`{url.split('/')[2]}`"


def _versions(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


def _when(risk: Risk) -> str:
    if risk.values:
        said = "it is " + " or ".join(dict.fromkeys(f"`{_written(value)}`" for value in risk.values))
    elif risk.like:
        said = f"it matches `{risk.like}`"
    elif risk.says:
        said = f"it does not say `{risk.says}`"
    else:
        said = "it is not set"
    if risk.when:
        said += " while " + " and ".join(f"`{path}`" for path in risk.when) + " is set"
    if risk.unless:
        said += ", unless " + " or ".join(map(_against, risk.unless))
    if risk.hidden:
        said += "; unknown where " + " or ".join(f"`{path}`" for path in risk.hidden) + " is set"
    return said.replace("|", "\\|")


def _because(risk: Risk) -> str:
    text = risk.text.removeprefix("'{name}' ")
    return f"it {text}" if text != risk.text else text.replace("'{name}'", "the release")


def _against(path: str) -> str:
    return f"`{path[1:]}` is off" if path.startswith("!") else f"`{path}` is set"


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
