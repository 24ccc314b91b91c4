"""From an operator's own fields to pods: standard PodSpecs and containers whose marks point at the originals.

A value that is taken over keeps its place. Nothing here can be edited where its shape was changed,
because a made-up mapping is not the one that stands in the file (see `hullmark.text.edit`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from hullmark.model.container import ContainerKind
from hullmark.model.truth import string
from hullmark.recognise.kinds import Assembler, Part, Pod, Scene, path
from hullmark.text.source import Key
from hullmark.text.tree import Map, Node, PairMark, Seq, Value, dig, items

_LISTS: tuple[tuple[str, ContainerKind], ...] = (
    ("initContainers", "init"),
    ("containers", "app"),
    ("ephemeralContainers", "ephemeral"),
)


def containers(spec: Node) -> Iterator[Part]:
    """The containers of a PodSpec; an init container that restarts always is a sidecar."""
    value = spec.value
    for field, kind in _LISTS:
        if not dig(value, field):
            continue
        for node in spec.children(field):
            if isinstance(node.value, Map):
                restarts = kind == "init" and node.value.get("restartPolicy") == "Always"
                yield Part(node, "sidecar" if restarts else kind)


def name_above(carrier: Node, scene: Scene) -> str:
    """The name of what holds a carrier: of the task around a specification that is written inline."""
    base = len(scene.resource.node.path)
    holder = scene.resource.node.child(*carrier.path[base:-1])
    return "" if holder is None else string(holder.value, "name")


def pod(spec: Node, template: Node | None = None) -> Pod:
    """A pod from a PodSpec as it stands."""
    return Pod(spec, tuple(containers(spec)), template)


class Parts:
    """Collects the fields of a made-up mapping, each with the mark of where it was written."""

    def __init__(self, carrier: Node) -> None:
        self.carrier = carrier
        self.map = Map()

    def put(self, key: str, value: Value, mark: PairMark) -> None:
        """Add a field; null equals absent, and what is there already wins."""
        if value is not None and key not in self.map:
            self.map[key] = value
            self.map.marks[key] = mark

    def take(self, fields: str, start: Value = None) -> Parts:
        """Add fields of the carrier (or of another mapping), written ``field`` or ``field=path.in.carrier``."""
        value = self.carrier.value if start is None else start
        for key, keys in _fields(fields):
            found = pair(value, keys)
            if found is not None:
                self.put(key, *found)
        return self

    def merge(self, *mappings: Value) -> Parts:
        """Add all fields of mappings."""
        for value in mappings:
            if isinstance(value, Map):
                for key, mark in value.marks.items():
                    self.put(key, value.get(key), mark)
        return self

    def node(self, *keys: Key) -> Node:
        """The mapping as a node that stands at the carrier (or below it)."""
        place = self.carrier.child(*keys) or self.carrier
        return Node(place.doc, self.map, place.span, place.path)


def pair(value: Value, keys: tuple[str, ...]) -> tuple[Value, PairMark] | None:
    """The value at a path of mappings and the mark of its entry."""
    holder = dig(value, *keys[:-1])
    mark = holder.marks.get(keys[-1]) if isinstance(holder, Map) else None
    return None if mark is None or holder[keys[-1]] is None else (holder[keys[-1]], mark)


def image(parts: Parts, keys: tuple[str, ...] = ("image",), start: Value = None) -> Parts:
    """Add an image that is written whole, or as registry, repository and tag or digest, with its pull policy."""
    found = pair(parts.carrier.value if start is None else start, keys)
    if found is None:
        return parts
    value, mark = found
    if isinstance(value, str):
        parts.put("image", value, mark)
    elif isinstance(value, Map):
        parts.put("image", _reference(value), value.marks.get("repository", mark))
        for field in ("pullPolicy", "imagePullPolicy"):
            if (policy := pair(value, (field,))) is not None:
                parts.put("imagePullPolicy", *policy)
    return parts


def _reference(value: Map) -> str | None:
    """``registry/repository:tag@digest`` of the parts that are written."""
    words = {
        key: str(found)
        for key in ("registry", "repository", "image", "name", "tag", "version", "digest")
        if isinstance(found := value.get(key), (str, int, float)) and not isinstance(found, bool)
    }
    name = words.get("repository") or ""
    last = words.get("image") or words.get("name")
    name = "/".join(word for word in (words.get("registry"), name, last) if word)
    if not name:
        return None
    tag, digest = words.get("tag") or words.get("version"), words.get("digest")
    return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def variables(parts: Parts, keys: tuple[str, ...] = ("env",)) -> Parts:
    """Add ``env``, also where it is written as a mapping of names to values."""
    found = pair(parts.carrier.value, keys)
    if found is None:
        return parts
    value, mark = found
    if isinstance(value, Map):
        entries = [_entry(name, item, value.marks[name]) for name, item in value.items() if name in value.marks]
        value = Seq(entries, [(m[0], max(m[1], m[3])) for name, m in value.marks.items() if name in value])
    parts.put("env", value, mark)
    return parts


def _entry(name: str, value: Value, mark: PairMark) -> Map:
    start, end = mark[0], mark[1]
    return Map({"name": name, "value": value}, {"name": (start, end, start, end), "value": mark})


def listed(parts: Parts, fields: str) -> Seq:
    """All items of several lists of the carrier as one."""
    joined = Seq()
    for _, keys in _fields(fields):
        found = items(parts.carrier.value, *keys)
        joined.extend(found)
        joined.marks.extend(found.marks)
    return joined


@lru_cache(maxsize=128)
def _fields(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    pairs = (word.partition("=") for word in text.split())
    return tuple((key, path(source or key)) for key, _, source in pairs)


class Fields(NamedTuple):
    """How an operator's fields make one container and its pod: ``field`` or ``field=path.in.carrier``, blank-separated.

    ``beside`` are lists of further containers, ``labels`` the path of the pods' labels, ``at`` where all of it starts.
    """

    name: str
    container: str = "command args resources"
    pod: str = "nodeSelector tolerations affinity serviceAccountName"
    image: str = "image"
    env: str = "env"
    beside: str = ""
    labels: str = "labels"
    annotations: str = "annotations"
    at: str = ""


def flat(fields: Fields) -> Assembler:
    """An assembler for kinds that describe one container with fields of their own."""

    def assemble(carrier: Node, scene: Scene) -> Iterator[Pod]:
        del scene
        start = carrier.child(*path(fields.at)) if fields.at else carrier
        if start is None or not isinstance(start.value, Map) or carrier.get("enabled") is False:
            return
        parts = variables(image(Parts(start), path(fields.image)), path(fields.env)).take(fields.container)
        yield made_up(start, parts.node(), fields)

    return assemble


def made_up(start: Node, container: Node, fields: Fields) -> Pod:
    """A pod around a container, with the pod fields of the operator's mapping."""
    pod_fields = Parts(start).take(fields.pod)
    others = tuple(
        Part(node, "init" if kind == "init" else "app")
        for kind, keys in _fields(fields.beside)
        for node in start.children(*keys)
        if isinstance(node.value, Map)
    )
    span = (start.span.start, start.span.end)
    inside = Seq([container.value, *(p.node.value for p in others if p.kind == "app")])
    inside.marks.extend([span] * len(inside))
    pod_fields.put("containers", inside, (*span, *span))
    parts = (Part(container, "app", fields.name), *others)
    return Pod(pod_fields.node(), parts, _metadata(start, fields))


def _metadata(start: Node, fields: Fields) -> Node:
    """A template that only carries the labels and annotations of the pods."""
    metadata = Parts(start).take(f"labels={fields.labels} annotations={fields.annotations}")
    template = Parts(start)
    span = (start.span.start, start.span.end)
    template.put("metadata", metadata.map, (*span, *span))
    return template.node()
