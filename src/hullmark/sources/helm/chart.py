"""A chart in memory: its files as helm sees them, its sub-charts, and what the user calls each file."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from hullmark.model.finding import NotChecked
from hullmark.model.truth import string
from hullmark.sources.files import LINK, contents
from hullmark.sources.helm import helmignore
from hullmark.sources.helm.archive import MAX_CHART, MAX_FILES, Files, Refused, unpack
from hullmark.text.source import Problem, Source, decode
from hullmark.text.tree import EMPTY_MAP, Document, Map, Node, items
from hullmark.text.yaml import read

META = "Chart.yaml"
VALUES = "values.yaml"

_SPECIAL = "no regular file"
_DEEPEST = 20
"""How deep folders in a chart may be nested, and charts in charts: real ones stay below five."""


class Chart(NamedTuple):
    """A chart with its sub-charts.

    ``prefix`` is what the user's names of its files begin with, up to ``/`` for a folder and to ``!`` for an archive.
    ``files`` are its own; ``parts`` are the charts in ``charts/`` by the name of their folder or archive there, and ``keys``
    says under which key of the values which of them is found (a dependency with two aliases is there twice).
    """

    prefix: str
    files: Files
    parts: Mapping[str, Chart]
    keys: tuple[tuple[str, str], ...]
    meta: Map

    @property
    def name(self) -> str:
        """The name that ``Chart.yaml`` gives."""
        return string(self.meta, "name")

    @property
    def library(self) -> bool:
        """Whether it only holds templates for others to use."""
        return string(self.meta, "type") == "library"

    def subcharts(self) -> Iterator[tuple[str, Chart]]:
        """The charts in it by the key of their values."""
        for key, part in self.keys:
            yield key, self.parts[part]

    def within(self, path: str = "") -> Iterator[tuple[str, Chart]]:
        """It and all charts in it, each by its path in helm's messages (``vllm/charts/redis/``)."""
        own = path or f"{self.name}/"
        yield own, self
        for key, chart in self.subcharts():
            yield from chart.within(f"{own}charts/{key}/")

    def every(self) -> Iterator[Chart]:
        """It and all charts in it, each once."""
        yield self
        for chart in self.parts.values():
            yield from chart.every()


class Loaded(NamedTuple):
    """A chart as it was read: the chart, all of its files as helm would pack them, and what of it was left out."""

    chart: Chart
    raw: Files
    left_out: tuple[NotChecked, ...]


def load(path: str, root: str = "") -> Loaded:
    """Read the chart in a folder or an archive.

    Args:
        path: the folder or archive, as the user gave it.
        root: the folder that symbolic links may lead to; the chart's own if empty.

    Raises:
        Refused: it cannot be read, or is too large.
    """
    if os.path.isdir(path):
        name = os.path.normpath(path)
        prefix = "" if name == os.curdir else name.rstrip("/") + "/"
        folder = _Folder(path, root or path, prefix)
        raw: Files = folder.read()
        return Loaded(_chart(prefix, raw, 0), raw, tuple(folder.left_out))
    data = _content(path)
    raw = unpack(data)
    return Loaded(_chart(f"{os.path.normpath(path)}!", raw, 0), raw, ())


def _content(path: str) -> bytes:
    """A file of at most `MAX_CHART`."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_CHART + 1)
    except OSError as error:
        raise Refused(f"it cannot be read: {(error.strerror or str(error)).lower()}") from None
    if len(data) > MAX_CHART:
        raise Refused(f"it is larger than {MAX_CHART >> 20} MB")
    return data


class _Folder:
    """The files of a chart's folder, links that stay within ``root`` followed, as helm packs them."""

    def __init__(self, top: str, root: str, prefix: str) -> None:
        self.top = top
        self.root = os.path.realpath(root)
        self.prefix = prefix
        self.left_out: list[NotChecked] = []
        self.files: dict[str, bytes] = {}
        self.size = 0

    def read(self) -> dict[str, bytes]:
        rules = contents(os.path.join(self.top, helmignore.NAME)) if self._has(helmignore.NAME) else b""
        text = rules.decode("utf-8", "replace") if isinstance(rules, bytes) else ""
        self._walk("", helmignore.parse(text), 0)
        return self.files

    def _has(self, name: str) -> bool:
        path = os.path.join(self.top, name)
        return os.path.isfile(path) and not self._strays(path)

    def _walk(self, folder: str, ignored: Callable[[str, bool], bool], depth: int) -> None:
        try:
            names = sorted(os.listdir(os.path.join(self.top, folder)))
        except OSError as error:
            raise Refused(f"'{self.prefix}{folder}' cannot be read: {(error.strerror or str(error)).lower()}") from None
        if depth > _DEEPEST:
            raise Refused(f"its folders are nested more than {_DEEPEST} deep")
        for name in names:
            self._entry(folder + name, ignored, depth)

    def _entry(self, name: str, ignored: Callable[[str, bool], bool], depth: int) -> None:
        path = os.path.join(self.top, name)
        try:
            mode = os.stat(path).st_mode
        except OSError:  # a link that leads nowhere
            mode = 0
        if ignored(name, stat.S_ISDIR(mode)):
            return
        if os.path.islink(path) and self._strays(path):
            self.left_out.append(NotChecked(self.prefix + name, 1, LINK, "scan a folder that holds its target too"))
        elif stat.S_ISDIR(mode):
            self._walk(name + "/", ignored, depth + 1)
        elif stat.S_ISREG(mode):
            self._add(name, path)
        else:
            self.left_out.append(NotChecked(self.prefix + name, 1, _SPECIAL, "remove it: helm does not read it either"))

    def _strays(self, link: str) -> bool:
        """Whether a link leads out of the root, or back to a folder it stands in."""
        target = os.path.realpath(link)
        own = os.path.realpath(os.path.dirname(link))
        inside = target == self.root or target.startswith(self.root.rstrip("/") + "/")
        return not inside or own == target or own.startswith(target.rstrip("/") + "/")

    def _add(self, name: str, path: str) -> None:
        if len(self.files) >= MAX_FILES:
            raise Refused(f"it has more than {MAX_FILES:,} files")
        data = _content(path)
        self.size += len(data)
        if self.size > MAX_CHART:
            raise Refused(f"it is larger than {MAX_CHART >> 20} MB")
        self.files[name] = data


def _chart(prefix: str, raw: Files, depth: int) -> Chart:
    """The chart that these files are; what cannot be read of its sub-charts is helm's to complain of."""
    own: dict[str, bytes] = {}
    inner: dict[str, dict[str, bytes]] = {}
    for name, data in raw.items():
        part, slash, rest = name.removeprefix("charts/").partition("/")
        if not name.startswith("charts/"):
            own[name] = data
        elif part[:1] not in ("_", "."):
            inner.setdefault(part, {})[rest if slash else ""] = data
    parts = {}
    for part, files in inner.items() if depth < _DEEPEST else ():
        if part.endswith(".tgz") and "" in files:
            try:
                parts[part] = _chart(f"{prefix}charts/{part}!", unpack(files[""]), depth + 1)
            except Refused:
                continue
        elif META in files:
            parts[part] = _chart(f"{prefix}charts/{part}/", files, depth + 1)
    document = document_of(META, own)
    meta = document.root if document is not None and isinstance(document.root, Map) else EMPTY_MAP
    return Chart(prefix, own, parts, tuple(_keys(own, parts)), meta)


def _keys(files: Files, parts: Mapping[str, Chart]) -> Iterator[tuple[str, str]]:
    """Under which keys of the values the sub-charts are found, as helm joins them with the dependencies.

    Two of one name are told apart by versions, which are not compared here: neither is known then
    (https://github.com/helm/helm/blob/main/pkg/chart/v2/util/dependencies.go).
    """
    names: dict[str, list[str]] = {}
    for part, chart in parts.items():
        names.setdefault(chart.name, []).append(part)
    wanted = [(string(node.value, "name"), string(node.value, "alias")) for node in dependencies(files)]
    for name, found in names.items():
        if len(found) == 1 and name:
            aliases = [alias or name for dependency, alias in wanted if dependency == name]
            yield from ((key, found[0]) for key in dict.fromkeys(aliases or [name]))


def dependencies(files: Files) -> tuple[Node, ...]:
    """The dependencies of a chart, from ``Chart.yaml`` or from ``requirements.yaml``, which overrides it."""
    for name in ("requirements.yaml", META):
        document = document_of(name, files)
        if document is not None and items(document.root, "dependencies"):
            return tuple(document.node.children("dependencies"))
    return ()


def document_of(name: str, files: Files, shown: str = "") -> Document | None:
    """The one document of a YAML file of a chart; None where there is no file, or none or several documents in it."""
    source = decode(shown or name, files[name]) if name in files else None
    if source is None or isinstance(source, Problem):
        return None
    found = [item for item in read(source) if isinstance(item, Document)]
    return found[0] if len(found) == 1 else None


class Texts:
    """The texts of a chart's files by the user's names for them, each one `Source` however often it is pointed at."""

    def __init__(self) -> None:
        self._data: dict[str, bytes] = {}
        self._sources: dict[str, Source] = {}

    def add(self, name: str, data: bytes) -> None:
        """Let a name stand for these bytes."""
        self._data[name] = data

    def add_chart(self, chart: Chart) -> None:
        """Let the files of a chart and of those in it be known."""
        for one in chart.every():
            for name, data in one.files.items():
                self.add(one.prefix + name, data)

    def __contains__(self, name: str) -> bool:
        return name in self._data

    def __getitem__(self, name: str) -> Source:
        """The text of this name; empty where there is none that can be read."""
        if name not in self._sources:
            found = decode(name, self._data.get(name, b""))
            self._sources[name] = found if isinstance(found, Source) else Source(name, "")
        return self._sources[name]
