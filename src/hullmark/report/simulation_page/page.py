"""The page of a simulation: one file with words, plots and tables that opens offline and prints.

Everything on it is also in the JSON; numbers carry their full value as ``data-value``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files

from hullmark.report.markup import text
from hullmark.report.picture.style import sheet
from hullmark.report.simulation_page import sections
from hullmark.report.simulation_page.promises import promises
from hullmark.report.simulation_page.tables import number, section
from hullmark.report.simulation_page.years import years
from hullmark.report.simulation_terms import chance, duration, percent
from hullmark.report.simulation_words import made_by, sentences, weakest_of
from hullmark.report.visible import visible
from hullmark.simulate.simulation import Simulation

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing is fetched, sent or run, whatever a manifest tries to smuggle in: the page has no script."""


def render(simulations: Sequence[tuple[str, Simulation]], title: str) -> str:
    """The page of one or more deployable units.

    Raises:
        HullmarkError: the library that plots is not installed.
    """
    return "".join(_page(simulations, title))


def _page(simulations: Sequence[tuple[str, Simulation]], title: str) -> Iterator[str]:
    here = files(__package__)
    style = sheet("auto") + here.joinpath("page.css").read_text("utf-8")
    yield (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{text(title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{text(POLICY)}">\n'
        f"<style>{style}</style>\n</head>\n<body>\n<main>\n<h1>{text(title)}</h1>\n"
    )
    for index, (unit, one) in enumerate(simulations):
        if len(simulations) > 1:
            yield f'<h1 class="unit">{text(unit)}</h1>\n'
        yield from _unit(one, f"-{index}" if index else "")
    yield "</main>\n</body>\n</html>\n"


def _unit(one: Simulation, mark: str) -> Iterator[str]:
    """One deployable unit; ``mark`` tells its anchors from those of others."""
    yield f'<p class="faint">{text(made_by(one))}</p>\n<ul class="figures">{"".join(_figures(one))}</ul>\n'
    yield from section(f"summary{mark}", "In short", (f"<p>{text(s)}</p>\n" for s in sentences(one)))
    yield from section(
        f"repairs{mark}",
        "What to change first",
        sections.repairs(one),
        "Each repair was simulated under the same draws of the rates. A point of cost is an edit that is reviewed and "
        "rolled out, or 150 dollars a month.",
    )
    yield from section(
        f"promises{mark}",
        "What is promised, and whether it is kept",
        promises(one),
        "Failures that overlap and services that stop with what they call are counted in.",
    )
    yield from section(
        f"years{mark}",
        "Years event by event",
        years(one),
        "Failures come in time, and a second one finds only the room that the first has left. The same failures were also "
        "joined as the estimates do, each recovering as if alone; the difference is what competition for room does.",
    )
    yield from section(
        f"availability{mark}",
        "How available single failures leave each service" if one.overlaps else "How available that is",
        sections.availability(one),
        "Bars are 95 % intervals for what is not known of the rates; single failures of infrastructure only.",
    )
    yield from section(f"failures{mark}", "What a failure does", sections.courses(one))
    yield from section(f"recovery{mark}", "Where the time goes", sections.phases(one))
    yield from section(f"weakest{mark}", "Weakest points", sections.weakest(one))
    yield from section(f"drains{mark}", "Upgrades: draining a pool, node by node", sections.drains(one))
    yield from section(f"training{mark}", "Training", sections.training(one))
    yield from section(f"basis{mark}", "What this rests on", sections.basis(one))
    yield from section(f"missing{mark}", "What is not modelled", sections.missing(one))


def _figures(one: Simulation) -> Iterator[str]:
    lasting = {a.service.name for a in one.availabilities}
    alone = {p.service.name for p in one.single_points if p.need is p.service.needs[0] and p.kind in ("node", "zone")}
    yield _figure(number(str(len(lasting)), len(lasting)), "services")
    tone = ' data-tone="bad"' if alone else ' data-tone="good"'
    yield _figure(number(str(len(alone)), len(alone)), "hurt by one node or zone", tone)
    weakest = weakest_of(one)
    if weakest is not None and weakest.unavailability is not None:
        yield _figure(number(percent(weakest.unavailability), weakest.unavailability), "weakest service")
    yield _figure(number(duration(one.plan.lost * 60), one.plan.lost), "missed a year, all services")
    if one.plan.steps:
        left = one.plan.steps[-1].left
        yield _figure(number(duration(left * 60), left), "left once repaired", ' data-tone="good"')
    for run in one.trainings[:2]:
        if run.progress is not None:
            yield _figure(number(chance(run.progress), run.progress), f"progress of {visible(run.name)}")


def _figure(value: str, name: str, tone: str = "") -> str:
    return f"<li{tone}><b>{value}</b>{text(name)}</li>"
