"""Whether something verifies the signature of a model before it is loaded.

https://github.com/sigstore/model-validation-operator (its webhook adds an init container to labelled pods),
https://github.com/sigstore/model-transparency (``model_signing verify``), https://docs.sigstore.dev/cosign/verifying/verify/.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.argv import programs
from hullmark.model.container import Container
from hullmark.model.truth import flag, string
from hullmark.model.workload import PodSet, Workload
from hullmark.text.source import Place

_LABEL = "validation.ml.sigstore.dev/ml"
_IGNORE = "validation.ml.sigstore.dev/ignore-unsigned-files"
_VERIFIERS = frozenset({("model_signing", "verify"), ("cosign", "verify-blob"), ("cosign", "verify")})


class Verification(NamedTuple):
    """Where a signature is verified; ``sure`` is false when what is verified, and against whom, is not in the scan."""

    place: Place
    sure: bool


def verification(workload: Workload, arch: Architecture) -> Verification | None:
    """What verifies the models of a workload before they are loaded."""
    found = [*_by_command(workload), *(v for p in workload.podsets for v in _by_operator(p, arch))]
    return max(found, key=lambda v: v.sure, default=None)


def _by_command(workload: Workload) -> Iterator[Verification]:
    for container in workload.containers:
        if container.kind == "init" and (place := _verifies(container)) is not None:
            yield Verification(place, sure=True)


def _verifies(container: Container) -> Place | None:
    for segment in container.argv.segments:
        if any(started in _VERIFIERS for started in programs(segment)):
            return container.argv.word_place(segment[0])
    return None


def _by_operator(podset: PodSet, arch: Architecture) -> Iterator[Verification]:
    """The ModelValidation that a pod's label names, if it is about the model and lets nothing unsigned through."""
    name = podset.labels.get(_LABEL, "")
    if not name:
        return
    validation = arch.find("ModelValidation", podset.workload.namespace, name)
    if validation is None:
        yield Verification(podset.template_place("labels"), sure=False)
        return
    path = string(validation.spec, "model", "path").rstrip("/")
    paths = [m.id for m in podset.workload.models if m.scheme == "path"]
    lax = flag(validation.spec, "model", "ignoreUnsignedFiles") or podset.annotations.get(_IGNORE) == "true"
    if not lax and path and all(p == path or p.startswith(f"{path}/") for p in paths):
        yield Verification(validation.place, sure=True)
