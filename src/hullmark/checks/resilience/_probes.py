"""Which container of a pod that serves requests lacks a probe."""

from __future__ import annotations

from hullmark.model.architecture import Architecture
from hullmark.model.container import Container
from hullmark.model.terms import Platform, Reach
from hullmark.model.truth import Undecided
from hullmark.model.workload import PodSet
from hullmark.text.regex import regex

_WITHOUT_CHECK = regex(
    r"(?:^|/)(?:vllm/vllm-openai|ollama/ollama|huggingface/text-(?:generation|embeddings)-inference|qdrant/qdrant"
    r"|semitechnologies/weaviate|berriai/litellm(?:-\w+)?|mlflow/mlflow)$"
)
"""Images whose Dockerfile has no HEALTHCHECK, in the repositories of these projects."""


def unprobed(podset: PodSet, arch: Architecture, field: str, injected: str) -> Container | None:
    """The container to ask for a probe, if no container of a pod behind a Service has it and no operator adds it.

    One probe speaks for the whole pod; the container that listens is the one to have it.

    Raises:
        Undecided: it is a service of Compose that declares no check, and its image may have one.
    """
    workload = podset.workload
    if workload.lifetime == "task" or injected in workload.injected or not _serves(podset, arch):
        return None
    if any(c.node.get(field) is not None for c in podset.containers if c.long_running):
        return None
    serving = [c for c in podset.containers if c.kind == "app"]
    found = next((c for c in serving if c.node.get("ports")), serving[0] if serving else None)
    if found is not None and workload.platform is Platform.COMPOSE and found.node.get("healthcheck") is None:
        _of_image(found)
    return found


def _serves(podset: PodSet, arch: Architecture) -> bool:
    """Whether requests come to it: by a Service, or from what calls it in its Compose project and from outside."""
    if podset.workload.platform is not Platform.COMPOSE:
        return bool(arch.around(podset).services)
    return bool(arch.dependants(podset.workload)) or arch.around(podset).exposure.reach > Reach.CLUSTER


def _of_image(container: Container) -> None:
    """Raises `Undecided` unless the image is known to have no check of its own."""
    if container.built or _WITHOUT_CHECK.search(container.image.name) is None:
        raise Undecided("whether the image has a health check of its own is not in the scan")
