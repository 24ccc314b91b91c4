"""Argo Workflows: templates that run pods, with the defaults and patches that a workflow lays over them.

``templateDefaults`` lie below every template, ``podSpecPatch`` (of the workflow, then of the template) over the pod that is
made of it: strategic merges, both. A patch is a string in which parameters are filled in when the workflow runs.

https://argo-workflows.readthedocs.io/en/latest/fields/, https://argo-workflows.readthedocs.io/en/latest/template-defaults/,
https://github.com/argoproj/argo-workflows/blob/main/workflow/util/util.go (``ApplyPodSpecPatch``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache

from hullmark.model.truth import string
from hullmark.recognise.assemble import Parts, containers, name_above
from hullmark.recognise.kfp import STAND_IN
from hullmark.recognise.kinds import Part, Pod, Scene
from hullmark.recognise.merge import is_affordable, is_open, merged, written_in
from hullmark.text.source import Source, Span
from hullmark.text.tree import Map, Node, Seq, Value, items

_POD = (
    "nodeSelector tolerations affinity serviceAccountName securityContext hostAliases schedulerName priorityClassName "
    "automountServiceAccountToken"
)
_WORKFLOW_POD = f"{_POD} volumes hostNetwork dnsPolicy imagePullSecrets"
_TYPES = ("container", "script", "containerSet", "resource", "data", "dag", "steps", "suspend", "http", "plugin")
"""What a template may be; defaults for another type do not make it two."""

_LISTS = frozenset({"containers", "initContainers"})
_EXECUTOR = frozenset({"init", "wait"})
"""Containers that Argo adds to every pod; patches size them."""

_PATCH = "podSpecPatch"
_OPEN = "'podSpecPatch' is filled in when the workflow runs"


def template(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """A template of a workflow that runs a pod: a container, a script or a set of containers; others run none."""
    workflow = _holder(carrier, scene)
    defaults, patch = (None, None) if workflow is None else (workflow.child(k) for k in ("templateDefaults", _PATCH))
    affordable = workflow is None or is_affordable(_templates(workflow), defaults, patch)
    if defaults is not None and affordable:
        carrier = _with_defaults(carrier, defaults.value)
    parts = tuple(_parts(carrier))
    if not parts or string(carrier.value, "container", "image") == STAND_IN:
        return
    fields = Parts(carrier).take(f"{_POD} volumes")
    if workflow is not None:
        _join_volumes(fields, workflow)
        fields.take(_WORKFLOW_POD, workflow.value)
    pod = Pod(
        fields.node(),
        parts,
        carrier,
        name_above(carrier, scene) if carrier.path[-1] == "inline" else "",
        unsettled="" if affordable else "what the workflow adds to its templates is too large",
    )
    for each in (patch if affordable else None, carrier.child(_PATCH)):
        if each is not None and each.value != "":
            pod = _patched(pod, each)
    yield pod._replace(spec=_holding(pod.spec, pod.parts))


def _holder(carrier: Node, scene: Scene) -> Node | None:
    """The workflow spec a template belongs to."""
    own = carrier.path[len(scene.resource.node.path) :]
    return scene.resource.node.child(*own[: own.index("templates") if "templates" in own else 0])


def _templates(workflow: Node) -> int:
    """About how many templates a workflow has, also in its steps and tasks."""
    return len(items(workflow.value, "templates")) + _inline(workflow.doc.source, workflow.span)


@lru_cache(maxsize=8)
def _inline(source: Source, span: Span) -> int:
    return source.text.count("inline", *span)


def _with_defaults(carrier: Node, defaults: Value) -> Node:
    """A template over the defaults of its workflow."""
    own = next((t for t in _TYPES if carrier.get(t) is not None), None)
    if not isinstance(defaults, Map) or not isinstance(carrier.value, Map) or own is None:
        return carrier
    return carrier._replace(value=merged(_without(defaults, {*_TYPES} - {own}), carrier.value))


def _parts(carrier: Node) -> Iterator[Part]:
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


def _join_volumes(fields: Parts, workflow: Node) -> None:
    """A template's volumes are added to those of its workflow."""
    own, shared = fields.map.get("volumes"), workflow.get("volumes")
    if isinstance(own, Seq) and isinstance(shared, Seq):
        fields.map["volumes"] = Seq([*own, *shared], [*own.marks, *shared.marks])


def _patched(pod: Pod, patch: Node) -> Pod:
    """A pod with a patch of its PodSpec, as far as the patch can be read."""
    written = written_in(patch)
    if written is None:
        return pod._replace(unsettled=_OPEN)
    doc = pod.spec.doc._replace(anchored=(*pod.spec.doc.anchored, patch.span))
    over = {string(part.node.value, "name"): part for part in containers(written)}
    parts = []
    for part in pod.parts:
        own, laid = part.node, over.pop(string(part.node.value, "name") or part.name, None)
        node = own if laid is None else own._replace(doc=doc, value=merged(own.value, laid.node.value))
        parts.append(part._replace(node=node))
    added = (part for name, part in over.items() if name not in _EXECUTOR and part.node.get("image") is not None)
    spec = pod.spec._replace(doc=doc, value=merged(pod.spec.value, _without(written.value, _LISTS)))
    unsettled = pod.unsettled or (_OPEN if is_open(written.value) else "")
    return pod._replace(spec=spec, parts=(*parts, *added), unsettled=unsettled)


def _without(value: Map, keys: Collection[str]) -> Map:
    return Map(
        {k: v for k, v in value.items() if k not in keys}, {k: m for k, m in value.marks.items() if k not in keys}
    )


def _holding(spec: Node, parts: tuple[Part, ...]) -> Node:
    """A made-up PodSpec with its containers in it, for whoever reads the pod as a whole."""
    span = (spec.span.start, spec.span.end)
    inside = Seq([part.node.value for part in parts if part.kind == "app"], [])
    inside.marks.extend([span] * len(inside))
    made = Map(spec.value, dict(spec.value.marks))
    made["containers"], made.marks["containers"] = inside, (*span, *span)
    return spec._replace(value=made)
