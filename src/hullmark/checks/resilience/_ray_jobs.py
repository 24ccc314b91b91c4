"""Ray jobs: which cluster runs what a container submits, and where Ray Train's code keeps its results."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.container import Container
from hullmark.model.files import files, runs
from hullmark.model.ray import submits
from hullmark.model.workload import Setting, Workload
from hullmark.text.regex import regex

_HEAD = regex(r"\b([a-z0-9][\w-]*)-head-svc(?:\.([a-z0-9][\w-]*))?")
"""The Service that KubeRay makes for the head of a cluster (``ray-operator/controllers/ray/utils/util.go``)."""

_ADDRESSES = ("RAY_ADDRESS", "RAY_API_SERVER_ADDRESS")
"""Where ``ray job submit`` looks for its cluster without ``--address``."""

_STORAGE = regex(r"\bRunConfig\([^()]*?\bstorage_path\s*=\s*[\"']([^\"'\n]+)[\"']")


def ran_on(container: Container, arch: Architecture) -> Workload | None:
    """The Ray cluster that a container submits a job to, if it is in the scan."""
    if not submits(container):
        return None
    addresses = (container.argv.flag("--address"), *(container.env(name) for name in _ADDRESSES))
    for address in addresses:
        if (found := _HEAD.search(address or "")) is not None:
            for kind in ("RayCluster", "RayService"):
                cluster = arch.find(kind, found[2] or container.workload.namespace, found[1])
                if cluster is not None:
                    return arch.workload(cluster)
    return None


def in_code(workload: Workload, arch: Architecture) -> Iterator[Setting]:
    """The storage paths of Ray Train in Python that its containers run."""
    for container in workload.containers:
        if "RunConfig" in container.argv.text and (
            found := _STORAGE.search(container.argv.script or container.argv.text)
        ):
            yield Setting(found[1], container.argv.word_place(""), container)
        for file in files(container, arch):
            if "RunConfig" in file.text.value and runs(container, file):
                for path in _STORAGE.findall(file.text.value):
                    yield Setting(path, file.text.at(), container)
