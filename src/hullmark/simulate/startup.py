"""What pods have to do before they serve: fetch images, load models, warm up and be found ready."""

from __future__ import annotations

from hullmark.model.container import Container
from hullmark.model.demand import weights_gigabytes
from hullmark.model.truth import Undecided, number
from hullmark.model.workload import PodSet
from hullmark.simulate.effective import Assumption
from hullmark.simulate.recovery import Probe, Start
from hullmark.text.tree import Value, mapping

ENGINE_IMAGE, ORDINARY_IMAGE = 10.0, 0.3
"""Gigabytes of an image with a model server or a framework for accelerators, and of any other: assumed, since no manifest
says it."""

UNKNOWN_MODEL = 15.0
"""Gigabytes of a model whose name does not tell: eight billion parameters of two bytes."""

WARM_UP = 60.0
"""Seconds from loaded weights to the first answer of an engine that compiles and captures graphs."""

_COMPILES = frozenset({"vllm", "sglang", "tgi", "nim", "triton", "huggingface-server"})


def start_of(podset: PodSet, noted: list[Assumption]) -> Start:
    """What one pod of a pod set does when it starts; sizes that nobody can know are assumed and noted."""
    running = [c for c in podset.containers if c.long_running]
    images = {str(c.image): _image(c, podset) for c in podset.containers}
    if images:
        who = f"{podset.workload.ref.kind} '{podset.workload.name}'"
        noted.append(Assumption(f"{who}: {sum(images.values()):g} GB of images", podset.at()))
    model = sum(_model(c, noted) for c in running)
    warm = WARM_UP if any(c.engine in _COMPILES for c in running) else 0.0
    ready = max((_ready(c) for c in running), default=0.0)
    return Start(sum(images.values()), model, warm, ready)


def _image(container: Container, podset: PodSet) -> float:
    heavy = bool(container.engine or container.accelerators or podset.accelerators)
    return ENGINE_IMAGE if heavy else ORDINARY_IMAGE


def _model(container: Container, noted: list[Assumption]) -> float:
    """Gigabytes of models to load; a path that no volume is mounted at is in the image, which is counted already."""
    total = 0.0
    for reference in container.models:
        if reference.scheme == "path" and container.mount_for(reference.id) is None:
            continue
        size = weights_gigabytes(reference.id)
        if size is None:
            text = f"model '{reference.id}' has {UNKNOWN_MODEL:g} GB, because its name does not tell"
            noted.append(Assumption(text, reference.place))
        total += UNKNOWN_MODEL if size is None else size
    return total


def _ready(container: Container) -> float:
    """Until a readiness probe has succeeded, once the container could answer: half a period, in the mean."""
    found = container.spec.get("readinessProbe")
    return 0.0 if found is None else probe(found).period / 2


def probe(value: Value) -> Probe:
    """The numbers of a probe, Kubernetes' defaults where they are missing or cannot be read."""

    def read(key: str, default: float) -> float:
        try:
            return float(number(mapping(value), key) or default)
        except Undecided:
            return default

    return Probe(
        read("initialDelaySeconds", 0.0),
        read("periodSeconds", 10.0),
        int(read("failureThreshold", 3.0)),
        read("timeoutSeconds", 1.0),
    )
