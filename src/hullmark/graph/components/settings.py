"""Where addresses stand: in variables, on command lines, in fields of custom objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hullmark.graph.components.addresses import MAX_TEXT, holds_hosts, words
from hullmark.graph.components.dialled import dialled
from hullmark.model.argv import programs
from hullmark.model.container import Container, Variable
from hullmark.model.truth import string
from hullmark.model.workload import Workload
from hullmark.text.regex import regex
from hullmark.text.source import Key, Place
from hullmark.text.tree import Map, Node, Seq, Value


class Word(NamedTuple):
    """A word of a command line."""

    container: Container
    text: str


class Setting(NamedTuple):
    """A value that may hold addresses: the name it has, how to call it, and the node or the word it stands in.

    ``prose`` marks lines of programs, in which only whole URLs count. ``line`` is the line of a longer text that the
    value was read from. ``shared`` says that it stands in a ConfigMap, which others may take it from as well.
    """

    name: str
    value: str
    text: str
    origin: Node | Word
    prose: bool = False
    line: str = ""
    shared: bool = False

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
    if found < 0 and line and from_line >= 0:
        found, text = from_line, line  # the text is put together from what stands there
    if found < 0:
        return node.at()
    return node.doc.place(found, found + len(text), node.path)


def worth_reading(name: str, value: str) -> bool:
    """Whether a value can hold an address at all; most do not."""
    return ":" in value or ".svc" in value or "_SERVICE_HOST" in value or holds_hosts(name)


# -- variables and command lines -----------------------------------------------------------------


_IN_CREDENTIALS = regex(r"\$(?:\{[^{}]{1,80}\}|\([^()]{1,80}\))(?=[^\s/@]{0,128}@)")
"""What is filled in elsewhere before the host of an address."""


def variables(container: Container) -> Iterator[Setting]:
    """The variables of a container, with what is written of those that are known in part: their host may be."""
    for variable in container.environment.values():
        name, value, origin, node = variable
        if not value:
            value = _IN_CREDENTIALS.sub("x", string(node.value, "value"))
        if value and worth_reading(name, value):
            yield Setting(name, value, f"variable '{name}'", _value(variable), shared=origin == "config")


def _value(variable: Variable) -> Node:
    child = variable.node.child("value") if variable.origin == "literal" else None
    return child if child is not None else variable.node


_SPEECH = frozenset({"echo", "printf", "cat", "#", ":", "test", "[", "export"})
"""Programs that only say things."""


def arguments(container: Container) -> Iterator[Setting]:
    """The words of the commands a container runs that may hold addresses, each with the flag it belongs to."""
    for segment in container.argv.segments:
        program = next(programs(segment), ("", ""))[0]
        if program in _SPEECH:
            continue
        for name, value, word in dialled(program, segment):
            yield Setting(name, value, f"'{program}' of container '{container.name}'", Word(container, word))
        flag = ""
        for word in segment:
            name, value, flag = taken(word, flag)
            if value and worth_reading(name, value):
                called = f"flag '{name}'" if name[:1] == "-" else f"argument '{name}'" if name else "command line"
                text = f"{called} of container '{container.name}'"
                yield Setting(name, value, text, Word(container, word))


def taken(word: str, flag: str) -> tuple[str, str, str]:
    """A word as name and value, and the flag that the next word belongs to."""
    name, equals, value = word.partition("=")
    if word[:1] == "-":
        return (name, value, "") if equals else ("", "", word if word[:2] == "--" else "")
    if equals and name.replace("_", "").replace(".", "").isalnum():
        return name, value, ""
    return flag, word, ""


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
    spec, of = workload.resource.node.child("spec"), f"of {workload.ref.kind} '{workload.name}'"
    if spec is None:
        return
    for name, node, siblings in texts(spec):
        setting = Setting(name, node.value, f"field '{name}' {of}", node)
        if name.lower().endswith(("host", "address", "addr", "server")):
            setting = setting._replace(value=with_siblings(setting, beside(siblings)))
        yield setting, node.path
    if not workload.podsets:  # its operator alone knows the pods
        yield from ((setting, spec.path) for setting in boxed(spec, of.removeprefix("of ")))
    known = {id(c.node.value) for c in workload.containers}
    for box in _boxes(spec, known):
        for setting in boxed(box, f"'{box.path[-1]}' {of}"):
            yield setting, box.path


def _boxes(root: Node, known: set[int]) -> Iterator[Node]:
    """What is described like a container, with an image, but is none of the pods': an operator adds it to them."""
    stack, left = [root], _MOST_FIELDS
    while stack and left:
        node = stack.pop()
        left -= 1
        value: Value = node.value
        if isinstance(value, Map):
            if isinstance(value.get("image"), str) and not value.keys().isdisjoint(_BOX) and id(value) not in known:
                yield node
            stack.extend(c for c in node.children() if c.path[-1] not in _PODS)
        elif isinstance(value, Seq):
            stack.extend(node.children())


_BOX = frozenset({"env", "command", "args"})


def boxed(node: Node, of: str) -> Iterator[Setting]:
    """The settings of something that is described like a container: its variables and the words of its command."""
    for entry in (*node.children("env"), *node.children("envs")):
        name, value = string(entry.value, "name"), entry.child("value")
        if name and value is not None and isinstance(value.value, str):
            yield Setting(name, value.value, f"variable '{name}' of {of}", value)
    flag = ""
    for key in ("command", "args"):
        for word in node.children(key):
            if isinstance(word.value, str):
                name, text, flag = taken(word.value, flag)
                if text and worth_reading(name, text):
                    yield Setting(name, text, f"command line of {of}", word)


Beside = Mapping[tuple[str, ...], Value]
"""What stands beside a setting, by the words of its names."""

_NOTHING: Beside = {}
_DATABASES = (("database", "name"), ("database",), ("db", "name"), ("dbname",))
_BESIDE_PORTS = frozenset({"host", "hostname", "address", "addr", "server"})
"""Last words of names whose value may have its port beside it."""


def beside(siblings: Value) -> Beside:
    """The settings of a mapping by the words of their names."""
    return {words(str(k)): v for k, v in siblings.items()} if isinstance(siblings, Map) else _NOTHING


def with_siblings(setting: Setting, siblings: Beside) -> str:
    """The value of a field ``host`` with the port and the database that stand beside it."""
    said, value = words(setting.name), setting.value
    if not said or said[-1] not in _BESIDE_PORTS or not value or ":" in value or "/" in value:
        return value
    port = _port(siblings.get((*said[:-1], "port"))) or _port(siblings.get((*said[:-1], "port", "value")))
    if not port:
        return value
    database = next((str(siblings[n]) for n in _DATABASES if siblings.get(n)), "")
    return f"{value}:{port}/{database}" if database else f"{value}:{port}"


def _port(value: Value) -> int:
    """The port that a value is; 0 for none."""
    number = int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 6 else value
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 65_536 else 0


def texts(root: Node) -> Iterator[tuple[str, Node, Value]]:
    """The strings below a node, outside pods, each with the key it stands under and what stands beside it."""
    stack: list[tuple[str, Node, Value]] = [("", root, None)]
    left = _MOST_FIELDS
    while stack and left:
        name, node, siblings = stack.pop()
        left -= 1
        value: Value = node.value
        if isinstance(value, str):
            if name != "image":
                yield name, node, siblings
        elif isinstance(value, (Map, Seq)):
            for child in reversed(list(node.children())):
                key = child.path[-1]
                if not isinstance(key, str):
                    stack.append((name, child, siblings))
                elif key not in _PODS:
                    stack.append((key, child, value))


LINE = regex(r"""^[\s\-,{\[]*["']?([\w.\-/]{1,80})["']?\s*(?::(?!//)|=)\s*(.*)$""")
"""A line of a configuration file that gives a name its value."""

COMMENT = regex(r"^\s*(?:#|//|;|\*|/\*).*$|\s#\s.*$")
MOST_LINES = 5_000


def named(name: str, node: Node, text: str) -> Iterator[Setting]:
    """The settings in a string: itself, or its lines where it is a configuration file of its own."""
    if "\n" not in node.value:
        yield Setting(name, node.value, text, node)
        return
    for line in node.value[:MAX_TEXT].splitlines()[:MOST_LINES]:
        bare = COMMENT.sub("", line)
        found = LINE.match(bare)
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
                    if bare := COMMENT.sub("", line):
                        text = f"{hook[1]} hook of container '{container.name}'"
                        yield Setting("", bare, text, word, prose=True, line=line.strip())
