"""The marked copy of a kustomization: the same files in the same order, with marks for values."""

from __future__ import annotations

import json
import os
import re
from hashlib import blake2b
from typing import Any, NamedTuple

from hullmark.model.truth import string
from hullmark.sources.kustomize.kustomization import GENERATORS, Kustomization, documents, maps
from hullmark.sources.kustomize.marks import Mark, Marks, Plain, TooMuch, selector_values
from hullmark.sources.kustomize.tree import File, Tree
from hullmark.text.source import Key, Source, Span, decode
from hullmark.text.tree import Document, Map, Seq, Value, dig, items, mapping

_IMAGE_PARTS = ("newName", "newTag", "digest", "tagSuffix")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_MERGE_KEY = re.compile(r'x-kubernetes-patch-merge-key"?\s*:\s*"?(\w+)')


class Copy(NamedTuple):
    """What to write where (by the path of the original), and what the marks in it mean."""

    files: dict[str, bytes]
    marks: Marks


def marked(tree: Tree) -> Copy | None:
    """The marked copy of what a tree holds; None if that would be too much or nests too deep."""
    writer = _Writer(tree)
    try:
        writer.layer(tree.root)
        writer.rest()
    except (TooMuch, RecursionError):
        return None
    return Copy(writer.files, writer.marks)


class _Writer:
    """Writes a marked copy, in the order in which kustomize applies things.

    That order is https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/target/kusttarget.go
    (accumulateTarget) and kusttarget_configplugin.go (configureBuiltinTransformers).
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.files: dict[str, bytes] = {}
        self.done: set[str] = set()
        self.inline = {folder: frozenset(layer.patches()) for folder, layer in tree.layers.items()}
        self.marks = Marks(_salt(tree), _plain(tree))

    def layer(self, folder: str) -> None:
        """Write a kustomization after all that it builds on."""
        if folder in self.done:
            return
        self.done.add(folder)
        layer = self.tree.layers[folder]
        root: dict[str, Any] = dict(layer.node.value)
        self._below(layer, "resource")
        if options := mapping(root, "generatorOptions"):
            root["generatorOptions"] = self._options(layer, options, ("generatorOptions",))
        for field in GENERATORS:
            self._change(root, layer, field, self._generator)
        self._below(layer, "component")
        root.update(self._patches(layer, "patchesStrategicMerge"))
        root.update(self._patches(layer, "patches"))
        for index, entry in enumerate(items(root, "labels")):
            root["labels"] = [*root["labels"]]
            root["labels"][index] = self._pairs(layer, entry, ("labels", index), "pairs")
        for field in ("commonLabels", "commonAnnotations"):
            root = self._pairs(layer, root, (), field)
        root.update(self._patches(layer, "patchesJson6902"))
        self._change(root, layer, "replicas", self._replicas)
        for field in ("images", "imageTags"):
            self._change(root, layer, field, self._image)
        self._change(root, layer, "replacements", self._replacement)
        if folder == self.tree.root:
            root["buildMetadata"] = ["transformerAnnotations"]
        self.files[os.path.join(folder, os.path.basename(layer.name))] = _dumped(root)

    def rest(self) -> None:
        """Write what holds no values, as it is."""
        for folder, layer in self.tree.layers.items():
            source = layer.document.source
            self.files.setdefault(os.path.join(folder, os.path.basename(layer.name)), source.encode(source.text))
        for path, file in self.tree.files.items():
            self.files.setdefault(path, file.data)

    def _below(self, layer: Kustomization, role: str) -> None:
        for reference in layer.references():
            target = self.tree.links.get((layer.folder, reference.path), "")
            if reference.role != role or not target:
                continue
            if target in self.tree.layers:
                self.layer(target)
            elif target in self.tree.files:
                self._manifest(self.tree.files[target])

    def _change(self, root: dict[str, Any], layer: Kustomization, field: str, change: Any) -> None:
        """Let something change the entries of a list."""
        entries = root.get(field)
        if isinstance(entries, Seq):
            root[field] = [
                change(layer, dict(entry), (field, index)) if isinstance(entry, Map) else entry
                for index, entry in enumerate(entries)
            ]

    def _manifest(self, file: File) -> None:
        """Write a file of objects or patches."""
        if file.path in self.files:
            return
        source = decode(file.shown, file.data)
        found = documents(source) if isinstance(source, Source) else []
        self.files[file.path] = self._written(found) if found else file.data

    def _written(self, found: list[Document]) -> bytes:
        return b"\n---\n".join(
            _dumped(self._operations(each) if isinstance(each.root, Seq) else self.marks.tree(each, each.root, (), ()))
            for each in found
        )

    def _patches(self, layer: Kustomization, field: str) -> dict[str, Any]:
        """The patches of a field, those written in place marked; files are written."""
        entries = layer.node.value.get(field)
        if not isinstance(entries, Seq):
            return {}
        marked = [dict(entry) if isinstance(entry, Map) else entry for entry in entries]
        for index in range(len(entries)):
            for end in ((), ("path",)):
                file = self.tree.files.get(self.tree.links.get((layer.folder, (field, index, *end)), ""))
                if file is not None:
                    self._manifest(file)
            if (field, index) in self.inline[layer.folder]:
                marked[index] = self._inline(layer, (field, index))
            elif (field, index, "patch") in self.inline[layer.folder]:
                marked[index]["patch"] = self._inline(layer, (field, index, "patch"))
        return {field: marked}

    def _inline(self, layer: Kustomization, path: tuple[Key, ...]) -> str:
        embedded = layer.embedded(*path)
        return self._written(embedded).decode() if embedded else layer.node.get(*path)

    def _operations(self, document: Document) -> list[Any]:
        """The operations of a JSON patch (RFC 6902); what they test for, which are values, is no matter here."""
        marked: list[Any] = []
        for index, operation in enumerate(document.root):
            if not isinstance(operation, Map) or "value" not in operation:
                marked.append(operation)
            elif operation.get("op") != "test":
                value, path, pointer = operation["value"], (index, "value"), string(operation, "path")
                seen = _pointer(pointer)
                changed = self.marks.tree(document, value, path, seen)
                marked.append({**operation, "value": changed})
                if changed == value and seen and isinstance(seen[-1], str):
                    # It has to stay, so a token is put beside it.
                    token = self.marks.token(Mark(document, path, Map({seen[-1]: value}), "entry"))
                    marked.append({"op": "add", "path": f"{pointer.rpartition('/')[0]}/{token}", "value": ""})
        return marked or list(document.root)

    def _pairs(self, layer: Kustomization, holder: dict[str, Any], path: tuple[Key, ...], field: str) -> dict[str, Any]:
        """A mapping with marks for the labels or annotations in one of its fields."""
        pairs = dig(holder, field)
        if not isinstance(pairs, Map) or not pairs:
            return holder
        way = (*path, field)
        marked: dict[str, Any] = {self.marks.token(Mark(layer.document, way, pairs, "map")): ""}
        for key, value in pairs.items():
            kept = not isinstance(value, str) or self.marks.keeps(("annotations", key), value)
            marked[key] = value if kept else self.marks.token(Mark(layer.document, (*way, key), value))
        return {**holder, field: marked}

    def _generator(self, layer: Kustomization, entry: dict[str, Any], path: tuple[Key, ...]) -> dict[str, Any]:
        """A generator of a ConfigMap or Secret: marks for literals, for its files, and for itself in an annotation."""
        own = self.marks.token(Mark(layer.document, path, dig(layer.node.value, *path), "map"))
        marked = self._options(layer, mapping(entry, "options"), (*path, "options"))
        annotations = marked.get("annotations")
        entry["options"] = {
            **marked,
            "annotations": {**(annotations if isinstance(annotations, dict) else {}), own: ""},
        }
        if isinstance(kind := entry.get("type"), str):
            entry["type"] = self.marks.token(Mark(layer.document, (*path, "type"), kind))
        if isinstance(literals := entry.get("literals"), Seq):
            entry["literals"] = [
                self._literal(layer, literal, (*path, "literals", index)) for index, literal in enumerate(literals)
            ]
        for reference in layer.references():
            file = self.tree.files.get(self.tree.links.get((layer.folder, reference.path), ""))
            if file is not None and reference.path[:2] == path and file.path not in self.files:
                self.files[file.path] = self._data(file) if reference.role == "data" else self._environment(file)
        return entry

    def _options(self, layer: Kustomization, options: Map, path: tuple[Key, ...]) -> dict[str, Any]:
        return self._pairs(layer, self._pairs(layer, dict(options), path, "annotations"), path, "labels")

    def _literal(self, layer: Kustomization, literal: Value, path: tuple[Key, ...]) -> Value:
        if not isinstance(literal, str) or "=" not in literal:
            return literal
        key, _, value = literal.partition("=")
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        return f"{key}={self.marks.token(Mark(layer.document, path, value))}"

    def _data(self, file: File) -> bytes:
        """The content of a file as a value; kustomize encodes what is no UTF-8."""
        try:
            text = file.data.decode()
        except UnicodeDecodeError:
            return file.data
        source = Source(file.shown, text)
        return self.marks.token(Mark(Document(source, text, Span(0, len(text))), (), text)).encode()

    def _environment(self, file: File) -> bytes:
        """A file of variables (https://github.com/kubernetes-sigs/kustomize/blob/master/api/kv/kv.go)."""
        try:
            text = file.data.decode()
        except UnicodeDecodeError:
            return file.data
        values, places, lines, start = Seq(), [], [], 0
        document = Document(Source(file.shown, text), values, Span(0, len(text)))
        for line in _LINES.findall(text):
            key, equals, value = line.rstrip("\r\n").lstrip().partition("=")
            if equals and not key.startswith("#"):
                places.append((start + len(line) - len(line.lstrip()), start + len(line.rstrip("\r\n"))))
                values.append(value)
                lines.append(f"{key}={self.marks.token(Mark(document, (len(values) - 1,), value))}\n")
            else:
                lines.append(line)
            start += len(line)
        values.marks = places
        return "".join(lines).encode()

    def _replicas(self, layer: Kustomization, entry: dict[str, Any], path: tuple[Key, ...]) -> dict[str, Any]:
        count = entry.get("count")
        if isinstance(count, int) and not isinstance(count, bool):
            entry["count"] = self.marks.count(Mark(layer.document, (*path, "count"), count, "count"))
        return entry

    def _image(self, layer: Kustomization, entry: dict[str, Any], path: tuple[Key, ...]) -> dict[str, Any]:
        for part in _IMAGE_PARTS:
            if isinstance(value := entry.get(part), str) and value:
                entry[part] = self.marks.token(Mark(layer.document, (*path, part), value))
        return entry

    def _replacement(self, layer: Kustomization, entry: dict[str, Any], path: tuple[Key, ...]) -> dict[str, Any]:
        if isinstance(value := entry.get("sourceValue"), str) and not self.marks.keeps(("", "sourceValue"), value):
            entry["sourceValue"] = self.marks.token(Mark(layer.document, (*path, "sourceValue"), value))
        return entry


def _pointer(text: str) -> tuple[Key, ...]:
    """The keys of a JSON pointer (RFC 6901); an index, or ``-`` for the end of a list, is a number."""
    keys = (key.replace("~1", "/").replace("~0", "~") for key in text.split("/")[1:])
    return tuple(int(key) if key.isdecimal() and len(key) < 9 else -1 if key == "-" else key for key in keys)


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


def _plain(tree: Tree) -> Plain:
    """What selectors of this tree look at, and what its settings say of lists and images."""
    default = Plain()
    settings = [layer.document for layer in tree.layers.values()]
    for file in tree.files.values():
        source = decode(file.shown, file.data) if file.role in ("setting", "replacement", "plugin") else None
        settings += documents(source) if isinstance(source, Source) else ()
    texts = [each.source.text for each in settings]
    images = (each for document in settings for each in items(document.root, "images"))
    return Plain(
        frozenset(selector_values(texts)),
        any("labelSelector" in text or "annotationSelector" in text for text in texts),
        frozenset(string(value, "delimiter") for each in settings for value in maps(each.root)) - {""},
        default.merge_keys.union(*(_MERGE_KEY.findall(text) for text in texts)),
        default.images.union(string(each, "path").rpartition("/")[2] for each in images) - {""},
    )


def _salt(tree: Tree) -> str:
    """A word that stands nowhere in the files, because it is a digest of them, and is the same for the same files."""
    digest = blake2b(digest_size=8)
    for layer in tree.layers.values():
        digest.update(layer.document.source.text.encode("utf-8", "surrogatepass"))
    for file in tree.files.values():
        digest.update(file.data)
    return f"q{digest.hexdigest()}x"
