"""Kubernetes manifests: from texts to resources."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from hullmark.model.finding import NotChecked
from hullmark.model.resource import Ref, Resource
from hullmark.model.truth import string
from hullmark.sources.kfp import compiled
from hullmark.text.source import Problem, Source
from hullmark.text.tree import Document, Map, Node, Origin, Value, dig, items
from hullmark.text.yaml import read

BARE = "a document that is no Kubernetes object: apiVersion or kind is missing"
"""Reason for a document beside Kubernetes objects that is none."""

PATCH = "a Kustomize patch: only a fragment of an object"
"""Reason for what kustomize completes."""

PATCH_HINT = "build it first: kubectl kustomize DIR | hullmark scan -"
"""What to do about a patch whose kustomization is not known."""

TEMPLATE = "a template: no YAML until it is rendered"
"""Reason for a document that is broken because it is a template."""

ITEM = "an item of a list that is no Kubernetes object"
"""Reason for an item without kind or of the wrong type."""

_SELECTING = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})
"""Kinds of the group ``apps``: ``spec.selector`` is required
(https://kubernetes.io/docs/reference/kubernetes-api/apps/deployment-v1/)."""

_UNQUOTED_ACTION = re.compile(r"""^[^'"#\n]*\{[{%]""", re.MULTILINE)
"""A template action outside quotes and comments."""


def resources(
    source: Source, origin: Callable[[Document], Origin] | None = None
) -> Iterator[Resource | NotChecked | Problem]:
    """The objects of a manifest in order, and what in it is not one.

    Documents without ``apiVersion`` and ``kind`` are of no concern, unless they stand beside objects; but a compiled
    Kubeflow pipeline is an object without either. ``origin`` is
    given for a rendered text: it says of each document where its stretches come from.
    """
    bare: list[Node] = []
    some = False
    for found in read(source):
        if isinstance(found, Document):
            node = (found if origin is None else found._replace(origin=origin(found))).node
            if _is_object(found.root):
                some = True
                yield from _objects(node)
            else:
                bare.append(node)
        elif found.severity == "error" and _UNQUOTED_ACTION.search(source.text):
            yield NotChecked(source.name, found.place.line, TEMPLATE, f"render it first; as it stands: {found.message}")
        else:
            yield found
    pipelines, bare = compiled(bare)
    yield from pipelines
    if some:
        for node in bare:
            yield _left(node, BARE, "leave it out, or give it both")


def _is_object(value: Value) -> bool:
    return isinstance(value, Map) and bool(string(value, "apiVersion") and string(value, "kind"))


def _objects(node: Node) -> Iterator[Resource | NotChecked]:
    """The object of a document, or the objects of the list it is (``List``, ``ConfigMapList``…), however nested."""
    pending = [(node, string(node.value, "apiVersion"), string(node.value, "kind"))]
    while pending:
        node, api, kind = pending.pop()
        if not kind.endswith("List") or not isinstance(node.value.get("items"), list):
            yield _resource(node, api, kind)
            continue
        # Typed lists, as the API server gives them, do not repeat the type in their items.
        item_api, item_kind = ("", "") if kind == "List" else (api, kind.removesuffix("List"))
        inner = []
        for item in node.children("items"):
            own = string(item.value, "apiVersion") or item_api, string(item.value, "kind") or item_kind
            if isinstance(item.value, Map) and all(own):
                inner.append((item, *own))
            else:
                yield _left(item, ITEM, "give it apiVersion and kind")
        pending.extend(reversed(inner))


def _resource(node: Node, api: str, kind: str) -> Resource | NotChecked:
    value = node.value
    if _is_patch(value, kind):
        return _left(node, PATCH, PATCH_HINT)
    group, _, version = api.rpartition("/")
    metadata = value.get("metadata")
    # A generated name is known up to what the API server appends.
    name = string(metadata, "name") or string(metadata, "generateName")
    return Resource(Ref(kind, string(metadata, "namespace"), name, group), version, node)


def _is_patch(value: Map, kind: str) -> bool:
    """Whether an object is only part of one: it has patch directives, or no API server could accept it."""
    if "$patch" in value:
        return True
    if kind not in _SELECTING or dig(value, "spec", "selector") is not None:
        return False
    return not any(string(c, "image") for c in items(value, "spec", "template", "spec", "containers"))


def _left(node: Node, reason: str, hint: str) -> NotChecked:
    place = node.doc.place(node.span.start, node.span.end, node.path)
    return NotChecked(place.source.name, place.line, reason, hint)
