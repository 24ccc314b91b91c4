"""Objects that objects name in their own fields: runtimes, caches, templates, models of agents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hullmark.graph.components.draft import Why
from hullmark.graph.components.scene import Scene
from hullmark.model.component import ComponentKind, EdgeKind
from hullmark.model.resource import Resource
from hullmark.model.truth import is_placeholder, string
from hullmark.model.workload import Workload
from hullmark.text.source import Key
from hullmark.text.tree import Node


class Field(NamedTuple):
    """A field that names another object: where, of which kinds (the first that is found), and what that means.

    ``kind_at`` is where the kind is written, beside the name. ``own`` says that the name is looked up in the object's
    own namespace.
    """

    path: tuple[str, ...]
    kinds: tuple[str, ...]
    text: str
    kind_at: str = ""


def _field(path: str, kinds: str, text: str, kind_at: str = "") -> Field:
    return Field(tuple(path.split(".")), tuple(kinds.split()), text, kind_at)


_WORKFLOW = (
    _field("spec.workflowTemplateRef.name", "WorkflowTemplate ClusterWorkflowTemplate", "workflow template"),
    _field(
        "spec.templates.*.dag.tasks.*.templateRef.name",
        "WorkflowTemplate ClusterWorkflowTemplate",
        "template of a task",
    ),
    _field(
        "spec.templates.*.steps.*.*.templateRef.name", "WorkflowTemplate ClusterWorkflowTemplate", "template of a step"
    ),
)
FIELDS: Mapping[str, tuple[Field, ...]] = {
    "InferenceService.serving.kserve.io": (
        _field("spec.predictor.model.runtime", "ServingRuntime ClusterServingRuntime", "serving runtime"),
    ),
    "LLMInferenceService.serving.kserve.io": (_field("spec.baseRefs.*.name", "LLMInferenceServiceConfig", "preset"),),
    "TrainedModel.serving.kserve.io": (_field("spec.inferenceService", "InferenceService", "server that loads it"),),
    "TrainJob.trainer.kubeflow.org": (
        _field("spec.runtimeRef.name", "ClusterTrainingRuntime TrainingRuntime", "training runtime", "spec.runtimeRef.kind"),
    ),
    "OptimizationJob.trainer.kubeflow.org": (
        _field("spec.trainJobTemplate.spec.runtimeRef.name", "ClusterTrainingRuntime TrainingRuntime", "training runtime"),
    ),
    "NIMService.apps.nvidia.com": (_field("spec.storage.nimCache.name", "NIMCache", "model cache"),),
    "NIMPipeline.apps.nvidia.com": (_field("spec.services.*.spec.storage.nimCache.name", "NIMCache", "model cache"),),
    "Workflow.argoproj.io": _WORKFLOW,
    "WorkflowTemplate.argoproj.io": _WORKFLOW,
    "ClusterWorkflowTemplate.argoproj.io": _WORKFLOW,
    "CronWorkflow.argoproj.io": tuple(f._replace(path=("spec", "workflowSpec", *f.path[1:])) for f in _WORKFLOW),
    "PipelineRun.tekton.dev": (_field("spec.pipelineRef.name", "Pipeline", "pipeline"),),
    "TaskRun.tekton.dev": (_field("spec.taskRef.name", "Task ClusterTask", "task"),),
    "Pipeline.tekton.dev": (_field("spec.tasks.*.taskRef.name", "Task ClusterTask", "task"),),
    "Agent.kagent.dev": (
        _field("spec.declarative.modelConfig", "ModelConfig", "model of the agent"),
        _field("spec.modelConfig", "ModelConfig", "model of the agent"),
    ),
    "SandboxClaim.extensions.agents.x-k8s.io": (
        _field("spec.sandboxTemplateRef.name", "SandboxTemplate", "sandbox template"),
        _field("spec.warmPoolRef.name", "SandboxWarmPool", "pool of sandboxes"),
    ),
    "SandboxWarmPool.extensions.agents.x-k8s.io": (
        _field("spec.sandboxTemplateRef.name", "SandboxTemplate", "sandbox template"),
    ),
    "LoraAdapter.production-stack.vllm.ai": (_field("spec.baseModel", "VLLMRuntime", "base model server"),),
    "MCPServer.toolhive.stacklok.dev": (_field("spec.groupRef.name", "MCPGroup", "group"),),
    "JobFlow.flow.volcano.sh": (_field("spec.flows.*.name", "JobTemplate", "step"),),
    "IncrementalLearningJob.sedna.io": (
        _field("spec.initialModel.name", "Model", "model it starts from"),
        _field("spec.dataset.name", "Dataset", "dataset"),
        _field("spec.deploySpec.model.name", "Model", "model it deploys"),
    ),
    "JointInferenceService.sedna.io": (
        _field("spec.edgeWorker.model.name", "Model", "model at the edge"),
        _field("spec.cloudWorker.model.name", "Model", "model in the cloud"),
    ),
}  # fmt: skip
"""By ``Kind.group``; the fields are those of the projects' CRDs."""


def references(scene: Scene) -> None:
    """Every such field, as a dependency."""
    for resource in scene.arch.resources:
        for field in FIELDS.get(f"{resource.ref.kind}.{resource.ref.group}", ()):
            for node in resource.node.select(field.path):
                if isinstance(node.value, str) and node.value and not is_placeholder(node.value):
                    _refer(scene, resource, field, node)
    _through_configuration(scene)


def _through_configuration(scene: Scene) -> None:
    """An agent of kagent calls and holds what its ModelConfig names: the controller puts both into the agent's pods.

    https://github.com/kagent-dev/kagent/blob/main/go/internal/controller/translator/agent/testdata/outputs/basic_agent.json.
    """
    named: dict[str, list[tuple[EdgeKind, str]]] = {}
    for resource in scene.arch.kinds("ModelConfig"):
        if resource.ref.group == "kagent.dev":
            named[scene.object(ComponentKind.CONFIG, resource)] = []
    for kind, source, target in scene.draft.edges(EdgeKind.CALLS, EdgeKind.READS) if named else ():
        if source in named:
            named[source].append((kind, target))
    for _, agent, config in list(scene.draft.edges(EdgeKind.DEPENDS_ON)) if named else ():
        for kind, target in named.get(config, ()):
            said = scene.draft.get(config)
            scene.draft.edge(kind, agent, target, Why(f"ModelConfig '{said.label}' says so", said.place))


def _refer(scene: Scene, resource: Resource, field: Field, node: Node) -> None:
    workload = scene.arch.workload(resource)
    source = scene.object(ComponentKind.CONFIG, resource) if workload is None else part_of(scene, workload, node.path)
    target = _target(scene, resource, field, node)
    if target != source:
        scene.draft.edge(EdgeKind.DEPENDS_ON, source, target, Why(f"{field.text} '{node.value}'", node.at()))


def part_of(scene: Scene, workload: Workload, path: tuple[Key, ...]) -> str:
    """The component that a field belongs to: a part of a parted object whose own path leads there, else the whole."""
    for podset in workload.podsets:
        own = podset.node.path
        at = own.index(podset.name) + 1 if podset.name in own else len(own)  # what holds the pods is the part
        if len(own) > 2 and path[:at] == own[:at]:
            return scene.owner(podset)
    return scene.owner(workload)


def _target(scene: Scene, resource: Resource, field: Field, node: Node) -> str:
    """The component of what is named: a workload where it is one, else its configuration."""
    kinds = field.kinds
    if field.kind_at and (written := string(resource.node.value, *field.kind_at.split("."))):
        kinds = (written,)
    for kind in kinds:
        for space in (resource.ref.namespace, ""):
            found = scene.find(kind, node.value, space, resource)
            if found is not None:
                workload = scene.arch.workload(found)
                if workload is not None:
                    return scene.owner(workload)
                return scene.object(ComponentKind.CONFIG, found)
    made = ComponentKind.CONFIG if kinds[0] in _PLAIN else ComponentKind.WORKLOAD
    return scene.mentioned(made, kinds[0], node.value, resource.ref.namespace, resource, node.at())


_PLAIN = frozenset({"ConfigMap", "ModelConfig", "Model", "Dataset", "MCPGroup", "JobTemplate"})
