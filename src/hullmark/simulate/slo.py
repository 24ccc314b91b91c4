"""What is promised and what needs what: objectives of services, journeys through them, dependencies, third parties.

All of it is read from one file (``slo.yaml``), which ``slo.schema.json`` beside this module describes for editors.
Which workload a name means is decided later, by `hullmark.simulate.dependencies`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from hullmark.model.errors import HullmarkError
from hullmark.model.form import Form, document
from hullmark.model.promise import share
from hullmark.model.rates import Rate, stated
from hullmark.simulate.topology import ThirdParty, Topology
from hullmark.text.regex import regex
from hullmark.text.source import Place, Source

MONTH = 30 * 86_400.0
"""The window of an objective that names none, in seconds."""

_PERCENTAGE = regex(r"[0-9]{1,3}(\.[0-9]{1,9})?%")

Kind = Literal["hard", "soft", "one_of", "start_only", "ignores"]
"""Without a *hard* one a service stops; without a *soft* one it goes on with less; of *one_of* any is enough; a
*start_only* one is needed while pods start; what it *ignores* it does without although its configuration names it."""


@dataclass(frozen=True)
class Promised:
    """An availability objective: a ``target`` (a share below 1) over a ``window`` in seconds."""

    target: float
    window: float
    place: Place

    @property
    def budget(self) -> float:
        """The seconds of a window that may be lost."""
        return (1 - self.target) * self.window


@dataclass(frozen=True)
class Relied:
    """What a service relies on; several names only for *one_of*. ``capacity`` is the share that is left without a soft one."""

    kind: Kind
    names: tuple[str, ...]
    place: Place
    capacity: float = 1.0


@dataclass(frozen=True)
class Said:
    """What is said of one service. ``needed`` is how many pods must serve, as a number or (with ``share``) a share.

    ``place`` is where it begins, ``needs`` where that number stands.
    """

    name: str
    promised: Promised | None
    needed: float | None
    share: bool
    relies: tuple[Relied, ...]
    place: Place
    needs: Place | None = None

    def pods(self, count: int) -> int | None:
        """How many of so many pods must serve; None when nothing is said.

        Raises:
            HullmarkError: more are needed than there are.
        """
        if self.needed is None:
            return None
        found = math.ceil(round(self.needed * count, 9)) if self.share else int(self.needed)
        if found > count:
            raise HullmarkError(
                f"'{self.name}' needs {found} pods and has {count}", "need fewer or give it more replicas", self.needs
            )
        return found


@dataclass(frozen=True)
class Journey:
    """What users do: it works while every service on its ``path`` works. ``users`` is the share of users who do it.

    ``places`` are those of the names on its path.
    """

    name: str
    path: tuple[str, ...]
    promised: Promised | None
    users: float | None
    place: Place
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Slo:
    """All of a file, and the rates with those of its third parties."""

    services: tuple[Said, ...] = ()
    journeys: tuple[Journey, ...] = ()
    parties: tuple[ThirdParty, ...] = ()
    rates: Mapping[str, Rate] | None = None

    def onto(self, topology: Topology) -> Topology:
        """A topology with these third parties, which come before those it names itself."""
        own = {party.name for party in self.parties}
        rest = tuple(party for party in topology.third_parties if party.name not in own)
        return replace(topology, third_parties=(*self.parties, *rest))


def read(source: Source, rates: Mapping[str, Rate]) -> Slo:
    """What a file says.

    Raises:
        HullmarkError: something in it is wrong; the error says where and what would be right.
    """
    root = document(source, "a file of objectives")
    root.only("services", "journeys", "third_parties")
    known = dict(rates)
    services = tuple(_said(name, form) for name, form in root.named("services"))
    journeys = tuple(_journeys(root))
    parties = tuple(_party(name, form, known) for name, form in root.named("third_parties"))
    return Slo(services, journeys, parties, known)


def _said(name: str, form: Form) -> Said:
    form.only("target", "window", "needs", "hard", "soft", "one_of", "start_only", "ignores")
    needed, share = _needed(form)
    return Said(name, _promised(name, form), needed, share, tuple(_relied(name, form)), form.key(), form.at("needs"))


def _promised(name: str, form: Form) -> Promised | None:
    if form.node.get("target") is None:
        if form.node.get("window") is not None:
            raise form.wrong("window", f"'{name}' has a 'window' but no 'target'", "add one in percent, such as 99.9")
        return None
    return Promised(share(form, "target"), form.seconds("window", MONTH) or MONTH, form.at("target"))


def _needed(form: Form) -> tuple[float | None, bool]:
    """A number of pods, or a percentage of them."""
    found = form.node.get("needs")
    if found is None:
        return None, False
    if isinstance(found, str):
        percent = float(found[:-1]) if _PERCENTAGE.fullmatch(found) else 0.0
        if not 0 < percent <= 100:
            raise form.wrong("needs", f"'needs' is '{found}'", "write a number of pods, or a share such as 70%")
        return percent / 100, True
    return float(form.whole("needs", 1, least=1)), False


def _relied(name: str, form: Form) -> Iterator[Relied]:
    plain: tuple[Kind, ...] = ("hard", "start_only", "ignores")
    for kind in plain:
        for index, target in enumerate(form.texts(kind, or_one=True)):
            yield Relied(kind, (target,), form.at(kind, index))
    soft = form.form("soft")
    if soft is not None:
        for target in soft.names:
            yield Relied("soft", (target,), soft.at(target), soft.number(target, 1.0, most=1))
    for place, alternatives in _alternatives(form):
        if len(set(alternatives)) < 2:
            raise HullmarkError(f"'one_of' of '{name}' names one", "list the alternatives, or make it 'hard'", place)
        yield Relied("one_of", alternatives, place)


def _alternatives(form: Form) -> Iterator[tuple[Place, tuple[str, ...]]]:
    """The groups of alternatives: a list of lists, or one list."""
    found = form.node.get("one_of")
    if isinstance(found, list) and found and all(isinstance(item, list) for item in found):
        for index in range(len(found)):
            inner = form.node.child("one_of", index)
            names = [] if inner is None else list(inner.value)
            if not all(isinstance(n, str) and n for n in names):
                raise HullmarkError("an item of 'one_of' is not a string", "put it in quotes", form.at("one_of", index))
            yield form.at("one_of", index), tuple(names)
    elif found is not None:
        yield form.at("one_of"), form.texts("one_of", or_one=True)


def _journeys(root: Form) -> Iterator[Journey]:
    seen: set[str] = set()
    for form in root.forms("journeys"):
        form.only("name", "path", "target", "window", "users")
        name, path = form.needed("name"), tuple(form.each("path"))
        if name in seen:
            raise form.wrong("name", f"there are two journeys '{name}'", "give each journey a name of its own")
        seen.add(name)
        if not path:
            raise form.wrong("path", f"journey '{name}' has no 'path'", "list its services, as 'path: [web, api]'")
        users = None if form.node.get("users") is None else form.number("users", 1.0, most=1)
        names, places = zip(*path, strict=True)
        yield Journey(name, names, _promised(name, form), users, form.at("name"), places)


def _party(name: str, form: Form, known: dict[str, Rate]) -> ThirdParty:
    """A third party; what it promises or what was counted of it becomes a rate of its own."""
    form.only("failures", "region", "contract", "repair", "events", "exposure", "per_year")
    base = form.choice("failures", tuple(known)) or "third_party_api"
    if form.node.get("contract") is not None:
        rate = _contract(name, form, known[base])
    elif any(form.node.get(key) is not None for key in ("events", "exposure", "per_year", "repair")):
        rate = stated(known[base], form)
    else:
        return ThirdParty(name, base, form.text("region"), form.at())
    own = f"third party '{name}'"
    known[own] = replace(rate, name=own, what=f"outages of '{name}'")
    return ThirdParty(name, own, form.text("region"), form.at())


def _contract(name: str, form: Form, base: Rate) -> Rate:
    """The rate whose unavailability a contract allows: λ·MTTR / (1 + λ·MTTR) = 1 - promise."""
    for key in ("events", "exposure", "per_year"):
        if form.node.get(key) is not None:
            raise form.wrong(key, f"both 'contract' and '{key}'", "give one of them")
    if form.node.get("contract") == 100:
        raise form.wrong("contract", "nobody promises 100 %", f"what the contract of '{name}' says, such as 99.9")
    lost, hours = 1 - share(form, "contract"), (form.seconds("repair") or (base.repair_hours or 1.0) * 3600) / 3600
    place = form.at("contract")
    return replace(
        base,
        per_hour=lost / (1 - lost) / hours,
        low=None,
        high=None,
        shape=None,
        exposure=None,
        repair_hours=hours,
        kind="contract",
        repair_kind="assumed" if form.node.get("repair") is None else "measured",
        source=f"{place.source.name}:{place.line}",
    )
