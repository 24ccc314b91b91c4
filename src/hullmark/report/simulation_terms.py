"""How numbers and names of simulations are written, in the terminal and on the page alike."""

from __future__ import annotations

import math

from hullmark.simulate.repairs import Ranked
from hullmark.simulate.services import Need, Service

KINDS = {
    "node": "node",
    "crash": "crash of",
    "hang": "hang of",
    "reclaim": "spot reclaim of",
    "zone": "zone",
    "partition": "partition of zone",
    "region": "region",
    "pool": "accelerator pool",
    "control-plane": "control plane",
    "start-only": "provider",
    "third-party": "provider",
    "device": "accelerator of",
    "lemon": "lemon node",
    "certificate": "end of certificate",
    "rollout": "bad rollout of",
    "stockout": "without new nodes, loss of",
}
"""How a kind of failure is called before its name."""


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

FIRST = 8
"""Repairs that are shown; JSON has all."""


def percent(unavailability: float) -> str:
    """An availability in percent with two digits of what is missing from 100 %; never 0 and never 100.

    >>> percent(0.0001234), percent(0.0), percent(1.0)
    ('99.988 %', '> 99.9999999999 %', '< 0.001 %')
    """
    if unavailability < 1e-12:
        return "> 99.9999999999 %"
    if unavailability > 0.99999:
        return "< 0.001 %"
    digits = max(-math.floor(math.log10(unavailability)) - 1, 1)
    text = f"{100 * (1 - unavailability):.{digits}f}"
    return f"{text} %" if float(text) < 100 else f"> {'99.' + '9' * max(digits - 1, 1)} %"


def chance(value: float) -> str:
    """A chance in percent; never 0 and never 100.

    >>> chance(0.9835), chance(1.0), chance(0.0)
    ('98.35 %', '> 99.99 %', '< 0.01 %')
    """
    return "> 99.99 %" if value > 0.9999 else "< 0.01 %" if value < 0.0001 else f"{100 * value:.2f} %"


def part(value: float, digits: int = 1) -> str:
    """A part of something in percent; what is more than nothing is never written as 0.

    >>> part(0.553), part(0.0002), part(0.98, 0)
    ('55.3 %', '< 0.1 %', '98 %')
    """
    least = 10.0**-digits
    return f"< {least:g} %" if 0 < value < least / 200 else f"{100 * value:.{digits}f} %"


def rarely(value: float) -> str:
    """A small share of time in percent with two digits, however small.

    >>> rarely(9.5e-05), rarely(4.1e-11), rarely(0.031)
    ('0.0095 %', '4.1·10⁻⁹ %', '3.1 %')
    """
    if value >= 1e-6:
        return f"{100 * value:.2g} %"
    number, _, power = f"{100 * value:.1e}".partition("e")
    return f"{number}·10{str(int(power)).translate(_RAISED)} %"


def lasting(seconds: float) -> str:
    """For how long: a time, or until something of unknown length is over."""
    return "until it is mended" if math.isinf(seconds) else f"for {duration(seconds)}"


def duration(seconds: float) -> str:
    """Seconds in the two largest units that matter.

    >>> duration(42), duration(350), duration(14405), duration(46_230)
    ('42 s', '5 min 50 s', '4 h', '12 h 50 min')
    """
    if seconds < 10:
        return f"{seconds:.2g} s"
    whole = round(seconds)
    for size, unit, smaller, below in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            large, rest = divmod(round(whole / smaller), size // smaller)
            return f"{large} {unit}" + (f" {rest} {below}" if rest else "")
    return f"{whole} s"


def needed(need: Need, service: Service) -> str:
    """What a service needs, such as *alive (1 of 2)*."""
    return f"{need.name} ({need.pods} of {service.pods})"


def saving(ranked: Ranked) -> str:
    """What a repair saves, in words; the interval is that of the difference."""
    if abs(ranked.saved) < 0.05:
        hours = round(ranked.hours)
        return f"{hours:,} accelerator-hour{'' if hours == 1 else 's'} a month"
    between = f" ({rounded(ranked.low)} to {rounded(ranked.high)})" if ranked.high > ranked.low else ""
    return f"{rounded(ranked.saved)} min a year{between}"


def rounded(number: float) -> str:
    """A number with one digit after the point if it is small.

    >>> rounded(3.14159), rounded(1234.5)
    ('3.1', '1,234')
    """
    return f"{number:.1f}" if abs(number) < 10 else f"{number:,.0f}"


def points(cost: float) -> str:
    """A cost in words."""
    return "1 point" if cost == 1 else f"{cost:.3g} points"
