"""A release of a chart that is not in the scan: what its values choose, and what they leave to the chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from hullmark.model.finding import Finding
from hullmark.model.terms import Reach, Severity, Theme
from hullmark.model.truth import Undecided
from hullmark.text.source import Place

if TYPE_CHECKING:
    from hullmark.model.architecture import Architecture
    from hullmark.model.workload import Workload

DEFAULT = " (the chart's default)"
"""What is added to a message about something that the values leave to the chart."""

_SEVERITIES = {Reach.PUBLIC: Severity.CRITICAL, Reach.ISOLATED: Severity.MEDIUM}


class Choice(NamedTuple):
    """A risky value of a chart, as a row of the table of known charts puts it.

    ``check`` is the id of the check that it is for, ``part`` the pod set. ``text`` says what it makes of the release, whose name stands for
    ``{name}`` in it. ``lets_in`` marks what lets strangers in: how bad that is depends on how far the release reaches,
    and something that authenticates in front of it makes up for it. ``unknown`` is the reason why a value that decides
    cannot be known; then there may be no risk at all.
    """

    check: str
    part: str
    text: str
    place: Place
    severity: Severity
    lets_in: bool = False
    advice: str = ""
    unknown: str = ""


class Release(NamedTuple):
    """What is known of a release.

    ``place`` is the reference to the chart: where findings point about what the values leave out. ``settled`` are the themes
    in which the chart's own defaults are known, so that absences can be judged. ``gap`` is the reason why the chart's
    defaults are not known, empty where they are; ``published`` is false when that leaves open how it is published.
    ``engines`` are what its pod sets run, by their name.
    """

    chart: str
    version: str
    place: Place
    choices: tuple[Choice, ...] = ()
    settled: frozenset[Theme] = frozenset()
    gap: str = ""
    published: bool = True
    engines: Mapping[str, str] = {}

    def demand(self, theme: Theme) -> None:
        """Make sure that absences of a theme can be judged.

        Raises:
            Undecided: the chart decides, and what it decides is not known.
        """
        if theme not in self.settled:
            raise Undecided(self.gap or f"what its values leave out is decided by chart '{self.chart}'")

    def told(self, found: Finding) -> Finding:
        """A finding that says so where it is about the chart's default."""
        at = found.at
        if at.source is not self.place.source or at.span != self.place.span or found.message.endswith(DEFAULT):
            return found
        return found._replace(message=found.message + DEFAULT)


def chosen(check: str, workload: Workload, arch: Architecture, part: str | None = None) -> Iterator[Finding]:
    """Findings about what the values of a workload's chart choose, as far as they are for one check (and pod set).

    Raises:
        Undecided: last of all, when a value that decides cannot be known.
    """
    release = workload.resource.release
    exposure = arch.exposure(workload)
    shielded = exposure.reach is Reach.LOOPBACK or _in_front(exposure.authenticated)
    doubts = []
    for choice in () if release is None else release.choices:
        if choice.check != check or part not in (None, choice.part) or (choice.lets_in and shielded):
            continue
        if choice.unknown:
            doubts.append(choice.unknown)
            continue
        yield Finding(
            choice.text.format(name=workload.name),
            choice.place,
            severity=_SEVERITIES.get(exposure.reach, choice.severity) if choice.lets_in else choice.severity,
            related=tuple((hop.place, hop.text) for hop in exposure.path) if choice.lets_in else (),
            advice=choice.advice,
        )
    if doubts:
        raise Undecided(doubts[0])


def _in_front(authenticated: str) -> bool:
    """Whether something else than the program itself authenticates: what a choice says of the program is known better."""
    own = authenticated.startswith(("--", "the sign-in of")) or ("_" in authenticated and authenticated.isupper())
    return bool(authenticated) and not own
