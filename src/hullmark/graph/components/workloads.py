"""Workloads as components, and those of their parts that are programs of their own: steps, services of a pipeline."""

from __future__ import annotations

from hullmark.graph.components.scene import Scene
from hullmark.model.component import Component, ComponentKind
from hullmark.model.workload import PodSet, Workload
from hullmark.recognise.roles import podset_purpose

PARTED = frozenset({
    "Workflow.argoproj.io", "CronWorkflow.argoproj.io", "WorkflowTemplate.argoproj.io",
    "ClusterWorkflowTemplate.argoproj.io", "Task.tekton.dev", "ClusterTask.tekton.dev", "Pipeline.tekton.dev",
    "PipelineRun.tekton.dev", "TaskRun.tekton.dev", "NIMPipeline.apps.nvidia.com", "DynamoGraphDeployment.nvidia.com",
    "IncrementalLearningJob.sedna.io", "LifelongLearningJob.sedna.io", "JointInferenceService.sedna.io",
    "SeldonDeployment.machinelearning.seldon.io", "PipelineSpec.pipelines.kubeflow.org", "PipelineJob.pipelines.kubeflow.org",
    "PipelineVersion.pipelines.kubeflow.org",
})  # fmt: skip
"""Kinds whose pod sets are different programs: each is a component, with the object as its parent."""

BESIDE = {"InferenceService.serving.kserve.io": ("transformer", "explainer"),
          "InferenceService.serving.kubeflow.org": ("transformer", "explainer")}  # fmt: skip
"""Pod sets that are programs of their own beside the one that the object stands for."""


def workloads(scene: Scene) -> None:
    """Every workload, and its parts."""
    for workload in scene.arch.workloads:
        placement = scene.zones.placement(workload)
        zone = scene.zones.placed(workload, placement)
        made = scene.draft.id_of(ComponentKind.WORKLOAD, workload.resource)
        facts = _facts(workload)
        if placement.kind:
            facts["placed-by"] = placement.text
        scene.draft.add(
            Component(
                made,
                ComponentKind.WORKLOAD,
                workload.name,
                workload.namespace,
                zone,
                workload.resource.place,
                workload.resource,
                workload,
                facts=facts,
            )
        )
        beside = BESIDE.get(f"{workload.ref.kind}.{workload.ref.group}", ())
        for podset in workload.podsets if beside or parted(workload) else ():
            if not beside or podset.name in beside:
                scene.own_part(podset, _part(scene, workload, podset, made, zone))
        scene.own(workload, made)


def parted(workload: Workload) -> bool:
    """Whether a workload's pod sets are components of their own."""
    ref = workload.ref
    return f"{ref.kind}.{ref.group}" in PARTED


def _part(scene: Scene, workload: Workload, podset: PodSet, whole: str, zone: str) -> str:
    name = _named(podset)
    plain = made = f"{whole}/{name or 'pods'}"
    number = 2
    while made in scene.draft:
        made, number = f"{plain}:{number}", number + 1
    role = podset.role if podset.role is not workload.role else podset_purpose(podset) or podset.role
    facts = {"kind": workload.ref.kind, "role": role.value, **_images(podset)}
    if podset in scene.idle:
        facts["runs"] = "no: nothing that the workflow's entry point leads to runs it"
    component = Component(
        made,
        ComponentKind.WORKLOAD,
        name or workload.name,
        workload.namespace,
        zone,
        podset.at(),
        workload.resource,
        workload,
        podset,
        whole,
        facts=facts,
    )
    return scene.draft.add(component)


def _named(podset: PodSet) -> str:
    """The name of a part; where the table knows only its index in a list, the name that stands beside it there."""
    if not podset.name.isdigit():
        return podset.name
    root = podset.workload.resource.node
    path = podset.node.path[len(root.path) :]
    at = next((i for i, key in enumerate(path) if str(key) == podset.name and isinstance(key, int)), None)
    name = root.get(*path[: at + 1], "name") if at is not None else None
    return name if isinstance(name, str) and name else podset.name


def _facts(workload: Workload) -> dict[str, str]:
    facts = {"kind": workload.ref.kind, "role": workload.role.value, "lifetime": workload.lifetime}
    if workload.engine:
        facts["engine"] = workload.engine
    if workload.template:
        facts["template"] = "yes"
    if workload.inferred:
        facts["inferred"] = "yes"
    total = workload.accelerator_total
    if total:
        facts["accelerators"] = str(total)
    return facts


def _images(podset: PodSet) -> dict[str, str]:
    images = [c.image.text for c in podset.containers if c.kind == "app" and c.image.text]
    return {"image": images[0]} if images else {}
