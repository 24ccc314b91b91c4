"""Which accelerators a container asks for (ACC): extended resources and dynamic resource allocation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from hullmark.model.container import Accelerator
from hullmark.model.truth import natural, string
from hullmark.text.regex import regex
from hullmark.text.tree import Node, Value, dig, items, mapping

if TYPE_CHECKING:
    from hullmark.model.resource import Resource

Claims = Callable[[str, str], "Resource | None"]
"""Finds a ResourceClaim or ResourceClaimTemplate by kind and name."""

_VENDORS = {
    "nvidia": (
        r"nvidia\.com/(?:gpu(?:\.shared)?|mig-[\w.+-]+|gpumem[\w-]*|gpucores|vgpu|pgpu|[A-Z]{2}\w*)"
        r"|k8s\.amazonaws\.com/vgpu"
    ),
    "amd": r"amd\.com/(?:gpu|[\w-]*xcp[\w-]*)",
    "google": r"google\.com/tpu|cloud-tpus\.google\.com/[\w-]+",
    "aws": r"aws\.amazon\.com/neuron(?:core|device)?",
    "habana": r"habana\.ai/gaudi",
    "intel": r"gpu\.intel\.com/(?:i915|xe)(?:_monitoring)?",
    "huawei": r"huawei\.com/Ascend[\w-]*",
    "rebellions": r"rebellions\.ai/ATOM[\w-]*",
    "furiosa": r"(?:beta\.)?furiosa\.ai/[\w.-]+",
    "cambricon": r"cambricon\.com/(?:v?mlu|mlu[\w.-]*)",
    "qualcomm": r"qualcomm\.com/qaic[\w-]*",
    "iluvatar": r"iluvatar\.ai/v?gpu",
}
"""Extended resources that are accelerators, by vendor; NICs (``rdma/*``, ``vpc.amazonaws.com/efa``) are none.

Sources: the vendors' device plugins' READMEs; HAMi for ``gpumem`` and ``gpucores``.
"""

_SHARES = regex(r"gpumem|gpucores|gpu-memory|_monitoring$")
"""Resources that size a share of a device that another resource counts."""

_CLASSES = (
    ("nvidia", regex(r"(?:gpu|mig|vfio\.gpu)\.nvidia\.com|nvidia[\w.-]*gpu", re.IGNORECASE)),
    ("intel", regex(r"gpu\.intel\.com|gpu-vfio\.intel\.com")),
    ("habana", regex(r"gaudi\.intel\.com|habana")),
    ("amd", regex(r"gpu\.amd\.com")),
    ("google", regex(r"tpu\.google\.com")),
    ("aws", regex(r"neuron\.aws\.com|neuron\.amazonaws\.com")),
    ("huawei", regex(r"(?:npu|ascend)[\w.]*huawei\.com")),
    ("example", regex(r"gpu\.example\.com")),
)
"""Vendors by DeviceClass name (https://github.com/NVIDIA/k8s-dra-driver-gpu and the others' drivers)."""

_NOT_DEVICES = regex(r"compute-domain|rdma|nic|net|efa|sriov|cpu|mem")
"""DeviceClasses that are networks, channels or cores."""

_RESOURCE = regex("|".join(f"(?P<{vendor}>{pattern})" for vendor, pattern in _VENDORS.items()))


def accelerators_of(node: Node, podset_node: Node, claims: Claims) -> tuple[Accelerator, ...]:
    """The devices one container gets; ``claims`` finds the ResourceClaims and templates of the scan."""
    return (*_extended(node), *_claimed(node, podset_node, claims))


def vendor_of(resource: str) -> str:
    """The vendor of an extended resource that is an accelerator; empty for any other resource."""
    found = _RESOURCE.fullmatch(resource)
    return found.lastgroup or "" if found is not None else ""


def _extended(node: Node) -> Iterator[Accelerator]:
    """Limits, and requests without one; for extended resources both must be equal."""
    seen: set[str] = set()
    for bound in ("limits", "requests"):
        for resource, quantity in mapping(node.value, "resources", bound).items():
            if "/" not in resource or quantity is None or resource in seen:
                continue
            vendor = vendor_of(resource)
            if not vendor or _SHARES.search(resource):
                continue
            seen.add(resource)
            count = _count(quantity)
            if count != 0:
                yield Accelerator(resource, vendor, count, "resource", node.at("resources", bound, resource))


def _count(quantity: Value) -> int | None:
    """A whole number of devices; None for what is none."""
    if isinstance(quantity, int) and not isinstance(quantity, bool):
        return quantity if 0 <= quantity < 1 << 63 else None
    return natural(quantity.strip()) if isinstance(quantity, str) else None


def _claimed(node: Node, pod: Node, claims: Claims) -> Iterator[Accelerator]:
    wanted: dict[str, set[str]] = {}
    first: dict[str, int] = {}
    for index, claim in enumerate(items(node.value, "resources", "claims")):
        wanted.setdefault(string(claim, "name"), set()).add(string(claim, "request"))
        first.setdefault(string(claim, "name"), index)
    if not wanted:
        return
    for entry in pod.children("resourceClaims"):
        name = string(entry.value, "name")
        if name not in wanted:
            continue
        template = string(entry.value, "resourceClaimTemplateName")
        own = string(entry.value, "resourceClaimName")
        found = claims("ResourceClaimTemplate", template) if template else claims("ResourceClaim", own) if own else None
        place = node.at("resources", "claims", first[name])
        here = mapping(entry.value, "spec")  # an operator's own words for a claim that it makes
        if found is None and not here:
            yield Accelerator(template or own or name, "unknown", None, "dra", place)
            continue
        spec = here if found is None else mapping(found.spec, "spec") if template else found.spec
        for request in items(spec, "devices", "requests"):
            if wanted[name] & {"", string(request, "name")}:
                yield from (Accelerator(c, v, n, "dra", place) for c, v, n in _devices(request))


def _devices(request: Value) -> Iterator[tuple[str, str, int | None]]:
    """Class, vendor and count of a device request; of alternatives (``firstAvailable``) the first."""
    exactly = mapping(request, "exactly") or mapping(dig(request, "firstAvailable", 0)) or mapping(request)
    name = string(exactly, "deviceClassName")
    vendor = next((v for v, pattern in _CLASSES if pattern.search(name)), "")
    if not vendor and (not name or _NOT_DEVICES.search(name)):
        return
    count = (
        None
        if exactly.get("allocationMode") == "All"
        else _count(1 if exactly.get("count") is None else exactly["count"])
    )
    yield name, vendor or "unknown", count
