"""Which value a YAML scalar is, by the rules of go-yaml v2, which sigs.k8s.io/yaml and so Kubernetes uses.

They are YAML 1.1 with exceptions: no sexagesimal numbers, no dates (both stay strings), `08` is 8.
The values are JSON's: integral floats come back from the API server as integers, so they are here.
"""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from math import isfinite, isnan
from struct import pack

from hullmark.text.regex import regex
from hullmark.text.tree import Value

WORDS: dict[str, Value] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
"""Plain scalars that are something other than themselves."""

_NOT_FINITE: dict[str, float] = {
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}

NUMBER_STARTS = frozenset("+-.0123456789")
"""What a number starts with."""

_INT = regex(r"[-+]?(?:0[bB](?P<bin>[01]+)|0[oO]?(?P<oct>[0-7]+)|0[xX](?P<hex>[0-9a-fA-F]+)|(?P<dec>0|[1-9][0-9]*))")
_BASES = {"bin": 2, "oct": 8, "hex": 16, "dec": 10}
_SIGNED_BITS = regex(r"0b([-+][01]+)")
_FLOAT = regex(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_FRACTION = regex(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
_TOO_LARGE = 2.0**128 - 2.0**103
"""From here on a number is infinite in 32 bits."""

_TAG_PREFIX = "tag:yaml.org,2002:"
_BROKEN = regex("[\udc80-\udcff]")
_TIMESTAMP = regex(
    r"[0-9]{4}-(1[0-2]|0?[1-9])-([12][0-9]|3[01]|0?[1-9])"
    r"(?: +(?:[01]?[0-9]|2[0-3]):[0-5]?[0-9]:[0-5]?[0-9](?:[.,][0-9]+)?"
    r"|[Tt](?:[01]?[0-9]|2[0-3]):[0-5]?[0-9]:[0-5]?[0-9](?:[.,][0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2}))?"
)


def plain(text: str) -> Value:
    """The value of a plain (unquoted, untagged) scalar; infinities and NaN come back as floats."""
    if text in WORDS:
        return WORDS[text]
    return number(text) if text[0] in NUMBER_STARTS else text


def number(text: str) -> Value:
    """The number that a plain scalar is, or the text itself."""
    if text in _NOT_FINITE:
        return _NOT_FINITE[text]
    if text[0] == ".":
        return _whole(float(text)) if _FRACTION.fullmatch(text) else text
    digits = text.replace("_", "")
    if whole := _INT.fullmatch(digits):
        value = _integer(whole)
        if -(1 << 63) <= value < (1 << 63 if digits[0] in "+-" else 1 << 64):
            return value
    if _FLOAT.fullmatch(digits) and isfinite(approximate := float(digits)):
        return _whole(approximate)
    if (bits := _SIGNED_BITS.fullmatch(digits)) and len(digits) <= 64:
        return int(bits[1], 2)
    return text


def tagged(tag: str, text: str) -> Value:
    """The value of a scalar with an explicit tag.

    Unknown tags are ignored, as Kubernetes does. Raises ``ValueError`` with a message when the text
    is not what the tag says.
    """
    kind = tag.removeprefix(_TAG_PREFIX)
    if kind == "binary":
        return _binary(text)
    if kind not in ("bool", "int", "float", "null", "timestamp"):
        return text
    value = text if kind == "timestamp" else plain(text)
    if not _fits(kind, value, text):
        raise ValueError(f"'{text[:40]}' is not what its tag !!{kind} says")
    return value


def key(value: Value, text: str) -> str | None:
    """How a scalar with this value and text reads as a key of a JSON object; None for what cannot be one."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and _INT.fullmatch(text.replace("_", "")):
        return str(value) if -(1 << 63) <= value < 1 << 63 else None
    return None if value is None else _float_key(float(value))


def _fits(kind: str, value: Value, text: str) -> bool:
    """Whether a text and the value it would have as a plain scalar are what a tag says."""
    if kind == "timestamp":
        return _TIMESTAMP.fullmatch(text) is not None
    if kind == "null":
        return value is None
    if kind == "bool":
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    if kind == "float":
        return value < 1 << 63 or isinstance(value, float)
    return isinstance(value, int) and _INT.fullmatch(text.replace("_", "")) is not None


def _integer(found: re.Match[str]) -> int:
    """The integer of a match; one of more than 64 bits for what has too many digits to matter."""
    base = found.lastgroup or "dec"
    if len(found[base]) > 64:
        return 1 << 65
    value = int(found[base], _BASES[base])
    return -value if found[0][0] == "-" else value


def _whole(value: float) -> int | float:
    return int(value) if value.is_integer() and abs(value) < 1 << 63 else value


def _binary(text: str) -> str:
    try:
        data = a2b_base64(text.replace("\n", "").encode(), strict_mode=True).decode("utf-8", "surrogateescape")
    except Base64Error:
        raise ValueError("this is not base64, as its tag !!binary says") from None
    return _BROKEN.sub("\ufffd", data)


def _float_key(value: float) -> str:
    """A float as Go's ``strconv.FormatFloat(value, 'g', -1, 32)`` writes it."""
    if isnan(value):
        return ".nan"
    if abs(value) >= _TOO_LARGE:
        return ".inf" if value > 0 else "-.inf"
    single = pack("f", value)
    shortest = next(text for digits in range(17) if pack("f", float(text := f"{value:.{digits}e}")) == single)
    mantissa, _, power = shortest.partition("e")
    if not -5 < int(power) < 6:
        return shortest
    decimals = len(mantissa.lstrip("-").replace(".", "")) - 1 - int(power)
    return f"{float(shortest):.{max(0, decimals)}f}"
