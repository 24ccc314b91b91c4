"""Files of values that references to charts name, read where they are in the scan.

Argo CD takes a file from the root of the source whose ``ref`` begins its name
(https://argo-cd.readthedocs.io/en/stable/user-guide/multiple_sources/#helm-value-files-from-external-git-repository). The root of that
repository is not in the files: it is taken for the folder above the Application that has a file of that path, where only one has.
Kustomize takes a file from the kustomization's own folder and from nowhere else
(https://github.com/kubernetes-sigs/kustomize/blob/master/api/types/helmchartargs.go).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice

from hullmark.model.resource import Resource, Values
from hullmark.model.truth import string
from hullmark.sources.files import STDIN, contents, inside
from hullmark.text.source import Problem, Source, Span, decode
from hullmark.text.tree import Document, Node, dig, items
from hullmark.text.yaml import read

_ARGO = frozenset({"Application", "ApplicationSet"})
_MOST = 256
"""Files that are looked for on behalf of one object; real ones name a handful."""

_LARGEST = 1_000_000
"""Bytes of one file; real ones have a few thousand."""


class Shelf:
    """The files of a scan, for the Applications that name some; each is read once."""

    def __init__(self, names: Iterable[str]) -> None:
        self._given = names
        self._read: dict[str, tuple[Node | None, str]] = {}

    @cached_property
    def _names(self) -> dict[str, str]:
        return {os.path.abspath(name): name for name in self._given if name != STDIN}

    def lent(self, resource: Resource) -> Resource:
        """The same object with the files that it names."""
        if resource.ref.kind not in _ARGO or resource.ref.group != "argoproj.io":
            return resource
        found = [self._found(resource.file, entry) for entry in islice(dict.fromkeys(_entries(resource)), _MOST)]
        values = tuple(each for each in found if each is not None)
        return replace(resource, values=values) if values else resource

    def _found(self, file: str, entry: str) -> Values | None:
        inner = os.path.normpath(entry.partition("/")[2])
        if "\0" in inner or inner.startswith((os.pardir, os.sep)):
            return None
        meant = [path for path in (os.path.join(top, inner) for top in _above(file)) if os.path.isfile(path)]
        if len(meant) > 1:
            return Values(entry, None, f"values file '{entry}' may be any of several files")
        if not meant or meant[0] not in self._names:
            return None
        path = meant[0]
        if path not in self._read:
            self._read[path] = _values(self._names[path])
        return Values(entry, *self._read[path])


def beside(kustomization: str, entries: Iterable[str]) -> tuple[Values, ...]:
    """The files of values that a kustomization, given by its file, names and has in or below its folder."""
    folder, known, found = os.path.dirname(kustomization), dict[str, tuple[Node | None, str]](), []
    for entry in islice(dict.fromkeys(entries), _MOST):
        name = os.path.normpath(os.path.join(folder, entry))
        if "\0" not in entry and inside(name, folder) and os.path.isfile(name):
            if name not in known:
                known[name] = _values(name)
            found.append(Values(entry, *known[name]))
    return tuple(found)


def _entries(resource: Resource) -> Iterator[str]:
    """The files of values that an Application, or the template of a set, takes from one of its own sources."""
    top = ("spec",) if resource.ref.kind == "Application" else ("spec", "template", "spec")
    sources = items(resource.node.value, *top, "sources")
    named = {ref for source in sources if (ref := string(source, "ref"))}
    for source in sources:
        for entry in items(dig(source, "helm"), "valueFiles"):
            if isinstance(entry, str) and entry.startswith("$") and entry[1:].partition("/")[0] in named:
                yield entry


def _above(file: str) -> Iterator[str]:
    """All folders above a file."""
    folder = os.path.dirname(os.path.abspath(file))
    while True:
        yield folder
        up = os.path.dirname(folder)
        if up == folder:
            return
        folder = up


def _values(name: str) -> tuple[Node | None, str]:
    """The first document of a file, which is all that Helm reads, or why there is none."""
    data = contents(name)
    source = decode(name, data) if isinstance(data, bytes) else data
    if isinstance(source, Problem):
        return None, f"values file '{name}' {source.message}"
    if len(data) > _LARGEST:
        return None, f"values file '{name}' is too large to be read"
    for found in read(source):
        if isinstance(found, Document):
            return found.node, ""
        if found.severity == "error":
            return None, f"values file '{name}' is no YAML that can be read"
    return Document(Source(name, ""), None, Span(0, 0)).node, ""
