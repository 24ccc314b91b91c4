"""Quantities as the scheduler counts them: whole numbers, rounded up."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from hullmark.text.regex import regex
from hullmark.text.tree import Value

_QUANTITY = regex(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,2})|(n|u|m|k|[MGTPE]|[KMGTPE]i)?)")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_LONGEST = 40


def amount(value: Value, *, milli: bool = False) -> int | None:
    """The whole units (or thousandths) of a quantity, rounded up as ``Quantity.Value`` and ``MilliValue`` do.

    None for what is no quantity (https://kubernetes.io/docs/reference/kubernetes-api/definitions/quantity-resource/).
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    text = str(value).strip()
    found = _QUANTITY.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None or not (found[2] or found[3]):
        return None
    whole = Fraction(int((found[2] or "") + (found[3] or "")), 10 ** len(found[3] or ""))
    unit = found[5] or ""
    if found[4]:
        whole *= Fraction(10) ** int(found[4])
    elif unit.endswith("i"):
        whole *= 1024 ** ("KMGTPE".index(unit[0]) + 1)
    else:
        whole *= Fraction(10) ** _DECIMAL[unit]
    exact = (-whole if found[1] == "-" else whole) * (1000 if milli else 1)
    return -(-exact.numerator // exact.denominator)


def amounts(values: Mapping[str, Value]) -> dict[str, int]:
    """A resource list, cpu in thousandths; entries that are no quantities are left out."""
    read = ((name, amount(value, milli=name == "cpu")) for name, value in values.items())
    return {name: number for name, number in read if number is not None}
