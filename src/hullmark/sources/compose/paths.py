"""Paths in Compose files: which are on disk, and what they are seen from another folder."""

from __future__ import annotations

import os
import re

from hullmark.sources.compose.merge import mount
from hullmark.sources.compose.values import listed, text
from hullmark.text.tree import Map, Seq, Value

_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|git@|oci:|github\.com/", re.IGNORECASE)
_ABSOLUTE = re.compile(r"[/~\\$]|[A-Za-z]:")


def remote(path: str) -> bool:
    """Whether a path names something that has to be fetched."""
    return _REMOTE.match(path) is not None


def relative(path: str) -> bool:
    """Whether a path is relative to its project's folder; one that starts with a variable is not known to be."""
    return bool(path) and _ABSOLUTE.match(path) is None


def bound(source: str) -> bool:
    """Whether the source of a short volume is a path, not a volume's name (``isFilePath`` in format/volume.go)."""
    return source[:1] in (".", "/", "~", "\\", "$") or re.match(r"[A-Za-z]:", source) is not None


def joined(folder: str, path: str) -> str:
    """A path of a project as the user would name it; what is absolute stays, and what no path may hold is exchanged."""
    path = path.replace("\0", "\ufffd")
    if os.path.isabs(path):
        return os.path.normpath(path)
    return os.path.normpath(os.path.join(folder, path))


def between(folder: str, home: str) -> str:
    """What a folder is called from another one; empty for the same."""
    path = os.path.relpath(folder or os.curdir, home or os.curdir)
    return "" if path == os.curdir else path


def moved(service: Map, prefix: str) -> Map:
    """A service whose relative paths are seen from another folder."""
    if not prefix:
        return service
    found = Map(service, dict(service.marks))
    for key in ("env_file", "label_file"):
        if isinstance(found.get(key), Seq):
            found[key] = Seq((_file(item, prefix) for item in found[key]), list(found[key].marks))
    volumes = found.get("volumes")
    if isinstance(volumes, Seq):
        pairs = list(zip(volumes, volumes.marks, strict=True))
        found["volumes"] = Seq((_volume(item, prefix) for item, _ in pairs), [mark for _, mark in pairs])
    return found


def _file(item: Value, prefix: str) -> Value:
    if isinstance(item, Map):
        return Map({**item, "path": _prefixed(text(item.get("path")), prefix)}, item.marks) if "path" in item else item
    return _prefixed(item, prefix) if isinstance(item, str) else item


def _volume(item: Value, prefix: str) -> Value:
    if isinstance(item, Map):
        source = text(item.get("source"))
        return Map({**item, "source": _prefixed(source, prefix)}, item.marks) if item.get("type") == "bind" else item
    if not isinstance(item, str):
        return item
    source, target, options = mount(item)
    if not bound(source) or not relative(source):
        return item
    return ":".join((f"./{_prefixed(source, prefix)}", target, *([options] if options else ())))


def _prefixed(path: str, prefix: str) -> str:
    return os.path.normpath(os.path.join(prefix, path)) if relative(path) else path


def strings(value: Value) -> list[str]:
    """The texts of a list, or the one that stands for a list of one."""
    return [item for item, _ in listed(value, (0, 0)) if isinstance(item, str)]
