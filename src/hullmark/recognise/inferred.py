"""Kinds nobody told us about: pods are found by the shape of a PodSpec in them."""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.model.workload import Replicas
from hullmark.recognise.assemble import pod
from hullmark.recognise.kinds import Pod, whole
from hullmark.text.source import Key
from hullmark.text.tree import Map, Node, Seq, Value, dig

_MAX_DEPTH = 16
_MAX_VALUES = 20_000
"""How far and how much of one object is searched."""

_SELF_EVIDENT = frozenset({"spec", "template", "podTemplate", "podSpec", "podTemplateSpec"})


def pods(root: Node) -> Iterator[Pod]:
    """The pods described anywhere in an object: mappings with ``containers`` of which one has an ``image``."""
    seen, stack, base = 0, [root], len(root.path)
    while stack and seen < _MAX_VALUES:
        node = stack.pop()
        seen += 1
        if _is_pod_spec(node.value):
            yield _pod(root, node)
        elif len(node.path) - base < _MAX_DEPTH:
            below = (c for c in node.children() if isinstance(c.value, (Map, Seq)))
            stack.extend(reversed([c for c in below if c.path[base:] != ("status",)]))


def _is_pod_spec(value: Value) -> bool:
    found = dig(value, "containers")
    return isinstance(found, Seq) and any(isinstance(dig(item, "image"), str) for item in found)


def _pod(root: Node, spec: Node) -> Pod:
    """The pod of a PodSpec with what its surroundings say: a name from the path, labels, a count beside the template."""
    path = spec.path[len(root.path) :]
    has_template = path[-1:] == ("spec",) and len(path) > 1
    template = root.child(*path[:-1]) if has_template else None
    name = ".".join(str(key) for key in path if key not in _SELF_EVIDENT)
    return pod(spec, template)._replace(name=name, replicas=_count(root, path))


def _count(root: Node, path: tuple[Key, ...]) -> Replicas:
    for end in range(len(path), 0, -1):
        written = root.get(*path[:end], "replicas")
        if written is not None:
            count = whole(written)
            return Replicas(count, count, count, "declared")
    return Replicas(None, None, None, "unknown")
