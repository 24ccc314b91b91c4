"""Where every value of a built kustomization comes from.

The output of a build is read beside that of its marked copy (see `marks`). A value is traced when the tokens that stand
for it, replaced with what they stand for, give it; everything else falls back to the object's own place in its base, for a
wrong line is worse than a coarse one.
"""

from __future__ import annotations

import os
import re
from base64 import b64decode
from binascii import Error
from typing import NamedTuple

from hullmark.model.truth import string
from hullmark.sources.kustomize.kustomization import GENERATORS
from hullmark.sources.kustomize.marks import Mark, Marks
from hullmark.sources.kustomize.tree import Tree
from hullmark.text.source import Key, Place, Source
from hullmark.text.tree import Document, Map, Seq, Value, dig, items
from hullmark.text.yaml import read

TRANSFORMATIONS = "alpha.config.kubernetes.io/transformations"
"""The annotation with what was applied to an object, in its order
(https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/buildmetadata/)."""

_VARIABLE = re.compile(r"\$\([^()]*\)")


class Found(NamedTuple):
    """The origin of a value: a way in a document of the user's. ``exact`` is false where the value was changed on its way."""

    document: Document
    path: tuple[Key, ...]
    exact: bool = True

    @property
    def place(self) -> Place:
        """Its place."""
        return self.document.node.at(*self.path)


class _Step(NamedTuple):
    """A value on the way from an object to one of its values: as built, and as built from the marked copy."""

    key: Key
    plain: Value
    marked: Value


class Trace:
    """The origins of the values of one object."""

    def __init__(self, tree: Tree, marks: Marks, plain: Map, marked: Map) -> None:
        self.tree = tree
        self.marks = marks
        self.plain = plain
        self.marked = marked

    def home(self) -> Found | None:
        """Where the object was made: its name in the base, or its generator."""
        annotated = self._merged(dig(self.marked, "metadata", "annotations"))
        generators = [mark for mark in annotated if len(mark.path) == 2 and mark.path[0] in GENERATORS]
        for mark in (*self._merged(self.marked), *generators)[:1]:
            for way in (("metadata", "name"), ("metadata", "generateName"), ("name",)):
                if dig(mark.value, *way) is not None:
                    return Found(mark.document, (*mark.path, *way))
            return Found(mark.document, mark.path)
        return None

    def find(self, path: tuple[Key, ...]) -> Found | None:
        """The origin of the value at a path, None if it cannot be told."""
        steps = self._steps(path)
        if steps is None:
            return None
        plain, marked = steps[-1].plain, steps[-1].marked
        if isinstance(plain, Map):
            return self._mapping(marked)
        if isinstance(plain, Seq):
            return self._list(steps)
        text = self._decoded(path, plain, marked)
        found = self.marks.found(text[1]) if isinstance(text[1], str) else []
        if found:
            return self._composed(found, *text)
        counted = self.marks.counted(marked)
        if counted is not None and same(counted.value, plain):
            return Found(counted.document, counted.path)
        return self._kept(steps, path)

    def overridden(self, path: tuple[Key, ...], found: Found) -> Place | None:
        """What the base says of a value that an overlay has set: its value there, else the object itself."""
        home = self.home()
        if home is None or home.place.source.name == found.place.source.name:
            return None
        steps = self._steps(path)
        for mark in self._made_of(steps[-2].marked) if steps and len(steps) > 1 else ():
            own = mark.document is found.document and found.path[: len(mark.path)] == mark.path
            if not own and isinstance(path[-1], str) and path[-1] in mark.value:
                return mark.document.node.at(*mark.way(path[-1]))
        return home.place

    def _steps(self, path: tuple[Key, ...]) -> list[_Step] | None:
        """The values on the way, as long as both builds have the same shape."""
        plain: Value = self.plain
        marked: Value = self.marked
        steps = [_Step("", plain, marked)]
        for key in path:
            if isinstance(marked, Map) and isinstance(plain, Map):
                if key not in marked:
                    return None
            elif not (isinstance(marked, Seq) and isinstance(plain, Seq) and len(marked) == len(plain)):
                return None
            plain, marked = plain[key], marked[key]
            if isinstance(plain, (Map, Seq)) and type(plain) is not type(marked):
                return None
            if isinstance(key, int) and not self._alike(plain, marked):
                return None
            steps.append(_Step(key, plain, marked))
        return steps

    def _alike(self, plain: Value, marked: Value) -> bool:
        """Whether two items of a list are the same one by the keys that tell items apart."""
        if not isinstance(plain, Map) or not isinstance(marked, Map):
            return True
        keys = self.marks.plain.merge_keys & plain.keys() & marked.keys()
        return all(same(plain[k], marked[k]) or self.marks.found(str(marked[k])) for k in keys)

    def _merged(self, marked: Value) -> list[Mark]:
        """The mappings that were merged into one, in the order of their merging."""
        return [mark for mark in self._made_of(marked) if mark.kind == "map"]

    def _made_of(self, marked: Value) -> list[Mark]:
        """The mappings that were merged into one, and the entries put into it, in this order."""
        if not isinstance(marked, Map):
            return []
        numbers = sorted(int(m[1]) for key in marked if (m := self.marks.pattern.fullmatch(key)))
        return [self.marks.all[n] for n in numbers if n < len(self.marks.all)]

    def _mapping(self, marked: Map) -> Found | None:
        for mark in self._merged(marked):
            return Found(mark.document, mark.path)
        for value in marked.values():
            for mark in self.marks.found(value) if isinstance(value, str) else ():
                if isinstance(dig(mark.document.root, *mark.path[:-1]), Map):
                    return Found(mark.document, mark.path[:-1])
        return None

    def _list(self, steps: list[_Step]) -> Found | None:
        """The list that the first of the items came with; exact if all of them did."""
        above = []
        for item in steps[-1].marked:
            made_of = self._merged(item) or (self.marks.found(item) if isinstance(item, str) else [])
            above += [(mark.document, mark.path[:-1]) for mark in made_of[:1]]
        lists = [(d, p) for d, p in above if isinstance(dig(d.root, *p), Seq)]
        if lists:
            first = lists[0]
            return Found(*first, exact=all(d is first[0] and p == first[1] for d, p in lists))
        return self._last(steps) if len(steps) > 1 else None

    def _composed(self, found: list[Mark], plain: Value, marked: str) -> Found | None:
        """The origin of a value that is made of tokens."""
        if len(found) == 1 and self.marks.pattern.fullmatch(marked):
            (mark,) = found
            exact = same(mark.value, plain) or _written(mark) == _text(plain)
            return Found(mark.document, mark.path, exact) if exact or _grown(mark.value, plain) else None
        numbers = iter(found)

        def value(token: re.Match[str]) -> str:
            mark = next(numbers)
            return str(mark.value) if mark.kind == "image" else f"{token[1]}{mark.value}"

        if re.sub(f"(:?){self.marks.pattern.pattern}", value, marked) != plain:
            return None
        # What was put into a value says more than what was left of it.
        chosen = [mark for mark in found if mark.kind not in ("image", "part")] or found
        return Found(chosen[-1].document, chosen[-1].path)

    def _decoded(self, path: tuple[Key, ...], plain: Value, marked: Value) -> tuple[Value, Value]:
        """Both values as they were given to the generator of a Secret."""
        if path[:1] == ("data",) and string(self.plain, "kind") == "Secret":
            texts = [_base64(value) for value in (plain, marked)]
            if None not in texts and self.marks.found(texts[1] or ""):
                return texts[0], texts[1]
        return plain, marked

    def _kept(self, steps: list[_Step], path: tuple[Key, ...]) -> Found | None:
        """The origin of a value that has no token."""
        first = isinstance(path[-1], str) and len(path) > 1 and isinstance(path[-2], int)
        if first or path in (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "generateName")):
            found = self._first(steps)
        else:
            found = self._last(steps)
        if found is None and (path[-1] == "namespace" or path == ("metadata", "name")):
            found = self._namespace(steps[-1].plain) or self._generated(path, steps[-1].plain)
        return found or (self._name(steps, path) if path[-1] == "name" else None)

    def _first(self, steps: list[_Step]) -> Found | None:
        """Of the mappings that were merged, the first that says this."""
        key, plain, _ = steps[-1]
        for mark in self._made_of(steps[-2].marked):
            if isinstance(key, str) and same(mark.value.get(key), plain):
                return Found(mark.document, mark.way(key))
        return None

    def _last(self, steps: list[_Step]) -> Found | None:
        """Of the mappings that were merged, the last that says anything, if it says this."""
        key, plain, _ = steps[-1]
        if isinstance(key, int):
            found = self._last(steps[:-1]) if len(steps) > 2 else None
            return found and found._replace(path=(*found.path, key))
        for mark in reversed(self._made_of(steps[-2].marked)):
            if mark.value.get(key) is not None:
                return Found(mark.document, mark.way(key)) if same(mark.value[key], plain) else None
        return None

    def _namespace(self, plain: Value) -> Found | None:
        """The last kustomization that put the object into its namespace, if it is this one."""
        text = dig(self.marked, "metadata", "annotations", TRANSFORMATIONS)
        applied = next(iter(read(Source("", text))), None) if isinstance(text, str) else None
        for each in reversed(items(applied.root) if isinstance(applied, Document) else Seq()):
            if string(each, "configuredBy", "kind") == "NamespaceTransformer":
                folder = os.path.dirname(os.path.normpath(os.path.join(self.tree.root, string(each, "configuredIn"))))
                layer = self.tree.layers.get(folder)
                if layer is not None and (value := string(layer.node.value, "namespace")):
                    return Found(layer.document, ("namespace",)) if value == plain else None
        return None

    def _generated(self, path: tuple[Key, ...], plain: Value) -> Found | None:
        """What the generator of the object says of its namespace."""
        home = self.home()
        if path != ("metadata", "namespace") or home is None:
            return None
        way = (*home.path[:-1], "namespace")
        return Found(home.document, way) if same(dig(home.document.root, *way), plain) else None

    def _name(self, steps: list[_Step], path: tuple[Key, ...]) -> Found | None:
        """A name before prefixes, suffixes and digests were put to it."""
        home = self.home() if path == ("metadata", "name") else None
        own = [(mark.document, mark.way("name")) for mark in self._made_of(steps[-2].marked)]
        for document, way in [*own, *([(home.document, home.path)] if home else ())]:
            if _grown(dig(document.root, *way), steps[-1].plain):
                return Found(document, way, same(dig(document.root, *way), steps[-1].plain))
        return None


def same(one: Value, other: Value) -> bool:
    """Whether two values are the same to Kubernetes: ``1`` is ``1.0`` but not ``true``."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def _written(mark: Mark) -> str:
    """A value as it stands in the file: kustomize makes strings of some that are written as something else."""
    place = mark.place
    return place.source.text[place.span.start : place.span.end].strip("\"'")


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _grown(value: Value, plain: Value) -> bool:
    """Whether a value came of a text by what kustomize puts around it (prefix, digest) or into it (variables)."""
    if not isinstance(value, str) or not value or isinstance(plain, (Map, Seq)):
        return False
    parts = map(re.escape, _VARIABLE.split(value))
    return re.fullmatch(f".*{'.*'.join(parts)}.*", _text(plain), re.DOTALL) is not None


def _base64(value: Value) -> str | None:
    try:
        # Long ones are wrapped.
        return b64decode("".join(value.split()), validate=True).decode() if isinstance(value, str) else None
    except (Error, ValueError):
        return None
