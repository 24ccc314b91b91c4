"""Texts of a project that containers see: env files, configurations and bound files, as the ConfigMaps they are like.

The values of secrets are never read.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from hullmark.sources.compose.made import Entry, at, mapping
from hullmark.sources.compose.paths import joined
from hullmark.sources.compose.project import Loader
from hullmark.sources.compose.sheet import Mark
from hullmark.sources.compose.values import text
from hullmark.sources.compose.variables import UNKNOWN, Setting
from hullmark.text.source import Source
from hullmark.text.tree import Map
from hullmark.text.tree import mapping as inside

ENV, FILE, CONFIG = "env file:", "file:", "config:"
"""What the names start with of ConfigMaps that stand for env files, bound files and configurations."""

_LONGEST = 256 << 10
_SETTINGS = re.compile(r"\.(?:ya?ml|json|toml|ini|conf|cfg|env|properties|xml|hcl)$|(?:^|/)Caddyfile$", re.IGNORECASE)
"""Names of files of settings."""


class Text(NamedTuple):
    """A text and what it is called where it is used; ``private`` is one whose file is kept out of version control."""

    value: str
    mark: Mark
    names: dict[str, None]
    private: bool


class Texts:
    """The texts that the services of a project use, collected while they are put together."""

    def __init__(self, loader: Loader, root: Map) -> None:
        self.loader, self.root = loader, root
        self._found: dict[str, Text] = {}

    def bound(self, path: str, target: str) -> str | None:
        """The name of the text of a file that is bound into a container; None for data and for folders.

        What cannot be read and is called as settings are has a name and no text: what it says is not known.
        """
        file = joined(self.loader.home, path)
        name = FILE + file
        found = self.loader.folder.read(file, _LONGEST)
        if isinstance(found, Source) and "\0" not in found.text:
            self._use(name, found, posixpath.basename(target))
            return name
        hidden = _SETTINGS.search(target) is not None and not self.loader.folder.is_folder(file)
        return name if hidden else None

    def configured(self, source: str, base: str) -> str:
        """The name of the text of a configuration that a service is given."""
        name = CONFIG + source
        config = inside(self.root, "configs", source)
        content = config.get("content")
        if isinstance(content, str):
            entry = Text(content, config.marks["content"][2:], {}, private=False)
            self._found.setdefault(name, entry).names[base] = None
        elif path := text(config.get("file")):
            found = self.loader.folder.read(joined(self.loader.home, path), _LONGEST)
            if isinstance(found, Source):
                self._use(name, found, base)
        return name

    def _use(self, name: str, source: Source, base: str) -> None:
        if name not in self._found:
            start = self.loader.sheet.add(source)
            private = self.loader.folder.kept_out(source.name)
            self._found[name] = Text(source.text, (start, start + len(source.text)), {}, private)
        self._found[name].names[base] = None

    def maps(self) -> Iterator[tuple[str, list[Entry], bool]]:
        """Every text by its name, as the data of a ConfigMap, and whether it is private."""
        for file, found in self.loader.env_files.items():
            yield ENV + file, list(self._data(found)), self.loader.folder.kept_out(file)
        for name, (value, mark, names, private) in self._found.items():
            yield name, [(base, value, at(mark)) for base in names], private

    def _data(self, found: dict[str, Setting]) -> Iterator[Entry]:
        """The variables of an env file; one that is not known is no text."""
        bases: dict[Source, int] = {}
        for name, (value, source, span) in found.items():
            if source not in bases:
                bases[source] = self.loader.sheet.add(source)
            mark = bases[source] + span.start, bases[source] + span.end
            known = value is not None and UNKNOWN.search(value) is None
            yield name, value if known else mapping([]), at(mark)
