"""What a Ray job asks of its cluster: the workers of Ray Train in code that the scan sees, and its entry point's devices.

https://docs.ray.io/en/latest/train/user-guides/using-gpus.html and KubeRay's ``ray-operator/apis/ray/v1/rayjob_types.go``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.files import files, runs
from hullmark.model.finding import Finding
from hullmark.model.ray import job
from hullmark.model.truth import Undecided
from hullmark.model.workload import Workload
from hullmark.text.regex import regex
from hullmark.text.source import Place

_SCALING = regex(r"^[^#\n]*\bScalingConfig\(((?:[^()]|\([^()]*\))*)\)", re.MULTILINE)
_WORKERS = regex(r"\bnum_workers\s*=\s*(\d{1,6})\b")
_ON_DEVICES = regex(r"\buse_gpu\s*=\s*True\b")
_EACH = regex(r"[\"']GPU[\"']\s*:\s*(\d{1,4})\b")


class _Scaling(NamedTuple):
    workers: int
    each: int
    place: Place


def unplaceable(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    """What a RayJob or RayCluster can never place, so that it waits for good."""
    if workload.ref.group != "ray.io" or not any(p.accelerators for p in workload.podsets):
        return
    for asked in _asked(workload, arch):
        there = _devices(workload, arch)
        if there is None:
            raise Undecided(f"how many devices the cluster of '{workload.name}' may have is not known")
        if asked.workers * asked.each > there:
            yield Finding(
                f"Ray Train's {asked.workers} workers of '{workload.name}' need {asked.workers * asked.each} devices, "
                f"but its cluster has at most {there}",
                asked.place,
            )
    yield from _entry(workload)


def _entry(workload: Workload) -> Iterator[Finding]:
    """The devices that the entry point waits for, all on one node of the cluster."""
    spec = job(workload.resource)
    wanted = None if spec is None else spec.get("entrypointNumGpus")
    if spec is None or not isinstance(wanted, (int, float)) or isinstance(wanted, bool):
        return
    largest = max((p.accelerator_count for p in workload.podsets if p.name != "submitter"), default=0)
    if wanted > largest:
        yield Finding(
            f"the entry point of '{workload.name}' waits for {wanted:g} devices on one node, but the largest has {largest}",
            spec.at("entrypointNumGpus"),
        )


def _asked(workload: Workload, arch: Architecture) -> Iterator[_Scaling]:
    for container in workload.containers:
        if "ScalingConfig" in container.argv.text:
            yield from _read(container.argv.script or container.argv.text, container.argv.word_place(""))
        for file in files(container, arch):
            if "ScalingConfig" in file.text.value and runs(container, file):
                yield from _read(file.text.value, file.text.at())


def _read(code: str, place: Place) -> Iterator[_Scaling]:
    """Literal numbers only; what is worked out at run time is not."""
    for arguments in _SCALING.findall(code):
        workers, each = _WORKERS.search(arguments), _EACH.search(arguments)
        if workers is not None and _ON_DEVICES.search(arguments):
            yield _Scaling(int(workers[1]), int(each[1]) if each is not None else 1, place)


def _devices(workload: Workload, arch: Architecture) -> int | None:
    """The devices of all pods, at the most of them that an autoscaler may make."""
    total = 0
    for podset in workload.podsets:
        count, pods = podset.accelerator_count, arch.around(podset).replicas.most
        if count and pods is None:
            return None
        total += count * (pods or 0)
    return total
