"""Settings in mounted configuration: files that pods are given from ConfigMaps.

YAML and JSON are read as such, so that a value is known with all the names above it and what stands beside it. Other
files are read line by line, programs for whole URLs only, and prose not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hullmark.graph.components.addresses import MAX_TEXT, shuts, words
from hullmark.graph.components.proxy_files import proxy_file, reader
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.settings import COMMENT, LINE, MOST_LINES, Beside, Setting, beside, named, with_siblings
from hullmark.model.container import Container
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.model.workload import PodSet
from hullmark.recognise.embedded import whole
from hullmark.text.regex import regex
from hullmark.text.source import Span
from hullmark.text.tree import Document, Map, Node, Seq, Value, items, mapping

_PROSE = (".md", ".txt", ".html", ".htm", ".rst", ".ipynb", ".license", ".css", ".svg", ".crt", ".pem", ".sql")
_PROGRAMS = (".py", ".sh", ".js", ".ts", ".go", ".rb", ".lua", ".jinja", ".j2", ".tmpl", ".tpl", ".ps1")
_TREES = (".yaml", ".yml", ".json")
_DIRECTIVES = (".conf", ".cfg")
_MOST_TREE, _MOST_LEAVES = 50_000, 5_000
"""Longest text that is read as a tree, in characters, and most of its values that are looked at."""


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
            yield from ((config, key, node) for key, node in scene.texts(config) if not wanted or key in wanted)


class Trees:
    """Texts that are read as trees, each once: what a pod mounts as a file it often has as a variable too."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, Span], tuple[Document, ...]] = {}

    def of(self, node: Node) -> tuple[Document, ...]:
        """The documents of a text if all of it can be read as objects and lists; else nothing."""
        key = (id(node.doc.source), node.span)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = whole(node)
        return known


def is_nested(setting: Setting) -> bool:
    """Whether the value of a setting may be a small configuration of its own."""
    value, node = setting.value, setting.origin
    return (value[:1] in ("{", "[") or "\n" in value) and isinstance(node, Node) and node.value == value


def inside(setting: Setting, trees: Trees) -> Iterator[Setting]:
    """The settings in such a value, or else the setting itself."""
    node, value = setting.origin, setting.value
    if not isinstance(node, Node) or shuts(setting.name):
        return
    read = trees.of(node) if ":" in value and len(value) <= _MOST_TREE else ()
    if read:
        for tree in read:
            yield from _leaves(tree.node, setting.text)
    elif "\n" in value.strip():
        yield from _lines(node, setting.text, directives=False)
    else:
        yield setting


def scripts(container: Container) -> Iterator[Setting]:
    """The programs that steps of pipelines hold: Argo's ``source``, Tekton's ``script``."""
    for key in ("source", "script"):
        node = container.node.child(key) if container.node.get(key) is not None else None
        if node is not None and isinstance(node.value, str):
            python = "python" in f"{container.argv.text} {node.value[:80]}"
            yield from _program(node, f"'{key}' of container '{container.name}'", python=python)


def written(config: Resource, key: str, node: Node, trees: Trees) -> Iterator[Setting]:
    """The settings in a configuration file."""
    lower, label = key.lower(), f"'{key}' of ConfigMap '{config.ref.name}'"
    if lower.endswith(_PROSE):
        return
    if lower.endswith(_PROGRAMS):
        yield from _program(node, label, python=lower.endswith(".py"))
        return
    if (proxied := reader(key, node.value)) is not None:
        beside = [text for text in mapping(config.node.value, "data").values() if isinstance(text, str)]
        yield from proxy_file(proxied, node, label, beside)
        return
    read = trees.of(node) if _is_tree(lower, node.value) else ()
    if read:
        for tree in read:
            yield from _leaves(tree.node, label)
    else:
        yield from _lines(node, label, directives=lower.endswith(_DIRECTIVES))


# -- trees ---------------------------------------------------------------------------------------


def _is_tree(key: str, text: str) -> bool:
    said = key.endswith(_TREES) or ("." not in key and ("\n" in text or text[:1] in "{["))
    return said and len(text) <= _MOST_TREE and (":" in text)


def _leaves(root: Node, label: str) -> Iterator[Setting]:
    """The strings of a tree, each with the name it stands under; below some names nothing is called."""
    stack: list[tuple[str, Node, Beside]] = [("", root, {})]
    left = _MOST_LEAVES
    while stack and left:
        name, node, siblings = stack.pop()
        left -= 1
        value: Value = node.value
        if isinstance(value, str):
            yield from _leaf(name, node, siblings, label)
        elif isinstance(value, Map):
            pairs, own = [(str(c.path[-1]), c) for c in node.children()], beside(value)
            stack.extend((key, child, own) for key, child in reversed(pairs) if not shuts(key))
        elif isinstance(value, Seq):
            stack.extend((name, child, siblings) for child in reversed(list(node.children())))


def _leaf(name: str, node: Node, siblings: Beside, label: str) -> Iterator[Setting]:
    for setting in named(name, node, label):
        yield setting if "\n" in node.value else setting._replace(value=with_siblings(setting, siblings))


# -- lines ---------------------------------------------------------------------------------------


class _Line(NamedTuple):
    """A line: its name and value, the line itself, and all that stands in the same section."""

    name: str
    value: str
    raw: str
    siblings: Beside


_SECTION = regex(r"^\s*\[{1,2}\s*([^\[\]]{1,200}?)\s*\]{1,2}\s*$")
_DIRECTIVE = regex(r"^\s*([A-Za-z][\w.-]{0,79})[ \t]+([^\s;{}]{1,500})(.*)$")
_SERVERS = frozenset({"webserver", "api", "server"})
_BASE = regex(r"^\s*(?:base|root)_url\s*=")
"""Where a server is found, in the section of its own settings: Airflow's, MLflow's, Grafana's."""
_ASSIGNED = regex(r"^\s*export\s+")


def _lines(node: Node, label: str, *, directives: bool) -> Iterator[Setting]:
    found = _sections(node.value[:MAX_TEXT].splitlines()[:MOST_LINES], directives=directives)
    for line in list(found):  # a port may follow its host
        setting = Setting(line.name, line.value, label, node, line=line.raw)
        yield setting._replace(value=with_siblings(setting, line.siblings))


def _sections(lines: list[str], *, directives: bool) -> Iterator[_Line]:
    """Lines without comments, of sections whose name does not shut them off."""
    siblings: dict[tuple[str, ...], Value] = {}
    shut, served = False, False
    for raw in lines:
        bare = _ASSIGNED.sub("", COMMENT.sub("", raw))
        section = _SECTION.match(bare)
        if section is not None:
            siblings, shut = {}, any(shuts(part) for part in section[1].split("."))
            served = section[1] in _SERVERS
        elif bare.strip() and not shut and not (served and _BASE.match(bare)):
            yield from _named(bare, raw.strip(), siblings, directives=directives)


def _named(bare: str, raw: str, siblings: dict[tuple[str, ...], Value], *, directives: bool) -> Iterator[_Line]:
    found = LINE.match(bare)
    if found is not None:
        name, value = found[1], found[2].strip().strip("\"',")
        siblings[words(name)] = value
        if value:
            yield _Line(name, value, raw, siblings)
        return
    directive = _DIRECTIVE.match(bare) if directives else None
    if directive is not None:
        siblings[words(directive[1])] = directive[2]
        yield _Line(directive[1], directive[2], raw, siblings)
        bare = directive[3]
    if bare.strip():
        yield _Line("", bare, raw, {})


# -- programs ------------------------------------------------------------------------------------

_SAYS = regex(r"^\s*(?:echo|printf|print|console\.log)\b(?!.*[|>])")
_QUOTES = regex(r"\"\"\"|'''")


def _program(node: Node, label: str, *, python: bool) -> Iterator[Setting]:
    """Lines of a program that are neither comments nor documentation nor only say something."""
    inside = False
    for raw in node.value[:MAX_TEXT].splitlines()[:MOST_LINES]:
        quotes = len(_QUOTES.findall(raw)) if python else 0
        prose, inside = inside or quotes > 0, inside != (quotes % 2 == 1)
        bare = COMMENT.sub("", raw)
        if bare.strip() and not prose and not _SAYS.match(bare):
            yield Setting("", bare, label, node, prose=True, line=raw.strip())
