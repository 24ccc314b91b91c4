"""Reads everything that is to be scanned: from paths to resources, and an account of what was not read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from hullmark.model.finding import NotChecked
from hullmark.model.resource import Resource
from hullmark.sources import kustomize
from hullmark.sources.files import KUSTOMIZATIONS, File, contents, find
from hullmark.sources.kfp import SIGN
from hullmark.sources.kubernetes import PATCH, resources
from hullmark.sources.valuefiles import Shelf
from hullmark.text.source import Problem, Source, decode
from hullmark.text.tree import Document

Progress = Callable[[int, int], object]
"""Is told how many files of how many have been read."""

Found = Resource | NotChecked | Problem


class Reading(NamedTuple):
    """All that was read. ``files`` counts those that hold Kubernetes objects."""

    resources: tuple[Resource, ...]
    not_checked: tuple[NotChecked, ...]
    problems: tuple[Problem, ...]
    files: int

    @property
    def sources(self) -> tuple[Source, ...]:
        """The user's texts that hold objects, in the order read; what was rendered is none of them."""
        return tuple(dict.fromkeys(r.node.doc.source for r in self.resources if r.node.doc.origin is None))

    def mapped(self, function: Callable[[Resource], Resource]) -> Reading:
        """The same with another object for each."""
        return self._replace(resources=tuple(map(function, self.resources)))

    def changed(self, texts: Mapping[str, str]) -> Reading:
        """The same again with other texts, by the name of their source; only those that differ are read again."""
        old = [source for source in self.sources if texts.get(source.name, source.text) != source.text]
        if not old:
            return self
        new = {source: Source(source.name, texts[source.name], source.encoding, source.bom) for source in old}
        names = {source.name for source in new.values()}
        objects: dict[Source, list[Resource]] = {}
        for resource in self.resources:
            objects.setdefault(resource.node.doc.source, []).append(resource)
        not_checked = [n for n in self.not_checked if n.file not in names]
        problems = [p for p in self.problems if p.place.source.name not in names]
        for before, source in new.items():
            given = {resource.ref: resource.values for resource in objects[before] if resource.values}
            read_again = _sorted_out(resources(source), not_checked, problems)
            objects[before] = [replace(r, values=given[r.ref]) if r.ref in given else r for r in read_again]
        every = tuple(resource for found in objects.values() for resource in found)
        return Reading(every, tuple(not_checked), tuple(problems), self.files)


def _sorted_out(found: Iterable[Found], not_checked: list[NotChecked], problems: list[Problem]) -> list[Resource]:
    """The objects among what was found; everything else is put where it belongs."""
    objects = []
    for item in found:
        if isinstance(item, Resource):
            objects.append(item)
        elif isinstance(item, NotChecked):
            not_checked.append(item)
        else:
            problems.append(item)
    return objects


def read(paths: Sequence[str], exclude: Sequence[str] = (), progress: Progress | None = None) -> Reading:
    """Everything these paths lead to.

    Args:
        paths: files, folders, globs, and ``-`` for standard input.
        exclude: patterns of what to leave out, in the syntax of `hullmark.sources.ignore`.
        progress: is told how far reading has got.

    Raises:
        HullmarkError: a path does not exist.
    """
    found = list(find(paths, exclude))
    shelf = Shelf(item.name for item in found if isinstance(item, File))
    return read_files(found, progress).mapped(shelf.lent)


def read_files(found: Sequence[File | NotChecked | Problem], progress: Progress | None = None) -> Reading:
    """The files among what was found, read as they stand; the rest is carried along."""
    files = [item for item in found if isinstance(item, File)]
    objects: list[Resource] = []
    not_checked = [item for item in found if isinstance(item, NotChecked)]
    problems = [item for item in found if isinstance(item, Problem)]
    fragments = _fragments(files)
    count = 0
    for done, file in enumerate(files, 1):
        inside = _sorted_out(_file(file, fragments), not_checked, problems)
        objects += inside
        count += bool(inside)
        if progress is not None:
            progress(done, len(files))
    return Reading(tuple(objects), tuple(not_checked), tuple(problems), count)


def _fragments(files: Iterable[File]) -> dict[str, str]:
    """The files that kustomizations use as patches or configuration, with the kustomization."""
    found = {}
    for file in files:
        if os.path.basename(file.name) in KUSTOMIZATIONS:
            data = contents(file.name)
            source = decode(file.name, data) if isinstance(data, bytes) else data
            if not isinstance(source, Problem):
                found.update(dict.fromkeys(kustomize.fragments(source), file.name))
    return found


def _file(file: File, fragments: dict[str, str]) -> Iterator[Found]:
    if fragments and (owner := fragments.get(os.path.abspath(file.name))):
        yield NotChecked(file.name, 1, PATCH, kustomize.build_hint(owner))
    elif (foreign := _by_name(file.name)) is not None:
        yield foreign
        if os.path.basename(file.name) in KUSTOMIZATIONS:
            yield from _charts(file.name)
    else:
        data = contents(file.name)
        if isinstance(data, Problem):
            yield data
        elif (template := _by_content(file.name, data)) is not None:
            yield template
        elif b"apiVersion" in data or SIGN in data or data.startswith((b"\xff\xfe", b"\xfe\xff")):
            yield from _manifest(file, data)
        elif file.explicit:
            yield _nothing(file)


def _charts(name: str) -> Iterator[Resource]:
    """A kustomization as an object, where it names charts."""
    data = contents(name)
    source = decode(name, data) if isinstance(data, bytes) and b"helmCharts" in data else None
    if isinstance(source, Source):
        from hullmark.sources.helmcharts import referring
        from hullmark.text.yaml import read as documents

        for found in documents(source):
            if isinstance(found, Document) and (resource := referring(found)) is not None:
                yield resource


def _manifest(file: File, data: bytes) -> Iterator[Found]:
    source = decode(file.name, data)
    if isinstance(source, Problem):
        yield source
        return
    found = list(resources(source))
    yield from found if found or not file.explicit else (_nothing(file),)


def _nothing(file: File) -> NotChecked:
    return NotChecked(file.name, 1, "no Kubernetes object in it", "manifests have apiVersion and kind")


def _by_name(name: str) -> NotChecked | None:
    """Why a file is not read as a manifest, judged by its name."""
    base = os.path.basename(name)
    if base.endswith((".tf", ".tf.json")):
        return NotChecked(name, 1, "Terraform is not read yet", "scan the manifests it applies")
    if base in KUSTOMIZATIONS:
        return NotChecked(name, 1, kustomize.REASON, kustomize.build_hint(name))
    if base.startswith("values") and _is_chart(os.path.dirname(name)):
        return NotChecked(name, 1, "values of a Helm chart", _render_hint(os.path.dirname(name)))
    return None


def _by_content(name: str, data: bytes) -> NotChecked | None:
    """Why a file is not read as a manifest, judged by what is in it and around it."""
    if b"{{" in data and (chart := _chart_of(name)) is not None:
        line = data.count(b"\n", 0, data.index(b"{{")) + 1
        return NotChecked(name, line, "a template of a Helm chart", _render_hint(chart))
    return None


def _chart_of(name: str) -> str | None:
    """The folder of the Helm chart in whose ``templates`` a file lies."""
    folder = os.path.dirname(name)
    while folder and folder != "/":
        above, base = os.path.split(folder)
        if base == "templates" and _is_chart(above):
            return above
        folder = above
    return None


def _is_chart(folder: str) -> bool:
    return os.path.exists(os.path.join(folder, "Chart.yaml"))


def _render_hint(chart: str) -> str:
    return f"render it first: helm template {chart or '.'} | hullmark scan -"
