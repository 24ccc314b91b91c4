"""The objects of a scan by name, for whatever refers to another object."""

from __future__ import annotations

from collections.abc import Sequence

from hullmark.model.resource import Resource


class Scan:
    """An index of objects by kind and name."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self._by_name: dict[tuple[str, str], list[Resource]] = {}
        for resource in resources:
            ref = resource.ref
            self._by_name.setdefault((ref.kind, ref.name), []).append(resource)
        self.released = frozenset(resource.host for resource in resources if resource.release is not None)
        """What refers to charts that are known: what these deploy is seen through the chart."""

    def find(self, kind: str, namespace: str, name: str) -> Resource | None:
        """The object of a kind and name as seen from a namespace; an unwritten namespace matches any.

        None when there is none, or when several match equally well.
        """
        named = self._by_name.get((kind, name), ())
        found = [r for r in named if r.ref.namespace == namespace]
        if not found:
            found = [r for r in named if not r.ref.namespace or not namespace]
        return found[0] if len(found) == 1 else None
