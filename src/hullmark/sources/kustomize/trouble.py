"""What kustomize says when a build fails, and the place in the user's files that it means."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from hullmark.model.truth import string
from hullmark.sources.kustomize.kustomization import documents
from hullmark.sources.kustomize.tree import File, Tree
from hullmark.text.source import Place, Problem, Source, Span, decode
from hullmark.text.tree import Map, Node, Seq

_LONGEST = 300
"""How much of a message is kept, in characters: some quote whole patches."""

_NOISE = re.compile(
    r"(?:accumulating (?:resources|components): )?"
    r"(?:accumulation err='accumulating resources from '[^']*': '[^']*' must resolve to a file': "
    r"|accumulateDirectory: |recursed (?:accumulation|merging) of path '[^']*': )"
)
"""What kustomize puts before a message for every kustomization on the way, and for having tried it as a file first."""

_LOGGED = re.compile(r'^E\d{4} .*\] "command failed" err="((?:[^"\\]|\\.)*)"', re.MULTILINE)
"""How some builds of kubectl put a message."""

_BOTH = re.compile(
    r"accumulating resources: accumulation err='(?:accumulating|merging) resources from '[^']*': (.*)': must build at directory: .*",
    re.DOTALL,
)
"""What it says of a file that is none: why it is no file, and then why it is no folder."""

_LINE = re.compile(r"\bline (\d+)")
_FIELD = re.compile(r'unknown field "([^"]+)"')
_ID = re.compile(r"(?P<kind>[A-Z]\w*)\.[\w.\-\[\]]+/(?P<name>[\w.-]+)\.")
_POINTER = re.compile(r"(?:missing path|path|find field)[: ]+\"?(?P<path>/?[\w./~\-\[\]=]+)")


def problem(tree: Tree, said: str) -> Problem:
    """A failed build: what kustomize says in short, and where."""
    if logged := _LOGGED.search(said):
        said = logged[1].replace('\\"', '"').replace("\\n", "\n")
    return Problem(f"kustomize cannot build it: {_short(tree, said)}", _place(tree, said), _hint(tree))


def stopped(tree: Tree, failure: str) -> Problem:
    """A build that did not come to its end."""
    hint = "leave it out, or build it yourself and scan what comes out"
    return Problem(f"kustomize {failure}", tree.layers[tree.root].start, hint)


def _short(tree: Tree, said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip() and not line.startswith(("#", "Warning:"))]
    text = " ".join(lines[-20:]) or said.strip()
    text = re.sub(r"^(?:error|Error): ", "", text)
    text = _BOTH.sub(r"\1", _NOISE.sub("", text))
    for folder, layer in sorted(tree.layers.items(), key=lambda each: -len(each[0])):
        text = text.replace(folder + os.sep, "" if layer.shown == os.curdir else layer.shown + os.sep)
        text = text.replace(f"'{folder}'", f"'{layer.shown}'")
    text = text.replace(os.path.realpath(os.curdir).rstrip(os.sep) + os.sep, "")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} ... {text[-_LONGEST // 2 :]}"


def _hint(tree: Tree) -> str:
    return f"see that it builds: kustomize build {os.path.relpath(tree.root)}"


def _place(tree: Tree, said: str) -> Place:
    for found in (_suspect, _malformed, _unknown, _operation, _object):
        for place in found(tree, said):
            return place
    return tree.layers[tree.root].start


def _suspect(tree: Tree, said: str) -> Iterator[Place]:
    """The entry that leads nowhere, if the message speaks of it."""
    for entry, place in tree.suspects:
        if entry in said or (os.path.basename(entry) or entry) in said:
            yield place


def _malformed(tree: Tree, said: str) -> Iterator[Place]:
    """The line in the file that cannot be read."""
    line = _LINE.search(said)
    for file in tree.files.values() if line else ():
        source = decode(file.shown, file.data)
        if line and isinstance(source, Source) and re.search(rf"[/']{re.escape(os.path.basename(file.path))}'", said):
            number = min(int(line[1]), len(source.starts))
            start = source.starts[number - 1]
            yield Place(source, Span(start, start + len(source.line(number))))


def _unknown(tree: Tree, said: str) -> Iterator[Place]:
    """The field that kustomize does not know."""
    field = _FIELD.search(said)
    for layer in tree.layers.values() if field else ():
        for node in _maps(layer.node):
            if field is not None and field[1] in node.value:
                yield node.key(field[1])


def _operation(tree: Tree, said: str) -> Iterator[Place]:
    """The operation of a JSON patch, or the path of a replacement, that does not apply."""
    pointer = _POINTER.search(said)
    for node in _patches(tree) if pointer else ():
        for inner in _maps(node):
            if pointer is not None and pointer["path"] in (string(inner.value, "path"), *_strings(inner.value)):
                yield inner.at("path") if "path" in inner.value else inner.at("fieldPaths")


def _strings(value: Map) -> Iterator[str]:
    paths = value.get("fieldPaths")
    yield from (each for each in paths if isinstance(each, str)) if isinstance(paths, Seq) else ()


def _object(tree: Tree, said: str) -> Iterator[Place]:
    """The last patch or object with the identity that the message names."""
    wanted = {(found["kind"], found["name"]) for found in _ID.finditer(said)}
    nodes = [*_objects(tree)] if wanted else []
    for node in reversed(nodes):
        if (string(node.value, "kind"), string(node.value, "metadata", "name")) in wanted:
            yield node.at("metadata", "name")


def _objects(tree: Tree) -> Iterator[Node]:
    for role in ("resource", "patch"):
        for file in tree.files.values():
            if file.role == role:
                yield from _documents(file)
    yield from _patches(tree)


def _patches(tree: Tree) -> Iterator[Node]:
    """The kustomizations, and all patches and replacements."""
    for layer in tree.layers.values():
        yield layer.node
        for path in layer.patches():
            yield from (each.node for each in layer.embedded(*path))
    for file in tree.files.values():
        if file.role in ("patch", "replacement"):
            yield from _documents(file)


def _documents(file: File) -> Iterator[Node]:
    source = decode(file.shown, file.data)
    yield from (each.node for each in documents(source)) if isinstance(source, Source) else ()


def _maps(node: Node) -> Iterator[Node]:
    stack = [node]
    while stack:
        inner = stack.pop()
        if isinstance(inner.value, Map):
            yield inner
        stack.extend(reversed(list(inner.children())))
