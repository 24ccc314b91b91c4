"""From resources to workloads (a first sketch: built-in kinds only)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hullmark.model.container import Container, ContainerKind, Variable
from hullmark.model.resource import Resource, strings
from hullmark.model.terms import Role
from hullmark.model.truth import string
from hullmark.model.workload import PodSet, Replicas, Workload
from hullmark.text.tree import Node, dig

_PATHS: dict[tuple[str, str], tuple[str, ...]] = {
    ("", "Pod"): (),
    ("apps", "Deployment"): ("spec", "template"),
    ("apps", "StatefulSet"): ("spec", "template"),
    ("apps", "DaemonSet"): ("spec", "template"),
    ("apps", "ReplicaSet"): ("spec", "template"),
    ("batch", "Job"): ("spec", "template"),
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
}


def recognise(resources: Sequence[Resource]) -> tuple[Workload, ...]:
    """All workloads among these resources."""
    return tuple(w for r in resources for w in _workload(r))


def _workload(resource: Resource) -> Iterator[Workload]:
    path = _PATHS.get((resource.ref.group, resource.ref.kind))
    if path is None:
        return
    template = resource.node.child(*path)
    pod = None if template is None else template.child("spec")
    if template is None or pod is None:
        return
    task = resource.ref.kind in ("Job", "CronJob")
    workload = Workload(resource, Role.GENERIC, (), "", "task" if task else "service", False, False, frozenset())
    n = dig(resource.node.value, "spec", "replicas")
    wanted = n if isinstance(n, int) else 1
    podset = PodSet(
        "", pod, workload, strings(template.get("metadata", "labels")), strings(template.get("metadata", "annotations")),
        template, Replicas(wanted, wanted, wanted), Role.GENERIC,
    )
    object.__setattr__(podset, "containers", tuple(_containers(podset)))
    object.__setattr__(workload, "podsets", (podset,))
    yield workload


def _containers(podset: PodSet) -> Iterator[Container]:
    kinds: tuple[tuple[str, ContainerKind], ...] = (
        ("initContainers", "init"), ("containers", "app"), ("ephemeralContainers", "ephemeral"),
    )
    for key, kind in kinds:
        for node in podset.node.children(key):
            actual: ContainerKind = "sidecar" if kind == "init" and node.get("restartPolicy") == "Always" else kind
            yield Container(node, actual, podset, environment=dict(_variables(node)))


def _variables(node: Node) -> Iterator[tuple[str, Variable]]:
    for entry in node.children("env"):
        name, value = string(entry.value, "name"), entry.get("value")
        if name:
            yield name, Variable(name, value if isinstance(value, str) else None, "literal", entry)
