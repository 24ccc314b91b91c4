"""The objects of a scan by name, for whatever refers to another object."""

from __future__ import annotations

from collections.abc import Sequence

from hullmark.model.resource import Resource


class Scan:
    """An index of objects by kind and name, and then by namespace: every team has its ``settings``."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self._by_name: dict[tuple[str, str], dict[str, list[Resource]]] = {}
        for resource in resources:
            kind, namespace, name, _ = resource.ref
            self._by_name.setdefault((kind, name), {}).setdefault(namespace, []).append(resource)
        self.released = frozenset(resource.host for resource in resources if resource.release is not None)
        """What refers to charts that are known: what these deploy is seen through the chart."""

    def find(self, kind: str, namespace: str, name: str) -> Resource | None:
        """The object of a kind and name as seen from a namespace; an unwritten namespace matches any.

        None when there is none, or when several match equally well.
        """
        spaces = self._by_name.get((kind, name), {})
        found = spaces.get(namespace)
        if found is None:
            found = spaces.get("") if namespace else next(iter(spaces.values()), None) if len(spaces) == 1 else None
        return found[0] if found is not None and len(found) == 1 else None
