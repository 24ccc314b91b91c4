"""The variables of a service: from ``environment``, and from the env files it names.

They are put as a pod's ``env`` and ``envFrom`` are, and every env file as the ConfigMap it is like. Where a value does not
stand in the Compose file itself, ``valueFrom.compose`` says how it comes about: *filled* in from an env file, *unknown*,
*required* (not known, but never empty) or *literal* (with a ``$`` that means nothing).
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.sources.compose.dotenv import settings
from hullmark.sources.compose.folder import MOST_BESIDE, Unread
from hullmark.sources.compose.layer import RESET
from hullmark.sources.compose.made import Entry, at, mapping, several
from hullmark.sources.compose.paths import joined
from hullmark.sources.compose.project import Loader
from hullmark.sources.compose.sheet import Mark
from hullmark.sources.compose.texts import ENV
from hullmark.sources.compose.values import Item, boolean, listed, text
from hullmark.sources.compose.variables import REQUIRED, UNKNOWN, Filled
from hullmark.text.tree import Map, PairMark, Value
from hullmark.text.tree import mapping as inside


def variables(service: Map, loader: Loader, title: PairMark) -> Iterator[Entry]:
    """``env`` and ``envFrom`` of a service's container."""
    written = inside(service, "environment")
    models = _models(service, written)
    own = ((_variable(name, value, written.marks[name], loader)) for name, value in written.items())
    yield from several("env", (*(entry for entry in own if entry is not None), *models), title)
    files = service.get("env_file")
    mark = service.marks.get("env_file", title)
    named = ((_import(item, loader), item.mark) for item in listed(files, mark[2:]))
    yield from several("envFrom", ((value, where) for value, where in named if value is not None), title)


def _variable(name: str, value: Value, mark: PairMark, loader: Loader) -> tuple[Value, Mark] | None:
    if value is RESET or isinstance(value, (list, dict)):
        return None
    kind, written, where = "", text(value), mark
    if value is None:
        kind, written, where = _passed(name, mark, loader)
    elif REQUIRED.fullmatch(written):
        kind = "required"
    elif UNKNOWN.search(written):
        kind = "unknown"
    elif isinstance(value, Filled):
        kind = "filled"
    elif "$" in written:
        kind = "literal"
    key = (*mark[:2], *mark[:2])
    entries: list[Entry] = [("name", name, key), ("value", written, where)]
    if kind:
        entries.append(("valueFrom", Map({"compose": kind}, {"compose": at(where)}), where))
    return mapping(entries), loader.sheet.stretch(mark)


def _passed(name: str, mark: PairMark, loader: Loader) -> tuple[str, str, PairMark]:
    """A variable that is passed on by its name: from the project's env file, else from wherever Compose runs."""
    setting = loader.known.get(name)
    if setting is None or setting.value is None or not loader.sheet.takes(setting.span):
        return "unknown", f"${{{name}}}", mark
    start = loader.sheet.add(setting.source, setting.span, via=loader.place(mark[:2]))
    return "filled", setting.value, (*mark[:2], start, start + setting.span.end - setting.span.start)


def _models(service: Map, written: Map) -> Iterator[tuple[Value, Mark]]:
    """The variables by which Compose tells a service where the models are that it uses."""
    for name, value in inside(service, "models").items():
        base = name.upper().replace("-", "_")
        mark = inside(service, "models").marks[name]
        for field, default in (("endpoint_var", f"{base}_URL"), ("model_var", base)):
            variable = text(inside({"v": value}, "v").get(field)) or default
            if variable not in written:
                key = (*mark[:2], *mark[:2])
                unknown = Map({"compose": "unknown"}, {"compose": key})
                yield mapping([("name", variable, key), ("valueFrom", unknown, key)]), mark[:2]


def _import(item: Item, loader: Loader) -> Value:
    """One env file as a source of variables; those of a file that was not read are not known."""
    value = item.value if isinstance(item.value, Map) else Map({"path": item.value})
    path = text(value.get("path"))
    if not path:
        return None
    mark = at(item.mark)
    name = joined(loader.home, path)
    if UNKNOWN.search(path) is None and not _read(name, value, item, loader):
        return None
    return mapping([("configMapRef", mapping([("name", ENV + name, mark)]), mark)])


def _read(name: str, value: Map, item: Item, loader: Loader) -> bool:
    """Whether an env file counts: one that is not there and need not be does not."""
    if name in loader.env_files:
        return True
    if boolean(value.get("required")) is False and loader.folder.read(name, MOST_BESIDE) == Unread("missing"):
        return False
    source = loader.source(name, loader.place(item.mark))
    if source is not None:
        raw = text(value.get("format")) == "raw"
        loader.env_files[name] = settings(source, loader.known, loader.problems, raw=raw)
    return True
