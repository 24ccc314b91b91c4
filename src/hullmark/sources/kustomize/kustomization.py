"""What a kustomization file says: the files and folders it refers to, and what of it needs more than kustomize itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Literal, NamedTuple

from hullmark.model.truth import string
from hullmark.sources.files import KUSTOMIZATIONS
from hullmark.text.source import Key, Place, Problem, Source
from hullmark.text.tree import Document, Map, Margin, Node, Seq, Value, dig, items
from hullmark.text.yaml import read

Role = Literal["resource", "component", "patch", "replacement", "data", "env", "plugin", "setting", "values"]
"""What an entry stands for. A *plugin* configures a generator, transformer or validator, a *setting* kustomize itself;
*values* are a Helm chart's."""

_LISTS: tuple[tuple[str, Role], ...] = (
    ("resources", "resource"),
    ("bases", "resource"),
    ("components", "component"),
    ("patchesStrategicMerge", "patch"),
    ("generators", "plugin"),
    ("transformers", "plugin"),
    ("validators", "plugin"),
    ("configurations", "setting"),
    ("crds", "setting"),
)
_ENTRIES: tuple[tuple[str, Role], ...] = (
    ("patches", "patch"),
    ("patchesJson6902", "patch"),
    ("replacements", "replacement"),
)
GENERATORS = ("configMapGenerator", "secretGenerator")
"""Fields that make objects of files and literals."""

CHARTS = ("helmCharts", "helmChartInflationGenerator")
"""Fields that have Helm charts rendered."""

_API = "kustomize.config.k8s.io/"


class Reference(NamedTuple):
    """An entry that names a file or folder, or holds what it means in place, and where in the document it stands."""

    role: Role
    entry: str
    path: tuple[Key, ...]

    @property
    def inline(self) -> bool:
        """Whether the entry is the thing itself and no name of it."""
        return is_inline(self.entry)


class Kustomization(NamedTuple):
    """A kustomization file: its folder with all links resolved, the folder as the user knows it, and its document."""

    folder: str
    shown: str
    document: Document

    @property
    def name(self) -> str:
        """The name of its file."""
        return self.document.source.name

    @property
    def node(self) -> Node:
        """Its root."""
        return self.document.node

    @property
    def start(self) -> Place:
        """Where to point at when it is meant as a whole."""
        return self.node.at("kind") if "kind" in self.node.value else self.document.place(*_first(self.node), ())

    @property
    def component(self) -> bool:
        """Whether it can only be built as a part of others (https://kubectl.docs.kubernetes.io/guides/config_management/components/)."""
        return string(self.node.value, "kind") == "Component"

    def patches(self) -> Iterator[tuple[Key, ...]]:
        """The ways to the patches that are written in place."""
        root = self.node.value
        for index, entry in enumerate(items(root, "patchesStrategicMerge")):
            if isinstance(entry, str) and is_inline(entry):
                yield "patchesStrategicMerge", index
        for field in ("patches", "patchesJson6902"):
            for index, entry in enumerate(items(root, field)):
                if string(entry, "patch"):
                    yield field, index, "patch"

    def embedded(self, *path: Key) -> list[Document]:
        """The documents in a string of the file, with their places in it; none if it cannot be read whole."""
        text = self.node.get(*path)
        margin = Margin.of(self.node.at(*path), text)
        return [each._replace(margin=margin) for each in documents(Source(self.name, text))]

    def references(self) -> Iterator[Reference]:
        """Everything it refers to (https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/)."""
        root = self.node.value
        for field, role in _LISTS:
            yield from _strings(root, role, field)
        for field, role in _ENTRIES:
            for index, entry in enumerate(items(root, field)):
                yield from _string(entry, role, (field, index), "path")
        for field in GENERATORS:
            for index, entry in enumerate(items(root, field)):
                for found in _strings(entry, "data", "files"):
                    _, _, file = found.entry.rpartition("=")
                    yield Reference("data", file, (field, index, *found.path))
                for found in (*_strings(entry, "env", "envs"), *_string(entry, "env", (), "env")):
                    yield found._replace(path=(field, index, *found.path))
        yield from _string(root.get("openapi"), "setting", ("openapi",), "path")
        for index, chart in enumerate(items(root, "helmCharts")):
            yield from _string(chart, "values", ("helmCharts", index), "valuesFile")
            for found in _strings(chart, "values", "additionalValuesFiles"):
                yield found._replace(path=("helmCharts", index, *found.path))


def is_inline(entry: str) -> bool:
    """Whether an entry is the thing itself and no name of it."""
    return "\n" in entry or entry.lstrip().startswith("{")


def documents(source: Source) -> list[Document]:
    """The documents of a text, none if it cannot be read whole."""
    found = list(read(source))
    if any(isinstance(each, Problem) and each.severity == "error" for each in found):
        return []
    return [each for each in found if isinstance(each, Document)]


def maps(root: Value) -> Iterator[Map]:
    """All mappings in a value."""
    stack = [root]
    while stack:
        value = stack.pop()
        if isinstance(value, Map):
            yield value
            stack.extend(value.values())
        elif isinstance(value, Seq):
            stack.extend(value)


def is_kustomization(document: Document) -> bool:
    """Whether a document is for kustomize; Flux has objects of the same kind, in files of the same name."""
    api = string(document.root, "apiVersion")
    return isinstance(document.root, Map) and (not api or api.startswith(_API))


def file_in(folder: str) -> str:
    """The name of the kustomization file in a folder, empty if there is none; kustomize refuses several."""
    return next((name for name in sorted(KUSTOMIZATIONS) if os.path.isfile(os.path.join(folder, name))), "")


def _strings(value: Value, role: Role, field: str) -> Iterator[Reference]:
    for index, entry in enumerate(items(value, field)):
        if isinstance(entry, str) and entry:
            yield Reference(role, entry, (field, index))


def _string(value: Value, role: Role, path: tuple[Key, ...], field: str) -> Iterator[Reference]:
    entry = dig(value, field)
    if isinstance(entry, str) and entry:
        yield Reference(role, entry, (*path, field))


def _first(node: Node) -> tuple[int, int]:
    mark = next(iter(node.value.marks.values()), None)
    return (mark[0], mark[1]) if mark else (node.span.start, node.span.end)
