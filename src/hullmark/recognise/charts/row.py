"""The shape of a row in the table of known charts.

Paths are dotted keys below the chart's values. ``name`` in brackets looks a variable up, in a list of ``name`` and ``value``
or in a mapping: ``env[QDRANT__SERVICE__API_KEY]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from hullmark.model.resource import Resource
from hullmark.model.terms import Role, Severity
from hullmark.recognise.kinds import Assembler, Count

RISKY = "risky-chart-value"
"""The check for what no other check is about."""


def blob(repository: str, commit: str, *paths: str) -> tuple[str, ...]:
    """The addresses of files of a GitHub repository, as they were at a commit."""
    return tuple(f"https://github.com/{repository}/blob/{commit}/{path}" for path in paths)


class Part(NamedTuple):
    """A group of pods that a chart makes, with the container it is there for.

    All paths start at ``at``; a leading ``/`` makes them start at the values. ``container`` and ``pod`` are the fields of the
    container and the pod, ``field`` or ``field=path``. ``env`` are the paths of variables, as a list or a mapping. ``switch`` is
    the value that must be true for the part to exist at all; ``default_on`` tells whether it is when nothing says so.
    ``software`` is the repository of the image where the values name none, ``engine`` what it runs,
    ``image`` the path of an image that is written
    whole or in parts (``.`` where the parts lie beside everything else). ``sets`` are values that the chart hands over as variables,
    ``NAME=path``. ``labels`` are what its pods carry besides the usual two. ``each`` is the path of a list or mapping of which
    every item is such a part; ``assemble`` makes the pods where fields alone do not say what the chart does.
    ``switched`` are the first and the last version in which a security context counts only where its ``enabled`` is on.
    """

    name: str
    software: str = ""
    engine: str = ""
    at: str = ""
    image: str = "image"
    container: str = "resources securityContext"
    pod: str = "nodeSelector tolerations affinity"
    env: str = "env"
    sets: str = ""
    beside: str = ""
    replicas: Count = Count("replicaCount", default=None)
    switch: str = ""
    default_on: bool = True
    role: Role | None = None
    labels: Mapping[str, str] = {}
    each: str = ""
    assemble: Assembler | None = None
    switched: tuple[str, str] = ("", "")


class Front(NamedTuple):
    """How pods of a chart are reached: the mappings of its Service, its Ingress and its HTTPRoute. ``{full}`` stands for the full name.

    ``type`` is where the Service's type stands in its mapping. Empty paths: the chart makes none. ``ports`` are those of the Service.
    """

    part: str = ""
    name: str = "{full}"
    service: str = "service"
    type: str = "type"
    ingress: str = "ingress"
    ports: tuple[int, ...] = ()
    route: str = ""


class Risk(NamedTuple):
    """A value that is risky, what it makes of the release (``{name}``), and the check that it is a row of.

    It is risky when the value at ``path`` is one of ``values`` (or a list that has one of them), or a text in which the
    regular expression ``like`` is found. Without these it is risky when neither ``path`` nor one of ``unless`` is set, as a
    template's ``if`` understands it; a text that holds settings counts as set only if ``says`` is found in it.

    It counts only where all of ``when`` are set, and never where one of ``unless`` is; ``!path`` is set where ``path`` is switched
    off. What it makes is not known where one of ``hidden`` is set: something that is not in the values decides then.
    ``lets_in`` marks what lets strangers in, ``part`` is the part it is about (else the first).
    """

    path: str
    text: str
    values: tuple[Any, ...] = ()
    like: str = ""
    says: str = ""
    unless: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    check: str = RISKY
    part: str = ""
    severity: Severity = Severity.HIGH
    lets_in: bool = False
    advice: str = ""


Maker = Callable[[Resource], Iterator[Resource]]
"""Makes further objects of a release, given as an object whose node is the merged values."""


class Chart(NamedTuple):
    """A known chart.

    ``homes`` are the repositories it is published in, without a scheme: of charts, of OCI artifacts (with the chart's
    name), and of Git. ``seen`` are the lowest and the highest version whose values were read; ``defaults`` are those of its values that
    matter here and are the same in both, and hold from the one to the other. ``sources`` are where that was read: URL and commit.
    ``settles`` are the themes that the fields of its parts tell all about (*resources*, *hardening*). ``own_id`` tells it from a
    chart of the same name by another publisher. ``also`` makes objects of other kinds.
    """

    name: str
    homes: tuple[str, ...]
    sources: tuple[str, ...]
    seen: tuple[str, str]
    parts: tuple[Part, ...]
    fronts: tuple[Front, ...] = (Front(),)
    risks: tuple[Risk, ...] = ()
    defaults: Mapping[str, Any] = {}
    role: Role | None = None
    settles: str = ""
    also: Maker | None = None
    own_id: str = ""

    @property
    def id(self) -> str:
        """What the chart is called here: its name, unless another publisher's has the same."""
        return self.own_id or self.name
