"""Deployable units: what is applied together, and so is one architecture."""

from __future__ import annotations

from typing import Literal, NamedTuple

from hullmark.sources.reading import Reading

Form = Literal["manifests", "helm", "kustomize", "compose"]
"""What a unit is kept as."""


class Unit(NamedTuple):
    """What is deployed together.

    ``name`` is the path of the chart, kustomization or Compose file as the user gave it, or of the folder that was named
    for loose manifests. ``variant`` tells renderings of one unit apart: the values file of a chart that has several.
    """

    name: str
    form: Form
    reading: Reading
    variant: str = ""

    @property
    def title(self) -> str:
        """What reports call it."""
        return f"{self.name} ({self.variant})" if self.variant else self.name
