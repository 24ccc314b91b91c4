"""Everything a kustomization is built from: its bases, components and files, found without running anything.

Only what kustomize itself would load is looked at: files in or below the folder of the kustomization that names them,
folders anywhere, nothing remote.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from hullmark.model.finding import NotChecked
from hullmark.model.truth import string
from hullmark.sources.files import contents
from hullmark.sources.kustomize.kustomization import (
    CHARTS,
    Kustomization,
    Reference,
    Role,
    file_in,
    is_kustomization,
    maps,
)
from hullmark.sources.kustomize.remote import is_remote, is_remote_file
from hullmark.text.source import MAX_SIZE, Key, Place, Problem, Source, Span, decode
from hullmark.text.tree import Document, Map, Seq
from hullmark.text.yaml import read

REMOTE = "a kustomization that builds on something remote, which is never fetched"
"""Reason for a kustomization with a remote base, component or file."""

CHART = "a kustomization that renders Helm charts, which kustomize does only when it is told to"
"""Reason for a kustomization with ``helmCharts``."""

PLUGIN = "a kustomization that runs plugins, which are foreign programs"
"""Reason for a kustomization with generators, transformers or validators that are not built in."""

MAX_FILES = 10_000
"""How many files one kustomization may use."""

MAX_TOTAL = 4 * MAX_SIZE
"""How many bytes they may hold together."""

MAX_NESTING = 100
"""How deep kustomizations may build on each other; real ones do to 5 or so."""

_FOLDERS = frozenset({"resource", "component", "plugin"})
"""Roles in which a folder with a kustomization can be used."""


class File(NamedTuple):
    """A file of a tree: its path with all links resolved, its name as the user knows it, what it is used as, and its bytes."""

    path: str
    shown: str
    role: Role
    data: bytes


@dataclass
class Tree:
    """A kustomization and all it is built from.

    ``layers`` are the kustomizations by their folder, ``files`` the files by their path (both with links resolved),
    ``links`` says what an entry of a layer leads to. ``suspects`` are entries that lead nowhere or where they may not;
    kustomize has the last word on them. Where ``not_checked`` or ``problems`` is not empty nothing can be built.
    """

    root: str
    layers: dict[str, Kustomization] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    links: dict[tuple[str, tuple[Key, ...]], str] = field(default_factory=dict)
    suspects: list[tuple[str, Place]] = field(default_factory=list)
    not_checked: list[NotChecked] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def sources(self) -> Iterator[str]:
        """The paths of all that was read."""
        yield from (os.path.join(k.folder, os.path.basename(k.name)) for k in self.layers.values())
        yield from self.files


def load(folder: str, *, whole: bool = True, known: dict[str, Kustomization] | None = None) -> Tree:
    """The tree of the kustomization in a folder.

    Args:
        folder: as the user knows it.
        whole: whether files are read too, not just found.
        known: kustomizations that have been read already, by folder; those that are read are added.
    """
    tree = Tree(os.path.realpath(folder))
    _Loader(tree, whole, {} if known is None else known).layer(tree.root, folder, None)
    return tree


class _Loader:
    """Fills a tree."""

    def __init__(self, tree: Tree, whole: bool, known: dict[str, Kustomization]) -> None:  # noqa: FBT001
        self.tree = tree
        self.whole = whole
        self.known = known
        self.total = 0
        self.above: list[str] = []

    def layer(self, folder: str, shown: str, entry: Place | None, role: Role = "resource") -> None:
        """Add the kustomization in a folder and all it refers to."""
        if folder in self.tree.layers or self.tree.problems:
            return
        kustomization = self.known.get(folder) or self._read(folder, shown, entry)
        if kustomization is None:
            return
        self.tree.layers[folder] = self.known[folder] = kustomization
        if len(self.above) > MAX_NESTING:
            self._refuse(f"builds on others over more than {MAX_NESTING} levels", kustomization.start)
            return
        for name in CHARTS:
            if kustomization.node.get(name):
                self._left(kustomization.node.key(name), CHART, "kustomize build --enable-helm")
        self.above.append(folder)
        for reference in kustomization.references():
            if role == "plugin" and reference.role == "resource":
                self._follow(kustomization, reference._replace(role="plugin"))
            else:
                self._follow(kustomization, reference)
        self.above.pop()

    def _read(self, folder: str, shown: str, entry: Place | None) -> Kustomization | None:
        name = file_in(folder)
        if not name or not _inside(os.path.realpath(os.path.join(folder, name)), folder):
            if entry is not None:
                self.tree.suspects.append((shown, entry))
            return None
        file = os.path.normpath(os.path.join(shown, name))
        data = contents(file)
        source = decode(file, data) if isinstance(data, bytes) else data
        if isinstance(source, Problem):
            self.tree.problems.append(source)
            return None
        documents = []
        for found in read(source):
            if isinstance(found, Document):
                documents.append(found)
            elif found.severity == "error":
                self.tree.problems.append(found)
        if not documents and not self.tree.problems:
            self._refuse("is empty", Place(source, Span(0, 0)))
        wanted = documents and is_kustomization(documents[0]) and not self.tree.problems
        return Kustomization(folder, shown, documents[0]) if wanted else None

    def _follow(self, layer: Kustomization, reference: Reference) -> None:
        """Add what an entry refers to."""
        role, entry, path = reference
        place = layer.node.at(*path)
        if reference.inline:
            if role == "plugin":
                self._plugin(Source(layer.name, entry), place)
            return
        real = "" if "\0" in entry else os.path.realpath(os.path.join(layer.folder, entry))
        if is_remote_file(entry) or (role in _FOLDERS and is_remote(entry) and not os.path.isfile(real)):
            self._left(place, REMOTE, "kustomize build")
        elif real and os.path.isfile(real) and _inside(real, layer.folder):
            self.tree.links[layer.folder, path] = real
            self._file(layer, real, reference)
        elif role in _FOLDERS and real and os.path.isdir(real) and not os.path.isabs(entry):
            self.tree.links[layer.folder, path] = real
            if any(folder == real or _inside(folder, real) for folder in self.above):
                self.tree.suspects.append((entry, place))  # kustomize calls that a cycle
            self.layer(real, _shown(layer, entry, real), place, role)
        elif real and os.path.exists(real) and not os.path.isfile(real) and not os.path.isdir(real):
            self._refuse(f"'{entry}' is neither a file nor a folder", place)
        elif role != "values":
            self.tree.suspects.append((entry, place))

    def _file(self, layer: Kustomization, real: str, reference: Reference) -> None:
        if real in self.tree.files or self.tree.problems:
            return
        shown = _shown(layer, reference.entry, real)
        data = contents(shown) if self.whole else b""
        if isinstance(data, Problem):
            self.tree.problems.append(data)
            return
        self.total += len(data)
        self.tree.files[real] = File(real, shown, reference.role, data)
        if len(data) > MAX_SIZE or self.total > MAX_TOTAL or len(self.tree.files) > MAX_FILES:
            limit = f"{MAX_FILES} files or {MAX_TOTAL >> 20} MB, or a file of more than {MAX_SIZE >> 20} MB"
            self._refuse(f"builds on more than {limit}", layer.node.at(*reference.path))
        elif reference.role == "plugin" and self.whole:
            source = decode(shown, data)
            if isinstance(source, Source):
                self._plugin(source, layer.node.at(*reference.path))

    def _plugin(self, source: Source, place: Place) -> None:
        """Look at the configuration of generators, transformers and validators: only those built in are ever run."""
        for found in read(source):
            if not isinstance(found, Document):
                continue
            if string(found.root, "apiVersion") != "builtin":
                self._left(place, PLUGIN, "kustomize build --enable-alpha-plugins")
            elif string(found.root, "kind") == "HelmChartInflationGenerator":
                self._left(place, CHART, "kustomize build --enable-helm")
            # What they name lies in the folder of the kustomization that uses them, which need not be this one.
            for text in dict.fromkeys(text for each in maps(found.root) for text in _texts(each)):
                for user in tuple(self.tree.layers.values()) if "\0" not in text and "\n" not in text else ():
                    real = os.path.realpath(os.path.join(user.folder, text))
                    if os.path.isfile(real) and _inside(real, user.folder):
                        self._file(user, real, Reference("setting", text, ()))

    def _left(self, place: Place, reason: str, command: str) -> None:
        hint = f"build it yourself: {command} {os.path.relpath(self.tree.root)} | hullmark scan -"
        self.tree.not_checked.append(NotChecked(place.source.name, place.line, reason, hint))

    def _refuse(self, message: str, place: Place) -> None:
        self.tree.problems.append(Problem(message, place, "leave it out"))


def _inside(real: str, folder: str) -> bool:
    """Whether a path lies below a folder, both with links resolved.

    Kustomize loads no other files
    (https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/loader/loadrestrictions.go).
    """
    return real.startswith(folder.rstrip(os.sep) + os.sep)


def _shown(layer: Kustomization, entry: str, real: str) -> str:
    """What to call something that a layer refers to: as the user would get there, if that is the same."""
    shown = os.path.normpath(os.path.join(layer.shown, entry))
    return shown if os.path.realpath(shown) == real else real


def _texts(value: Map) -> Iterator[str]:
    """The strings of a mapping and of its lists."""
    for inner in value.values():
        yield from (text for text in (inner if isinstance(inner, Seq) else (inner,)) if isinstance(text, str))
