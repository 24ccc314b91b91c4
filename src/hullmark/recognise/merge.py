"""Patches laid over pods, as the API server and the operators do it: a strategic merge that keeps places.

Mappings are merged key by key, lists of named things item by item, anything else is replaced; null removes, and so do the
``$patch`` directives. What is laid over must count its marks in the same text as what lies below: see `written_in`
and `relocated`.

https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md, with
the merge keys of https://github.com/kubernetes/api/blob/master/core/v1/types.go (``patchMergeKey``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from hullmark.model.truth import is_placeholder
from hullmark.recognise.embedded import documents
from hullmark.text.source import Source, Span
from hullmark.text.tree import Document, Map, Node, Seq, Value

_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "sidecars": "name",
    "volumes": "name",
    "env": "name",
    "imagePullSecrets": "name",
    "resourceClaims": "name",
    "schedulingGates": "name",
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
    "ports": "containerPort",
    "hostAliases": "ip",
    "topologySpreadConstraints": "topologyKey",
}
"""Lists whose items are merged, and the field that tells these apart; other lists are replaced."""

_STRUCTURES = frozenset(
    {
        *_KEYS,
        *("envFrom", "securityContext", "capabilities", "resources", "limits", "requests", "nodeSelector", "affinity"),
        *("tolerations", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"),
    }
)
"""Fields of pods and containers that hold more than one value, so that one placeholder in them may stand for anything."""

_DEEPEST = 40
"""How deep values are looked at; pods are less than half as deep."""

_MOST = 5_000_000
"""How many characters of patches are laid over the pods of one object."""

_Done = dict[tuple[int, int], Value]
"""What is merged already: what aliases share is met again and again."""


def merged(base: Value, patch: Value) -> Value:
    """A mapping with a patch laid over it; what the patch says nothing of is shared, not copied."""
    return _merged(base, patch, {}, 0)


def _merged(base: Value, patch: Value, done: _Done, depth: int) -> Value:
    if isinstance(patch, str) and isinstance(base, (Map, Seq)):
        return base  # a placeholder for all of it does not undo what is there
    if not isinstance(base, Map) or not isinstance(patch, Map) or patch.get("$patch") == "replace" or depth > _DEEPEST:
        return patch
    pair = (id(base), id(patch))
    if pair in done:
        return done[pair]
    done[pair] = made = Map(base, dict(base.marks))
    for key, mark in patch.marks.items():
        value, below = patch[key], made.get(key)
        if value is None:
            made.pop(key, None)
            made.marks.pop(key, None)
        elif not key.startswith("$"):
            made[key] = _listed(below, value, _KEYS.get(key, ""), done, depth + 1)
            if made[key] is value:
                made.marks[key] = mark
    return made


def _listed(base: Value, patch: Value, by: str, done: _Done, depth: int) -> Value:
    """A value of a mapping with its patch; the items of a list are told apart ``by`` a field, if they are merged at all."""
    if not by or not isinstance(base, Seq) or not isinstance(patch, Seq):
        return _merged(base, patch, done, depth)
    items = list(zip(base, base.marks, strict=False))
    at = {name: index for index, item in enumerate(base) if (name := _name(item, by)) is not None}
    gone: set[int] = set()
    for item, mark in zip(patch, patch.marks, strict=False):
        name = _name(item, by)
        index = None if name is None else at.get(name)
        if index is None:
            items.append((item, mark))
        elif item.get("$patch") == "delete":
            gone.add(index)
        else:
            items[index] = (_merged(items[index][0], item, done, depth), items[index][1])
    kept = [pair for index, pair in enumerate(items) if index not in gone]
    return Seq([item for item, _ in kept], [mark for _, mark in kept])


def _name(item: Value, by: str) -> str | int | None:
    found = item.get(by) if isinstance(item, Map) else None
    return found if isinstance(found, (str, int)) else None


def is_open(patch: Value) -> bool:
    """Whether a word in a patch stands where a structure belongs, so that the patch may come to say anything."""
    seen: set[int] = set()
    stack = [patch]
    while stack:
        value = stack.pop()
        if not isinstance(value, (Map, Seq)) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Map):
            held = (v for key, v in value.items() if key in _STRUCTURES)
            words = (w for v in held for w in (v if isinstance(v, Seq) else (v,)))
            if any(isinstance(w, str) for w in words) or any(map(is_placeholder, value)):
                return True
        stack.extend(value.values() if isinstance(value, Map) else value)
    return False


def written_in(node: Node) -> Node | None:
    """The mapping that the string of a node says in YAML or JSON, its marks those of the text the string stands in.

    None when it is no mapping. It cannot be edited: a value in a string is not written as one in a document.
    """
    found = _read(node.doc.source, node.span, node.value) if isinstance(node.value, str) else None
    doc = node.doc._replace(anchored=(*node.doc.anchored, node.span))
    return None if found is None else Node(doc, found, node.span, node.path)


@lru_cache(maxsize=8)
def _read(source: Source, span: Span, text: str) -> Map | None:
    """What a string says; kept for a while, because a workflow's patch is laid over all its templates."""
    found = next(documents(Node(Document(source, text, span), text, span, ())), None)
    if found is None or not isinstance(found.root, Map):
        return None
    moved = _moved(found.root, lambda start, end: found.place(start, end, ()).span)
    return moved if isinstance(moved, Map) else None


def is_affordable(times: int, *patches: Node | None) -> bool:
    """Whether to lay patches over so many pods: beyond a bound no cluster takes the object, and only a hostile file has it."""
    return times * sum(patch.span.end - patch.span.start for patch in patches if patch is not None) <= _MOST


def relocated(value: Value, place: Span) -> Value:
    """A copy of a value all of whose marks are one place."""
    return _moved(value, lambda _, __: place)


def _moved(value: Value, to: Callable[[int, int], Span]) -> Value:
    """A copy of a value with other marks; what is deeper than any pod is left out."""
    done: dict[int, Value] = {}

    def moved(value: Value, depth: int) -> Value:
        if not isinstance(value, (Map, Seq)):
            return value
        if id(value) in done or depth > _DEEPEST:
            return done.get(id(value))
        made: Value
        if isinstance(value, Map):
            made = done[id(value)] = Map({}, {k: (*to(m[0], m[1]), *to(m[2], m[3])) for k, m in value.marks.items()})
            made.update((k, moved(v, depth + 1)) for k, v in value.items())
        else:
            made = done[id(value)] = Seq([], [to(start, end) for start, end in value.marks])
            made.extend(moved(v, depth + 1) for v in value)
        return made

    return moved(value, 0)
