"""Places in the output of a build, translated into the files it was built from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hullmark.model.truth import string
from hullmark.sources.kustomize.copy import Copy
from hullmark.sources.kustomize.trace import Found, Trace
from hullmark.sources.kustomize.tree import Tree
from hullmark.text.source import Key, Place, Source, Span, decode
from hullmark.text.tree import Document, Map, Node, Origin, Seq, Value, dig, items
from hullmark.text.yaml import read

_DIGEST = re.compile(r"-[a-z0-9]{10}$")

Identity = tuple[str, str, str, str]


class Origins:
    """The origins of all objects of a build."""

    def __init__(self, tree: Tree, copy: Copy | None, marked: str) -> None:
        self.tree = tree
        self.copy = copy
        self._exact: dict[Identity, Map] = {}
        self._loose: dict[Identity, list[Map]] = {}
        self._objects: list[Node] | None = None
        for found in read(Source("", marked)):
            if isinstance(found, Document) and isinstance(found.root, Map):
                self._exact[_identity(found.root)] = found.root
                self._loose.setdefault(_undigested(found.root), []).append(found.root)

    def of(self, document: Document) -> Origin:
        """Where the places of an object are."""
        marked = self._twin(document.root)
        if self.copy is not None and marked is not None:
            trace = Trace(self.tree, self.copy.marks, document.root, marked)
            if (home := trace.home()) is not None:
                return _Places(document, trace, home.place)
        return _Places(document, None, self._guessed(document.root))

    def _twin(self, root: Value) -> Map | None:
        """The same object of the marked build; its name differs at most by the digest of what was generated."""
        others = self._loose.get(_undigested(root), [])
        return self._exact.get(_identity(root)) or (others[0] if len(others) == 1 else None)

    def _guessed(self, root: Value) -> Place:
        """Where an object that is not traced was made: the one object of its kind and name, else the kustomization."""
        if self._objects is None:
            self._objects = list(self._read())
        name, kind = string(root, "metadata", "name"), string(root, "kind")
        same = [node for node in self._objects if string(node.value, "kind") == kind]
        names = [(node, string(node.value, "metadata", "name")) for node in same]
        for fitting in ([n for n, own in names if own == name], [n for n, own in names if own and own in name]):
            if len(fitting) == 1:
                return fitting[0].at("metadata", "name")
        return self.tree.layers[self.tree.root].start

    def _read(self) -> Iterator[Node]:
        for file in self.tree.files.values():
            source = decode(file.shown, file.data) if file.role == "resource" else None
            for found in read(source) if isinstance(source, Source) else ():
                if isinstance(found, Document):
                    yield found.node
                    yield from (found.node.children("items") if items(found.root, "items") else ())


class _Places:
    """The places of one object."""

    def __init__(self, document: Document, trace: Trace | None, home: Place) -> None:
        self.document = document
        self.trace = trace
        self.home = home

    def __call__(self, span: Span, path: tuple[Key, ...], exact: bool) -> Place:  # noqa: FBT001 - an `Origin`
        at = self._standing(span, path)
        part = self._part(span, at, exact=exact)
        found = self._found(at, part) if self.trace is not None else None
        if found is None or self.trace is None:
            return self.home._replace(path=path, exact=False, editable=False)
        place = self._key(found) if part is None else self._within(found.place, span, at)
        via = self.trace.overridden(at, found)
        return Place(place.source, place.span, path, exact and found.exact, editable=False, via=via)

    def _standing(self, span: Span, path: tuple[Key, ...]) -> tuple[Key, ...]:
        """The path of what stands there: of a container that was put together from fields the path is made up as well."""
        mark = _mark(dig(self.document.root, *path[:-1]), path[-1]) if path else None
        if not path or (mark is not None and mark[0] <= span.start and span.end <= mark[-1]):
            return path
        value, found = self.document.root, list[Key]()
        while isinstance(value, (Map, Seq)):
            entries: Iterable[tuple[Key, tuple[int, ...]]]
            entries = value.marks.items() if isinstance(value, Map) else enumerate(value.marks)
            hit = next(((k, m) for k, m in entries if m[0] <= span.start and span.end <= m[-1]), None)
            if hit is None:
                break
            found.append(hit[0])
            value = dig(value, hit[0]) if hit[1][-2] <= span.start else None
        return tuple(found) or path

    def _found(self, path: tuple[Key, ...], part: str | None) -> Found | None:
        """The origin of a value, or of an entry of it that stands for the whole."""
        found = self.trace.find(path) if self.trace is not None and path else None
        if found is not None and part:
            known = part in dig(found.document.root, *found.path)
            return found._replace(path=(*found.path, part)) if known else found
        return found

    def _part(self, span: Span, path: tuple[Key, ...], *, exact: bool) -> str | None:
        """What of the value at a path a span means: its key (None), itself (empty), or one of its entries."""
        value = dig(self.document.root, *path)
        mark = (_mark(dig(self.document.root, *path[:-1]), path[-1]) if path else None) or tuple(self.document.span)
        if exact and span == Span(mark[-2], mark[-1]):
            return ""
        if len(mark) == 4 and span.start == mark[0]:
            return None
        if isinstance(value, Map):
            return next((key for key, inner in value.marks.items() if inner[0] == span.start), "")
        return ""

    def _key(self, found: Found) -> Place:
        keyed = found.path and isinstance(found.path[-1], str)
        return found.document.node.key(*found.path) if keyed else found.place

    def _within(self, place: Place, span: Span, path: tuple[Key, ...]) -> Place:
        """The place of a part of a text, where it stands there once."""
        value = dig(self.document.root, *path)
        text = self.document.source.text[span.start : span.end]
        own = place.source.text[place.span.start : place.span.end]
        if not isinstance(value, str) or len(text) >= len(value) or own.count(text) != 1:
            return place
        start = place.span.start + own.index(text)
        return place._replace(span=Span(start, start + len(text)))


def _mark(holder: Value, key: Key) -> tuple[int, ...] | None:
    """Where an entry stands; None if there is none."""
    if isinstance(holder, Map):
        return holder.marks.get(key)  # type: ignore[arg-type]  # no key is a number: it finds nothing
    if isinstance(holder, Seq) and isinstance(key, int) and -len(holder) <= key < len(holder):
        return holder.marks[key]
    return None


def _identity(root: Value) -> Identity:
    meta = "metadata"
    return string(root, "apiVersion"), string(root, "kind"), string(root, meta, "namespace"), string(root, meta, "name")


def _undigested(root: Value) -> Identity:
    api, kind, namespace, name = _identity(root)
    return api, kind, namespace, _DIGEST.sub("", name)
