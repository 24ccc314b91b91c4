"""Where addresses stand: in variables, on command lines, in mounted configuration, in fields of custom objects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from hullmark.graph.components.addresses import MAX_TEXT, holds_hosts
from hullmark.graph.components.scene import Scene
from hullmark.model.argv import programs
from hullmark.model.container import Container, Variable
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.model.workload import PodSet, Workload
from hullmark.text.source import Key, Place
from hullmark.text.tree import Map, Node, Seq, Value, dig, items


class Word(NamedTuple):
    """A word of a command line."""

    container: Container
    text: str


class Setting(NamedTuple):
    """A value that may hold addresses: the name it has, how to call it, and the node or the word it stands in.

    ``prose`` marks lines of programs, in which only whole URLs count. ``line`` is the line of a longer text that the
    value was read from.
    """

    name: str
    value: str
    text: str
    origin: Node | Word
    prose: bool = False
    line: str = ""

    def at(self, text: str) -> Place:
        """Where a part of the value stands, as exactly as can be told."""
        if isinstance(self.origin, Word):
            return self.origin.container.argv.word_place(self.origin.text)
        return _spot(self.origin, text, self.line)


def _spot(node: Node, text: str, line: str) -> Place:
    """Where a text stands in a value, looked for from the line it was read from; the whole value if it is not there."""
    source, (start, end) = node.doc.source.text, node.span
    from_line = source.find(line, start, end) if line else start
    found = source.find(text, max(from_line, start), end)
    if found < 0:
        return node.at()
    return node.doc.place(found, found + len(text), node.path)


def worth_reading(name: str, value: str) -> bool:
    """Whether a value can hold an address at all; most do not."""
    return ":" in value or ".svc" in value or "_SERVICE_HOST" in value or holds_hosts(name)


# -- variables and command lines -----------------------------------------------------------------


_IN_CREDENTIALS = re.compile(r"\$(?:\{[^{}]{1,80}\}|\([^()]{1,80}\))(?=[^\s/@]{0,128}@)")
"""What is filled in elsewhere before the host of an address."""


def variables(container: Container) -> Iterator[Setting]:
    """The variables of a container, with what is written of those that are known in part: their host may be."""
    for variable in container.environment.values():
        value = variable.value or _IN_CREDENTIALS.sub("x", string(variable.node.value, "value"))
        if value and worth_reading(variable.name, value):
            yield Setting(variable.name, value, f"variable '{variable.name}'", _value(variable))


def _value(variable: Variable) -> Node:
    child = variable.node.child("value") if variable.origin == "literal" else None
    return child if child is not None else variable.node


_SPEECH = frozenset({"echo", "printf", "cat", "#", ":", "test", "[", "export"})
"""Programs that only say things."""


def arguments(container: Container) -> Iterator[Setting]:
    """The words of the commands a container runs that may hold addresses, each with the flag it belongs to."""
    for segment in container.argv.segments:
        if next(programs(segment), ("", ""))[0] in _SPEECH:
            continue
        flag = ""
        for word in segment:
            name, value, flag = _taken(word, flag)
            if value and worth_reading(name, value):
                called = f"flag '{name}'" if name[:1] == "-" else f"argument '{name}'" if name else "command line"
                text = f"{called} of container '{container.name}'"
                yield Setting(name, value, text, Word(container, word))


def _taken(word: str, flag: str) -> tuple[str, str, str]:
    """A word as name and value, and the flag that the next word belongs to."""
    name, equals, value = word.partition("=")
    if word[:1] == "-":
        return (name, value, "") if equals else ("", "", word if word[:2] == "--" else "")
    if equals and name.replace("_", "").replace(".", "").isalnum():
        return name, value, ""
    return flag, word, ""


# -- mounted configuration -----------------------------------------------------------------------

_LINE = re.compile(r"""^[\s\-,{\[]*["']?([\w.\-/]{1,80})["']?\s*(?::(?!//)|=)\s*(.*)$""")
_COMMENT = re.compile(r"^\s*(?:#|//|;|\*|/\*).*$|\s#\s.*$")
_PROSE = (".md", ".txt", ".html", ".htm", ".rst", ".ipynb", ".license", ".css", ".svg", ".crt", ".pem", ".sql")
_PROGRAMS = (".py", ".sh", ".js", ".ts", ".go", ".rb", ".lua", ".jinja", ".j2", ".tmpl", ".tpl", ".ps1")
_MOST_LINES = 5_000


def files(scene: Scene, podset: PodSet) -> Iterator[tuple[Resource, str, Node]]:
    """The files that a pod set mounts from ConfigMaps of the scan: the map, the key and its text."""
    workload = podset.workload
    for volume in podset.volumes.values():
        if volume.get("configMap") is None and volume.get("projected") is None:
            continue
        for source in (volume, *volume.children("projected", "sources")):
            name = string(source.value, "configMap", "name")
            config = scene.find("ConfigMap", name, workload.namespace, workload.resource) if name else None
            if config is None:
                continue
            wanted = {string(i, "key") for i in items(source.value, "configMap", "items")}
            for key in _keys(config):
                node = config.node.child("data", key)
                if node is not None and isinstance(node.value, str) and (not wanted or key in wanted):
                    yield config, key, node


def _keys(config: Resource) -> list[str]:
    data = config.node.get("data")
    return [k for k in data if isinstance(k, str)] if isinstance(data, dict) else []


def lines(config: Resource, key: str, node: Node) -> Iterator[Setting]:
    """The settings in a configuration file: line by line, without comments; prose has none, programs only URLs."""
    if key.lower().endswith(_PROSE):
        return
    prose = key.lower().endswith(_PROGRAMS)
    label = f"'{key}' of ConfigMap '{config.ref.name}'"
    for number, line in enumerate(node.value[:MAX_TEXT].splitlines()):
        if number >= _MOST_LINES:
            return
        if ":" not in line and "=" not in line and "." not in line:
            continue
        bare = _COMMENT.sub("", line)
        found = _LINE.match(bare) if not prose else None
        name, value = (found[1], found[2].strip().strip("\"',")) if found is not None else ("", bare)
        if value:
            yield Setting(name, value, label, node, prose, line.strip())


# -- fields of custom objects --------------------------------------------------------------------

_PODS = frozenset({
    "containers", "initContainers", "sidecarContainers", "template", "podTemplate", "podTemplateSpec", "env", "envs",
    "command", "args", "podSpec", "labels", "annotations", "metadata", "status", "matchLabels", "nodeSelector",
    "affinity", "tolerations", "volumes", "volumeMounts", "resources", "manifest", "script", "container", "steps",
    "storageUri", "storageUris", "modelURL", "uri", "extraPodSpec", "templates", "trialSpec", "livenessProbe",
    "readinessProbe", "startupProbe", "data", "manifests", "serveService", "model",
})  # fmt: skip
"""Fields that are read elsewhere: pods and what is in them, models, whole objects."""

_MOST_FIELDS = 2_000


def fields(workload: Workload) -> Iterator[tuple[Setting, tuple[Key, ...]]]:
    """The texts in a custom object's own fields, outside its pods, each with its path."""
    if workload.ref.group in ("", "apps", "batch"):
        return
    spec = workload.resource.node.child("spec")
    for name, node, beside in texts(spec) if spec is not None else ():
        for setting in named(name, node, f"field '{name}' of {workload.ref.kind} '{workload.name}'"):
            yield setting._replace(value=_with_siblings(setting, beside)), node.path


_DATABASES = ("databaseName", "database", "dbName", "dbname")


def _with_siblings(setting: Setting, beside: Value) -> str:
    """The value of a field ``host`` with the port and the database that stand beside it."""
    if not setting.name.lower().endswith("host") or ":" in setting.value or "/" in setting.value:
        return setting.value
    port, database = dig(beside, "port"), next((d for k in _DATABASES if (d := string(beside, k))), "")
    if not isinstance(port, int) or isinstance(port, bool):
        return setting.value
    return f"{setting.value}:{port}/{database}" if database else f"{setting.value}:{port}"


def texts(root: Node) -> Iterator[tuple[str, Node, Value]]:
    """The strings below a node, outside pods, each with the key it stands under and what stands beside it."""
    stack: list[tuple[str, Node, Value]] = [("", root, None)]
    left = _MOST_FIELDS
    while stack and left:
        name, node, beside = stack.pop()
        left -= 1
        value: Value = node.value
        if isinstance(value, str):
            if name != "image":
                yield name, node, beside
        elif isinstance(value, (Map, Seq)):
            for child in reversed(list(node.children())):
                key = child.path[-1]
                if not isinstance(key, str):
                    stack.append((name, child, beside))
                elif key not in _PODS:
                    stack.append((key, child, value))


def named(name: str, node: Node, text: str) -> Iterator[Setting]:
    """The settings in a string: itself, or its lines where it is a configuration file of its own."""
    if "\n" not in node.value:
        yield Setting(name, node.value, text, node)
        return
    for line in node.value[:MAX_TEXT].splitlines()[:_MOST_LINES]:
        bare = _COMMENT.sub("", line)
        found = _LINE.match(bare)
        if found is not None and found[2]:
            yield Setting(found[1], found[2].strip().strip("\"',"), text, node, line=line.strip())
        elif bare.strip():
            yield Setting(name, bare.strip(" -\"',"), text, node, line=line.strip())


_HOOKS = (("lifecycle", "postStart"), ("lifecycle", "preStop"))


def hooks(container: Container) -> Iterator[Setting]:
    """The commands that run when a container starts and ends; in them only whole URLs count."""
    for hook in _HOOKS if container.node.get("lifecycle") is not None else ():
        for word in container.node.children(*hook, "exec", "command"):
            if isinstance(word.value, str):
                for line in word.value[:MAX_TEXT].splitlines():
                    if bare := _COMMENT.sub("", line):
                        text = f"{hook[1]} hook of container '{container.name}'"
                        yield Setting("", bare, text, word, prose=True, line=line.strip())
