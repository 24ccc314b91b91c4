"""Feast: one Deployment whose pod has a container for each server of a FeatureStore, and a CronJob for its upkeep.

An online server comes even where none is asked for. Sources, in https://github.com/feast-dev/feast ``infra/feast-operator``:
``api/v1/featurestore_types.go``, ``internal/controller/services/services.go`` (one pod), ``util.go`` (defaults),
``scaling.go``, ``cronjob.go``.
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.resource import Resource
from hullmark.model.workload import Replicas
from hullmark.recognise.assemble import Parts, image, variables
from hullmark.recognise.kinds import Part, Pod, Scene, whole, whole_or
from hullmark.text.tree import Map, Node, Seq, mapping

_SERVERS = (
    ("registry", ("registry", "local", "server")),
    ("online", ("onlineStore", "server")),
    ("online-grpc", ("onlineStore", "grpc")),
    ("offline", ("offlineStore", "server")),
    ("ui", ("ui",)),
)
"""Containers and the fields of ``services`` that ask for them, in the operator's order."""

_CONTAINER = "envFrom imagePullPolicy resources volumeMounts"


def servers(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """The pod of the servers."""
    del scene
    services = carrier.child("services") or carrier._replace(value=Map())
    found = [(name, node) for name, keys in _SERVERS if (node := services.child(*keys)) is not None]
    if not any(name.startswith("online") for name, _ in found):
        found.append(("online", (services.child("onlineStore") or services)._replace(value=Map())))
    parts = tuple(Part(_container(node), "app", name) for name, node in found)
    fields = Parts(services).take("securityContext volumes affinity topologySpreadConstraints")
    for _, node in found:
        fields.take("nodeSelector", node.value)
    yield Pod(_holding(fields, carrier, parts), parts, _annotated(services, "podAnnotations"))


def upkeep(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """The pod of the CronJob; its last command runs in the container, those before it in init containers."""
    del scene
    configs = carrier.child("containerConfigs") or carrier._replace(value=Map())
    commands = configs.get("commands")
    last = len(commands) - 1 if isinstance(commands, Seq) and 0 < len(commands) <= _MOST_COMMANDS else 1
    container = _container(configs)
    parts = tuple(Part(container, "app" if i == last else "init", f"feast-{i}") for i in range(last + 1))
    yield Pod(_holding(Parts(configs).take("nodeSelector"), carrier, parts[-1:]), parts)


_MOST_COMMANDS = 50


def scaled(carrier: Node, resource: Resource) -> Replicas:
    """``replicas``, or between the bounds of ``services.scaling.autoscaling``."""
    del resource
    written, bounds = carrier.get("replicas"), mapping(carrier.value, "services", "scaling", "autoscaling")
    if not bounds:
        wanted = whole_or(written, 1)
        return Replicas(wanted, wanted, wanted, "default" if written is None else "declared")
    least = whole_or(bounds.get("minReplicas"), 1)
    return Replicas(least, least, whole(bounds.get("maxReplicas")), "services.scaling.autoscaling")


def _container(node: Node) -> Node:
    return variables(image(Parts(node))).take(_CONTAINER).node()


def _holding(fields: Parts, carrier: Node, parts: tuple[Part, ...]) -> Node:
    span = (carrier.span.start, carrier.span.end)
    fields.put("containers", Seq([part.node.value for part in parts], [span] * len(parts)), (*span, *span))
    return fields.node()


def _annotated(carrier: Node, field: str) -> Node:
    """A pod template that only carries annotations."""
    span = (carrier.span.start, carrier.span.end)
    template = Parts(carrier)
    template.put("metadata", Parts(carrier).take(f"annotations={field}").map, (*span, *span))
    return template.node()
