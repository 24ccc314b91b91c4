"""Seldon Core 1: predictors whose pods are written out, completed from a graph of prepackaged servers.

A unit of the graph with an ``implementation`` is a container of the first pod, whether or not that is written. Replicas go from
the most specific setting to the most general. Sources, in https://github.com/SeldonIO/seldon-core (branch v1) ``operator``:
``apis/machinelearning.seldon.io/v1/seldondeployment_types.go``, ``seldondeployment_webhook.go``
(``DefaultSeldonDeployment``), ``controllers/seldondeployment_controller.go``, ``seldondeployment_explainers.go``.
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.terms import Role
from hullmark.model.truth import string
from hullmark.model.workload import Replicas
from hullmark.recognise.assemble import containers
from hullmark.recognise.kinds import Part, Pod, Scene, whole, whole_or
from hullmark.text.tree import Map, Node, Seq, items

_NOT_SERVERS = frozenset(
    {"", "UNKNOWN_IMPLEMENTATION", "SIMPLE_MODEL", "SIMPLE_ROUTER", "RANDOM_ABTEST", "AVERAGE_COMBINER"}
)
_BY_SERVER = frozenset({"image", "command"})
_MOST_UNITS = 1_000


def predictor(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """The pods of a predictor, and of what explains it."""
    name = string(carrier.value, "name") or str(carrier.path[-1])
    specs = [node for node in carrier.children("componentSpecs") if isinstance(node.value, Map)]
    servers = list(_servers(carrier.child("graph")))
    written = {string(c, "name") for node in specs for c in items(node.value, "spec", "containers")}
    for index, component in enumerate(specs):
        spec = component.child("spec") or component._replace(value=Map())
        parts = tuple(containers(spec))
        added = [s for s in servers if s.name not in written] if index == 0 else []
        yield Pod(
            spec,
            (*parts, *added),
            component,
            name=name if len(specs) == 1 else f"{name}-{index}",
            replicas=_replicas(component, carrier, scene),
            injected=_BY_SERVER if servers else frozenset(),
        )
    if not specs and servers:
        spec = _holding(carrier, servers)
        yield Pod(spec, tuple(servers), None, name, _replicas(None, carrier, scene), _BY_SERVER)
    explainer = carrier.child("explainer")
    if explainer is not None and isinstance(explainer.value, Map):
        yield _explainer(explainer, scene.resource.ref.name, name)


def _servers(unit: Node | None) -> Iterator[Part]:
    """The prepackaged servers of a graph, at the units that ask for them."""
    stack = [unit] if unit is not None else []
    for _ in range(_MOST_UNITS):
        if not stack:
            return
        node = stack.pop()
        if string(node.value, "implementation") not in _NOT_SERVERS:
            yield Part(node._replace(value=Map()), "app", string(node.value, "name"))
        stack.extend(reversed(list(node.children("children"))))


def _explainer(explainer: Node, resource: str, name: str) -> Pod:
    container = explainer.child("containerSpec") or explainer._replace(value=Map())
    called = string(container.value, "name") or f"{resource}-{name}-explainer"
    part = Part(container, "app", called)
    return Pod(
        _holding(explainer, [part]),
        (part,),
        None,
        f"{name}-explainer",
        Replicas(1, 1, 1, "default"),
        _BY_SERVER,
        Role.GENERIC,
    )


def _holding(carrier: Node, parts: list[Part]) -> Node:
    """A PodSpec of nothing but containers."""
    span = (carrier.span.start, carrier.span.end)
    inside = Seq([part.node.value for part in parts], [span] * len(parts))
    return carrier._replace(value=Map({"containers": inside}, {"containers": (*span, *span)}))


def _replicas(component: Node | None, predictor: Node, scene: Scene) -> Replicas:
    """How many pods: as KEDA or an autoscaler may, else as the component, its predictor or the whole says."""
    for scaler, least, most in (
        ("kedaSpec", "minReplicaCount", "maxReplicaCount"),
        ("hpaSpec", "minReplicas", "maxReplicas"),
    ):
        spec = None if component is None else component.child(scaler)
        if spec is not None:
            low = whole_or(spec.get(least), 0 if scaler == "kedaSpec" else 1)
            return Replicas(low if low is None else max(low, 1), low, whole(spec.get(most)), scaler)
    places = (component, predictor, scene.resource.node.child("spec"))
    written = next((r for place in places if place is not None and (r := place.get("replicas")) is not None), None)
    count = whole_or(written, 1)
    return Replicas(count, count, count, "default" if written is None else "declared")
