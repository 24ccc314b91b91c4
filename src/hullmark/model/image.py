"""Container image references."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from hullmark.model.truth import is_placeholder
from hullmark.text.regex import regex

_VERSION = regex(r"v?(\d+)\.(\d+)(?:\.(\d+))?")


class Image(NamedTuple):
    """An image reference taken apart as the distribution specification does.

    ``repository`` is the path without registry, tag and digest; ``registry`` is empty for Docker Hub's short
    names. ``unknown`` is true for an empty reference or one with a placeholder, of which nothing can be said.
    Grammar: https://pkg.go.dev/github.com/distribution/reference.
    """

    text: str
    registry: str
    repository: str
    tag: str
    digest: str
    unknown: bool

    @classmethod
    @lru_cache(maxsize=4096)
    def parse(cls, text: str) -> Image:
        """Take a reference apart; any text gives an image, if need be an unknown one."""
        text = text.strip()
        rest, _, digest = text.partition("@")
        head, slash, tail = rest.rpartition("/")
        name, colon, tag = tail.partition(":")
        path = f"{head}{slash}{name}" if colon else rest
        first, _, others = path.partition("/")
        registry = first if others and ("." in first or ":" in first or first == "localhost") else ""
        repository = others if registry else path
        unknown = not text or is_placeholder(text) or "$" in text
        return cls(text, registry, repository, tag, digest, unknown)

    @property
    def name(self) -> str:
        """Registry and repository: what table patterns match against."""
        return f"{self.registry}/{self.repository}" if self.registry else self.repository

    @property
    def version(self) -> tuple[int, int, int] | None:
        """The version in the tag (``v0.8.3``, ``2.46.0-py310``), if it starts with one."""
        found = _VERSION.match(self.tag)
        return None if found is None else (int(found[1]), int(found[2]), int(found[3] or 0))
