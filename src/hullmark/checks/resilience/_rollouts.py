"""How each kind rolls its pods out: what it adds before it takes away, of how many copies with how many devices.

Sources: Kubernetes' Deployments, kubernetes-sigs/lws, vllm-project/production-stack; KServe
``pkg/controller/v1beta1/inferenceservice/reconcilers/deployment`` (a quarter each, unless ``deploymentStrategy`` says otherwise) and
Knative, whose new revision is ready before the old one goes
(https://knative.dev/docs/serving/rolling-out-latest-revision/); KubeAI ``internal/modelcontroller/pod_plan.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.kubeai import devices, system
from hullmark.model.truth import Undecided, natural, string
from hullmark.model.workload import PodSet, Workload
from hullmark.text.source import Key
from hullmark.text.tree import Node, Value, dig

_QUARTER = "25%"
_STACK = ("spec", "deploymentConfig")
_AS_DEPLOYMENT = ("RawDeployment", "Standard")
_AS_REVISION = ("Serverless", "Knative")
_ONE_BY_ONE = 3
"""Up to so many copies a quarter is one more and none fewer; Knative adds at least as many."""


class Rollout(NamedTuple):
    """The bounds of a rollout: pods or groups that come first and that may go first, each a number or a percentage."""

    surge: Value
    gone: Value
    copies: int
    devices: int
    podset: PodSet
    at: tuple[Key, ...]
    """Where the number of copies stands."""


def rollout(workload: Workload, arch: Architecture) -> Rollout | None:
    """How a workload rolls out; None where that takes no device or is not for its object to say.

    Raises:
        Undecided: it is said elsewhere.
    """
    find = _KINDS.get((workload.ref.group, workload.ref.kind))
    return find(workload, arch) if find is not None and workload.podsets else None


Bounds = tuple[Value, Value]


def _bounded(written: Value, more: Value, fewer: Value) -> Bounds:
    surge, gone = dig(written, "maxSurge"), dig(written, "maxUnavailable")
    return more if surge is None else surge, fewer if gone is None else gone


def _of(bounds: Bounds, podset: PodSet, devices: int, at: tuple[Key, ...], arch: Architecture) -> Rollout | None:
    """The rollout of a pod set whose copies are its pods; they matter only where some are added."""
    if bounds[0] in (0, "0%") or not devices:
        return None
    copies = arch.around(podset).replicas.wanted
    if copies is None:
        raise Undecided("the number of replicas is not known")
    return Rollout(*bounds, copies, devices, podset, at)


def _deployment(workload: Workload, arch: Architecture) -> Rollout | None:
    if len(workload.podsets) != 1 or string(workload.resource.spec, "strategy", "type") == "Recreate":
        return None
    podset = workload.podsets[0]
    bounds = _bounded(dig(workload.resource.spec, "strategy", "rollingUpdate"), _QUARTER, _QUARTER)
    return _of(bounds, podset, podset.accelerator_count, ("spec", "replicas"), arch)


def _groups(workload: Workload, arch: Architecture) -> Rollout | None:
    node = workload.resource.node
    bounds = _bounded(node.get("spec", "rolloutStrategy", "rollingUpdateConfiguration"), 0, 1)
    if bounds[0] in (0, "0%"):
        return None
    counted = {p: p.accelerator_count for p in workload.podsets if p.accelerators}
    devices = sum(count * _in_group(podset, node) for podset, count in counted.items())
    copies = 1 if node.get("spec", "replicas") is None else node.get("spec", "replicas")
    if devices and not isinstance(copies, int):
        raise Undecided("the number of replicas is not known")
    return Rollout(*bounds, copies, devices, workload.podsets[0], ("spec", "replicas"))


def _in_group(podset: PodSet, node: Node) -> int:
    """How many pods of this template one group has."""
    size = node.get("spec", "leaderWorkerTemplate", "size")
    size = 1 if size is None else size
    if not isinstance(size, int):
        raise Undecided("the size of a group is not known")
    if podset.name == "leader":
        return 1
    return size - (node.get("spec", "leaderWorkerTemplate", "leaderTemplate") is not None)


def _stack(workload: Workload, arch: Architecture) -> Rollout | None:
    node = workload.resource.node
    if "Recreate" in (string(node.value, *_STACK, key) for key in ("deploymentStrategy", "deployStrategy")):
        return None
    written = node.get(*_STACK, "resources", "gpu")
    devices = written if isinstance(written, int) and not isinstance(written, bool) else natural(str(written or ""))
    return _of((_QUARTER, _QUARTER), workload.podsets[0], devices or 0, (*_STACK, "replicas"), arch)


def _inference_service(workload: Workload, arch: Architecture) -> Rollout | None:
    predictor = ("spec", "predictor")
    podset = _single(workload, "predictor")
    strategy = workload.resource.node.get(*predictor, "deploymentStrategy")
    if podset is None or string(strategy, "type") == "Recreate":
        return None
    mode = workload.resource.annotations.get("serving.kserve.io/deploymentMode", "")
    bounds = _bounded(dig(strategy, "rollingUpdate"), _QUARTER, _QUARTER)
    made = _of(bounds, podset, podset.accelerator_count, (*predictor, "minReplicas"), arch)
    if made is None or strategy is not None or mode in _AS_DEPLOYMENT or (not mode and made.copies <= _ONE_BY_ONE):
        return made
    if mode in _AS_REVISION:
        return made._replace(surge=made.copies, gone=0)
    raise Undecided("whether KServe rolls it out as a Deployment or by Knative is not known")


def _llm_inference_service(workload: Workload, arch: Architecture) -> Rollout | None:
    podset = _single(workload, "main")
    if podset is None:
        return None
    bounds = _bounded(workload.resource.node.get("spec", "rolloutStrategy"), _QUARTER, _QUARTER)
    return _of(bounds, podset, podset.accelerator_count, ("spec", "replicas"), arch)


def _single(workload: Workload, name: str) -> PodSet | None:
    """The pod set of this name, unless it leads workers on other nodes."""
    if any(p.name == "worker" for p in workload.podsets):
        return None
    return next((p for p in workload.podsets if p.name == name and p.accelerators), None)


def _kubeai(workload: Workload, arch: Architecture) -> Rollout | None:
    profile = string(workload.resource.spec, "resourceProfile")
    podset = workload.podsets[0]
    if not profile or profile.startswith("cpu") or not arch.around(podset).replicas.wanted:
        return None
    configuration = system(arch)
    if configuration is None:
        raise Undecided("how many pods KubeAI adds in a rollout stands in its own configuration")
    surge = dig(configuration, "modelRollouts", "surge")
    bounds = (0 if surge is None else surge, 0)
    return _of(bounds, podset, devices(workload, arch) or 0, ("spec", "resourceProfile"), arch)


_KINDS: Mapping[tuple[str, str], Callable[[Workload, Architecture], Rollout | None]] = {
    ("apps", "Deployment"): _deployment,
    ("leaderworkerset.x-k8s.io", "LeaderWorkerSet"): _groups,
    ("production-stack.vllm.ai", "VLLMRuntime"): _stack,
    ("serving.kserve.io", "InferenceService"): _inference_service,
    ("serving.kserve.io", "LLMInferenceService"): _llm_inference_service,
    ("kubeai.org", "Model"): _kubeai,
}
