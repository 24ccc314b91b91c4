"""A Kubernetes object as it was declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from hullmark.model.terms import Platform
from hullmark.model.truth import string
from hullmark.text.lazy import cached_property
from hullmark.text.source import Place
from hullmark.text.tree import Node, Value, mapping

if TYPE_CHECKING:
    from hullmark.model.release import Release

Provenance = Literal["kubernetes", "embedded", "chart", "compose"]


_NAMES = (
    *(("metadata", "name"), ("metadata", "generateName")),
    *(("pipelineInfo", "name"), ("pipelineSpec", "pipelineInfo", "name")),
)
"""Where objects keep their names, or what these begin with: Kubernetes' own, and Kubeflow's compiled pipelines, which are
files of their own."""


class Ref(NamedTuple):
    """The identity of an object. ``namespace`` is empty where the manifest names none."""

    kind: str
    namespace: str
    name: str
    group: str = ""

    def __str__(self) -> str:
        source, colon, text = self.name.partition(":")
        if colon and self.kind == "ConfigMap":  # no name in a cluster has a colon: a file of a Compose project
            return f"{source} {text}"
        where = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {where}{self.name}"


class Values(NamedTuple):
    """A file of values that an object names: ``name`` as it writes it, the root of the file, and why it is not known if it is not."""

    name: str
    node: Node | None
    unread: str = ""


@dataclass(frozen=True, eq=False)
class Resource:
    """One object: its identity, and the node that says where everything in it stands.

    ``provenance`` is *embedded* for an object found inside a string of another one (``host``), *chart* for what a
    known chart makes of the values that its reference (``host``) sets (``release`` says what is known of that), and
    *compose* for what a Compose file defines. ``private`` says that its file is kept out of version control. ``values`` are the files of
    values that a reference to a chart names, as far as they are in the scan.
    """

    ref: Ref
    version: str
    node: Node
    provenance: Provenance = "kubernetes"
    host: Ref | None = None
    release: Release | None = None
    private: bool = False
    values: tuple[Values, ...] = ()

    @cached_property
    def platform(self) -> Platform:
        """What it is applied to."""
        return Platform.COMPOSE if self.provenance == "compose" else Platform.KUBERNETES

    @property
    def api(self) -> str:
        """The ``apiVersion`` as written."""
        return f"{self.ref.group}/{self.version}" if self.ref.group else self.version

    @property
    def spec(self) -> Value:
        """The ``spec`` mapping (possibly empty)."""
        return mapping(self.node.value, "spec")

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """``metadata.labels`` with string values."""
        return strings(self.node.get("metadata", "labels"))

    @cached_property
    def annotations(self) -> Mapping[str, str]:
        """``metadata.annotations`` with string values."""
        return strings(self.node.get("metadata", "annotations"))

    @cached_property
    def file(self) -> str:
        """The name of the file the object stands in."""
        doc = self.node.doc
        return doc.source.name if doc.margin is None and doc.origin is None else self.place.source.name

    @cached_property
    def place(self) -> Place:
        """Where to point at when the object as a whole is meant: its name, or what its name begins with, else its kind."""
        for path in _NAMES:
            if string(self.node.value, *path):
                return self.node.at(*path)
        return self.node.at("kind")


def strings(value: Value) -> dict[str, str]:
    """The entries of a mapping whose values are strings."""
    return {k: v for k, v in value.items() if isinstance(v, str)} if isinstance(value, dict) else {}
