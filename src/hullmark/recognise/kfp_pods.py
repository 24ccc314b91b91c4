"""The pods of a compiled Kubeflow pipeline: a container for each executor, with what Kubernetes is told besides.

The API server makes them when a run starts; it adds a launcher, drops all capabilities and chooses the account
(https://github.com/kubeflow/pipelines/blob/master/kubernetes_platform/proto/kubernetes_executor_config.proto,
https://github.com/kubeflow/pipelines/blob/master/backend/src/v2/driver/k8s.go).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hullmark.model.terms import Role
from hullmark.recognise.assemble import Parts
from hullmark.recognise.kfp import Task, image, tasks, words
from hullmark.recognise.kinds import Part, Pod, Scene
from hullmark.recognise.words import PURPOSES
from hullmark.text.tree import EMPTY_MAP, Map, Node, PairMark, Seq, Value, items

_OLD_ACCELERATORS = {"NVIDIA": "nvidia.com/gpu", "TPU": "google.com/tpu"}
"""How accelerators were called before they were called as resources are (``NVIDIA_TESLA_T4``)."""


def pods(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """The pods of a pipeline, by the first task that runs in each."""
    del carrier
    seen: set[str] = set()
    for task in tasks(scene.resource):
        if task.container is not None and task.label not in seen:
            seen.add(task.label)
            yield _pod(task, task.container)


def purpose(task: Task) -> Role:
    """What a task is for, by its words."""
    found = (*words(task), image(task))
    return next((role for word in found for role, pattern in PURPOSES if pattern.search(word)), Role.GENERIC)


def _pod(task: Task, container: Node) -> Pod:
    beside = task.beside or container._replace(value=EMPTY_MAP)
    parts = Parts(container).take("image command args")
    _put(parts, "resources", _resources(container), container.child("resources"))
    written = items(container.value, "env")
    env = Seq(written, list(written.marks))
    _extend(env, _variables(beside))
    if env:
        parts.put("env", env, _mark(container.child("env") or beside))
    mounts, volumes = Seq(), Seq()
    for mount in _mounts(beside):
        _extend(mounts, [(mount.mount, mount.node)])
        _extend(volumes, [(mount.volume, mount.node)])
    if mounts:
        parts.put("volumeMounts", mounts, _mark(beside))
    parts.take("securityContext imagePullPolicy", beside.value)
    spec = Parts(container).take("nodeSelector=nodeSelector.labels tolerations activeDeadlineSeconds", beside.value)
    if volumes:
        spec.put("volumes", volumes, _mark(beside))
    inits = tuple(
        Part(n, "sidecar" if n.get("restartPolicy") == "Always" else "init")
        for n in beside.children("initContainers")
        if isinstance(n.value, Map)
    )
    span = _mark(container)
    spec.put("containers", Seq([parts.map], [(span[0], span[1])]), span)
    template = Parts(container).take("metadata=podMetadata", beside.value).node()
    return Pod(spec.node(), (Part(parts.node(), "app", "main"), *inits), template, task.name, role=purpose(task))


def _mark(node: Node) -> PairMark:
    return (*node.span, *node.span)


def _put(parts: Parts, key: str, value: Map, node: Node | None) -> None:
    if value and node is not None:
        parts.put(key, value, _mark(node))


def _extend(values: Seq, found: Iterator[tuple[Map, Node]] | list[tuple[Map, Node]]) -> None:
    for value, node in found:
        values.append(value)
        values.marks.append((node.span.start, node.span.end))


def _entry(**nodes: Node | Value) -> Map:
    """A mapping of nodes to where they stand, and of values to no place of their own."""
    made = Map()
    some = next(n for n in nodes.values() if isinstance(n, Node))
    for key, found in nodes.items():
        if found is not None:
            made[key] = found.value if isinstance(found, Node) else found
            made.marks[key] = _mark(found if isinstance(found, Node) else some)
    return made


def _under(key: str, inner: Map, node: Node) -> Map:
    return Map({key: inner}, {key: _mark(node)})


# -- what a container may use --------------------------------------------------------------------

_NAMES = (("cpu", "CpuLimit", "CpuRequest"), ("memory", "MemoryLimit", "MemoryRequest"))


def _resources(container: Node) -> Map:
    """Limits and requests: ``resourceCpuLimit`` and its like are quantities, ``cpuLimit`` cores and ``memoryLimit`` GB."""
    made = Map()
    for index, bound in enumerate(("limits", "requests"), 1):
        inner = Map()
        for row in _NAMES:
            found = container.child("resources", f"resource{row[index]}")
            old = container.child("resources", row[index][0].lower() + row[index][1:])
            if found is not None:
                inner[row[0]], inner.marks[row[0]] = found.value, _mark(found)
            elif old is not None and isinstance(old.value, (int, float)) and not isinstance(old.value, bool):
                inner[row[0]] = old.value if row[0] == "cpu" else f"{old.value:g}G"
                inner.marks[row[0]] = _mark(old)
        if bound == "limits":
            _accelerator(container, inner)
        if inner:
            made[bound], made.marks[bound] = inner, _mark(container.child("resources") or container)
    return made


def _accelerator(container: Node, limits: Map) -> None:
    at = ("resources", "accelerator")
    kind = container.child(*at, "resourceType") or container.child(*at, "type")
    count = container.child(*at, "resourceCount") or container.child(*at, "count")
    if kind is not None and count is not None and isinstance(kind.value, str):
        known = next((name for start, name in _OLD_ACCELERATORS.items() if kind.value.upper().startswith(start)), "")
        limits[known or kind.value], limits.marks[known or kind.value] = count.value, _mark(count)


# -- Secrets, ConfigMaps and claims --------------------------------------------------------------


class _Mount(NamedTuple):
    node: Node
    mount: Map
    volume: Map


def _named(entry: Node, plain: str, parameter: str) -> Node | None:
    """The name that an entry gives, of which the compiler writes a constant in two ways; None for one that comes at run time."""
    found = entry.child(parameter, "runtimeValue", "constant") or entry.child(plain)
    return found if found is not None and isinstance(found.value, str) and found.value else None


_FROM = (
    ("secretAsEnv", "secretName", "secretNameParameter", "secretKey", "secretKeyRef"),
    ("configMapAsEnv", "configMapName", "configMapNameParameter", "configMapKey", "configMapKeyRef"),
)


def _variables(beside: Node) -> Iterator[tuple[Map, Node]]:
    for field, plain, parameter, key, reference in _FROM:
        for entry in beside.children(field):
            name = _named(entry, plain, parameter)
            for pair in entry.children("keyToEnv"):
                variable, held = pair.child("envVar"), pair.child(key)
                if variable is not None and held is not None:
                    source = _under(reference, _entry(name=name, key=held), pair)
                    yield _entry(name=variable, valueFrom=pair._replace(value=source)), pair


_VOLUMES = (
    ("secretAsVolume", "secretName", "secretNameParameter", "secret", "secretName"),
    ("configMapAsVolume", "configMapName", "configMapNameParameter", "configMap", "name"),
    ("pvcMount", "constant", "pvcNameParameter", "persistentVolumeClaim", "claimName"),
)


def _mounts(beside: Node) -> Iterator[_Mount]:
    for field, plain, parameter, source, key in _VOLUMES:
        for index, entry in enumerate(beside.children(field)):
            name, path = _named(entry, plain, parameter), entry.child("mountPath")
            if name is not None and path is not None:
                volume = f"{field}-{index}"
                inside = _under(source, _entry(**{key: name}), entry)
                yield _Mount(
                    entry,
                    _entry(name=volume, mountPath=path, subPath=entry.child("subPath")),
                    Map({"name": volume, **inside}, {"name": _mark(entry), **inside.marks}),
                )
    yield from _memory(beside)


_SHM = "/dev/shm"  # noqa: S108 - where shared memory is mounted


def _memory(beside: Node) -> Iterator[_Mount]:
    """Directories that are empty at first, shared memory among them."""
    shared = beside.child("enabledSharedMemory")
    for index, entry in enumerate([*beside.children("emptyDirMounts"), *([shared] if shared is not None else [])]):
        ours = entry is shared
        path, size = (
            (entry._replace(value=_SHM), entry.child("size"))
            if ours
            else (entry.child("mountPath"), entry.child("sizeLimit"))
        )
        medium = entry._replace(value="Memory") if ours else entry.child("medium")
        if path is not None:
            inside = _under("emptyDir", _entry(medium=medium, sizeLimit=size) if medium or size else Map(), entry)
            volume = f"emptyDir-{index}"
            made = Map({"name": volume, **inside}, {"name": _mark(entry), **inside.marks})
            yield _Mount(entry, _entry(name=volume, mountPath=path), made)
