"""Profiles: which findings decide the exit code ("gate"), by severity and by the impact of the workload.

The lowest severity that gates:

| profile | impact low | moderate | high | lowest confidence | reported only |
|---|---|---|---|---|---|
| `baseline` | high | high | high | medium | |
| `production` | high | medium | medium | medium | |
| `regulated` | medium | medium | low | low | |
| `edge` | high | high | medium | medium | availability |

`edge` reports absences of the theme *availability* without gating on them: a site of one node cannot spread replicas.
All findings are reported under every profile; a profile only decides which of them count.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from hullmark.model.terms import Confidence, Impact, Severity, Theme
from hullmark.text.regex import regex

NEVER = max(Severity) + 1
"""A threshold that no severity reaches."""


class Profile(NamedTuple):
    """The lowest severity that gates at each impact, the lowest confidence, and the themes that are only reported."""

    name: str
    gates: Mapping[Impact, int]
    confidence: Confidence = Confidence.MEDIUM
    reported: frozenset[Theme] = frozenset()

    def gate(self, severity: Severity, confidence: Confidence, impact: Impact, theme: Theme | None) -> bool:
        """Whether a finding with these properties decides the exit code."""
        return severity >= self.gates[impact] and confidence >= self.confidence and theme not in self.reported

    def by_impact(self, severity: Severity, impact: Impact) -> bool:
        """Whether such a finding gates for the impact of its workload alone: at low impact it would not."""
        return self.gates[impact] <= severity < self.gates[Impact.LOW]


def _by_impact(low: int, moderate: int, high: int) -> dict[Impact, int]:
    return {Impact.LOW: low, Impact.MODERATE: moderate, Impact.HIGH: high}


PROFILES = {
    p.name: p
    for p in (
        Profile("baseline", _by_impact(Severity.HIGH, Severity.HIGH, Severity.HIGH)),
        Profile("production", _by_impact(Severity.HIGH, Severity.MEDIUM, Severity.MEDIUM)),
        Profile("regulated", _by_impact(Severity.MEDIUM, Severity.MEDIUM, Severity.LOW), Confidence.LOW),
        Profile(
            "edge",
            _by_impact(Severity.HIGH, Severity.HIGH, Severity.MEDIUM),
            reported=frozenset({Theme.AVAILABILITY}),
        ),
    )
}
"""The profiles by name."""

DEFAULT = "baseline"
"""The profile where none is chosen."""

THRESHOLDS = {**{s.word: int(s) for s in Severity}, "never": NEVER}
"""The words of ``--fail-on`` and ``fail-on``, from the least severity up."""


@lru_cache(maxsize=16)
def chosen(name: str, fail_on: str = "") -> Profile:
    """The profile of this name; a ``fail_on`` severity (or *never*) takes the place of its thresholds at every impact.

    With an explicit severity, confidence and theme do not hold back what reaches it.

    Raises:
        KeyError: no such profile or threshold; names are checked where they are read.
    """
    profile = PROFILES[name]
    if not fail_on:
        return profile
    threshold = THRESHOLDS[fail_on]
    return Profile(name, _by_impact(threshold, threshold, threshold), Confidence.LOW)


_SAMPLE = frozenset(
    {"demo", "demos", "dev", "develop", "development", "e2e", "example", "examples", "fixture", "fixtures"}
    | {"sample", "samples", "sandbox", "test", "testdata", "testing", "tests"}
)
"""Words that mark what is not meant for production, as folder names and as first or last word of a namespace."""

_SEPARATORS = regex(r"[/\\]+")


@lru_cache(maxsize=4096)
def is_sample(file: str, namespace: str) -> bool:
    """Whether a path or namespace says that what it holds is a sample, a test or for development: reported, not gated.

    Only the folders of relative paths count: those above the working directory (a user called ``dev``, a temporary
    ``test`` folder) say nothing about the file.
    """
    if not os.path.isabs(file) and any(part.lower() in _SAMPLE for part in _SEPARATORS.split(file)[:-1]):
        return True
    words = namespace.lower().split("-")
    return words[0] in _SAMPLE or words[-1] in _SAMPLE
