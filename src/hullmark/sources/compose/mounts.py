"""Volumes of a service, as a pod's volumes and a container's mounts.

A bind mount is a directory of the host; a small text file of the project that is bound into a container is read, as a
configuration is, and put as the ConfigMap it is like (`hullmark.sources.compose.texts`).

https://github.com/compose-spec/compose-spec/blob/main/05-services.md#volumes
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from hullmark.model.container import SHARED_MEMORY
from hullmark.sources.compose.layer import RESET
from hullmark.sources.compose.made import Entry, at, mapping, several
from hullmark.sources.compose.merge import mount
from hullmark.sources.compose.paths import bound, relative
from hullmark.sources.compose.sheet import Mark, Sheet
from hullmark.sources.compose.texts import Texts
from hullmark.sources.compose.values import Item, boolean, inner, listed, size, text
from hullmark.sources.compose.variables import UNKNOWN
from hullmark.text.tree import Map, PairMark, Value, dig
from hullmark.text.tree import mapping as inside

_SHM_DEFAULT = 64 << 20
_SOCKET = "/var/run/docker.sock"
_MOST = 256
"""How many mounts of one service are looked at."""

_RISKY = re.compile(
    r"/dev(?:/(?:mem|kmem|port|kmsg|(?:sd|hd|vd|xvd)[a-z]+\d*|nvme\S*|mapper/\S*|dm-\d+|disk/\S*|md\d+))?/?"
)
"""Devices by which a container reads the host's memory or writes its disks."""


class Mounted(NamedTuple):
    """One mount: the volume it is of, as a pod describes it, its path in the container, and where all of it stands.

    ``item`` is the mark of the whole, ``source`` and ``target`` those of its two ends. ``inside`` is a path in the volume.
    """

    name: str
    kind: str
    volume: Map
    path: str
    read_only: bool | str | None
    item: Mark
    source: PairMark
    target: PairMark
    inside: str = ""


def mounts(service: Map, root: Map, texts: Texts, title: PairMark) -> tuple[list[Entry], list[Entry]]:
    """``volumes`` of a service's pod and ``volumeMounts`` of its container."""
    found = [one for one in _all(service, root, texts, title) if one.path]
    volumes = {one.name: (_described(one), one.item) for one in reversed(found)}
    ends = ((_end(one), one.item) for one in found)
    return [*several("volumes", volumes.values(), title)], [*several("volumeMounts", ends, title)]


def _described(one: Mounted) -> Map:
    return mapping([("name", one.name, one.source), (one.kind, one.volume, one.source)])


def _end(one: Mounted) -> Map:
    entries: list[Entry] = [("name", one.name, one.source), ("mountPath", one.path, one.target)]
    entries += [("readOnly", one.read_only, at(one.item)), ("subPath", one.inside or None, one.source)]
    return mapping(entries)


def items(service: Map, key: str) -> Iterator[Item]:
    """The first items of a list of a service."""
    value = service.get(key)
    if value is not None and value is not RESET:
        for count, item in enumerate(listed(value, service.marks[key][2:])):
            if count < _MOST:
                yield item


def _all(service: Map, root: Map, texts: Texts, title: PairMark, *, borrowed: bool = False) -> Iterator[Mounted]:
    """Every mount of a service; those it has from another one (``volumes_from``) without what that one has from others."""
    for item in items(service, "volumes"):
        spec = item.value
        one = _long(item, spec) if isinstance(spec, Map) else _short(item, text(spec), texts.loader.sheet)
        yield _bound(one, texts) if one.kind == "hostPath" else _named(one, root) if one.kind == "volume" else one
    for item in items(service, "tmpfs"):
        yield _memory(text(item.value).partition(":")[0], item.mark, None)
    for item in items(service, "devices"):
        path = text(item.value.get("source") if isinstance(item.value, Map) else item.value).partition(":")[0]
        if _RISKY.fullmatch(path):
            yield _made("hostPath", path, path, item.mark)
    for item in items(service, "volumes_from") if not borrowed else ():
        yield from _borrowed(item, root, texts)
    for key in ("configs", "secrets") if not borrowed else ():
        for item in items(service, key):
            yield _given(key, item, texts)
    if boolean(service.get("use_api_socket")) is True and not borrowed:
        yield _made("hostPath", _SOCKET, _SOCKET, service.marks["use_api_socket"][2:])
    yield from _shared_memory(service, title)


def _borrowed(item: Item, root: Map, texts: Texts) -> Iterator[Mounted]:
    """The volumes of another service, shown where they are asked for."""
    name, _, mode = text(item.value).partition(":")
    other, mark = inside(root, "services", name), at(item.mark)
    for one in _all(Map({"volumes": other.get("volumes")}, other.marks), root, texts, mark, borrowed=True):
        placed = _placed(one, mark, mark)._replace(item=item.mark)
        yield placed._replace(read_only=True) if mode == "ro" else placed


def _made(kind: str, source: str, target: str, item: Mark) -> Mounted:
    """A mount with one place for all of it; ``source`` is its volume's name, and a directory's path."""
    mark = at(item)
    volume = mapping([("path", _normal(source), mark)]) if kind == "hostPath" else Map()
    return Mounted(source or target, kind, volume, target, None, item, mark, mark)


def _short(item: Item, written: str, sheet: Sheet) -> Mounted:
    source, target, options = mount(written)
    kind = "ephemeral" if not source else "hostPath" if bound(source) else "volume"
    found = _made(kind, source, target, item.mark)._replace(read_only=True if "ro" in options.split(",") else None)
    start = inner(sheet, item.mark, written)
    if start is None or not source:
        return found
    split = start + len(source)
    return _placed(found, at((start, split)), at((split + 1, split + 1 + len(target))))


def _placed(one: Mounted, source: PairMark, target: PairMark) -> Mounted:
    """A mount whose two ends stand at places of their own."""
    volume = Map(one.volume, dict.fromkeys(one.volume.marks, source))
    return one._replace(volume=volume, source=source, target=target)


_KINDS = {"bind": "hostPath", "npipe": "hostPath", "volume": "volume", "image": "image", "cluster": "csi"}


def _long(item: Item, value: Map) -> Mounted:
    kind, source, target = text(value.get("type")), text(value.get("source")), text(value.get("target"))
    if kind == "tmpfs":
        return _memory(target, item.mark, size(dig(value, "tmpfs", "size")))
    if not kind and bound(source):
        kind = "bind"
    found = _made(_KINDS.get(kind, "volume") if source else "ephemeral", source, target, item.mark)
    mark = at(item.mark)
    found = _placed(found, value.marks.get("source", mark), value.marks.get("target", mark))
    path = text(dig(value, "volume", "subpath"))
    return found._replace(read_only=True if kind == "image" else boolean(value.get("read_only")), inside=path)


def _bound(one: Mounted, texts: Texts) -> Mounted:
    """A path of the host; a small text of the project is what a configuration is."""
    if not relative(one.name) or UNKNOWN.search(one.name):
        return one
    name = texts.bound(one.name, one.path)
    if name is None:
        return one
    volume = mapping([("name", name, one.source)])
    return one._replace(kind="configMap", volume=volume, read_only=True, inside=posixpath.basename(one.path))


def _named(one: Mounted, root: Map) -> Mounted:
    """A named volume, or what the volume of that name really is."""
    options = inside(root, "volumes", one.name, "driver_opts")
    device, kind = text(options.get("device")), text(options.get("type"))
    if device and "bind" in text(options.get("o")).split(","):
        place = options.marks["device"]
        return one._replace(kind="hostPath", volume=mapping([("path", _normal(device), place)]))
    if kind == "tmpfs":
        return one._replace(kind="emptyDir", volume=mapping([("medium", "Memory", one.source)]))
    if kind in ("nfs", "nfs4", "cifs"):
        return one._replace(kind="nfs", volume=Map())
    claim = mapping([("claimName", one.name, one.source)])
    return one._replace(kind="persistentVolumeClaim", volume=claim)


def _given(key: str, item: Item, texts: Texts) -> Mounted:
    """A configuration or a secret that a service is given as a file."""
    value = item.value if isinstance(item.value, Map) else Map({"source": item.value})
    source = text(value.get("source"))
    target = text(value.get("target")) or source
    folder = "" if key == "configs" else "/run/secrets"
    path = "" if not source else target if target.startswith("/") else f"{folder}/{target}"
    found = _made("secret", f"{key} {source}", path, item.mark)._replace(
        read_only=True, inside=posixpath.basename(path)
    )
    if key == "secrets":
        return found._replace(volume=mapping([("secretName", source, found.source)]))
    name = texts.configured(source, posixpath.basename(path))
    return found._replace(kind="configMap", volume=mapping([("name", name, found.source)]))


def _memory(target: str, item: Mark, limit: int | str | None) -> Mounted:
    mark = at(item)
    volume = mapping([("medium", "Memory", mark), ("sizeLimit", str(limit) if limit else None, mark)])
    return _made("emptyDir", f"tmpfs {target}", target, item)._replace(volume=volume)


def _shared_memory(service: Map, title: PairMark) -> Iterator[Mounted]:
    """``shm_size`` above the default, and the memory of another container that is joined, which is not known."""
    amount = size(service.get("shm_size"))
    if amount is not None and (isinstance(amount, str) or amount > _SHM_DEFAULT):
        yield _memory(SHARED_MEMORY, service.marks["shm_size"][2:], amount)
    elif text(service.get("ipc")).startswith(("service:", "container:")):
        yield _memory(SHARED_MEMORY, title[2:], None)


def _normal(source: str) -> Value:
    if not source or UNKNOWN.search(source) or "\\" in source:
        return source
    return posixpath.normpath(source)
