"""Pipelines whose steps are containers: Argo Workflows' templates and Tekton's tasks.

https://argo-workflows.readthedocs.io/en/latest/fields/ and https://tekton.dev/docs/pipelines/tasks/.
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.recognise.assemble import Parts
from hullmark.recognise.kinds import Part, Pod, Scene
from hullmark.text.tree import Map, Node, Seq

_POD = (
    "nodeSelector tolerations affinity serviceAccountName securityContext hostAliases schedulerName priorityClassName "
    "automountServiceAccountToken"
)
_WORKFLOW_POD = f"{_POD} volumes hostNetwork dnsPolicy imagePullSecrets"


def template(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """A template of a workflow that runs a pod: a container, a script or a set of containers; others run none."""
    parts = tuple(_template_parts(carrier))
    if not parts:
        return
    workflow = _holder(carrier, scene)
    fields = Parts(carrier).take(f"{_POD} volumes")
    if workflow is not None:
        _join_volumes(fields, workflow)
        fields.take(_WORKFLOW_POD, workflow.value)
    _hold(fields, carrier, parts)
    yield Pod(fields.node(), parts, carrier)


def _template_parts(carrier: Node) -> Iterator[Part]:
    for name in ("container", "script"):
        node = carrier.child(name)
        if node is not None and isinstance(node.value, Map):
            yield Part(node, "app", "main")
    for node in carrier.children("containerSet", "containers"):
        if isinstance(node.value, Map):
            yield Part(node)
    for node in carrier.children("initContainers"):
        if isinstance(node.value, Map):
            yield Part(node, "init")
    for node in carrier.children("sidecars"):
        if isinstance(node.value, Map):
            yield Part(node)


def _holder(carrier: Node, scene: Scene) -> Node | None:
    """The workflow spec a template belongs to."""
    at = carrier.path.index("templates") if "templates" in carrier.path else 0
    base = len(scene.resource.node.path)
    return scene.resource.node.child(*carrier.path[base:at])


def _join_volumes(fields: Parts, workflow: Node) -> None:
    """A template's volumes are added to those of its workflow."""
    own, shared = fields.map.get("volumes"), workflow.get("volumes")
    if isinstance(own, Seq) and isinstance(shared, Seq):
        fields.map["volumes"] = Seq([*own, *shared], [*own.marks, *shared.marks])


def _hold(fields: Parts, carrier: Node, parts: tuple[Part, ...]) -> None:
    span = (carrier.span.start, carrier.span.end)
    inside = Seq([part.node.value for part in parts if part.kind == "app"])
    inside.marks.extend([span] * len(inside))
    fields.put("containers", inside, (*span, *span))


def task(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """A Tekton task: all its steps are containers of one pod."""
    parts = tuple(
        Part(node) for field in ("steps", "sidecars") for node in carrier.children(field) if isinstance(node.value, Map)
    )
    if not parts:
        return
    spec = scene.resource.node.child("spec")
    fields = Parts(carrier).take("volumes")
    if spec is not None:
        fields.take("serviceAccountName serviceAccountName=taskRunTemplate.serviceAccountName", spec.value)
        for holder in (spec.get("podTemplate"), spec.get("taskRunTemplate", "podTemplate")):
            fields.take(_WORKFLOW_POD, holder)
    _hold(fields, carrier, parts)
    yield Pod(fields.node(), parts, carrier)
