"""Which engine a container runs, from weighted evidence.

No single hint decides, and what is run beats what an image is named.

Weights: the kind 5, the command 4, image and labels 3, the engine's own environment 2, health path 1, port 0.5.
An engine is named from 2 on; below 3 it is only probable and the evidence says so.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from hullmark.model.argv import programs
from hullmark.model.truth import string
from hullmark.model.workload import Evidence
from hullmark.recognise.engine_row import Engine
from hullmark.recognise.engines_table import (
    CHORES,
    DECISIVE,
    ENGINE_LABELS,
    ENGINES,
    FORMATS,
    KINDS,
    KUBEAI,
    LOOKALIKE_TAGS,
    LOOKALIKES,
)
from hullmark.text.regex import regex
from hullmark.text.tree import items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hullmark.model.container import Container

PROBABLE, CERTAIN = 2.0, 3.0
"""From which weight on an engine is named, and named without a caveat."""

_Clue = tuple[Engine, float, Evidence]

_BY_ID = {engine.id: engine for engine in ENGINES}
_ORDER = {engine.id: index for index, engine in enumerate(ENGINES)}
_COMMANDS = {command: engine for engine in reversed(ENGINES) for command in engine.commands}
_LABELS = {label: engine for engine in reversed(ENGINES) for label in engine.labels}
_PREFIXES = {prefix: engine for engine in reversed(ENGINES) for prefix in engine.environment}
_ANY_PREFIX = tuple(_PREFIXES)
_IMAGES = (*((p, None) for p in LOOKALIKES), *((p, engine) for engine in ENGINES for p in engine.images))
"""Patterns of images with their engine, None for look-alikes; the first counts."""

_LOOKALIKE_TAG = regex(LOOKALIKE_TAGS)
_ADDRESS = regex(
    r"_(?:URLS?|URI|HOST|ENDPOINTS?|ADDR(?:ESS)?|BASE|API_KEY|KEY|TOKEN|PORT|SERVICE|SVC|NAME|IMAGE)$"
    r"|^(?:VLLM|LITELLM)_(?:\w+_)?MODEL(?:_ID|S)?$"
)
"""Endings of variables that name an engine somewhere else rather than configure this one."""


def engine(identifier: str) -> Engine | None:
    """The row of an engine, by its id."""
    return _BY_ID.get(identifier)


def engine_of(container: Container) -> tuple[str, tuple[Evidence, ...]]:
    """The engine a container runs, empty if none is recognised, and the evidence for it."""
    clues = list(_clues(container))
    if not clues:
        return "", ()
    weights: dict[str, float] = {}
    for found, weight, _ in clues:
        weights[found.id] = weights.get(found.id, 0) + weight
    best = _BY_ID[max(weights, key=lambda identifier: (weights[identifier], -_ORDER[identifier]))]
    total = weights[best.id] + _support(container, best)
    if total < PROBABLE or (best.second and not _second(container, best)):
        return "", ()
    evidence = tuple(dict.fromkeys(e for found, _, e in clues if found is best))
    return best.id, evidence if total >= CERTAIN else tuple(Evidence(f"probably: {e.text}", e.place) for e in evidence)


def _clues(container: Container) -> Iterator[_Clue]:
    commanded = list(_from_command(container))
    yield from commanded
    if not commanded:
        if not _busy_elsewhere(container):
            yield from _from_image(container)
        yield from _from_kind(container)
    yield from _from_environment(container)
    yield from _from_labels(container)


def _from_command(container: Container) -> Iterator[_Clue]:
    for segment in container.argv.segments:
        for program, argument in programs(segment):
            found = _COMMANDS.get(f"{program} {argument}") or _COMMANDS.get(program)
            if found is not None:
                shown = f"{program} {argument}" if f"{program} {argument}" in found.commands else program
                yield found, 4, Evidence(f"runs '{shown}'", container.argv.word_place(segment[0]))


def _from_image(container: Container) -> Iterator[_Clue]:
    image = container.image
    found = None if image.unknown and not image.repository else _image_engine(image.name)
    if found is not None and not _LOOKALIKE_TAG.search(image.tag):
        yield found, 3, Evidence(f"image '{image.repository}'", container.at("image"))


@lru_cache(maxsize=4096)
def _image_engine(name: str) -> Engine | None:
    """The engine of the first pattern that fits the name, else the name without its first part, and so on."""
    lower = name.lower()
    for at in (0, *(i + 1 for i, c in enumerate(lower) if c == "/")):
        fitting = (_beginning(letter).fullmatch(lower, at) for letter in {lower[at : at + 1], ""})
        first = min((int(found.lastgroup[1:]) for found in fitting if found and found.lastgroup), default=None)
        if first is not None:
            return _IMAGES[first][1]
    return None


@cache
def _beginning(letter: str) -> re.Pattern[str]:
    """The patterns of images that begin with a letter, or with no certain one: to compile all takes longer than a small scan."""
    chosen = (f"(?P<n{number}>{pattern})" for number, (pattern, _) in enumerate(_IMAGES) if _certain(pattern) == letter)
    return re.compile("|".join(chosen) or "(?!)")


def _certain(pattern: str) -> str:
    """The letter that whatever fits a pattern begins with; empty where that may be one of several."""
    return pattern[0] if pattern[0].isalnum() and pattern[1:2] not in ("?", "*", "{") else ""


def _from_kind(container: Container) -> Iterator[_Clue]:
    """What the object itself says where its operator adds image and command."""
    resource = container.workload.resource
    kind = resource.ref.kind
    written = string(container.node.value, "modelFormat", "name")
    model_format = written or (str(container.node.path[-1]) if kind == "InferenceService" else "")
    found = FORMATS.get(model_format.lower())
    if found is not None:
        place = container.at("modelFormat", "name") if written else container.at()
        yield _BY_ID[found], 5, Evidence(f"model format '{model_format}'", place)
    if (release := resource.release) is not None:
        own = _BY_ID.get(release.engines.get(container.podset.name, ""))
        if own is not None and container.kind == "app" and container.default_name == container.podset.name:
            yield own, 5, Evidence(f"chart '{release.chart}'", release.place)
        return
    if container.kind != "app" or (container.image.text and kind not in DECISIVE):
        return
    if kind == "Model" and (found := KUBEAI.get(string(resource.spec, "engine").lower())) is not None:
        yield _BY_ID[found], 5, Evidence(f"engine '{resource.spec['engine']}'", resource.node.at("spec", "engine"))
    if (found := KINDS.get(kind)) is not None:
        yield _BY_ID[found], 5, Evidence(f"kind {kind}", resource.node.at("kind"))


def _from_environment(container: Container) -> Iterator[_Clue]:
    seen: set[str] = set()
    for name, variable in container.environment.items():
        if name.startswith(_ANY_PREFIX) and not _ADDRESS.search(name):
            found = next(e for prefix, e in _PREFIXES.items() if name.startswith(prefix))
            if found.id not in seen:
                seen.add(found.id)
                yield found, 2, Evidence(f"environment '{name}'", variable.node.at())


def _from_labels(container: Container) -> Iterator[_Clue]:
    labels = container.podset.labels
    if labels.keys().isdisjoint(ENGINE_LABELS):
        return
    for label in ENGINE_LABELS:
        found = _LABELS.get(labels.get(label, "").lower())
        if found is not None and container.kind == "app":
            yield found, 3, Evidence(f"label {label}={labels[label]}")


def _busy_elsewhere(container: Container) -> bool:
    """Whether its command is a client's, a download or a wait: then the image says nothing about what runs."""
    main = next(programs(container.argv.words), ("", ""))
    return main[0] in CHORES or " ".join(main) in CHORES


def _support(container: Container, best: Engine) -> float:
    """What health path and port add to other evidence; never enough alone."""
    probes = (
        string(container.node.value, probe, "httpGet", "path")
        for probe in ("readinessProbe", "livenessProbe", "startupProbe")
    )
    healthy = bool(best.health) and any(path.startswith(best.health) for path in probes)
    ports = best.ports and any(
        mapping(p).get("containerPort") in tuple(best.ports) for p in items(container.node.value, "ports")
    )
    return healthy * 1.0 + bool(ports) * 0.5


def _second(container: Container, best: Engine) -> bool:
    podset = container.podset
    texts = (container.name, container.image.repository, container.workload.name, *podset.labels.values())
    return re.search(best.second, " ".join(texts), re.IGNORECASE) is not None
