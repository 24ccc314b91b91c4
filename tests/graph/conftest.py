from __future__ import annotations

import pytest
from graph_manifests import Scan

from hullmark.graph.build import build
from hullmark.model.architecture import Architecture
from hullmark.model.resource import Resource
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source


@pytest.fixture
def scan() -> Scan:
    def made(**files: str) -> Architecture:
        found = [r for name, text in files.items() for r in resources(Source(name.replace("__", "/"), text))]
        assert all(isinstance(r, Resource) for r in found), found
        return build([r for r in found if isinstance(r, Resource)])

    return made
