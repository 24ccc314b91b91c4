"""Defaults that a namespace's LimitRanges give to containers."""

from __future__ import annotations

from functools import lru_cache

from hullmark.model.architecture import Architecture
from hullmark.model.truth import string
from hullmark.text.tree import dig, items


@lru_cache(maxsize=64)
def defaulted(arch: Architecture, namespace: str, resource: str, field: str) -> bool:
    """Whether a LimitRange of the namespace sets ``field`` (``default`` for limits, ``defaultRequest``) for a resource.

    A default limit is also a default request (https://kubernetes.io/docs/concepts/policy/limit-range/).
    """
    fields = ("default", "defaultRequest") if field == "defaultRequest" else (field,)
    return any(
        dig(limit, f, resource) is not None
        for limits in arch.within("LimitRange", namespace)
        for limit in items(limits.spec, "limits")
        if string(limit, "type") == "Container"
        for f in fields
    )
