"""Marks: stand-ins for the values of a kustomization, by which the output of a build tells where each came from.

A marked copy of a kustomization is the same in all that kustomize looks at (names, kinds, keys by which lists are merged,
selectors), but every other value is a token of its own, and every mapping has a token as one more key. Tokens travel
through patches, transformers and generators as the values would, so one that comes out has come from where it stood;
the keys tell which mappings were merged into one. Tokens are numbered in the order kustomize applies things, so among
several the first made a thing and the last changed it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

from hullmark.text.source import Key, Place
from hullmark.text.tree import Document, Map, Seq, Value

Kind = Literal["value", "map", "entry", "image", "part", "count"]
"""What a token stands for: a value, a mapping, an entry that is put into one, the tag and digest of an image, a part of a
text that may be taken apart, a number of replicas."""

MAX_MARKS = 1_000_000
"""How many marks one build may have; aliases can make a small file boundless."""

COUNTS = 1_000_000_000
"""What is added to the number of a mark to stand for a number of replicas, which has to be one."""

_MERGE_KEYS = frozenset(
    {"name", "containerPort", "port", "protocol", "mountPath", "devicePath", "ip", "topologyKey", "whenUnsatisfiable"}
    | {"uid", "type", "key"}
)
"""Keys by which items of lists are told apart when they are merged
(https://github.com/kubernetes-sigs/kustomize/tree/master/kyaml/openapi/kubernetesapi: x-kubernetes-patch-merge-key and
x-kubernetes-list-map-keys)."""

_KEPT = frozenset({"apiVersion", "kind", "namespace", "generateName"})
"""Keys whose values say what an object is, wherever they stand."""

_MERGED_SCALARS = frozenset({"finalizers", "podCIDRs"})
"""Lists of plain values that are merged value by value."""

_DIRECTIVES = re.compile(r"config\.(?:k8s|kubernetes)\.io")
"""Annotations that kustomize itself reads."""

_IMAGE = re.compile(r"([^@]*?)((?::[a-zA-Z0-9_.{}-]*)?(?:@sha256:[a-zA-Z0-9_.{}-]*)?)", re.DOTALL)
"""The name of an image and what kustomize replaces
(https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/image/image.go)."""


class TooMuch(Exception):  # noqa: N818 - no error: the build is traced less closely
    """There is more to mark than is reasonable."""


class Mark(NamedTuple):
    """Where a value stands in the user's files: a document and the way in it, and what it says there.

    For the kinds *image* and *part*, ``value`` is only what the token stands for; for *entry* it is a mapping with the entry,
    whose value stands at ``path``.
    """

    document: Document
    path: tuple[Key, ...]
    value: Value
    kind: Kind = "value"

    @property
    def place(self) -> Place:
        """Its place."""
        return self.document.node.at(*self.path)

    def way(self, key: str) -> tuple[Key, ...]:
        """The way to a value in the mapping that this stands for."""
        return self.path if self.kind == "entry" else (*self.path, key)


class Plain(NamedTuple):
    """What has to stay as it is in this tree, beside what always has to.

    Attributes:
        values: texts that selectors in paths look for.
        labels: whether labels and annotations of objects are looked for too.
        delimiters: what replacements split texts at.
        merge_keys: keys by which lists are merged.
        images: keys whose values are images.
    """

    values: frozenset[str] = frozenset()
    labels: bool = False
    delimiters: frozenset[str] = frozenset()
    merge_keys: frozenset[str] = _MERGE_KEYS
    images: frozenset[str] = frozenset({"image"})


class Marks:
    """All marks of a build, by number."""

    def __init__(self, salt: str, plain: Plain) -> None:
        self.salt = salt
        self.plain = plain
        parts = "|".join(map(re.escape, sorted(plain.delimiters)))
        self._delimiter = re.compile(f"({parts})") if parts else None
        self.all: list[Mark] = []
        self.pattern = re.compile(f"{salt}(\\d+)z")

    def token(self, mark: Mark) -> str:
        """A token for a new mark."""
        if len(self.all) >= MAX_MARKS:
            raise TooMuch
        self.all.append(mark)
        return f"{self.salt}{len(self.all) - 1}z"

    def count(self, mark: Mark) -> int:
        """A token that is a number."""
        self.token(mark)
        return COUNTS + len(self.all) - 1

    def found(self, text: str) -> list[Mark]:
        """The marks whose tokens are in a text, in its order."""
        return [self.all[n] for n in map(int, self.pattern.findall(text)) if n < len(self.all)]

    def counted(self, value: Value) -> Mark | None:
        """The mark that a number of replicas stands for."""
        try:
            number = int(value) - COUNTS
        except (TypeError, ValueError):
            return None
        mark = self.all[number] if 0 <= number < len(self.all) else None
        return mark if mark and mark.kind == "count" else None

    @staticmethod
    def image(value: str) -> tuple[str, str]:
        """The name of an image and the rest, as kustomize tells them apart; no name where it does not."""
        found = _IMAGE.fullmatch(value)
        return (found[1], found[2]) if found else ("", value)

    def keeps(self, path: tuple[Key, ...], value: Value) -> bool:
        """Whether a plain value at a path of an object has to stay as it is."""
        key = path[-1] if path else ""
        above = path[-2] if len(path) > 1 else ""
        if isinstance(key, int):
            keeps = above in _MERGED_SCALARS
        else:
            keeps = (
                key in _KEPT
                or (key == "name" and above == "metadata")
                or (isinstance(above, int) and key in self.plain.merge_keys)
                or (above == "annotations" and _DIRECTIVES.search(key) is not None)
                or (self.plain.labels and above in ("labels", "annotations"))
            )
        return keeps or str(value) in self.plain.values

    def tree(self, document: Document, value: Value, path: tuple[Key, ...], seen: tuple[Key, ...]) -> Any:
        """A value of a document with tokens in it.

        Args:
            document: where it stands.
            value: what stands there.
            path: the way to it in the document.
            seen: the way to it in the object that it becomes a part of.
        """
        if isinstance(value, Map):
            # A directive alone is an instruction about the list that it stands in.
            marked = {} if set(value) == {"$patch"} else {self.token(Mark(document, path, value, "map")): ""}
            for key, inner in value.items():
                kept = key.startswith("$")
                marked[key] = inner if kept else self.tree(document, inner, (*path, key), (*seen, key))
            return marked
        if isinstance(value, Seq):
            return [self.tree(document, inner, (*path, n), (*seen, n)) for n, inner in enumerate(value)]
        if value is None or self.keeps(seen, value):
            return value
        return (
            self._text(document, path, value, seen)
            if isinstance(value, str)
            else self.token(Mark(document, path, value))
        )

    def _text(self, document: Document, path: tuple[Key, ...], text: str, seen: tuple[Key, ...]) -> str:
        """A text with a token for all of it, for what follows the name of an image, or for each of its parts."""
        name, rest = self.image(text) if seen and seen[-1] in self.plain.images else ("", text)
        if name:
            return f"{name}:{self.token(Mark(document, path, rest, 'image'))}"
        if self._delimiter is None or not self._delimiter.search(text):
            return self.token(Mark(document, path, text))
        return "".join(
            part if self._delimiter.fullmatch(part) else self.token(Mark(document, path, part, "part"))
            for part in self._delimiter.split(text)
            if part
        )


def selector_values(texts: Iterable[str]) -> Iterator[str]:
    """The values that paths such as ``spec.rules.[host=example.org].http`` look for."""
    for text in texts:
        for found in re.finditer(r"\[[^\[\]=]+=([^\]]*)\]", text):
            yield found[1]
