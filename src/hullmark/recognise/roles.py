"""What a workload is for: its kind, its engine and its lifetime, and the words of commands where those leave it open.

A role is given only on real evidence. Databases, queues and ETL are generic unless something shows that they serve AI;
devices without an engine say that something runs on them, not what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hullmark.model.promotion import is_lightweight
from hullmark.model.terms import SERVING, TRAINERS, Role
from hullmark.model.truth import string
from hullmark.model.workload import Evidence
from hullmark.recognise.engines import engine
from hullmark.recognise.engines_table import KINDS
from hullmark.recognise.words import (
    BENCHMARK,
    EDGE_IMAGE,
    EDGE_LABELS,
    EMBEDDING_MODEL,
    FINE_TUNING,
    IDLE,
    LEARNING_COMMAND,
    LEARNING_IMAGE,
    LEARNING_PROGRAMS,
    LEARNING_SETTING,
    PODSET_ROLES,
    PURPOSES,
    RENDEZVOUS,
    SERVICES,
)
from hullmark.text.tree import items, mapping

if TYPE_CHECKING:
    from hullmark.model.container import Container
    from hullmark.model.workload import PodSet, Workload
    from hullmark.text.source import Place

Verdict = tuple[Role, str, tuple[Evidence, ...]]

_ENDLESS = frozenset(
    {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "LeaderWorkerSet", "JobSet", "Job.batch.volcano.sh"}
)
"""Kinds that may serve. A batch Job never does; a JobSet or a Volcano Job may (multi-host serving)."""

_RAY = frozenset({"RayCluster", "RayJob", "RayCronJob"})


def role_of(workload: Workload, base: Role | None) -> Verdict:
    """The role of a workload, its engine and why; ``base`` is what its kind is always for, if anything."""
    found, evidence = _engine(workload)
    if base is not None and base is not Role.GENERIC:
        role = _refined(workload, base, found)
        kind = Evidence(f"kind {workload.ref.kind}", workload.resource.node.at("kind"))
        return role, found, tuple(dict.fromkeys((kind, *evidence)))
    role, why = _by_content(workload, found)
    return role, found, (*evidence, *why)


def podset_role(podset: PodSet) -> Role:
    """The role of one pod set: its workload's, unless its own engine or name says otherwise."""
    workload = podset.workload
    named = PODSET_ROLES.get(podset.name.lower()) if workload.role in SERVING else None
    if named is not None:
        return named
    for container in podset.containers:
        row = engine(container.engine) if container.kind == "app" else None
        if row is not None and row.role in (Role.INFERENCE_ROUTER, Role.LLM_GATEWAY) and workload.role in SERVING:
            return row.role
    if workload.role in SERVING and len(workload.podsets) > 1 and _embeds(podset.containers):
        return Role.EMBEDDING
    return workload.role


def podset_purpose(podset: PodSet) -> Role | None:
    """What the words of a pod set's own commands, images and name say it is for, as a step of a larger whole is told."""
    texts = (
        [c.argv.text for c in podset.containers if not is_lightweight(c.node)]
        + [c.image.repository for c in podset.containers]
        + [podset.name]
    )
    return next((role for text in texts for role, pattern in PURPOSES if text and _said(pattern, text)), None)


@lru_cache(maxsize=8192)
def _said(pattern: re.Pattern[str], text: str) -> str:
    """What a text says of what a pattern looks for; empty for nothing. Pods share images and commands, and each is asked about often."""
    found = pattern.search(text)
    return "" if found is None else found[0]


def _engine(workload: Workload) -> tuple[str, tuple[Evidence, ...]]:
    """The engine of the container a workload is there for, else the one its kind's operator runs."""
    best: Container | None = None
    for container in workload.containers:
        if container.engine and container.kind == "app" and (best is None or _weight(container) > _weight(best)):
            best = container
    own = KINDS.get(workload.ref.kind, "")
    if best is None or (own == "ray-serve" and best.engine == "ray"):
        kind = (Evidence(f"kind {workload.ref.kind}", workload.resource.node.at("kind")),) if own else ()
        return own, kind
    return best.engine, best.evidence


_WEIGHTS = {
    Role.ONLINE_INFERENCE: 6,
    Role.EMBEDDING: 6,
    Role.TRAINING: 5,
    Role.FINE_TUNING: 5,
    Role.EVALUATION: 5,
    Role.AI_UI: 2,
    None: 1,
}


def _weight(container: Container) -> int:
    row = engine(container.engine)
    return _WEIGHTS.get(row.role if row else None, 3)


def _refined(workload: Workload, base: Role, found: str) -> Role:
    """A kind's role made more precise by what it runs."""
    if base is Role.TRAINING:
        purpose = _purpose(workload)
        return purpose[0] if purpose is not None and purpose[0] in (*TRAINERS, Role.EVALUATION) else base
    if base is Role.ONLINE_INFERENCE:
        return _serving(workload, found)
    if base is Role.BATCH_INFERENCE or workload.ref.kind in _RAY:
        purpose = _purpose(workload)
        return base if purpose is None else purpose[0]
    return base


def _serving(workload: Workload, found: str) -> Role:
    row = engine(found)
    if (row is not None and row.role is Role.EMBEDDING) or _embeds(workload.containers):
        return Role.EMBEDDING
    return Role.EDGE_INFERENCE if _at_the_edge(workload) else Role.ONLINE_INFERENCE


def _by_content(workload: Workload, found: str) -> tuple[Role, tuple[Evidence, ...]]:
    row = engine(found)
    role = None if row is None else row.role
    if role is Role.ACCELERATOR_PLATFORM:
        return role, ()
    if workload.lifetime == "task" and not (_may_serve(workload) and role in SERVING):
        return _of_task(workload, role)
    if workload.ref.kind in _RAY:
        return _of_ray(workload)
    if role in SERVING:
        return _serving(workload, found), ()
    if role is not None:
        return role, ()
    return _of_service(workload)


def _may_serve(workload: Workload) -> bool:
    ref = workload.ref
    return ref.kind in _ENDLESS or f"{ref.kind}.{ref.group}" in _ENDLESS


def _of_task(workload: Workload, role: Role | None) -> tuple[Role, tuple[Evidence, ...]]:
    """What a run that ends is for: its purpose in words, else what its engine does when nobody waits for answers."""
    purpose = _purpose(workload)
    if purpose is not None:
        return purpose[0], (purpose[1],)
    if role in SERVING:
        return Role.BATCH_INFERENCE, (Evidence(f"a {workload.ref.kind} ends, so it answers nobody"),)
    if role in (*TRAINERS, Role.EVALUATION, Role.DATA_PREPARATION, Role.ACCELERATOR_PLATFORM):
        return role, ()
    image = _learning_image(workload)
    if image is not None and any(c.accelerators for c in workload.containers) and not is_benchmark(workload):
        return Role.TRAINING, (image, *_devices(workload))
    return Role.GENERIC, tuple(_devices(workload))


def _of_ray(workload: Workload) -> tuple[Role, tuple[Evidence, ...]]:
    purpose = _purpose(workload)
    if purpose is not None:
        return purpose[0], (purpose[1],)
    image = _learning_image(workload)
    if workload.ref.kind == "RayCluster" and (image is not None or any(c.accelerators for c in workload.containers)):
        return Role.TRAINING, (image,) if image is not None else tuple(_devices(workload))
    return Role.GENERIC, tuple(_devices(workload))


def _of_service(workload: Workload) -> tuple[Role, tuple[Evidence, ...]]:
    """Services whose engine is unknown, by their image."""
    for container in workload.containers:
        if container.kind != "app":
            continue
        image = container.image.repository
        for role, pattern in SERVICES:
            if image and pattern.search(image):
                return role, (Evidence(f"image '{image}'", container.at("image")),)
    return Role.GENERIC, tuple(_devices(workload))


def _purpose(workload: Workload) -> tuple[Role, Evidence] | None:
    """What the words of commands, images and names say a run is for, if it is about AI at all."""
    if not _learns(workload):
        return None
    texts = list(_texts(workload))
    if is_benchmark(workload) and not any(_said(LEARNING_COMMAND, text) for text, _ in texts):
        return None
    for text, place in texts:
        for role, pattern in PURPOSES:
            if found := _said(pattern, text):
                tunes = role is Role.TRAINING and any(_said(FINE_TUNING, other) for other, _ in texts)
                return Role.FINE_TUNING if tunes else role, Evidence(f"'{found.strip()}'", place)
    return None


def _texts(workload: Workload) -> Iterator[tuple[str, Place]]:
    """What is said about a run, the most telling first: what it starts, all it does, its images, its name."""
    resource = workload.resource
    for keys in (("spec", "entrypoint"), ("spec", "jobTemplate", "entrypoint")):
        if entrypoint := string(resource.node.value, *keys):
            yield entrypoint, resource.node.at(*keys)
    apps = list(_apps(workload))
    for container in apps:
        if container.argv.segments:
            yield " ".join(container.argv.words), container.argv.word_place(container.argv.words[0])
    for container in apps:
        if len(container.argv.segments) > 1:
            yield container.argv.text, container.argv.word_place("")
    for container in apps:
        if container.image.repository:
            yield container.image.repository, container.at("image")
    yield workload.name, resource.place


def _learns(workload: Workload) -> bool:
    """Whether a run is about AI: devices, an engine, an unmistakable program, or a command of learning with its image or settings."""
    if any(c.accelerators or c.engine for c in workload.containers):
        return True
    entrypoint = string(workload.resource.spec, "entrypoint")
    texts = [entrypoint, *(c.argv.text for c in workload.containers)]
    if any(_said(LEARNING_PROGRAMS, text) for text in texts if text):
        return True
    commanded = any(_said(LEARNING_COMMAND, text) for text in texts if text)
    if commanded and "kueue.x-k8s.io/queue-name" in workload.resource.labels:
        return True
    if commanded and any(
        LEARNING_SETTING.search(word) for c in workload.containers for word in (*c.environment, *c.argv.words)
    ):
        return True
    met = any(name.startswith(RENDEZVOUS) for c in workload.containers for name in c.environment)
    return (commanded or met) and _learning_image(workload) is not None


def is_benchmark(workload: Workload) -> bool:
    """Whether it only tests hardware, or does nothing: what it runs is in no need of being kept (BENCH)."""
    apps = list(_apps(workload))
    if any(_said(BENCHMARK, text) for c in apps for text in (c.image.repository, c.argv.text) if text):
        return True
    commands = [" ".join(c.argv.words) for c in apps if c.argv.words]
    return bool(commands) and all(map(IDLE.search, commands))


def _apps(workload: Workload) -> Iterator[Container]:
    return (c for c in workload.containers if c.kind == "app")


def _learning_image(workload: Workload) -> Evidence | None:
    for container in workload.containers:
        if _said(LEARNING_IMAGE, container.image.repository):
            return Evidence(f"image '{container.image.repository}'", container.at("image"))
    return None


def _devices(workload: Workload) -> Iterator[Evidence]:
    for container in workload.containers:
        for accelerator in container.accelerators:
            yield Evidence(f"asks for '{accelerator.resource}', but nothing tells what runs on it", accelerator.place)
            return


def _embeds(containers: tuple[Container, ...]) -> bool:
    models = [m for c in containers for m in c.models]
    return bool(models) and all(EMBEDDING_MODEL.search(m.id) for m in models)


def _at_the_edge(workload: Workload) -> bool:
    for podset in workload.podsets:
        spec = podset.node.value
        if any(label in EDGE_LABELS for label in mapping(spec, "nodeSelector")):
            return True
        terms = items(
            spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"
        )
        if any(string(e, "key") in EDGE_LABELS for t in terms for e in items(t, "matchExpressions")):
            return True
    return any(EDGE_IMAGE.search(c.image.text) for c in workload.containers)
