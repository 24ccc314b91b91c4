"""Pipelines: Argo Workflows and Tekton; what they are for is decided by what their steps run."""

from __future__ import annotations

from hullmark.recognise.argo import template
from hullmark.recognise.kfp_pods import pods
from hullmark.recognise.kinds import CLUSTER_DECIDES, ONE, Kind, Pods, Table
from hullmark.recognise.tekton import task


def _workflow(at: str, *, is_template: bool = False) -> Kind:
    labels = {} if is_template or at != "spec" else {"workflows.argoproj.io/workflow": "{name}"}
    count = CLUSTER_DECIDES if is_template else ONE
    rows = (
        Pods(f"{at}.templates.*", name=".name", replicas=count, labels=labels, assemble=template),
        Pods(f"{at}.templates.*.dag.tasks.*.inline", name="*", replicas=count, labels=labels, assemble=template),
        Pods(f"{at}.templates.*.steps.*.*.inline", name="*", replicas=count, labels=labels, assemble=template),
    )
    return Kind(rows, lifetime="task")


def _tekton(*carriers: tuple[str, str]) -> Kind:
    rows = (Pods(carrier, name=name, replicas=ONE, assemble=task) for carrier, name in carriers)
    return Kind(tuple(rows), lifetime="task")


_WORKFLOW = _workflow("spec")
_COMPILED = Pods("spec", replicas=ONE, assemble=pods)
"""What Kubeflow Pipelines compiles to an Argo workflow: the pods of its tasks stand in arguments."""

KINDS: Table = {
    "Workflow.argoproj.io": _WORKFLOW._replace(pods=(*_WORKFLOW.pods, _COMPILED)),
    "CronWorkflow.argoproj.io": _workflow("spec.workflowSpec"),
    "WorkflowTemplate.argoproj.io": _workflow("spec", is_template=True),
    "ClusterWorkflowTemplate.argoproj.io": _workflow("spec", is_template=True),
    "Task.tekton.dev": _tekton(("spec", "")),
    "ClusterTask.tekton.dev": _tekton(("spec", "")),
    "TaskRun.tekton.dev": _tekton(("spec.taskSpec", "")),
    "Pipeline.tekton.dev": _tekton(("spec.tasks.*.taskSpec", "*"), ("spec.finally.*.taskSpec", "*")),
    "PipelineRun.tekton.dev": _tekton(
        ("spec.pipelineSpec.tasks.*.taskSpec", "*"), ("spec.pipelineSpec.finally.*.taskSpec", "*")
    ),
}
"""Pipeline engines' kinds."""
