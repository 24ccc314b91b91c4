"""KAITO: models by the name of a preset, whose pods the operator makes, or by a pod template.

The operator calls its container as the object. How many nodes a preset needs is worked out from the model where no count is
written. Sources, in https://github.com/kaito-project/kaito: ``api/v1beta1`` (Workspace, InferenceSet, RAGEngine), ``api/v1alpha1``
(MultiRoleInference), ``pkg/workspace/manifests/manifests.go``, ``pkg/ragengine/manifests/manifests.go``.
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.workload import Replicas
from hullmark.recognise.assemble import Parts, pod
from hullmark.recognise.kinds import Part, Pod, Scene, whole, whole_or
from hullmark.text.tree import Map, Node, Seq

BY_OPERATOR = frozenset(
    {"image", "command", "liveness-probe", "readiness-probe", "startup-probe", "resources", "tolerations", "dev-shm"}
)
"""What the operator brings to a preset."""

_TO_TEMPLATES = frozenset({"tolerations"})


def workspace(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """The pods of a Workspace's ``inference``: one for each node."""
    count = scene.resource.node.get("resource", "count")
    written = _written(carrier)
    nodes = whole_or(count, 1) if written is not None else whole(count)
    yield (written or _made(carrier, scene, carrier.get("preset")))._replace(
        replicas=Replicas(nodes, nodes, nodes, "default" if count is None else "declared")
    )


def tuning(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """The pod of a Workspace's ``tuning``: a Job's."""
    yield _made(carrier, scene, carrier.get("preset"))._replace(replicas=Replicas(1, 1, 1, "default"))


def inference_set(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """The pods of an InferenceSet: a Workspace for each replica, of one node where the pods are written."""
    count, written = scene.resource.node.get("spec", "replicas"), _written(carrier)
    groups = whole_or(count, 1)
    source = "default" if count is None else "declared"
    if written is not None:
        yield written._replace(replicas=Replicas(groups, groups, groups, source))
    else:
        made = _made(carrier, scene, carrier.get("preset"))
        yield made._replace(replicas=Replicas(None, groups, None, source))


def server(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """A pod that is all the operator's: a role of a MultiRoleInference, a RAGEngine."""
    yield _made(carrier, scene, None)


def _written(carrier: Node) -> Pod | None:
    """The pod of a template; the operator adds the tolerations of its nodes, and sets the affinity."""
    template = carrier.child("template")
    spec = None if template is None else template.child("spec")
    return None if spec is None else pod(spec, template)._replace(injected=_TO_TEMPLATES)


def _made(carrier: Node, scene: Scene, preset: object) -> Pod:
    options = preset.get("presetOptions") if isinstance(preset, Map) else None
    container = Parts(carrier).take("image", options if isinstance(options, Map) else Map()).node()
    span = (carrier.span.start, carrier.span.end)
    spec = Map({"containers": Seq([container.value], [span])}, {"containers": (*span, *span)})
    part = Part(container, "app", scene.resource.ref.name)
    return Pod(carrier._replace(value=spec), (part,), injected=BY_OPERATOR)
