"""Merging: a service over the one it extends, a file over the one before it.

The rules are those of ``override/`` in compose-spec/compose-go and of
https://github.com/compose-spec/compose-spec/blob/main/13-merge.md: mappings are merged, lists appended, scalars replaced;
commands are replaced, and lists whose items have a key of their own keep one of each.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from hullmark.sources.compose.layer import RESET
from hullmark.sources.compose.sheet import Sheet
from hullmark.sources.compose.values import listed, named, pairs, text
from hullmark.text.tree import Map, PairMark, Seq, Value

_PAIRS = frozenset({"environment", "labels", "annotations", "sysctls"})
_NAMED = frozenset({"depends_on", "networks", "models"})
_LISTS = frozenset(
    {"env_file", "label_file", "tmpfs", "dns", "volumes", "ports", "secrets", "configs", "devices", "gpus"}
)
_REPLACED = frozenset({"command", "entrypoint", "healthcheck.test"})
_KEYED = frozenset({
    "volumes", "ports", "secrets", "configs", "devices", "env_file", "label_file", "expose", "cap_add", "cap_drop",
    "security_opt", "tmpfs", "dns", "profiles", "group_add", "volumes_from", "links",
})  # fmt: skip
"""Lists of a service of which equal items are there once."""


def canonical(service: Map, sheet: Sheet, whole: set[int]) -> Map:
    """A service with each of its values in the one form that is read and merged; ``whole`` follows what changes."""
    found = Map()
    for key, value in service.items():
        mark = service.marks[key]
        found[key] = _canonical(key, value, mark, sheet)
        found.marks[key] = mark
        if id(value) in whole:
            whole.add(id(found[key]))
    deploy = found.get("deploy")
    if isinstance(deploy, Map) and "labels" in deploy:
        found["deploy"] = Map({**deploy, "labels": pairs(deploy["labels"], sheet)}, deploy.marks)
    return found


def _canonical(key: str, value: Value, mark: PairMark, sheet: Sheet) -> Value:
    if value is None or value is RESET:
        return value
    if key in _PAIRS:
        return pairs(value, sheet)
    if key in _NAMED:
        return named(value)
    if key in _LISTS and not isinstance(value, Seq):
        return Seq([value], [mark[2:]])
    if key == "build" and isinstance(value, str):
        return Map({"context": value}, {"context": (*mark[2:], *mark[2:])})
    return value


class Merger:
    """Merges, and counts how much: what is extended ten thousand times is refused at some point."""

    MOST = 2_000_000

    def __init__(self) -> None:
        self.done = 0

    @property
    def exhausted(self) -> bool:
        """Whether more was merged than any project needs."""
        return self.done > self.MOST

    def merged(self, base: Map, over: Map, whole: Collection[int], path: str = "") -> Map:
        """A mapping merged over another; ``whole`` are the collections of ``over`` that replace what was there."""
        self.done += len(base) + len(over)
        found = Map(base, dict(base.marks))
        for key, value in over.items():
            mark = over.marks[key]
            if value is RESET:
                found.pop(key, None)
                found.marks.pop(key, None)
                continue
            before = base.get(key)
            inside = f"{path}.{key}" if path else key
            if before is not None and value is None and inside not in _REPLACED:
                continue
            found[key] = value if before is None or before is RESET else self._one(before, value, whole, inside)
            found.marks[key] = mark
        return found

    def _one(self, before: Any, value: Any, whole: Collection[int], path: str) -> Value:
        if path in _REPLACED or id(value) in whole:
            return value
        if isinstance(before, Map) and isinstance(value, Map):
            return self.merged(before, value, whole, path)
        if isinstance(before, Seq) and isinstance(value, Seq):
            self.done += len(before) + len(value)
            joined = Seq([*before, *value], [*before.marks, *value.marks])
            return unique(joined, path) if path in _KEYED else joined
        return value


def unique(items: Seq, key: str) -> Seq:
    """A list with one of each; a later item takes the place of an earlier one with the same key."""
    identity = _IDENTITIES.get(key, text)
    found: dict[Any, int] = {}
    kept = Seq()
    for item, mark in listed(items, (0, 0)):
        name = identity(item) or id(item)
        if name in found:
            kept[found[name]], kept.marks[found[name]] = item, mark
        else:
            found[name] = len(kept)
            kept.append(item)
            kept.marks.append(mark)
    return kept


def _of_volume(item: Any) -> str:
    return text(item.get("target")) if isinstance(item, Map) else mount(text(item))[1]


def _of_port(item: Any) -> str:
    if not isinstance(item, Map):
        return text(item)
    host, protocol = text(item.get("host_ip")) or "0.0.0.0", text(item.get("protocol")) or "tcp"  # noqa: S104
    return f"{host}:{text(item.get('published'))}:{text(item.get('target'))}/{protocol}"


def _of_file(folder: str) -> Callable[[Any], str]:
    def identity(item: Any) -> str:
        if not isinstance(item, Map):
            return f"{folder}/{text(item)}"
        return text(item.get("target")) or f"{folder}/{text(item.get('source'))}"

    return identity


def _of_device(item: Any) -> str:
    if isinstance(item, Map):
        return text(item.get("target"))
    parts = text(item).split(":")
    return parts[1] if len(parts) > 1 else parts[0]


def _of_env_file(item: Any) -> str:
    return text(item.get("path")) if isinstance(item, Map) else text(item)


_IDENTITIES: dict[str, Callable[[Any], str]] = {
    "volumes": _of_volume,
    "ports": _of_port,
    "secrets": _of_file("/run/secrets"),
    "configs": _of_file(""),
    "devices": _of_device,
    "env_file": _of_env_file,
}


def mount(spec: str) -> tuple[str, str, str]:
    """Source, target and options of a volume in its short form (``format/volume.go`` in compose-go).

    The colon after a Windows drive and those in variables that are not known separate nothing.
    """
    parts, at, start = [], 0, 0
    while at < len(spec):
        if spec.startswith("${", at):
            at = max(spec.find("}", at), at)
        elif spec[at] == ":" and not (
            at == start + 1 and spec[start].isalpha() and spec[at + 1 : at + 2] in ("\\", "/")
        ):
            parts.append(spec[start:at])
            start = at + 1
        at += 1
    parts.append(spec[start:])
    if len(parts) == 1:
        return "", parts[0], ""
    return parts[0], parts[1], ":".join(parts[2:])
