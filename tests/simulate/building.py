"""Architectures of manifests in a string."""

from __future__ import annotations

from hullmark.graph.build import build
from hullmark.model.architecture import Architecture
from hullmark.model.resource import Resource
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source


def architecture(*texts: str) -> Architecture:
    found = [r for number, text in enumerate(texts) for r in resources(Source(f"{number}.yaml", text))]
    assert all(isinstance(r, Resource) for r in found), found
    return build([r for r in found if isinstance(r, Resource)])
