"""KubeAI's own configuration, which says how many devices a resource profile has.

Source: kubeai-project/kubeai ``charts/kubeai/values.yaml`` (``resourceProfiles``) and ``internal/modelcontroller``.
"""

from __future__ import annotations

from functools import lru_cache

from hullmark.model.architecture import Architecture
from hullmark.model.truth import natural, string
from hullmark.model.workload import Workload
from hullmark.text.source import Source
from hullmark.text.tree import Document, Value, mapping
from hullmark.text.yaml import read

_SHIPPED = (
    *("nvidia-gpu-t4", "nvidia-gpu-l4", "nvidia-gpu-l40s", "nvidia-gpu-h100", "nvidia-gpu-gh200", "nvidia-gpu-a16"),
    *("nvidia-gpu-a100-80gb", "nvidia-gpu-a100-40gb", "nvidia-gpu-rtx4070-8gb", "amd-gpu-mi300x"),
)
"""Profiles of the chart, of one device each."""


@lru_cache(maxsize=1)
def system(arch: Architecture) -> Value:
    """The configuration, if it is in the scan."""
    for config in arch.kinds("ConfigMap"):
        text = string(config.node.value, "data", "system.yaml")
        if "modelRollouts" in text or "resourceProfiles" in text:
            documents = (d for d in read(Source(config.file, text)) if isinstance(d, Document))
            return next((d.root for d in documents), None)
    return None


def devices(model: Workload, arch: Architecture) -> int | None:
    """The devices of one pod of a Model: a multiple of its profile's; None where that is not known."""
    profile, _, multiple = string(model.resource.spec, "resourceProfile").partition(":")
    times = natural(multiple) if multiple else 1
    profiles = mapping(system(arch), "resourceProfiles")
    if times is None or (profile not in profiles and profile not in _SHIPPED):
        return None
    limits = mapping(profiles, profile, "limits") if profile in profiles else {"nvidia.com/gpu": 1}
    return times * sum(n for name, amount in limits.items() if "/" in name and (n := natural(str(amount))) is not None)
