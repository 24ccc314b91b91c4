"""Deployable units: what is applied together, and so is one architecture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from hullmark.sources.reading import Reading

Form = Literal["manifests", "helm", "kustomize", "compose"]
"""What a unit is kept as."""


class Rendering(NamedTuple):
    """How the user wants charts and kustomizations rendered.

    ``helm`` is the program to use, empty for the one on PATH; ``cached`` lets renderings of earlier runs be used;
    the others are passed to ``helm template``: files and settings of values, the release's namespace and name, and the
    cluster's version and APIs. They hold for every chart of a scan.
    """

    helm: str = ""
    cached: bool = True
    values: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    namespace: str = ""
    release_name: str = ""
    kube_version: str = ""
    api_versions: tuple[str, ...] = ()


class Unit(NamedTuple):
    """What is deployed together.

    ``name`` is the path of the chart, kustomization or Compose file as the user gave it, or of the folder that was named
    for loose manifests. ``variant`` tells renderings of one unit apart: the values file of a chart that has several.
    """

    name: str
    form: Form
    reading: Reading
    variant: str = ""

    def changed(self, texts: Mapping[str, str]) -> Unit:
        """The same unit with other texts (see `Reading.changed`)."""
        return self._replace(reading=self.reading.changed(texts))

    @property
    def title(self) -> str:
        """What reports call it."""
        return f"{self.name} ({self.variant})" if self.variant else self.name
