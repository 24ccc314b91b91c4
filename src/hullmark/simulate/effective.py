"""The PodSpec that reaches the scheduler: what admission and controllers add to what the manifest says.

Admission adds the overhead, node selector and tolerations of a RuntimeClass
(https://kubernetes.io/docs/concepts/containers/runtime-class/#scheduling), requests from LimitRanges
(https://kubernetes.io/docs/concepts/policy/limit-range/), and the value of a priority class
(https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.container import Container
from hullmark.model.resource import Resource, strings
from hullmark.model.truth import is_placeholder, string
from hullmark.model.workload import PodSet
from hullmark.simulate.placement.amounts import amount
from hullmark.text.source import Place
from hullmark.text.tree import Map, Seq, Value, dig, items, mapping


class Assumption(NamedTuple):
    """Something that nobody can know from the files, and what is taken in its place."""

    text: str
    place: Place | None = None


class Priority(NamedTuple):
    """The value of a pod's priority class, and whether its pods preempt others."""

    value: int
    preempts: bool = True


SYSTEM_PRIORITIES = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}
"""Classes every cluster has (https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/)."""

DEVICES = {
    "nvidia": "nvidia.com/gpu",
    "amd": "amd.com/gpu",
    "google": "google.com/tpu",
    "aws": "aws.amazon.com/neuron",
    "habana": "habana.ai/gaudi",
    "intel": "gpu.intel.com/i915",
    "huawei": "huawei.com/Ascend910",
}
"""The resource that counts the devices of a vendor, for devices claimed by dynamic resource allocation."""


def effective(podset: PodSet, arch: Architecture, noted: list[Assumption]) -> Map:
    """The PodSpec of a pod set as the scheduler sees it; ``noted`` takes what had to be assumed."""
    ranges = tuple(_defaults(arch, podset.workload.namespace))
    spec = Map(podset.node.value if isinstance(podset.node.value, dict) else {})
    ordinary = [c for c in podset.containers if c.kind == "app"]
    before = [c for c in podset.containers if c.kind in ("init", "sidecar")]
    spec["containers"] = Seq([_container(c, ranges, noted) for c in ordinary])
    spec["initContainers"] = Seq([_container(c, ranges, noted) for c in before])
    _known_selector(spec, podset, noted)
    _with_runtime(spec, podset, arch, noted)
    return spec


def _container(container: Container, ranges: Iterable[Value], noted: list[Assumption]) -> Map:
    """A container whose requests are complete: its own, its limits', those of LimitRanges, and claimed devices."""
    own, limits = _amounts(container, "requests", noted), _amounts(container, "limits", noted)
    given: dict[str, Value] = {}
    for limit in ranges:
        given = {**mapping(limit, "default"), **mapping(limit, "defaultRequest"), **given}
    devices: dict[str, Value] = {}
    for accelerator in container.accelerators:
        if accelerator.via == "dra":
            name = DEVICES.get(accelerator.vendor, accelerator.resource)
            if accelerator.count is None:
                noted.append(
                    Assumption(f"container '{container.name}' claims one '{accelerator.resource}'", accelerator.place)
                )
            devices[name] = devices.get(name, 0) + (accelerator.count or 1)
    merged = Map({**given, **limits, **own, **devices})
    return Map({**container.spec, "resources": Map({"requests": merged})})


def _amounts(container: Container, bound: str, noted: list[Assumption]) -> dict[str, Value]:
    """The quantities that can be read; the others are noted and count nothing."""
    found: dict[str, Value] = {}
    for name, value in mapping(container.spec, "resources", bound).items():
        if value is None:
            continue
        if amount(value) is None:
            text = f"container '{container.name}': the {bound[:-1]} of '{name}' is not known and counts nothing"
            noted.append(Assumption(text, container.at("resources", bound, name)))
        else:
            found[name] = value
    return found


def _defaults(arch: Architecture, namespace: str) -> Iterator[Value]:
    for limits in arch.within("LimitRange", namespace):
        yield from (limit for limit in items(limits.spec, "limits") if string(limit, "type") == "Container")


def _known_selector(spec: Map, podset: PodSet, noted: list[Assumption]) -> None:
    """Leave out what a node selector asks for in placeholders."""
    selector = strings(spec.get("nodeSelector"))
    for key, value in selector.items():
        if is_placeholder(value):
            text = f"{_who(podset)}: the node selector '{key}' is filled in elsewhere and asks for nothing here"
            noted.append(Assumption(text, podset.at("nodeSelector", key)))
    spec["nodeSelector"] = Map({k: v for k, v in selector.items() if not is_placeholder(v)})


def _with_runtime(spec: Map, podset: PodSet, arch: Architecture, noted: list[Assumption]) -> None:
    name = string(spec, "runtimeClassName")
    if not name:
        return
    found = arch.find("RuntimeClass", "", name)
    if found is None:
        text = f"{_who(podset)}: runtime class '{name}' is not in the scan and adds nothing"
        noted.append(Assumption(text, podset.at("runtimeClassName")))
        return
    value = found.node.value
    if spec.get("overhead") is None:
        spec["overhead"] = mapping(value, "overhead", "podFixed")
    spec["nodeSelector"] = Map({**strings(dig(value, "scheduling", "nodeSelector")), **mapping(spec, "nodeSelector")})
    spec["tolerations"] = Seq([*items(spec, "tolerations"), *items(value, "scheduling", "tolerations")])


def priority(podset: PodSet, arch: Architecture, noted: list[Assumption]) -> Priority:
    """The priority of a pod set's pods: that of the class they name, else of the cluster's default class, else 0."""
    own = string(podset.node.value, "preemptionPolicy")
    name = string(podset.node.value, "priorityClassName")
    if name in SYSTEM_PRIORITIES:
        return Priority(SYSTEM_PRIORITIES[name], own != "Never")
    found = arch.find("PriorityClass", "", name) if name else _default_class(arch)
    if found is None:
        if name:
            text = f"{_who(podset)}: priority class '{name}' is not in the scan and counts 0"
            noted.append(Assumption(text, podset.at("priorityClassName")))
        return Priority(0, own != "Never")
    value = found.node.get("value")
    return Priority(
        value if isinstance(value, int) else 0, (own or string(found.node.value, "preemptionPolicy")) != "Never"
    )


def _default_class(arch: Architecture) -> Resource | None:
    return next((c for c in arch.kinds("PriorityClass") if c.node.get("globalDefault") is True), None)


def _who(podset: PodSet) -> str:
    return f"{podset.workload.ref.kind} '{podset.workload.name}'"


def labels(podset: PodSet) -> Mapping[str, str]:
    """The labels of a pod set's pods, with the one a controller gives to all pods of a revision."""
    revision = REVISIONS.get(podset.workload.ref.kind)
    return podset.labels if revision is None else {**podset.labels, revision: podset.workload.name or "revision"}


REVISIONS = {
    "Deployment": "pod-template-hash",
    "StatefulSet": "controller-revision-hash",
    "DaemonSet": "controller-revision-hash",
}
"""The label that tells the revisions of a workload apart; what spread constraints name in ``matchLabelKeys``."""
