"""Which model servers are behind a router or gateway.

By addresses in its settings and mounted files, by the InferencePool an endpoint picker is for, and by the label
selector of the production stack's router (https://docs.vllm.ai/projects/production-stack/en/latest/, ``--k8s-label-selector``).
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.container import Container
from hullmark.model.files import files
from hullmark.model.workload import PodSet
from hullmark.text.regex import regex

_ADDRESS = regex(
    r"\bhttps?://([a-z][a-z0-9-]{0,62})(?:\.([a-z0-9][a-z0-9-]{0,62}))?(?:\.svc[\w.]{0,64})?(?::\d{1,5})?(?=[/\s\"',]|$)"
)


def backends(container: Container, arch: Architecture) -> tuple[PodSet, ...]:
    """The pods that a router sends requests to, as far as the scan shows them."""
    found = [*_called(container, arch), *_pooled(container, arch), *_selected(container, arch)]
    return tuple(p for p in dict.fromkeys(found) if p.workload is not container.workload)


def _called(container: Container, arch: Architecture) -> Iterator[PodSet]:
    for workload in arch.calls(container.workload):
        yield from workload.podsets
    for file in files(container, arch):
        for name, space in set(_ADDRESS.findall(file.text.value)):
            service = arch.find("Service", space or container.workload.namespace, name)
            yield from arch.selected(service).podsets if service is not None else ()


def _pooled(container: Container, arch: Architecture) -> Iterator[PodSet]:
    name = container.argv.flag("--pool-name", "--poolName")
    space = container.argv.flag("--pool-namespace", "--poolNamespace") or container.workload.namespace
    pool = arch.find("InferencePool", space, name) if name else None
    yield from arch.selected(pool).podsets if pool is not None else ()


def _selected(container: Container, arch: Architecture) -> Iterator[PodSet]:
    """Equality is all that is read; a selector of another kind gives nothing."""
    text = container.argv.flag("--k8s-label-selector") or ""
    wanted = dict(pair.strip().split("=", 1) for pair in text.split(",") if pair.count("=") == 1)
    space = container.argv.flag("--k8s-namespace") or container.workload.namespace
    if wanted and len(wanted) == len(text.split(",")):
        for workload in arch.workloads:
            if workload.namespace == space:
                yield from (p for p in workload.podsets if wanted.items() <= p.labels.items())
