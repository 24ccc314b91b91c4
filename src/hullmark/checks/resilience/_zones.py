"""Labels that tell a node's zone."""

from __future__ import annotations

from hullmark.text.tree import Value

_ZONES = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")
"""The second is the former one (https://kubernetes.io/docs/reference/labels-annotations-taints/)."""


def zonal(key: Value) -> bool:
    """Whether a key, as written, is the label of zones."""
    return isinstance(key, str) and key in _ZONES
