"""One Compose project from its files: included, extended and merged, each value still where it was written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hullmark.model.finding import NotChecked
from hullmark.sources.compose.dotenv import settings
from hullmark.sources.compose.folder import MOST_BESIDE, Folder, Unread
from hullmark.sources.compose.layer import RESET, Layer, layers
from hullmark.sources.compose.merge import Merger, canonical
from hullmark.sources.compose.paths import between, joined, moved, remote, strings
from hullmark.sources.compose.sheet import Mark, Sheet
from hullmark.sources.compose.values import Item, listed, text
from hullmark.sources.compose.variables import Setting
from hullmark.text.source import Place, Problem, Source, Span
from hullmark.text.tree import Map, Value, mapping

OUTSIDE = "a file outside of what is scanned"
"""Reason for what a project names and what lies elsewhere."""

REMOTE = "something to be fetched, which is never done"
"""Reason for what a project includes from a registry or repository."""

EXTENDS = "a service that extends one that was not read"
"""Reason for a service of which only a part is known."""

PROVIDED = "a service of a provider: Compose runs no container for it"
"""Reason for what another program brings."""

SECTIONS = ("networks", "volumes", "secrets", "configs", "models")
"""The sections of a Compose file besides its services."""

_DEEPEST = 32
_MOST_LOADS = 256


class Scope(NamedTuple):
    """The services of one document, before what they extend: for look-ups by name. ``done`` holds those looked up."""

    services: Map
    file: str
    home: str
    whole: set[int]
    done: dict[str, Map | None]


class Loader:
    """Loads a project and keeps account of what it read and of what is wrong with it.

    ``home`` is the project's folder as the user names it, ``env_files`` are the ones that were read, by name; ``known`` are
    the variables of what is being loaded, which files it extends use too.
    """

    def __init__(self, folder: Folder, home: str) -> None:
        self.folder, self.home = folder, home
        self.sheet = Sheet()
        self.problems: list[Problem] = []
        self.not_checked: list[NotChecked] = []
        self.files: dict[str, None] = {}
        self.env_files: dict[str, dict[str, Setting]] = {}
        self.known: dict[str, Setting] = {}
        self._merger = Merger()
        self._scopes: dict[str, Scope | None] = {}
        self._loads = 0

    # -- files --------------------------------------------------------------------------------

    def source(self, name: str, asked: Place | None, most: int = MOST_BESIDE) -> Source | None:
        """A file that a project names at a place; None, and told why, if it is not read."""
        found = self.folder.read(name, most)
        if isinstance(found, Source):
            return found
        self._tell(found, name, asked or Place(Source(name, ""), Span(0, 0)))
        return None

    def _tell(self, unread: Unread, name: str, asked: Place) -> None:
        if unread.reason == "outside":
            hint = f"scan the folder that holds '{name}' too"
            self.not_checked.append(NotChecked(asked.source.name, asked.line, OUTSIDE, hint))
        elif unread.reason == "missing":
            self.problems.append(Problem(f"there is no file '{name}'", asked, "correct the path, or add the file"))
        else:
            self.problems.append(Problem(f"'{name}' cannot be read: {unread.detail}", asked, "check what it is"))

    def environment(self, names: Sequence[str], known: dict[str, Setting], asked: Place | None) -> dict[str, Setting]:
        """What env files set that interpolation uses; the later of two wins."""
        found: dict[str, Setting] = {}
        for name in names:
            source = self.source(name, asked)
            if source is not None:
                self.env_files.setdefault(name, {}).update(settings(source, known, self.problems))
                found.update(self.env_files[name])
        return found

    def defaults(self, home: str) -> dict[str, Setting]:
        """What the ``.env`` of a project's folder sets; nothing where there is none."""
        name = joined(home, ".env")
        if self.folder.read(name, MOST_BESIDE) == Unread("missing"):
            return {}
        return self.environment([name], {}, None)

    # -- the project --------------------------------------------------------------------------

    def load(self, files: Sequence[str]) -> Map:
        """The sections of the project's files, merged in order, with what they include."""
        self.known = self.defaults(self.home)
        return self._load(files, self.home, self.known, None, ())

    def _load(
        self, files: Sequence[str], home: str, known: dict[str, Setting], asked: Place | None, chain: tuple[str, ...]
    ) -> Map:
        root = Map()
        included: list[Item] = []
        for file in files:
            source = self.source(file, asked, most=1 << 25)
            for layer in self._layers(source, known) if source is not None else ():
                self.files[file] = None
                self._over(root, layer, file, home)
                included += listed(layer.root.get("include"), layer.root.marks.get("include", (0, 0, 0, 0))[2:])
        for item in included:
            self._include(root, item, home, known, (*chain, *map(os.path.realpath, files[:1])))
        return root

    def _layers(self, source: Source, known: dict[str, Setting]) -> Iterator[Layer]:
        for found in layers(source, self.sheet, known):
            if isinstance(found, Layer):
                yield found
            else:
                self.problems.append(found)

    def _over(self, root: Map, layer: Layer, file: str, home: str) -> None:
        """Put a document over what the files before it say."""
        scope = self._scope(layer, file, home)
        for name in scope.services:
            self.resolve(scope, name, ())
        services = Map()
        for name, mark in scope.services.marks.items():
            resolved = scope.done.get(name)
            if resolved is not None:
                services[name], services.marks[name] = resolved, mark
        self._section(root, "services", services, layer)
        for section in SECTIONS:
            value = layer.root.get(section)
            if isinstance(value, Map):
                self._section(root, section, value, layer)
            elif value is not None and value is not RESET:
                self._wrong(layer.root, section, f"'{section}' is no mapping")
        if isinstance(layer.root.get("name"), str):
            root["name"], root.marks["name"] = layer.root["name"], layer.root.marks["name"]

    def _section(self, root: Map, section: str, value: Map, layer: Layer) -> None:
        before = mapping(root, section)
        found = Map(before, dict(before.marks))
        for name, inner in value.items():
            old = found.get(name)
            if inner is RESET:
                found.pop(name, None)
                found.marks.pop(name, None)
                continue
            if isinstance(old, Map) and isinstance(inner, Map) and id(inner) not in layer.whole:
                found[name] = self._merger.merged(old, inner, layer.whole)
            else:
                found[name] = old if inner is None else inner
            found.marks.setdefault(name, value.marks[name])
        root[section] = found
        root.marks[section] = root.marks.get(section) or layer.root.marks.get(section, (0, 0, 0, 0))

    def _wrong(self, holder: Map, key: str, message: str) -> None:
        place = self.place(holder.marks[key][:2])
        self.problems.append(Problem(message, place, "see the Compose specification, https://compose-spec.io"))

    def place(self, mark: Mark) -> Place:
        """The place of a mark in the user's file."""
        return self.sheet.place(Span(*mark))

    # -- extends ------------------------------------------------------------------------------

    def _scope(self, layer: Layer, file: str, home: str) -> Scope:
        written = mapping(layer.root, "services")
        services = Map()
        if layer.root.get("services") is not None and not isinstance(layer.root["services"], Map):
            self._wrong(layer.root, "services", "'services' is no mapping")
        for name, value in written.items():
            if isinstance(value, Map):
                services[name] = canonical(value, self.sheet, layer.whole)
                services.marks[name] = written.marks[name]
                if id(value) in layer.whole:
                    layer.whole.add(id(services[name]))
            elif value is RESET:
                services[name], services.marks[name] = value, written.marks[name]
            elif value is not None:
                self._wrong(written, name, f"service '{name}' is no mapping")
        return Scope(services, file, home, layer.whole, {})

    def resolve(self, scope: Scope, name: str, chain: tuple[tuple[str, str], ...]) -> Map | None:
        """A service with what it extends; None, and told why, where that was not read."""
        if name in scope.done:
            return scope.done[name]
        service = scope.services[name]
        found: Map | None = service
        if isinstance(service, Map) and (extends := service.get("extends")) is not None and extends is not RESET:
            found = self._extended(scope, name, service, extends, chain)
        scope.done[name] = found
        return found

    def _extended(
        self, scope: Scope, name: str, service: Map, extends: Value, chain: tuple[tuple[str, str], ...]
    ) -> Map | None:
        asked = self.place(service.marks["extends"][2:])
        key = (os.path.realpath(scope.file), name)
        if key in chain or len(chain) >= _DEEPEST or self._merger.exhausted:
            what = "extends itself" if key in chain else "is extended too often"
            self.problems.append(Problem(f"service '{name}' {what}", asked, "write out what it needs"))
            return None
        base = self._base(scope, extends, asked)
        reference = text(extends.get("service")) if isinstance(extends, Map) else text(extends)
        if base is not None and not isinstance(base.services.get(reference), Map):
            self.problems.append(Problem(f"there is no service '{reference}' to extend", asked, "correct the name"))
            base = None
        before = None if base is None else self.resolve(base, reference, (*chain, key))
        if base is None or before is None:
            line = self.place(scope.services.marks[name][:2]).line
            self.not_checked.append(NotChecked(scope.file, line, EXTENDS, "see the message about what it extends"))
            return None
        own = Map({k: v for k, v in service.items() if k != "extends"}, service.marks)
        prefix = "" if base is scope else between(base.home, scope.home)
        return self._merger.merged(moved(before, prefix), own, scope.whole)

    def _base(self, scope: Scope, extends: Value, asked: Place) -> Scope | None:
        """Where the service that is extended is looked up."""
        file = text(extends.get("file")) if isinstance(extends, Map) else ""
        if not file:
            return scope
        if remote(file):
            self.not_checked.append(NotChecked(asked.source.name, asked.line, REMOTE, "vendor the file"))
            return None
        name = joined(scope.home, file)
        if os.path.realpath(name) == os.path.realpath(scope.file):
            return scope
        if name not in self._scopes:
            source = self.source(name, asked, most=1 << 25)
            found = None if source is None else next(self._layers(source, self.known), None)
            if source is not None:
                self.files[name] = None
            self._scopes[name] = None if found is None else self._scope(found, name, os.path.dirname(name))
        return self._scopes[name]

    # -- include ------------------------------------------------------------------------------

    def _include(self, root: Map, item: Item, home: str, known: dict[str, Setting], chain: tuple[str, ...]) -> None:
        entry = item.value if isinstance(item.value, Map) else Map({"path": item.value})
        asked = self.place(item.mark)
        paths = strings(entry.get("path"))
        if not paths:
            self.problems.append(Problem("an include names no file", asked, "give its path"))
            return
        if any(remote(path) for path in paths):
            self.not_checked.append(NotChecked(asked.source.name, asked.line, REMOTE, "vendor the file"))
            return
        files = [joined(home, path) for path in paths]
        self._loads += 1
        if os.path.realpath(files[0]) in chain or len(chain) >= _DEEPEST or self._loads > _MOST_LOADS:
            what = "includes itself" if os.path.realpath(files[0]) in chain else "is included too often"
            self.problems.append(Problem(f"'{files[0]}' {what}", asked, "remove the include"))
            return
        own = text(entry.get("project_directory"))
        inner = joined(home, own) if own else os.path.dirname(files[0])
        named = [joined(home, path) for path in strings(entry.get("env_file"))]
        defaults = self.environment(named, known, asked) if named else self.defaults(inner)
        outer, self.known = self.known, {**defaults, **known}
        found = self._load(files, inner, self.known, asked, chain)
        self.known = outer
        self._import(root, found, between(inner, home), asked)

    def _import(self, root: Map, found: Map, prefix: str, asked: Place) -> None:
        """Take over what an included project defines; the project's own definition of a name stays."""
        for section in ("services", *SECTIONS):
            inner, outer = mapping(found, section), mapping(root, section)
            merged = Map(outer, dict(outer.marks))
            for name, value in inner.items():
                if name in merged and section == "services":
                    message = f"service '{name}' is included, but the project has one of that name"
                    self.problems.append(Problem(message, asked, "rename one of the two"))
                elif name not in merged:
                    merged[name] = moved(value, prefix) if section == "services" and isinstance(value, Map) else value
                    merged.marks[name] = inner.marks[name]
            root[section] = merged
