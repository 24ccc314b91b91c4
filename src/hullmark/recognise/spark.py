"""Spark's drivers and executors: custom shapes, completed by a pod template (kubeflow/spark-operator v1beta2).

Memory is written as the JVM does (``512m`` are mebibytes there, and milli-bytes in Kubernetes).
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.resource import Resource
from hullmark.model.workload import Replicas
from hullmark.recognise.assemble import Parts, containers, image, pair, variables
from hullmark.recognise.kinds import Part, Pod, Scene, whole
from hullmark.text.tree import Map, Node, PairMark

_CONTAINER = "volumeMounts ports envFrom lifecycle securityContext"
_POD = (
    "nodeSelector tolerations affinity serviceAccountName serviceAccountName=serviceAccount hostNetwork schedulerName "
    "terminationGracePeriodSeconds hostAliases dnsConfig priorityClassName securityContext=podSecurityContext"
)
_UNITS = {"k": "Ki", "m": "Mi", "g": "Gi", "t": "Ti"}


def process(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """The pods of a driver, an executor or a Spark Connect server."""
    if not isinstance(carrier.value, Map):
        return
    template = carrier.child("template")
    spec = None if template is None else template.child("spec")
    written = () if spec is None else tuple(containers(spec))
    name = "spark-kubernetes-executor" if carrier.path[-1:] == ("executor",) else "spark-kubernetes-driver"
    parts = _container(carrier, written)
    fields = Parts(carrier).take(_POD).merge(None if spec is None else spec.value)
    application = _application(carrier, scene.resource)
    fields.take("nodeSelector volumes imagePullSecrets", application)
    image(parts, start=application)
    others = written[1:] if spec is not None else ()
    sidecars = tuple(Part(n) for n in carrier.children("sidecars") if isinstance(n.value, Map))
    inits = tuple(Part(n, "init") for n in carrier.children("initContainers") if isinstance(n.value, Map))
    metadata = template if template is not None else _metadata(carrier)
    yield Pod(fields.node(), (Part(parts.node(), "app", name), *others, *sidecars, *inits), metadata)


def _application(carrier: Node, resource: Resource) -> Map | None:
    """The application a driver or executor belongs to."""
    above = resource.node.child(*carrier.path[len(resource.node.path) : -1])
    return above.value if above is not None and isinstance(above.value, Map) else None


def _container(carrier: Node, written: tuple[Part, ...]) -> Parts:
    parts = variables(image(Parts(carrier))).take(_CONTAINER)
    variables(parts, ("envVars",))
    resources, mark = Map(), (carrier.span.start, carrier.span.end, carrier.span.start, carrier.span.end)
    for bound, fields in (
        ("requests", (("cpu", "coreRequest"), ("cpu", "cores"), ("memory", "memory"))),
        ("limits", (("cpu", "coreLimit"), ("memory", "memory"))),
    ):
        inner = _resources(carrier, fields)
        if bound == "limits":
            _devices(carrier, inner)
        if inner:
            resources[bound] = inner
            resources.marks[bound] = mark
    if resources:
        parts.put("resources", resources, mark)
    return parts.merge(written[0].node.value if written else None)


def _resources(carrier: Node, fields: tuple[tuple[str, str], ...]) -> Map:
    made = Map()
    for name, field in fields:
        found = pair(carrier.value, (field,))
        if found is None or name in made:
            continue
        value, mark = found
        made[name] = _kubernetes_memory(value) if name == "memory" else str(value)
        made.marks[name] = mark
    return made


def _kubernetes_memory(value: object) -> str:
    text = str(value).strip()
    unit = text[-1:].lower()
    return text[:-1] + _UNITS[unit] if unit in _UNITS and text[:-1].isdigit() else text


def _devices(carrier: Node, limits: Map) -> None:
    name, found = carrier.get("gpu", "name"), pair(carrier.value, ("gpu", "quantity"))
    if isinstance(name, str) and found is not None:
        limits[name], limits.marks[name] = found


def _metadata(carrier: Node) -> Node:
    metadata = Parts(carrier).take("labels annotations")
    template = Parts(carrier)
    span: PairMark = (carrier.span.start, carrier.span.end, carrier.span.start, carrier.span.end)
    template.put("metadata", metadata.map, span)
    return template.node()


def executors(carrier: Node, resource: Resource) -> Replicas:
    """``instances``, or the bounds of dynamic allocation."""
    written = carrier.get("instances")
    wanted = 1 if written is None else whole(written)
    above = resource.node.child(*carrier.path[len(resource.node.path) : -1])
    dynamic = None if above is None else above.child("dynamicAllocation") or carrier.child("dynamicAllocation")
    if dynamic is None or dynamic.get("enabled") is not True:
        return Replicas(wanted, wanted, wanted, "default" if written is None else "declared")
    first, least = dynamic.get("initialExecutors"), dynamic.get("minExecutors")
    low = 0 if least is None else whole(least)
    return Replicas(
        whole(first) if first is not None else wanted, low, whole(dynamic.get("maxExecutors")), "dynamicAllocation"
    )
