"""Objects inside objects: whole manifests in strings, and nested where a kind holds other objects.

They become resources of their own, with the provenance *embedded* and their host's identity, and keep their place: a
block scalar corresponds to the file line by line, any other string is shown as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from hullmark.model.resource import Ref, Resource
from hullmark.model.truth import string
from hullmark.recognise.kinds import path, walk
from hullmark.recognise.parameters import parameters
from hullmark.text.regex import regex
from hullmark.text.source import Source
from hullmark.text.tree import Document, Map, Margin, Node, Seq, Value
from hullmark.text.yaml import read

_NESTED = {
    "AppWrapper.workload.codeflare.dev": ("spec.components.*.template",),
    "EdgeApplication.apps.kubeedge.io": ("spec.workloadTemplate.manifests.*",),
    "ManifestWork.work.open-cluster-management.io": ("spec.workload.manifests.*",),
    "Experiment.kubeflow.org": ("spec.trialTemplate.trialSpec",),
    "Trial.kubeflow.org": ("spec.runSpec",),
    "Template.template.openshift.io": ("objects.*",),
    "Sensor.argoproj.io": (
        "spec.triggers.*.template.argoWorkflow.source.resource",
        "spec.triggers.*.template.k8s.source.resource",
    ),
}
"""Kinds that hold whole objects, and where."""

_NO_STRINGS = frozenset({"CustomResourceDefinition", "Secret"})
"""Kinds whose strings are not looked at: schemas that talk of objects, and what nobody should read."""

_MAX_DEPTH = 3
"""How deep objects may lie in objects."""

_MAX_STRING = 1_000_000
_MOST_FILLED = 200
"""Actions of one text that are filled in; manifests have a handful."""
_ACTION = regex(r"\{\{([^{}\n]*)\}\}")
_NEUTRAL = regex(r"<<[\w.-]*>>")
_NOT_PLAIN = regex(r"[^\w.-]")


Filled = Callable[[str], str]
"""What an action of a template stands for; empty where that is not known."""


def _nothing(action: str) -> str:
    del action
    return ""


def expand(resources: Sequence[Resource]) -> tuple[Resource, ...]:
    """These objects, each followed by those embedded in it. To be called once, on what was read."""
    found: list[Resource] = []
    for resource in resources:
        found.append(resource)
        found.extend(_within(resource, _MAX_DEPTH))
    return tuple(found)


def _within(host: Resource, depth: int) -> Iterator[Resource]:
    """What is embedded in an object, at any depth up to a bound."""
    if depth == 0:
        return
    nested = tuple(_nested(host))
    apart = frozenset(id(inner.node.value) for inner in nested)
    for inner in (*nested, *_in_strings(host, apart)):
        yield inner
        yield from _within(inner, depth - 1)


def _nested(host: Resource) -> Iterator[Resource]:
    for where in _NESTED.get(f"{host.ref.kind}.{host.ref.group}", ()):
        for _, node in walk(host.node, path(where)):
            if (made := _resource(node, host)) is not None:
                yield made


def _in_strings(host: Resource, apart: frozenset[int]) -> Iterator[Resource]:
    """The objects in the strings of an object; texts that mention no ``apiVersion`` but its own are not searched.

    The strings of what is nested in it, ``apart``, are searched with that.
    """
    node = host.node
    text, (start, end) = node.doc.source.text, node.span
    if host.ref.kind in _NO_STRINGS or text.count("apiVersion", start, end) <= bool(node.get("apiVersion")):
        return
    for found in _strings(node, apart) if _holds_manifests(node.value) else ():
        yield from _parsed(found, host, _handed(found, host))


def _holds_manifests(root: Value) -> bool:
    """Whether any string of an object may be a manifest: most that mention an ``apiVersion`` refer to an object by it."""
    stack = [root]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            if _may_be_manifest(value):
                return True
        elif isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return False


def _may_be_manifest(text: str) -> bool:
    return "apiVersion" in text and "kind" in text and len(text) <= _MAX_STRING


def _strings(root: Node, apart: frozenset[int]) -> Iterator[Node]:
    """The strings of an object that may be manifests; its metadata repeats it, at best."""
    stack = [root]
    while stack:
        node = stack.pop()
        value = node.value
        if isinstance(value, str):
            if _may_be_manifest(value):
                yield node
        elif isinstance(value, (Map, Seq)):
            own = node is root
            stack.extend(
                child
                for child in reversed(list(node.children()))
                if not (own and child.path[-1] in ("metadata", "status")) and id(child.value) not in apart
            )


def _handed(node: Node, host: Resource) -> Filled:
    """What the actions in a manifest that a step of an Argo workflow makes stand for."""
    path = node.path[len(host.node.path) :]
    if host.ref.group != "argoproj.io" or path[-2:] != ("resource", "manifest") or "templates" not in path:
        return _nothing
    template = string(host.node.value, *path[: path.index("templates") + 2], "name")
    return lambda action: parameters(host).settled(action, template)


def _parsed(node: Node, host: Resource, filled: Filled) -> Iterator[Resource]:
    for found in documents(node, filled):
        made = _resource(found.node, host)
        if made is not None:
            yield made


def documents(node: Node, filled: Filled = _nothing) -> Iterator[Document]:
    """The documents in the string of a node, with their places in the user's file; ``{{actions}}`` are values in them.

    ``filled`` says what an action stands for where that is known.
    """
    return (found for found in _read(node, filled) if isinstance(found, Document))


def whole(node: Node) -> tuple[Document, ...]:
    """The documents in the string of a node if all of it can be read as objects and lists; else nothing."""
    found = tuple(_read(node))
    known = tuple(f for f in found if isinstance(f, Document) and isinstance(f.root, (Map, Seq)))
    return known if len(known) == len(found) else ()


def _read(node: Node, filled: Filled = _nothing) -> Iterator[object]:
    """What the string of a node holds, and whatever says that a part of it cannot be read."""
    place = node.at()
    found = {action.group(): _neutral(action) for action in _ACTION.finditer(node.value)}
    known = {action: filled(action) for action in islice(found, _MOST_FILLED)}
    actions = {neutral: known.get(action) or action for action, neutral in found.items()}
    text = _ACTION.sub(_neutral, node.value)
    margin = Margin.of(place, node.value)
    for part in read(Source(place.source.name, text)):
        if isinstance(part, Document):
            if actions:
                _restore(part.root, actions)
            yield part._replace(margin=margin)
        else:
            yield part


def _neutral(action: re.Match[str]) -> str:
    """A template's action as a plain word of the same length that still reads as a placeholder."""
    return f"<<{_NOT_PLAIN.sub('_', action.group(1))}>>"


def _restore(root: Value, actions: Mapping[str, str]) -> None:
    """Put a template's actions back into the values of a document that nobody has seen yet."""

    def written(value: Value) -> Value:
        return _NEUTRAL.sub(lambda m: actions.get(m.group(), m.group()), value) if isinstance(value, str) else value

    seen: set[int] = set()  # what is shared through an alias is met again
    stack = [root]
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Map):
            value.update({key: written(inner) for key, inner in value.items()})
            stack.extend(value.values())
        elif isinstance(value, Seq):
            value[:] = map(written, value)
            stack.extend(value)


def _resource(node: Node, host: Resource) -> Resource | None:
    """An object in a host: in its namespace and under its name where it has none of its own."""
    value = node.value
    api, kind = string(value, "apiVersion"), string(value, "kind")
    if not api or not kind or not isinstance(value, Map):
        return None
    group, _, version = api.rpartition("/")
    name = string(value, "metadata", "name") or string(value, "metadata", "generateName") or host.ref.name
    namespace = string(value, "metadata", "namespace") or host.ref.namespace
    return Resource(Ref(kind, namespace, name, group), version, node, "embedded", host.ref)
