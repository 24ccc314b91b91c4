"""Services and the pods behind them: those of the scan, inference pools, and those that operators make."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.graph.components.draft import Why
from hullmark.graph.components.made_services import MADE, Made
from hullmark.graph.components.scene import Scene
from hullmark.graph.index import Names
from hullmark.model.component import Component, ComponentKind, EdgeKind
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.text.source import Place
from hullmark.text.tree import Node, dig, mapping


class MadeServices:
    """Services that operators make, by the names they answer to."""

    def __init__(self, scene: Scene) -> None:
        self._names = Names(scene.chains, ())
        self._ids: dict[tuple[str, Resource], str] = {}
        self.ports: dict[str, tuple[int, ...]] = {}

    def free(self, name: str, resource: Resource) -> bool:
        """Whether no Service of this object has the name yet."""
        return (name, resource) not in self._ids

    def add(self, resource: Resource, names: tuple[str, ...], component: str, ports: tuple[int, ...]) -> None:
        """File a Service under its names."""
        self.ports[component] = ports
        for name in names:
            if self.free(name, resource):
                self._names.add(name, resource)
                self._ids[name, resource] = component

    def find(self, name: str, namespace: str, near: Resource) -> str:
        """The component of the Service of this name; empty if no operator makes one."""
        found = self._names.find(name, namespace, near)
        return "" if found is None else self._ids[name, found]


def service_named(scene: Scene, made: MadeServices, name: str, namespace: str, seen: tuple[Resource, Place]) -> str:
    """The component of a Service that an object names: of the scan, of an operator, else one that is only mentioned."""
    near, place = seen
    if scene.find("Service", name, namespace, near) is None and (found := made.find(name, namespace, near)):
        return found
    return scene.mentioned(ComponentKind.SERVICE, "Service", name, namespace, near, place)


def services(scene: Scene) -> None:
    """Every Service and InferencePool, with the workloads behind it."""
    for resource in scene.arch.kinds("Service"):
        if not resource.ref.group:
            facts = {"type": string(resource.spec, "type") or "ClusterIP", "ports": _ports(resource)}
            if string(resource.spec, "clusterIP") == "None":
                facts["headless"] = "yes"
            _selecting(scene, resource, facts)
    for pool in scene.arch.kinds("InferencePool"):
        _selecting(scene, pool, {"type": "InferencePool"})
        _picker(scene, pool)


def _selecting(scene: Scene, resource: Resource, facts: dict[str, str]) -> None:
    zone = scene.zones.namespace(resource.ref.namespace)
    made = scene.draft.object(ComponentKind.SERVICE, resource, zone, {k: v for k, v in facts.items() if v})
    selection = scene.arch.selected(resource)
    if selection.unknown and not selection.podsets:
        scene.tell(made, unknown=selection.unknown)
    if not selection.podsets or facts.get("type") == "ExternalName":
        return  # what a name leads to is told with the name
    wanted = mapping(resource.node.value, "spec", "selector")
    labels = mapping(wanted, "matchLabels") or wanted
    text = "selects " + ", ".join(f"{k}={v}" for k, v in labels.items())
    place = resource.node.at("spec", "selector")
    for podset in selection.podsets:
        scene.draft.edge(EdgeKind.ROUTES, made, scene.owner(podset), Why(text, place))


def _ports(service: Resource) -> str:
    return ", ".join(_port(p) for p in service.node.children("spec", "ports"))


def _port(port: Node) -> str:
    number, target = dig(port.value, "port"), dig(port.value, "targetPort")
    name = string(port.value, "name")
    text = f"{name}:{number}" if name else str(number)
    return text if target in (None, number) else f"{text}→{target}"


def _picker(scene: Scene, pool: Resource) -> None:
    """The endpoint picker of a pool, https://gateway-api-inference-extension.sigs.k8s.io/api-types/inferencepool/."""
    for field in ("endpointPickerRef", "extensionRef"):
        name = string(pool.spec, field, "name")
        if name:
            place = pool.node.at("spec", field, "name")
            service = scene.mentioned(ComponentKind.SERVICE, "Service", name, pool.ref.namespace, pool, place)
            made = scene.draft.id_of(ComponentKind.SERVICE, pool)
            scene.draft.edge(EdgeKind.DEPENDS_ON, made, service, Why(f"endpoint picker '{name}'", place))


def made_services(scene: Scene) -> MadeServices:
    """Every Service that an operator makes for an object of the scan."""
    made = MadeServices(scene)
    for resource in scene.arch.resources:
        ref = resource.ref
        if ref.kind not in _MAKERS or (resource.host is not None and not _has_name(resource)):
            continue
        workload = scene.arch.workload(resource)
        if workload is not None and workload.template:
            continue
        for row in MADE.get(f"{ref.kind}.{ref.group}", ()):
            if _is_asked(resource, row):
                own = string(resource.node.value, *row.named_at) if row.named_at else ""
                _made(scene, made, resource, row._replace(names=(own,)) if own else row)
        if ref.kind in _PARTED:
            for name, node, owner in _services_of(scene, resource):
                _add(scene, made, resource, Made((name,), name), owner, node)
    return made


def _is_asked(resource: Resource, row: Made) -> bool:
    """Whether an object says that it wants a Service, where not every object of its kind has one."""
    if row.asked_by and resource.annotations.get(row.asked_by) != "true":
        return False
    if row.off_at and resource.node.get(*row.off_at) is False:
        return False
    return not row.asked_at or any(resource.node.get(*path) is not None for path in row.asked_at)


def _has_name(resource: Resource) -> bool:
    """Whether an object inside another says how it is called, if only in part; the one of a trial is named when it runs."""
    return any(string(resource.node.value, "metadata", key) for key in ("name", "generateName"))


def _made(scene: Scene, made: MadeServices, resource: Resource, row: Made) -> None:
    workload = scene.arch.workload(resource)
    if workload is None:
        _add(scene, made, resource, row, "", resource.node)
        return
    podsets = [p for p in workload.podsets if not row.pods or p.name == row.pods]
    if podsets:
        _add(scene, made, resource, row, scene.owner(podsets[0]), resource.node)
    elif not row.pods:
        _add(scene, made, resource, row, scene.owner(workload), resource.node)


def _add(scene: Scene, made: MadeServices, resource: Resource, row: Made, behind: str, node: Node) -> None:
    ref = resource.ref
    names = tuple(n for r in row.names if made.free(n := r.replace("{name}", ref.name), resource)) or row.names[:1]
    plain = scene.draft.id_of(ComponentKind.SERVICE, resource)
    component = f"{plain}/{row.part}" if row.part else plain
    place = resource.place if node is resource.node else node.at("name")
    text = f"{ref.kind} '{ref.name}' brings the Service '{names[0]}'"
    ports = ", ".join(str(p) for p in row.ports)
    facts = {"kind": ref.kind, "made-by": f"the operator of {ref.kind}", "names": ", ".join(names)}
    if ports:
        facts["ports"] = ports
    zone = scene.zones.namespace(ref.namespace)
    scene.draft.add(
        Component(component, ComponentKind.SERVICE, names[0], ref.namespace, zone, place, resource, facts=facts)
    )
    made.add(resource, names, component, row.ports)
    if behind:
        scene.draft.edge(EdgeKind.ROUTES, component, behind, Why(text, place))


_PARTED = frozenset({"NIMPipeline", "DynamoGraphDeployment"})
_MAKERS = frozenset(name.partition(".")[0] for name in MADE) | _PARTED
"""Kinds of which any brings Services; most objects of a scan are of others."""


def _services_of(scene: Scene, resource: Resource) -> Iterator[tuple[str, Node, str]]:
    """The services that an object holds as parts: of a NIMPipeline by their names, of a Dynamo graph after it."""
    workload = scene.arch.workload(resource)
    if workload is None:
        return
    for podset in workload.podsets:
        if podset.name:
            dynamo = resource.ref.kind == "DynamoGraphDeployment"
            name = f"{resource.ref.name}-{podset.name.lower()}" if dynamo else podset.name
            yield name, podset.node, scene.owner(podset)
