"""ConfigMaps as files of a container."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from functools import lru_cache
from typing import Protocol

from hullmark.model.argv import Command
from hullmark.model.container import Container, File, Mount
from hullmark.model.ray import entrypoint
from hullmark.model.resource import Resource
from hullmark.model.shell import commands
from hullmark.model.truth import string
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import Node

_SHEBANG = regex(r"#![^\n]*\b(?:ba|da|z|a)?sh\b")
_CONFIGURATION = regex(r"^/etc(?:/|$)|/(?:config|conf)(?:\.d)?(?:/|$)")
"""Where programs look for their settings."""


class Finds(Hashable, Protocol):
    """Whatever finds objects by kind, namespace and name: an architecture, or a look-up while one is built."""

    def find(self, kind: str, namespace: str, name: str) -> Resource | None:
        """The object, or None when it is not there or not certain."""


@lru_cache(maxsize=1)
def files(container: Container, scan: Finds) -> tuple[File, ...]:
    """The texts of the ConfigMaps a container mounts, as far as they are in the scan; checks of one follow each other."""
    return tuple(_files(container, scan))


def _files(container: Container, scan: Finds) -> Iterator[File]:
    for mount in container.mounts:
        for name, source in _maps(mount):
            found = scan.find("ConfigMap", container.workload.namespace, name)
            if found is not None:
                yield from _of(mount, source, found.node)


def unread(container: Container, scan: Finds) -> bool:
    """Whether it mounts a Secret, a ConfigMap that is not in the scan, or a directory of its node where settings lie."""
    for mount in container.mounts:
        if mount.volume is None:
            continue
        projected = mount.volume.children("projected", "sources")
        if mount.type == "hostPath" and _CONFIGURATION.search(mount.path):
            return True
        if mount.type == "secret" or any(s.get("secret") is not None for s in projected):
            return True
        if any(scan.find("ConfigMap", container.workload.namespace, name) is None for name, _ in _maps(mount)):
            return True
    return False


def runs(container: Container, file: File) -> bool:
    """Whether a container's command line, or the entry point of its Ray job, names a file; one without may read any."""
    argv = container.argv if container.argv.words else entrypoint(container.workload.resource) or container.argv
    name = file.path.rpartition("/")[2]
    return (
        not argv.words or file.path in argv.text or any(w.rpartition("/")[2] == name for s in argv.segments for w in s)
    )


def scripts(container: Container, scan: Finds) -> Iterator[tuple[File, tuple[Command, ...]]]:
    """The shell scripts of ConfigMaps that its command line names, each with its commands."""
    if not container.argv.words:
        return
    for file in files(container, scan):
        text = str(file.text.value)
        if (file.path.endswith((".sh", ".bash")) or is_shell(text)) and runs(container, file):
            yield file, tuple(commands(text, {}))


def is_shell(text: str) -> bool:
    """Whether the first line of a script says that a shell runs it."""
    return _SHEBANG.match(text) is not None


def within(file: File, word: str) -> Place:
    """Where a word stands in a file, outside of comments, else the file."""
    node = file.text
    line = re.compile(rf"^(?![ \t]*#)[^\n#]*?(?<![\w./-])({re.escape(word)})(?![\w-])", re.MULTILINE)
    found = line.search(node.doc.source.text, node.span.start, node.span.end) if node.doc.margin is None else None
    return node.at() if found is None else node.doc.place(found.start(1), found.end(1), node.path)


def _maps(mount: Mount) -> Iterator[tuple[str, Node]]:
    if mount.volume is None:
        return
    sources = [mount.volume, *mount.volume.children("projected", "sources")]
    for source in sources:
        node = source.child("configMap")
        if node is not None and (name := string(node.value, "name")):
            yield name, node


def _of(mount: Mount, source: Node, found: Node) -> Iterator[File]:
    renamed = {string(i.value, "key"): string(i.value, "path") for i in source.children("items")}
    data = found.child("data")
    only = string(mount.node.value, "subPath")
    for key in data.value if data is not None and isinstance(data.value, dict) else ():
        text = found.child("data", key)
        path = renamed.get(key, key) if renamed else key
        if text is None or not isinstance(text.value, str) or (renamed and key not in renamed):
            continue
        if not only:
            yield File(f"{mount.path.rstrip('/')}/{path}", text)
        elif only == path:
            yield File(mount.path, text)
