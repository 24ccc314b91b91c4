"""Knative Eventing: sources, brokers and triggers as routes that carry events to services.

https://knative.dev/docs/eventing/: a source sends to its sink, a broker to the subscribers of its triggers.
"""

from __future__ import annotations

from hullmark.graph.components.addresses import alone, urls
from hullmark.graph.components.calls import Calls, Found
from hullmark.graph.components.draft import Why
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.settings import Setting
from hullmark.model.component import ComponentKind, EdgeKind
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.text.tree import Node

_SOURCES, _EVENTING = "sources.knative.dev", "eventing.knative.dev"


def eventing(calls: Calls) -> None:
    """Every source and trigger of the scan."""
    scene = calls.scene
    for resource in scene.arch.resources:
        if resource.ref.group == _SOURCES:
            _source(calls, resource)
    for trigger in scene.arch.kinds("Trigger"):
        if trigger.ref.group == _EVENTING:
            _trigger(calls, trigger)


def _source(calls: Calls, source: Resource) -> None:
    made = calls.scene.object(ComponentKind.ROUTE, source)
    _sink(calls, made, source, ("spec", "sink"))
    for servers in source.node.children("spec", "bootstrapServers"):
        if isinstance(servers.value, str):
            setting = Setting(
                "source.bootstrapServers", servers.value, f"servers of {source.ref.kind} '{source.ref.name}'", servers
            )
            for address in alone(servers.value):
                calls.address(made, setting, Found(address, strong=True), source)


def _trigger(calls: Calls, trigger: Resource) -> None:
    scene = calls.scene
    made = scene.object(ComponentKind.ROUTE, trigger)
    name = string(trigger.spec, "broker")
    if name:
        place = trigger.node.at("spec", "broker")
        broker = scene.mentioned(ComponentKind.ROUTE, "Broker", name, trigger.ref.namespace, trigger, place)
        scene.draft.edge(EdgeKind.ROUTES, broker, made, Why(f"trigger of broker '{name}'", place))
    _sink(calls, made, trigger, ("spec", "subscriber"))


def _sink(calls: Calls, made: str, resource: Resource, path: tuple[str, ...]) -> None:
    """Where events go: an object that has an address, or a URL."""
    scene = calls.scene
    sink = resource.node.child(*path)
    if sink is None:
        return
    kind, name = string(sink.value, "ref", "kind"), string(sink.value, "ref", "name")
    if name:
        space = string(sink.value, "ref", "namespace") or resource.ref.namespace
        place = sink.at("ref", "name")
        target = _addressed(scene, kind, name, space, (resource, sink))
        scene.draft.edge(EdgeKind.ROUTES, made, target, Why(f"events go to {kind} '{name}'", place))
        return
    uri = sink.child("uri")
    if uri is not None and isinstance(uri.value, str):
        setting = Setting("uri", uri.value, f"sink of {resource.ref.kind} '{resource.ref.name}'", uri)
        for address in urls(uri.value):
            calls.address(made, setting, Found(address, strong=True), resource)


def _addressed(scene: Scene, kind: str, name: str, space: str, seen: tuple[Resource, Node]) -> str:
    """The component of an object that takes events: its Service where an operator makes one."""
    near, sink = seen
    api = string(sink.value, "ref", "apiVersion").rpartition("/")[0]
    found = scene.find(kind, name, space, near)
    if found is not None and found.ref.group == api:
        service = scene.draft.id_of(ComponentKind.SERVICE, found)
        if service in scene.draft:
            return service
    of = ComponentKind.ROUTE if kind in ("Broker", "Channel") else ComponentKind.SERVICE
    return scene.mentioned(of, kind, name, space, near, sink.at("ref", "name"))
