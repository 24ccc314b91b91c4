"""Which Compose files of a folder make which projects.

``docker compose`` takes the first of its default files with the first override that is there, or what ``COMPOSE_FILE`` in
``.env`` lists. Every other file is meant to be named with ``-f``: one that cannot stand alone, because a service of it has
neither image nor build or it refers to what it does not define, is a variant merged over the default file (without the
override, which ``-f`` leaves out); one that can stand alone is a project of its own.

https://docs.docker.com/compose/how-tos/multiple-compose-files/merge/
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from hullmark.sources.compose.dotenv import settings
from hullmark.sources.compose.folder import MOST_BESIDE, Folder
from hullmark.sources.compose.paths import joined, remote
from hullmark.sources.compose.shape import DEFAULTS, OVERRIDES
from hullmark.text.source import Source
from hullmark.text.tree import Document, Map, Value, dig, mapping
from hullmark.text.yaml import read

_STANDING = ("image", "build", "extends", "provider")


class Project(NamedTuple):
    """Files that are run together, the first of them the main one; ``variant`` tells several of one main file apart."""

    files: tuple[str, ...]
    variant: str = ""


def projects(names: Iterable[str], *, root: str = "") -> tuple[Project, ...]:
    """The projects that Compose files make, in the order of their folders and files.

    ``root`` is the folder outside of which nothing is read.
    """
    folders: dict[str, list[str]] = {}
    for name in names:
        folders.setdefault(os.path.dirname(name), []).append(name)
    return tuple(p for home, files in folders.items() for p in _in_folder(home, files, Folder(root or home)))


def _in_folder(home: str, files: Sequence[str], folder: Folder) -> Iterator[Project]:
    by_name = {os.path.basename(file): file for file in files}
    chosen = _listed(home, by_name, folder) or _by_default(by_name)
    main = chosen[0] if chosen else ""
    others = [file for file in files if file not in chosen and os.path.basename(file) not in OVERRIDES]
    fragments = [file for file in others if main and not stands_alone(file, folder)]
    if chosen:
        yield Project(tuple(chosen), os.path.basename(chosen[-1]) if fragments else "")
    for file in others:
        yield Project((main, file), os.path.basename(file)) if file in fragments else Project((file,))
    if not chosen:
        yield from (Project((f,)) for f in files if os.path.basename(f) in OVERRIDES and f not in others)


def _by_default(by_name: dict[str, str]) -> list[str]:
    main = next((by_name[name] for name in DEFAULTS if name in by_name), None)
    over = next((by_name[name] for name in OVERRIDES if name in by_name), None)
    return [] if main is None else [main, *([over] if over is not None else [])]


def _listed(home: str, by_name: dict[str, str], folder: Folder) -> list[str]:
    """The files that ``COMPOSE_FILE`` lists, if all of them are there."""
    name = joined(home, ".env")
    source = folder.read(name, MOST_BESIDE)
    found = settings(source, {}, []) if isinstance(source, Source) else {}
    listed = found.get("COMPOSE_FILE")
    separator = found.get("COMPOSE_PATH_SEPARATOR")
    if listed is None or not listed.value:
        return []
    between = separator.value if separator is not None and separator.value else ":"
    files = [joined(home, part) for part in listed.value.split(between) if part and not remote(part)]
    known = {os.path.normpath(file): file for file in by_name.values()}
    there = [known.get(file, file) for file in files if isinstance(folder.read(file), Source)]
    return there if len(there) == len(files) else []


def stands_alone(name: str, folder: Folder) -> bool:
    """Whether a Compose file can be run without another one."""
    source = folder.read(name)
    documents = (d for d in read(source, own_first=True)) if isinstance(source, Source) else ()
    roots = [d.root for d in documents if isinstance(d, Document) and isinstance(d.root, Map)]
    return all(_complete(root) for root in roots)


def _complete(root: Map) -> bool:
    if root.get("include"):
        return True
    services = mapping(root, "services")
    for service in services.values():
        if not isinstance(service, Map) or not any(service.get(key) is not None for key in _STANDING):
            return False
        if service.get("extends") is not None and dig(service, "extends", "file") is None:
            base = dig(service, "extends", "service") or service["extends"]
            if not isinstance(base, str) or base not in services:
                return False
        if not _closed(service, root):
            return False
    return True


def _closed(service: Map, root: Map) -> bool:
    """Whether everything a service refers to by name is defined beside it."""
    needed = {
        "services": [*_names(service.get("depends_on")), *(n.partition(":")[0] for n in _names(service.get("links")))],
        "networks": [n for n in _names(service.get("networks")) if n != "default"],
        "secrets": _sources(service.get("secrets")),
        "configs": _sources(service.get("configs")),
    }
    return all(name in mapping(root, section) for section, names in needed.items() for name in names)


def _names(value: Value) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, (list, dict)) else []


def _sources(value: Value) -> list[str]:
    found = (
        [dig(item, "source") if isinstance(item, Map) else item for item in value] if isinstance(value, list) else []
    )
    return [name for name in found if isinstance(name, str)]
