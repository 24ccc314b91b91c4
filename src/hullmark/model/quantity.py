"""Kubernetes quantities (https://kubernetes.io/docs/reference/kubernetes-api/definitions/quantity-resource/)."""

from __future__ import annotations

from math import isfinite

from hullmark.text.regex import regex

_QUANTITY = regex(r"([+-]?\d+(?:\.\d*)?|\.\d+)(?:([eE][+-]?\d+)|(m|k|[MGTPE]|[KMGTPE]i)?)$")
_SCALE = {"": 1.0, "m": 1e-3, "k": 1e3}
_SCALE |= {unit: 1000.0 ** (power + 2) for power, unit in enumerate("MGTPE")}
_SCALE |= {f"{unit}i": 1024.0 ** (power + 1) for power, unit in enumerate("KMGTPE")}

GIB = 1024**3
"""Bytes in a gibibyte."""


def quantity(text: str) -> float | None:
    """The amount a quantity stands for (bytes, cores); None if it is none, or too large to be one."""
    found = _QUANTITY.match(text.strip())
    if found is None:
        return None
    amount = float(found[1] + (found[2] or "")) * _SCALE[found[3] or ""]
    return amount if isfinite(amount) else None
