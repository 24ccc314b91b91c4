"""From objects to workloads: where their pods hide, what runs in them and what it is for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from hullmark.model.container import Container
from hullmark.model.resource import Resource, strings
from hullmark.model.terms import Confidence, Platform, Role
from hullmark.model.workload import Evidence, Lifetime, PodSet, Replicas, Workload
from hullmark.recognise import behaviour, inferred
from hullmark.recognise.accelerators import accelerators_of
from hullmark.recognise.assemble import pod
from hullmark.recognise.engines import engine_of
from hullmark.recognise.environment import environment
from hullmark.recognise.kinds import CLUSTER_DECIDES, Kind, Pod, Pods, path, replicas, walk
from hullmark.recognise.models import declared_models, models_of
from hullmark.recognise.roles import podset_role, role_of
from hullmark.recognise.scan import Scan
from hullmark.recognise.scripts import followed
from hullmark.recognise.tables import KINDS, WRAPPERS
from hullmark.recognise.training import facts_of
from hullmark.text.tree import Node

_PLAIN_GROUPS = frozenset({"", "apps", "batch", "autoscaling", "policy", "extensions"})
"""Kubernetes' own groups besides ``*.k8s.io``: their kinds are all known, so what is not in a table is no workload."""

_ROW = Pods(replicas=CLUSTER_DECIDES)

T = TypeVar("T")


class _Scene(NamedTuple):
    """What is known while one object is recognised."""

    resource: Resource
    scan: Scan

    def find(self, kind: str, namespace: str, name: str) -> Resource | None:
        return self.scan.find(kind, namespace, name)

    def beside(self, kind: str, name: str) -> Resource | None:
        """An object of the same namespace."""
        return self.scan.find(kind, self.resource.ref.namespace, name)


def recognise(resources: Sequence[Resource]) -> tuple[Workload, ...]:
    """All workloads among these objects, in their order."""
    scan = Scan(resources)
    return tuple(w for r in resources if (w := _workload(_Scene(r, scan))) is not None)


def kind_of(resource: Resource) -> Kind | None:
    """What the tables say about an object's kind."""
    kind, _, _, group = resource.ref
    if resource.release is not None and resource.node.get("values") is not None:
        from hullmark.recognise.charts.table import kind_of as kind_of_chart

        return kind_of_chart(resource.release.chart)
    return KINDS.get(f"{kind}.{group}" if group else kind)


def _workload(scene: _Scene) -> Workload | None:
    resource = scene.resource
    kind = kind_of(resource)
    if kind is not None:
        return _build(scene, kind, list(pods_of(resource, kind, scene.scan)), is_inferred=False)
    if _may_hide_pods(resource) and resource.ref not in scene.scan.released:
        found = [(_ROW, made) for made in inferred.pods(resource.node)]
        if found:
            return _build(scene, Kind(()), found, is_inferred=True)
    return None


def _may_hide_pods(resource: Resource) -> bool:
    kind, _, _, group = resource.ref
    return not (group in _PLAIN_GROUPS or group.endswith(".k8s.io") or f"{kind}.{group}" in WRAPPERS)


def pods_of(resource: Resource, kind: Kind, scan: Scan) -> Iterator[tuple[Pods, Pod]]:
    """The pods of an object of a kind of the tables, each with its row, name and count."""
    scene = _Scene(resource, scan)
    for row in kind.pods:
        for key, carrier in walk(resource.node, path(row.carrier)):
            for made in _pods(row, carrier, scene):
                yield (
                    row,
                    made._replace(
                        name=made.name or _name(row, key, carrier),
                        replicas=made.replicas or replicas(row.replicas, carrier, resource),
                        role=made.role or row.role,
                    ),
                )


def _pods(row: Pods, carrier: Node, scene: _Scene) -> Iterator[Pod]:
    if row.assemble is not None:
        yield from row.assemble(carrier, scene)
        return
    template = carrier.child(*path(row.template)) if row.template else carrier
    spec = template and (template.child(row.spec) if row.spec else template)
    if template is not None and spec is not None:
        yield pod(spec, template if row.spec else None)


def _name(row: Pods, key: object, carrier: Node) -> str:
    if row.name == "*":
        return str(key)
    if row.name.startswith("."):
        written = carrier.get(*path(row.name[1:]))
        return written if isinstance(written, str) and written else str(key)
    return row.name


def _build(scene: _Scene, kind: Kind, made: list[tuple[Pods, Pod]], *, is_inferred: bool) -> Workload:
    """A workload with all that belongs to it; nobody sees it before it is complete."""
    resource = scene.resource
    injected = kind.injected.union(*(p.injected for _, p in made)) if made else kind.injected
    base = kind.role or _sole(p.role for _, p in made)
    lifetime = _lifetime(kind, resource, _sole(row.lifetime for row, _ in made))
    workload = Workload(resource, base or Role.GENERIC, (), "", lifetime, kind.template, is_inferred, injected)
    _set(workload, "podsets", tuple(_podset(scene, workload, row, p) for row, p in made))
    for container in workload.containers:
        _set(container, "models", models_of(container, workload))
    role, engine, evidence = role_of(workload, base)
    _set(workload, "role", role)
    _set(workload, "engine", engine)
    _set(workload, "evidence", evidence)
    if base is None and behaviour.is_open(workload):
        for container in workload.containers:
            _set(container, "given", behaviour.signs(container, scene.scan))
        if (concluded := behaviour.conclude(workload)) is not None:
            _conclude(workload, *concluded)
    for (_, one), podset in zip(made, workload.podsets, strict=True):
        _set(podset, "role", one.role or podset_role(podset))
    loaded = (m for c in workload.containers for m in c.models)
    _set(workload, "models", tuple(dict.fromkeys(loaded)) or declared_models(workload))
    _set(workload, "training", facts_of(workload))
    return workload


def recast(workload: Workload, role: Role, evidence: tuple[Evidence, ...]) -> None:
    """Complete a workload whose role shows only when what it calls is known; nobody has asked for it before."""
    _conclude(workload, role, evidence)
    for podset in workload.podsets:
        _set(podset, "role", podset_role(podset))
    _set(workload, "training", facts_of(workload))


def _conclude(workload: Workload, role: Role, evidence: tuple[Evidence, ...]) -> None:
    """Give a workload a role that is only probable."""
    _set(workload, "role", role)
    _set(workload, "evidence", (*workload.evidence, *evidence))
    _set(workload, "role_confidence", Confidence.MEDIUM)


def _sole(found: Iterable[T | None]) -> T | None:
    """What all of these are, None where they differ or where there are none."""
    different = set(found)
    return different.pop() if len(different) == 1 else None


def _lifetime(kind: Kind, resource: Resource, of_pods: Lifetime | None) -> Lifetime:
    if resource.ref.kind == "Pod" and resource.node.get("spec", "restartPolicy") in ("Never", "OnFailure"):
        return "task"
    if (
        resource.node.get("spec", "template", "spec", "restartPolicy") == "Never"
        and resource.platform is Platform.COMPOSE
    ):
        return "task"
    return of_pods or kind.lifetime


def _podset(scene: _Scene, workload: Workload, row: Pods, made: Pod) -> PodSet:
    template = made.template
    labels = {} if template is None else strings(template.get("metadata", "labels"))
    if row.labels:
        labels.update(_operator_labels(row.labels, scene.resource, made.name))
    labels.update(made.labels)
    annotations = {} if template is None else strings(template.get("metadata", "annotations"))
    replicas = made.replicas or Replicas(None, None, None, "unknown")
    role = made.role or Role.GENERIC
    podset = PodSet(
        made.name, made.spec, workload, labels, annotations, template, replicas, role,
        unsettled=made.unsettled, made_account=made.account,
    )  # fmt: skip
    _set(podset, "containers", tuple(_containers(scene, podset, made)))
    return podset


def _operator_labels(labels: Mapping[str, str], resource: Resource, pods: str) -> dict[str, str]:
    return {key: value.replace("{name}", resource.ref.name).replace("{pods}", pods) for key, value in labels.items()}


def _containers(scene: _Scene, podset: PodSet, made: Pod) -> Iterator[Container]:
    for node, kind, name, unnamed in made.parts:
        variables, complete = environment(node, scene.beside)
        container = Container(
            node,
            kind,
            podset,
            accelerators=accelerators_of(node, made.spec, scene.beside),
            environment=variables,
            environment_known=complete,
            default_name=name or unnamed or _position(node),
            completed=bool(name),
        )
        _set(container, "script", followed(container, scene.scan))
        engine, evidence = engine_of(container)
        _set(container, "engine", engine)
        _set(container, "evidence", evidence)
        yield container


def _position(node: Node) -> str:
    """Where a container stands in its list, as JSONPath writes it."""
    *_, field, index = (None, None, *node.path)
    return f"{field}[{index}]" if isinstance(index, int) else ""


def _set(frozen: Workload | PodSet | Container, field: str, value: object) -> None:
    """Complete an object that is being built: parents and children refer to each other."""
    object.__setattr__(frozen, field, value)
