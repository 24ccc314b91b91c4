"""KServe: InferenceService, LLMInferenceService, runtimes and graphs.

Sources: kserve/kserve ``config/crd/full`` and ``pkg/apis/serving``. A predictor *is* a PodSpec with scaling fields; its ``model``
(formerly a key named after the framework) is a container whose image, command and probes come from a ServingRuntime.
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.resource import Resource
from hullmark.model.terms import Role
from hullmark.model.workload import Replicas
from hullmark.recognise.assemble import containers
from hullmark.recognise.kinds import CLUSTER_DECIDES, Count, Kind, Part, Pod, Pods, Scene, Table, whole
from hullmark.text.tree import Map, Node, dig

_FRAMEWORKS = (
    *("model", "huggingface", "pytorch", "tensorflow", "triton", "sklearn", "xgboost", "lightgbm", "onnx", "pmml"),
    *("paddle", "mlflow", "alibi", "aix", "art", "custom"),
)
"""Keys of a component that hold a container; ``model`` is today's, the explainers' names are ``alibi``, ``aix``, ``art``."""

_BY_RUNTIME = frozenset({"image", "command", "liveness-probe", "readiness-probe", "startup-probe"})
_SERVED = Count("minReplicas", "minReplicas", "maxReplicas")
_ISVC = {"serving.kserve.io/inferenceservice": "{name}"}
_LLM = {"app.kubernetes.io/name": "{name}", "app.kubernetes.io/part-of": "llminferenceservice"}


def component(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """A predictor, transformer or explainer: its own containers and the one its runtime completes."""
    del scene
    written = tuple(_first_named(part) for part in containers(carrier))
    by_runtime = tuple(_served(carrier))
    if isinstance(carrier.value, Map):
        injected = _BY_RUNTIME if by_runtime else frozenset[str]()
        yield Pod(carrier, (*by_runtime, *written), carrier, injected=injected)


def _first_named(part: Part) -> Part:
    """KServe names the first container where nobody does (``pkg/apis/serving/v1beta1/predictor_custom.go``)."""
    return part._replace(unnamed="kserve-container") if part.node.path[-2:] == ("containers", 0) else part


def _served(carrier: Node) -> Iterator[Part]:
    for framework in _FRAMEWORKS:
        node = carrier.child(framework)
        if node is not None and isinstance(node.value, Map):
            inner = node.child("container") if framework == "custom" else node
            yield Part(inner or node, "app", "kserve-container")


def preset(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """The serving pods of an LLMInferenceService: presets complete a template, or make all of it."""
    del scene
    spec = carrier.child("template") or Node(carrier.doc, Map(), carrier.span, carrier.path)
    written = tuple(containers(spec))
    if any(part.kind == "app" for part in written):
        yield Pod(spec, written)
    else:
        yield Pod(spec, (*written, Part(Node(spec.doc, Map(), spec.span, spec.path), "app", "main")))


def group_size(spec: object) -> int | None:
    """How many pods serve one replica: data / dataLocal, else pipeline; None when neither is written."""
    pipeline = whole(dig(spec, "parallelism", "pipeline"))
    data = dig(spec, "parallelism", "data")
    if data is not None:
        local = dig(spec, "parallelism", "dataLocal")
        all_ranks, here = whole(data), 1 if local is None else whole(local)
        return None if all_ranks is None or not here else max(all_ranks // here, 1)
    return pipeline


def workers(carrier: Node, resource: Resource) -> Replicas:
    """The pods beside the leader of every replica."""
    del resource
    size, written = group_size(carrier.value), carrier.get("replicas")
    groups = 1 if written is None else whole(written)
    total = None if size is None or groups is None else groups * (size - 1)
    return Replicas(total, total, total, "declared")


def worker_spec(carrier: Node, resource: Resource) -> Replicas:
    """The workers of a multi-node predictor: pipelineParallelSize - 1 for each replica (2 stages by default)."""
    del resource
    written, head = carrier.get("workerSpec", "pipelineParallelSize"), carrier.get("minReplicas")
    stages = 2 if written is None else whole(written)
    groups = 1 if head is None else whole(head)
    total = None if stages is None or groups is None else groups * max(stages - 1, 0)
    return Replicas(total, total, total, "declared")


_PREDICTOR = {**_ISVC, "component": "predictor"}


def _component(carrier: str, name: str, role: Role | None = None) -> Pods:
    kind = "predictor" if name == "canary" else name
    return Pods(
        carrier, name=name, replicas=_SERVED, labels={**_ISVC, "component": kind}, role=role, assemble=component
    )


_COMPONENTS = (
    _component("spec.predictor", "predictor"),
    Pods("spec.predictor", "workerSpec", "", name="worker", replicas=worker_spec, labels=_PREDICTOR),
    _component("spec.transformer", "transformer", Role.GENERIC),
    _component("spec.explainer", "explainer", Role.GENERIC),
)
_CANARIES = (_component("spec.canary.*.predictor", "canary"),)
_V1ALPHA2 = (
    _component("spec.default.predictor", "predictor"),
    _component("spec.default.transformer", "transformer", Role.GENERIC),
    _component("spec.default.explainer", "explainer", Role.GENERIC),
    _component("spec.canary.predictor", "canary"),
)
"""What ``v1alpha2`` had before components stood at the top; some write it with today's group."""

_PART = "app.kubernetes.io/component"
_MAIN = {**_LLM, _PART: "llminferenceservice-workload", "kserve.io/component": "workload"}
_PREFILL = {**_LLM, _PART: "llminferenceservice-workload-prefill"}
_WORKER = {**_LLM, _PART: "llminferenceservice-workload-worker"}
_SCHEDULER = {**_LLM, _PART: "llminferenceservice-router-scheduler"}
_LLM_PODS = (
    Pods("spec", name="main", labels=_MAIN, assemble=preset),
    Pods("spec", "worker", "", name="worker", replicas=workers, labels=_WORKER),
    Pods("spec.prefill", name="prefill", labels=_PREFILL, assemble=preset),
    Pods("spec.prefill", "worker", "", name="prefill-worker", replicas=workers, labels=_LLM),
    Pods("spec.router.scheduler", "template", "", name="scheduler", labels=_SCHEDULER, role=Role.INFERENCE_ROUTER),
    Pods("spec.router.scheduler.tokenizer", "template", "", name="tokenizer", labels=_LLM, role=Role.INFERENCE_ROUTER),
)
_PRESETS = tuple(row._replace(assemble=None, spec="", replicas=CLUSTER_DECIDES) for row in _LLM_PODS)

_LLM_DEFAULTS = _BY_RUNTIME | {"pre-stop", "grace-period", "dev-shm", "security-context"}


def _service(*pods: Pods) -> Kind:
    return Kind(pods, Role.ONLINE_INFERENCE, injected=frozenset({"resources", "readiness-probe"}))


_RUNTIME = Kind(
    (
        Pods("spec", "", "", replicas=CLUSTER_DECIDES),
        Pods("spec.workerSpec", "", "", name="worker", replicas=CLUSTER_DECIDES),
    ),
    Role.ONLINE_INFERENCE,
    template=True,
)


def initializer(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """The init container that a ClusterStorageContainer adds to pods which load a model."""
    del scene
    yield Pod(Node(carrier.doc, Map(), carrier.span, carrier.path), (Part(carrier, "init", "storage-initializer"),))


_STORAGE = (Pods("spec.container", replicas=CLUSTER_DECIDES, assemble=initializer),)

KINDS: Table = {
    "InferenceService.serving.kserve.io": _service(*_COMPONENTS, *_CANARIES, *_V1ALPHA2),
    "InferenceService.serving.kubeflow.org": _service(*_COMPONENTS, *_V1ALPHA2),
    "LLMInferenceService.serving.kserve.io": Kind(_LLM_PODS, Role.ONLINE_INFERENCE, injected=_LLM_DEFAULTS),
    "LLMInferenceServiceConfig.serving.kserve.io": Kind(_PRESETS, Role.ONLINE_INFERENCE, template=True),
    "ServingRuntime.serving.kserve.io": _RUNTIME,
    "ClusterServingRuntime.serving.kserve.io": _RUNTIME,
    "ClusterStorageContainer.serving.kserve.io": Kind(_STORAGE, Role.MODEL_LOADER, "task", template=True),
    "InferenceGraph.serving.kserve.io": Kind((), Role.INFERENCE_ROUTER),
    "TrainedModel.serving.kserve.io": Kind((), Role.ONLINE_INFERENCE),
    "LocalModelCache.serving.kserve.io": Kind((), Role.MODEL_LOADER, "task"),
    "LocalModelNamespaceCache.serving.kserve.io": Kind((), Role.MODEL_LOADER, "task"),
}
"""KServe's kinds, today's and those of ``serving.kubeflow.org``."""
