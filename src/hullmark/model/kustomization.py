"""What a kustomization says of itself."""

from __future__ import annotations

from hullmark.text.tree import Value, items

_PATCHING = (
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "transformers",
    "replacements",
    "components",
    "images",
    "replicas",
)
"""Fields by which a kustomization changes what it is made of
(https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/)."""


def patches(kustomization: Value) -> bool:
    """Whether a kustomization may change what the charts it names make."""
    return any(items(kustomization, field) for field in _PATCHING)
