"""Groups findings for readers: by workload, and absences of one theme on it as one entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from hullmark.engine.result import Settled
from hullmark.model.resource import Resource
from hullmark.model.terms import Theme
from hullmark.model.workload import Workload


class Bundle(NamedTuple):
    """At least two absences of one theme on one workload, most urgent first."""

    theme: Theme
    findings: tuple[Settled, ...]

    @property
    def priority(self) -> int:
        """That of its most urgent finding."""
        return self.findings[0].priority


Entry = Settled | Bundle


class Group(NamedTuple):
    """Everything found on one workload (or on an object that runs nothing), most urgent entry first."""

    resource: Resource
    workload: Workload | None
    entries: tuple[Entry, ...]


def ranked(findings: Iterable[Settled]) -> tuple[Settled, ...]:
    """Findings in the order of reports: the object with the most urgent finding first, and on it that finding."""
    found = list(findings)
    most: dict[Resource, int] = {}
    for item in found:
        most[item.resource] = max(item.priority, most.get(item.resource, 0))
    order = {resource: number for number, resource in enumerate(most)}

    def rank(item: Settled) -> tuple[int, str, int, int, int, str, int, str, str]:
        own, at = item.resource.place, item.finding.at
        group = (-most[item.resource], own.source.name, own.span.start, order[item.resource])
        return (*group, -item.priority, at.source.name, at.span.start, item.check, item.finding.message)

    return tuple(sorted(found, key=rank))


def bundles(findings: Iterable[Settled]) -> Iterator[Group]:
    """The groups of findings that are in the order of `ranked`; absences are bundled where a theme has several."""
    for resource, items in groupby(findings, key=lambda s: s.resource):
        found = list(items)
        yield Group(resource, found[0].workload, _entries(found))


def _entries(found: list[Settled]) -> tuple[Entry, ...]:
    """Singles and bundles in the order of their first, most urgent finding; a bundle is of the same deployable units."""
    by_theme: dict[tuple[Theme, tuple[str, ...]], list[Settled]] = {}
    for item in found:
        if item.theme is not None:
            by_theme.setdefault((item.theme, item.units), []).append(item)
    entries: list[Entry] = []
    for item in found:
        if item.theme is None:
            entries.append(item)
        elif absent := by_theme.pop((item.theme, item.units), None):
            entries.append(Bundle(item.theme, tuple(absent)) if len(absent) > 1 else item)
    return tuple(entries)
