"""Accelerators and resources of a service, as a container's ``resources``.

https://github.com/compose-spec/compose-spec/blob/main/deploy.md#devices and ``gpus``; the NVIDIA runtime's variable is
described at https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hullmark.sources.compose.made import Entry, at, nested
from hullmark.sources.compose.paths import strings
from hullmark.sources.compose.values import Item, listed, size, text, whole
from hullmark.text.tree import Map, PairMark, Value, dig, mapping

_ALL = "all"
_NVIDIA, _AMD, _TPU = "nvidia.com/gpu", "amd.com/gpu", "google.com/tpu"
_DRIVERS = {"nvidia": _NVIDIA, "amd": _AMD, "": _NVIDIA}
"""What a device of a driver is; without one the Docker daemon takes the first that has the capability, NVIDIA's."""

_VISIBLE = "NVIDIA_VISIBLE_DEVICES"
_NONE = ("none", "void", "")
_NODES = (
    (_NVIDIA, re.compile(r"/dev/nvidia\d+")),
    (_AMD, re.compile(r"/dev/kfd")),
    (_TPU, re.compile(r"/dev/accel\d+")),
    ("aws.amazon.com/neuron", re.compile(r"/dev/neuron\d+")),
    ("habana.ai/gaudi", re.compile(r"/dev/hl\d+|/dev/accel/accel\d+")),
    ("huawei.com/Ascend910", re.compile(r"/dev/davinci\d+")),
)
"""Device files that are accelerators, one each, save AMD's ``/dev/kfd``, which is the door to all of them."""

Count = dict[str, tuple[int | str, PairMark]]


def resources(service: Map, title: PairMark) -> Iterator[Entry]:
    """``resources`` with the limits of memory and processors, what is reserved, and the accelerators as limits."""
    limits = [*_bounds(service, "limits", ("mem_limit", "cpus"))]
    limits += [(name, count, mark) for name, (count, mark) in _accelerators(service).items()]
    requests = [*_bounds(service, "reservations", ("mem_reservation",))]
    inside = [*nested("limits", limits, title), *nested("requests", requests, title)]
    yield from nested("resources", inside, title)


def _bounds(service: Map, bound: str, old: tuple[str, ...]) -> Iterator[Entry]:
    """The bounds under ``deploy``, else the fields of the service itself; zero is none."""
    deployed = mapping(service, "deploy", "resources", bound)
    fields = [(deployed, "memory"), (deployed, "cpus"), *((service, key) for key in old)]
    for holder, key in fields:
        amount = text(holder.get(key)) if key == "cpus" else size(holder.get(key))
        if amount and amount not in ("0", "0.0", "0.00", "0.000"):
            yield "cpu" if key == "cpus" else "memory", str(amount), holder.marks[key]


def _accelerators(service: Map) -> Count:
    found: Count = {}
    reserved = dig(service, "deploy", "resources", "reservations")
    for item in listed(dig(reserved, "devices"), (0, 0)):
        _add(found, *_requested(item, gpus=False))
    gpus = service.get("gpus")
    for item in listed(gpus, service.marks["gpus"][2:]) if gpus is not None else ():
        _add(found, *_requested(item, gpus=True))
    for item in listed(dig(reserved, "generic_resources"), (0, 0)):
        spec = mapping(item.value, "discrete_resource_spec")
        if "gpu" in text(spec.get("kind")).lower():
            _add(found, _NVIDIA, whole(spec.get("value")) or _ALL, spec.marks.get("value", at(item.mark)))
    _files(service, found)
    if not found and text(service.get("runtime")) == "nvidia":
        _add(found, _NVIDIA, _visible(service), service.marks["runtime"])
    return found


def _add(found: Count, resource: str, count: int | str, mark: PairMark) -> None:
    if not resource or count == 0:
        return
    before = found.get(resource)
    both = isinstance(count, int) and before is not None and isinstance(before[0], int)
    if before is None:
        found[resource] = count, mark
    elif both and isinstance(count, int) and isinstance(before[0], int):
        found[resource] = before[0] + count, before[1]
    else:
        found[resource] = _ALL, before[1]


def _requested(item: Item, *, gpus: bool) -> tuple[str, int | str, PairMark]:
    """The resource, count and mark of a device request; no resource for what is no accelerator."""
    mark = at(item.mark)
    if not isinstance(item.value, Map):
        return (_NVIDIA if gpus and text(item.value) else ""), _ALL, mark
    value, driver = item.value, text(item.value.get("driver"))
    ids = strings(value.get("device_ids"))
    if driver == "cdi" or (ids and all("=" in one for one in ids)):
        resource = ids[0].partition("=")[0] if ids else ""
        count: int | str = _ALL if any(one.endswith("=all") for one in ids) else len(ids)
        return resource, count, value.marks.get("device_ids", mark)
    named = whole(value.get("count"))
    if ids:
        return _named(driver, value, gpus=gpus), len(ids), value.marks["device_ids"]
    return _named(driver, value, gpus=gpus), _ALL if named is None else named, value.marks.get("count", mark)


def _named(driver: str, value: Map, *, gpus: bool) -> str:
    """The resource a request is for, by its driver and capabilities."""
    wanted = [one for item, _ in listed(value.get("capabilities"), (0, 0)) for one in _flat(item)]
    if not driver and "tpu" in wanted:
        return _TPU
    if not driver and any("amd" in one for one in wanted):
        return _AMD
    useful = gpus or not wanted or any("gpu" in one or "compute" in one or "nvidia" in one for one in wanted)
    return _DRIVERS.get(driver, "") if useful else ""


def _flat(value: Value) -> list[str]:
    return [value.lower()] if isinstance(value, str) else [one.lower() for one in strings(value)]


def _files(service: Map, found: Count) -> None:
    """Devices that are handed on as files of the host, or by their CDI name."""
    value = service.get("devices")
    for item in listed(value, service.marks["devices"][2:]) if value is not None else ():
        source = item.value.get("source") if isinstance(item.value, Map) else item.value
        path = text(source).partition(":")[0]
        vendor, equals, which = path.partition("=")
        if equals and "/" in vendor:
            _add(found, vendor, _ALL if which == "all" else 1, at(item.mark))
            continue
        resource = next((r for r, pattern in _NODES if pattern.fullmatch(path)), "")
        _add(found, resource, _ALL if resource == _AMD else 1, at(item.mark))


def _visible(service: Map) -> int | str:
    """How many devices the NVIDIA runtime hands on; what the image says by itself is not known."""
    value = dig(service, "environment", _VISIBLE)
    shown = text(value)
    if value is None or shown == _ALL or "$" in shown:
        return _ALL
    return 0 if shown in _NONE else len([one for one in shown.split(",") if one.strip()])
