"""Tekton: all steps of a task are containers of one pod, and share what its ``stepTemplate`` says.

A step lies over the template as a strategic merge. What Kubernetes calls ``resources`` is ``computeResources`` in ``v1``.

https://tekton.dev/docs/pipelines/tasks/, https://github.com/tektoncd/pipeline/blob/main/pkg/apis/pipeline/v1/merge.go.
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.recognise.assemble import Parts, name_above
from hullmark.recognise.kinds import Part, Pod, Scene
from hullmark.recognise.merge import is_affordable, merged
from hullmark.text.tree import Map, Node, Seq, Value, items

_POD = (
    "nodeSelector tolerations affinity serviceAccountName securityContext hostAliases schedulerName priorityClassName "
    "automountServiceAccountToken volumes hostNetwork dnsPolicy imagePullSecrets"
)


def task(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """The pod of a task; a step without a name is called by its number, as in a TaskRun's status."""
    shared = carrier.child("stepTemplate")
    below = None if shared is None else _container(shared.value)
    affordable = is_affordable(len(items(carrier.value, "steps")), shared)
    steps = (
        Part(
            step._replace(value=_over(below if affordable else None, _container(step.value))),
            unnamed=f"unnamed-{step.path[-1]}",
        )
        for step in carrier.children("steps")
        if isinstance(step.value, Map)
    )
    beside = (
        Part(node._replace(value=_container(node.value)))
        for node in carrier.children("sidecars")
        if isinstance(node.value, Map)
    )
    parts = (*steps, *beside)
    if parts:
        unsettled = "" if affordable else "the 'stepTemplate' is too large"
        name = name_above(carrier, scene) if carrier.path[-1] == "taskSpec" else ""
        yield Pod(_pod(carrier, scene, parts), parts, carrier, name, unsettled=unsettled)


def _over(below: Value, step: Value) -> Value:
    return merged(below, step) if isinstance(below, Map) else step


def _container(value: Value) -> Value:
    """A step as a container: itself where its fields are a container's."""
    if not isinstance(value, Map) or value.get("computeResources") is None:
        return value
    made = Map(value, dict(value.marks))
    made["resources"] = made.pop("computeResources")
    made.marks["resources"] = made.marks.pop("computeResources")
    return made


def _pod(carrier: Node, scene: Scene, parts: tuple[Part, ...]) -> Node:
    """The PodSpec, of the task's volumes and of the pod template and account of the run that it is written in."""
    fields = Parts(carrier).take("volumes")
    spec = scene.resource.node.child("spec")
    if spec is not None:
        fields.take("serviceAccountName serviceAccountName=taskRunTemplate.serviceAccountName", spec.value)
        for holder in (spec.get("podTemplate"), spec.get("taskRunTemplate", "podTemplate")):
            fields.take(_POD, holder)
    span = (carrier.span.start, carrier.span.end)
    inside = Seq([part.node.value for part in parts], [span] * len(parts))
    fields.put("containers", inside, (*span, *span))
    return fields.node()
