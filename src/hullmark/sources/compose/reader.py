"""From the files of one Compose project to its unit."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from hullmark.model.finding import NotChecked
from hullmark.model.resource import Ref, Resource
from hullmark.sources.compose.folder import Folder
from hullmark.sources.compose.made import Entry, mapping
from hullmark.sources.compose.project import PROVIDED, Loader
from hullmark.sources.compose.service import GROUP, MODEL, SERVICE, Assembly
from hullmark.sources.compose.values import text
from hullmark.sources.reading import Reading
from hullmark.sources.unit import Unit
from hullmark.text.source import Span
from hullmark.text.tree import Document, Map, Node
from hullmark.text.tree import mapping as inside

_NOT_IN_NAMES = re.compile(r"[^a-z0-9_-]")


def read_project(files: Sequence[str], *, root: str = "", variant: str = "") -> Unit:
    """The project that Compose files make together, the later over the earlier.

    Args:
        files: at least one; the folder of the first is the project's.
        root: the folder outside of which nothing is read (env files, extended and included files); by default the
            project's.
        variant: what tells it apart from other ways to run the same project.
    """
    home = os.path.dirname(files[0])
    loader = Loader(Folder(root or home), home)
    model = loader.load([os.path.normpath(file) for file in files])
    assembly = Assembly(loader, model, _namespace(loader, model))
    objects = list(_objects(assembly, loader))
    maps = list(assembly.texts.maps())
    document = loader.sheet.document(home)
    resources = [*_resources(objects, assembly, document), *_texts(maps, assembly, document)]
    reading = Reading(tuple(resources), tuple(loader.not_checked), tuple(loader.problems), len(loader.files))
    return Unit(os.path.normpath(files[0]), "compose", reading, variant)


def _namespace(loader: Loader, model: Map) -> str:
    """The name a project gives itself; the one of its folder depends on where it lies, and says nothing."""
    name = text(model.get("name"))
    setting = loader.known.get("COMPOSE_PROJECT_NAME")
    if not name and setting is not None and setting.value is not None:
        name = setting.value
    return "" if "$" in name else _NOT_IN_NAMES.sub("", name.lower())


def _objects(assembly: Assembly, loader: Loader) -> Iterator[tuple[str, str, Map]]:
    """Kind, name and object of every service that runs, and of every model."""
    for name, service in assembly.services.items():
        reason = _left_out(service)
        if reason:
            place = loader.place(assembly.services.marks[name][:2])
            loader.not_checked.append(NotChecked(place.source.name, place.line, *reason))
        else:
            yield SERVICE, name, assembly.service(name)
    for name in inside(assembly.root, "models"):
        yield MODEL, name, assembly.model(name)


def _left_out(service: Map) -> tuple[str, str] | None:
    """Why a service is not looked at, and what to do about it."""
    if isinstance(service.get("provider"), Map):
        return PROVIDED, "check it where the provider runs it"
    if not text(service.get("image")) and service.get("build") in (None, ""):
        return FRAGMENT, "scan it with the file that it is merged over"
    return None


FRAGMENT = "a service with neither image nor build: only a fragment"
"""Reason for a service that Compose would refuse to start."""


def _resources(objects: list[tuple[str, str, Map]], assembly: Assembly, document: Document) -> Iterator[Resource]:
    for kind, name, value in objects:
        yield _resource(Ref(kind, assembly.namespace, name, GROUP), value, document)


def _texts(maps: list[tuple[str, list[Entry], bool]], assembly: Assembly, document: Document) -> Iterator[Resource]:
    for name, entries, private in maps:
        title = entries[0][2] if entries else (0, 0, 0, 0)
        metadata = mapping([("name", name, title), ("namespace", assembly.namespace or None, title)])
        shape = [("apiVersion", "v1", title), ("kind", "ConfigMap", title), ("metadata", metadata, title)]
        value = mapping([*shape, ("data", mapping(entries), title)])
        found = _resource(Ref("ConfigMap", assembly.namespace, name), value, document)
        yield replace(found, private=private)


def _resource(ref: Ref, value: Map, document: Document) -> Resource:
    start, end = value.marks["kind"][:2]
    return Resource(ref, "v1", Node(document, value, Span(start, end), ()), "compose")
