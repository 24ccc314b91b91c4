"""Choke points: the repairs that cut most attack paths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from hullmark.engine.attack.path import Path
from hullmark.engine.result import Settled
from hullmark.model.resource import Resource

CANDIDATES = 24
"""How many repairs are tried, those on most paths first."""

Search = Callable[[frozenset[Settled]], Sequence[Path]]
"""Finds the paths that are left when these findings are repaired."""


class Choke(NamedTuple):
    """A repair: what it mends, and how many paths it cuts of all, however else the prize could be got."""

    check: str
    resource: Resource
    findings: tuple[Settled, ...]
    cut: int
    of: int


def chokes(paths: Sequence[Path], search: Search) -> list[Choke]:
    """Repairs of one check on one object, those that cut most first; what only makes a way longer cuts nothing."""
    on_paths: Counter[tuple[str, Resource]] = Counter()
    findings: dict[tuple[str, Resource], dict[Settled, None]] = {}
    for path in paths:
        keys = {(settled.check, settled.resource) for settled in path.findings}
        on_paths.update(keys)
        for settled in path.findings:
            findings.setdefault((settled.check, settled.resource), {})[settled] = None
    found = []
    for (check, resource), _ in on_paths.most_common(CANDIDATES):
        mended = tuple(findings[check, resource])
        left = len(search(frozenset(mended)))
        if left < len(paths):
            found.append(Choke(check, resource, mended, len(paths) - left, len(paths)))
    return sorted(found, key=lambda choke: (-choke.cut, choke.check, choke.resource.ref))
