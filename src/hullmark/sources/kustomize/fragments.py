"""What kustomizations that are not built use as patches and configuration."""

from __future__ import annotations

import os
from collections.abc import Iterator

from hullmark.text.source import Source
from hullmark.text.tree import Document, Value, dig, items
from hullmark.text.yaml import read

REASON = "a kustomization: it is not built, its resources are read as plain manifests"
"""Reason why a kustomization itself is not checked."""

_FILES = ("patchesStrategicMerge", "transformers", "generators", "validators", "configurations", "crds")
_ENTRIES = ("patches", "patchesJson6902", "replacements")
"""Fields that name files which are no manifests, directly or by their ``path``
(https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/)."""


def fragments(source: Source) -> Iterator[str]:
    """The absolute paths of the files that a kustomization uses without applying them as they are."""
    folder = os.path.dirname(os.path.abspath(source.name))
    for found in read(source):
        if isinstance(found, Document):
            for path in _named(found.root):
                # What has several lines is a patch written in place.
                if isinstance(path, str) and path and "\n" not in path and "\0" not in path:
                    yield os.path.normpath(os.path.join(folder, path))


def _named(root: Value) -> Iterator[Value]:
    for key in _FILES:
        yield from items(root, key)
    for key in _ENTRIES:
        for entry in items(root, key):
            yield dig(entry, "path")


def build_hint(name: str) -> str:
    """What to do about the kustomization of this name."""
    return f"build it first: kubectl kustomize {os.path.dirname(name) or '.'} | hullmark scan -"
