"""Kubernetes manifests: from texts to resources."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.resource import Ref, Resource
from hullmark.model.truth import string
from hullmark.text.source import Problem, Source
from hullmark.text.tree import Document
from hullmark.text.yaml import read


def resources(source: Source) -> Iterator[Resource | Problem]:
    """The objects of a manifest in order."""
    for found in read(source):
        if isinstance(found, Document) and (made := _resource(found)) is not None:
            yield made
        elif isinstance(found, Problem):
            yield found


def _resource(document: Document) -> Resource | None:
    value = document.root
    api, kind = string(value, "apiVersion"), string(value, "kind")
    if not api or not kind:
        return None
    group, _, version = api.rpartition("/")
    ref = Ref(kind, string(value, "metadata", "namespace"), string(value, "metadata", "name"), group)
    return Resource(ref, version, document.node)
