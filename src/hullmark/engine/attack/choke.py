"""Choke points: the repairs that cut most attack paths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from hullmark.engine.attack.path import Path, Step
from hullmark.engine.result import Settled
from hullmark.model.resource import Resource

CANDIDATES = 24
"""How many repairs are tried, those on most paths first."""

Search = Callable[[frozenset[Settled]], Sequence[Path]]
"""Finds the paths that are left when these findings are repaired."""

_Key = tuple[tuple[str, ...], Resource]


class Choke(NamedTuple):
    """A repair of an object: the findings of which checks it mends, and how many paths it cuts of all.

    Several checks are named where each of their findings by itself opens the way, so that only mending all of them cuts.
    """

    checks: tuple[str, ...]
    resource: Resource
    findings: tuple[Settled, ...]
    cut: int
    of: int


def chokes(paths: Sequence[Path], search: Search) -> list[Choke]:
    """Repairs of one object, those that cut most first; what only makes a way longer cuts nothing."""
    on_paths: Counter[_Key] = Counter()
    findings: dict[_Key, dict[Settled, None]] = {}
    for path in paths:
        repairs = [pair for step in path.steps for pair in _repairs(step)]
        on_paths.update({key for key, _ in repairs})
        for key, settled in repairs:
            findings.setdefault(key, {}).update(dict.fromkeys(settled))
    found: dict[_Key, Choke] = {}
    for (checks, resource), _ in on_paths.most_common(CANDIDATES):
        mended = tuple(findings[checks, resource])
        left = len(search(frozenset(mended)))
        if left < len(paths):
            found[checks, resource] = Choke(checks, resource, mended, len(paths) - left, len(paths))
    kept = [choke for choke in found.values() if choke.cut > _by_less(choke, found)]
    return sorted(kept, key=lambda choke: (-choke.cut, choke.checks, choke.resource.ref))


def _repairs(step: Step) -> Iterator[tuple[_Key, tuple[Settled, ...]]]:
    """What could be repaired against a step: each check on an object by itself, and all on one object together."""
    by_object: dict[Resource, dict[str, tuple[Settled, ...]]] = {}
    for settled in step.findings:
        checks = by_object.setdefault(settled.resource, {})
        checks[settled.check] = (*checks.get(settled.check, ()), settled)
    for resource, checks in by_object.items():
        for check, found in checks.items():
            yield ((check,), resource), found
        if len(checks) > 1:
            yield (tuple(sorted(checks)), resource), tuple(s for found in checks.values() for s in found)


def _by_less(choke: Choke, found: dict[_Key, Choke]) -> int:
    """How many paths a repair of fewer of its checks cuts."""
    less = (found.get(((check,), choke.resource)) for check in choke.checks if len(choke.checks) > 1)
    return max((one.cut for one in less if one is not None), default=0)
