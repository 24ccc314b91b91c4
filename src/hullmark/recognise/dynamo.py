"""Dynamo's components: an ``extraPodSpec`` with a ``mainContainer`` (v1alpha1), or a pod template (v1beta1)."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.terms import Role
from hullmark.recognise.assemble import Fields, Parts, containers, made_up, pod
from hullmark.recognise.kinds import Part, Pod, Scene
from hullmark.text.tree import Map, Node, Value, mapping

_ROLES = {"frontend": Role.INFERENCE_ROUTER, "planner": Role.INFERENCE_ROUTER, "epp": Role.INFERENCE_ROUTER}
_FIELDS = Fields("main", pod="serviceAccountName")
_SHORT = {"gpu": "nvidia.com/gpu"}
"""Dynamo writes ``gpu`` for the device plugin's name."""


def service(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """A component of v1alpha1: fields of the service around the container of its ``extraPodSpec``."""
    del scene
    if not isinstance(carrier.value, Map):
        return
    extra = carrier.child("extraPodSpec")
    parts = Parts(carrier).merge(mapping(carrier.value, "extraPodSpec", "mainContainer"))
    parts.take("env=envs livenessProbe readinessProbe")
    resources = carrier.value.marks.get("resources")
    if resources is not None and "resources" not in parts.map:
        parts.put("resources", _spelled_out(carrier.get("resources")), resources)
    role = _ROLES.get(str(carrier.get("componentType")))
    made = made_up(carrier, parts.node("extraPodSpec", "mainContainer"), _FIELDS)
    if extra is not None and isinstance(extra.value, Map):
        made = made._replace(spec=extra, parts=(*made.parts[:1], *containers(extra)))
    yield made._replace(role=role)


def component(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """A component of v1beta1."""
    del scene
    template = carrier.child("podTemplate")
    spec = None if template is None else template.child("spec")
    role = _ROLES.get(str(carrier.get("type")))
    if spec is not None:
        yield pod(spec, template)._replace(role=role)
    elif isinstance(carrier.value, Map):
        empty = Node(carrier.doc, Map(), carrier.span, carrier.path)
        yield Pod(empty, (Part(empty, "app", "main"),), role=role, injected=frozenset({"image", "command"}))


def _spelled_out(resources: Value) -> Value:
    """Resources with the full names of devices."""
    if not isinstance(resources, Map):
        return resources
    made = Map(resources, dict(resources.marks))
    for bound in ("requests", "limits"):
        given = resources.get(bound)
        if isinstance(given, Map):
            made[bound] = Map(
                {_SHORT.get(k, k): v for k, v in given.items()}, {_SHORT.get(k, k): m for k, m in given.marks.items()}
            )
    return made
