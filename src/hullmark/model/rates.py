"""How often components fail: rates with their uncertainty, kind and source, and what users counted themselves.

The rates that ship are data (``rates.yaml`` beside this module). A rate is known from events in an exposure, or from a
value with an interval, or is a promise (a contract's unavailability). Who counted failures replaces a rate by the
posterior of their own count: Gamma(n + ½, T), from Jeffreys' prior for Poisson counts.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any, Literal, cast

from hullmark.model.errors import HullmarkError, suggestion
from hullmark.model.form import Form, document
from hullmark.model.gamma import NORMAL, poisson_interval, quantile
from hullmark.text.source import Source

Kind = Literal["contract", "published", "measured", "assumed"]
KINDS = ("contract", "published", "measured", "assumed")

HOURS_PER_YEAR = 8_766.0
"""Hours in 365.25 days."""

LONGEST_REPAIR = 10 * HOURS_PER_YEAR * 3600
"""The longest time to mend that can be told, in seconds."""

MOST_PER_HOUR = 3600.0
"""The most failures of one component that can be told."""

_HOURS = {
    "per hour": 1.0,
    "per node-day": 24.0,
    "per gpu-day": 24.0,
    "per month": HOURS_PER_YEAR / 12,
    "per year": HOURS_PER_YEAR,
}
"""The hours of a unit of exposure."""

UNAVAILABILITY = "unavailability"


@dataclass(frozen=True)
class Rate:
    """How often one component fails.

    ``per_hour`` is the mean rate, ``low`` and ``high`` its 95 % interval (None where nobody knows), ``shape`` and
    ``exposure`` (hours) those of its gamma distribution where events were counted. ``repair_hours`` is the mean time
    until it works again. ``kind`` is of the rate, ``repair_kind`` of the repair time.
    """

    name: str
    what: str
    per_hour: float
    low: float | None
    high: float | None
    repair_hours: float
    kind: Kind
    repair_kind: Kind
    source: str
    date: str
    shape: float | None = None
    exposure: float | None = None

    @property
    def unavailability(self) -> float:
        """The share of time it is down: λ·MTTR / (1 + λ·MTTR)."""
        load = self.per_hour * self.repair_hours
        return load / (1 + load)

    @property
    def per_year(self) -> float:
        """Failures a year."""
        return self.per_hour * HOURS_PER_YEAR

    def draw(self, random: Random) -> float:
        """A rate per hour from what is known of it: gamma for counts, lognormal for intervals, else the value itself."""
        if self.shape is not None and self.exposure is not None:
            return random.gammavariate(self.shape, 1 / self.exposure)
        if self.low and self.high:
            middle, width = math.sqrt(self.low * self.high), math.log(self.high / self.low)
            return random.lognormvariate(math.log(middle), width / (2 * NORMAL))
        return self.per_hour


@cache
def shipped() -> Mapping[str, Rate]:
    """The rates that come with Hullmark."""
    return read(_shipped_source())


@cache
def _shipped_source() -> Source:
    from importlib.resources import files

    return Source("rates.yaml", files("hullmark.model").joinpath("rates.yaml").read_text("utf-8"))


def read(source: Source) -> dict[str, Rate]:
    """The rates of a file.

    Raises:
        HullmarkError: something in it is wrong; the error says where and what would be right.
    """
    return {name: _rate(name, form) for name, form in document(source, "a file of rates").named()}


_KEYS = (
    *("what", "unit", "events", "exposure", "value", "low", "high"),
    *("repair_hours", "repair_kind", "kind", "source", "date"),
)


def _rate(name: str, form: Form) -> Rate:
    form.only(*_KEYS)
    unit = form.choice("unit", (*_HOURS, UNAVAILABILITY)) or form.needed("unit")
    kind = cast(Kind, form.choice("kind", KINDS) or form.needed("kind"))
    repair = form.number("repair_hours", 0.0, most=HOURS_PER_YEAR * 10)
    facts = Rate(
        name,
        form.needed("what"),
        0.0,
        None,
        None,
        repair,
        kind,
        cast(Kind, form.choice("repair_kind", KINDS, kind)),
        form.needed("source"),
        form.needed("date"),
    )
    if form.node.get("events") is not None:
        exposure = form.number("exposure", 0.0, open_=True) * _HOURS.get(unit, 1.0)
        return _counted(facts, form.whole("events", 0), exposure)
    return _valued(facts, form, unit)


def _counted(facts: Rate, events: int, exposure: float) -> Rate:
    """A rate from what others counted: the mean is theirs, the interval exact."""
    low, high = poisson_interval(events)
    values: dict[str, Any] = {"per_hour": events / exposure, "low": low / exposure, "high": high / exposure}
    return replace(facts, **values, shape=events + 0.5, exposure=exposure)


def _valued(facts: Rate, form: Form, unit: str) -> Rate:
    if form.node.get("value") is None:
        raise form.wrong("value", f"'{facts.name}' has neither 'events' nor 'value'", "give one of them")
    shared = unit == UNAVAILABILITY
    if shared and not facts.repair_hours:
        raise form.wrong("repair_hours", "an unavailability needs a repair time", "add 'repair_hours: 1'")

    def hourly(key: str) -> float:
        number = form.number(key, 0.0, most=0.999999 if shared else 1e12)
        return number / (1 - number) / facts.repair_hours if shared else number / _HOURS[unit]

    low, high = (None if form.node.get(key) is None else hourly(key) for key in ("low", "high"))
    return replace(facts, per_hour=hourly("value"), low=low, high=high)


def posterior(facts: Rate, events: int, exposure_hours: float, source: str) -> Rate:
    """A rate from one's own count: Gamma(n + ½, T), its mean and 95 % interval."""
    shape = events + 0.5
    return replace(
        facts,
        per_hour=shape / exposure_hours,
        low=quantile(shape, 0.025) / exposure_hours,
        high=quantile(shape, 0.975) / exposure_hours,
        shape=shape,
        exposure=exposure_hours,
        kind="measured",
        source=source,
    )


def overridden(known: Mapping[str, Rate], form: Form | None) -> dict[str, Rate]:
    """The rates with what the user says of them in ``rates:`` of the topology.

    Each entry has ``events`` and ``exposure`` (components times time, such as ``400d``), or a ``per_year`` or an
    ``unavailability`` that they vouch for, and perhaps a ``repair`` time.

    Raises:
        HullmarkError: an entry is wrong, or there is no rate of that name.
    """
    found = dict(known)
    for name, own in form.named() if form is not None else ():
        if name not in known:
            raise HullmarkError(f"there is no rate '{name}'", suggestion(name, known), own.key())
        own.only("events", "exposure", "per_year", "unavailability", "repair")
        if not own.names:
            raise HullmarkError(
                f"nothing is said of '{name}'", "give 'events' and 'exposure', or leave it out", own.key()
            )
        found[name] = stated(known[name], own)
    return found


def stated(facts: Rate, form: Form) -> Rate:
    """A rate with what a mapping says of it, as `overridden` reads it; other keys of the mapping are let be."""
    said = [k for k in ("events", "per_year", "unavailability") if form.node.get(k) is not None]
    if len(said) > 1:
        raise form.wrong(said[1], f"both '{said[0]}' and '{said[1]}'", "give one of them")
    if form.node.get("exposure") is not None and "events" not in said:
        raise form.wrong("exposure", "'exposure' without 'events'", "say how many failures were seen in it, or 0")
    repair = form.seconds("repair")
    if repair is not None and repair > LONGEST_REPAIR:
        raise form.wrong("repair", "that is no repair but the end", "at most 10y; what is never mended is left out")
    if repair is not None:
        facts = replace(facts, repair_hours=repair / 3600, repair_kind="measured")
    if not said:
        return facts
    place = form.at(said[0])
    source = f"{place.source.name}:{place.line}"
    if said == ["events"]:
        exposure = form.seconds("exposure")
        if exposure is None:
            raise form.wrong(
                "exposure", "events without 'exposure'", "say how long how many were watched, such as 400d"
            )
        return _plausible(posterior(facts, form.whole("events", 0), exposure / 3600, source), form, "events")
    plain: dict[str, Any] = {
        "low": None,
        "high": None,
        "shape": None,
        "exposure": None,
        "kind": "measured",
        "source": source,
    }
    if said == ["per_year"]:
        hourly = form.number("per_year", 0.0) / HOURS_PER_YEAR
        return _plausible(replace(facts, per_hour=hourly, **plain), form, "per_year")
    share = form.number("unavailability", 0.0, most=0.999999)
    repair_hours = facts.repair_hours or 1.0
    return replace(facts, per_hour=share / (1 - share) / repair_hours, repair_hours=repair_hours, **plain)


def _plausible(rate: Rate, form: Form, key: str) -> Rate:
    if rate.per_hour > MOST_PER_HOUR:
        raise form.wrong(key, "more than one failure a second", "count the failures of a component, not of requests")
    return rate


def digest(rates: Mapping[str, Rate]) -> str:
    """Twelve digits that tell whether two runs went by the same rates."""
    text = "\n".join(repr(rates[name]) for name in sorted(rates))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
