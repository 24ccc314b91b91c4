"""``hullmark explain workload/NAME``: why a workload matters as much as it does, and what follows."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

from hullmark.cli import pipeline
from hullmark.cli.inputs import nothing, read, unread
from hullmark.cli.output import colored, width, write
from hullmark.cli.scan import request
from hullmark.cli.trouble import OUR_FAULT
from hullmark.engine.profiles import chosen
from hullmark.engine.result import Part, Result
from hullmark.model.errors import HullmarkError
from hullmark.model.terms import Outcome
from hullmark.model.workload import Workload
from hullmark.report import dossier as report
from hullmark.report.visible import count, visible

_LISTED = 20
"""How many matches a message lists."""


_LONGEST = 253
"""Characters of the longest name of an object; more of a wanted one are not compared."""


class _Match(NamedTuple):
    """A workload and the unit it is in."""

    part: Part
    workload: Workload

    def named(self, *, several: bool) -> str:
        """What it can be asked for by; with its unit where there are several."""
        ref = self.workload.ref
        unit = f" (--unit {visible(self.part.unit.title)})" if several else ""
        return visible(f"{ref.kind}/{ref.namespace + '/' if ref.namespace else ''}{ref.name}") + unit


def run(options: argparse.Namespace, wanted: str, paths: Sequence[str]) -> int:
    """Read the paths, find the workload and print its dossier.

    Raises:
        HullmarkError: no workload is called so, or several are.
    """
    plan = pipeline.plan(request(argparse.Namespace(**{**vars(options), "argument": [*paths]})))
    units = read(plan, options)
    result = plan.judge(units)
    if not result.architecture.resources:
        return nothing(units)
    part, workload = _the_one(wanted, result)
    settings = plan.terms.settings
    found = report.Dossier(part, workload, chosen(settings.profile, settings.fail_on), settings.gate_samples)
    if options.format == "json":
        write(report.as_json(found))
    else:
        write(report.render(found, color=colored(options.color, sys.stdout), width=width(sys.stdout)))
    return OUR_FAULT if any(v.outcome is Outcome.ERROR for v in result.undecided) else unread(units)


def _the_one(wanted: str, result: Result) -> _Match:
    kind, *names = wanted.split("/")
    namespace, name = names if len(names) == 2 else ("", names[0])
    if len(names) > 2 or not kind or not name:
        raise HullmarkError(
            f"'{wanted}' names no workload", "write workload/NAME, workload/NAMESPACE/NAME or KIND/NAME"
        )
    every = [_Match(part, workload) for part in result.parts for workload in part.architecture.workloads]
    found = [m for m in every if _is(m.workload, kind, namespace, name)]
    if not found:
        raise HullmarkError(f"there is no workload '{wanted}'", _near(name, every))
    if len(found) > 1:
        several = len({m.part.unit.title for m in found}) > 1
        shown = dict.fromkeys(m.named(several=several) for m in found[:_LISTED])
        more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        raise HullmarkError(
            f"'{wanted}' are {count(len(found), 'workload')}", f"choose one of {', '.join(shown)}{more}"
        )
    return found[0]


def _is(workload: Workload, kind: str, namespace: str, name: str) -> bool:
    own = workload.ref.kind.lower()
    return (
        workload.name == name
        and kind.lower() in ("workload", own, f"{own}s")
        and (not namespace or workload.namespace == namespace)
    )


def _near(name: str, every: Sequence[_Match]) -> str:
    """A hint: the workloads of this name and another kind or namespace, else the one that is called most alike."""
    same = [m.named(several=False) for m in every if m.workload.name == name]
    if same:
        return f"did you mean {' or '.join(repr(s) for s in dict.fromkeys(same[:3]))}?"
    known = {visible(m.workload.name): m for m in every}
    near = get_close_matches(name[:_LONGEST], known, 1)
    return f"did you mean '{known[near[0]].named(several=False)}'?" if near else "`hullmark inventory --all` lists them"
