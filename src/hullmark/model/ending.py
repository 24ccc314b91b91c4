"""How pods end: the time they are given, and how much of it ``preStop`` sleeps, which checks and the simulation both read.

See https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination: the grace counts from the deletion,
``preStop`` included.
"""

from __future__ import annotations

from itertools import pairwise

from hullmark.model.container import Container
from hullmark.model.truth import natural, number
from hullmark.model.workload import PodSet
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import items

GRACE = 30
"""Seconds that a pod is given unless it says ``terminationGracePeriodSeconds``."""

_SLEEP = regex(r"(?<![\w-])sleep\s+(\d+)(?![\w.])")


def grace(podset: PodSet) -> int:
    """Seconds from a pod's deletion until it is killed.

    Raises:
        Undecided: what is written cannot be known.
    """
    written = number(podset.node.value, "terminationGracePeriodSeconds")
    return GRACE if written is None else written


def sleep(container: Container) -> tuple[int, Place]:
    """How many seconds ``preStop`` sleeps for certain, as an action of its own or a command, and where that is said.

    Raises:
        Undecided: what is written cannot be known.
    """
    stop = ("lifecycle", "preStop")
    seconds = number(container.spec, *stop, "sleep", "seconds")
    if seconds is not None:
        return seconds, container.at(*stop, "sleep", "seconds")
    words = [str(w) for w in items(container.spec, *stop, "exec", "command")]
    direct = (natural(b) for a, b in pairwise(words) if a.rpartition("/")[2] == "sleep")
    scripted = (natural(s) for word in words if " " in word for s in _SLEEP.findall(word))
    return next((s for s in (*direct, *scripted) if s is not None), 0), container.at(*stop, "exec", "command")
