"""Files a project names: read only inside the folder that is scanned, regular ones only, and not too much of them."""

from __future__ import annotations

import os
import stat
from typing import Literal, NamedTuple

from hullmark.sources.files import contents
from hullmark.sources.ignore import Ignore, ignored, parse
from hullmark.text.source import MAX_SIZE, Problem, Source, decode

MOST_BESIDE = 1 << 20
"""The largest env file or configuration file that is read, in bytes."""

_MOST_FILES = 512
_MOST_ABOVE = 64
"""How many folders above a file are looked at for a repository."""


class Unread(NamedTuple):
    """Why a file was not read: it lies *outside* of what is scanned, is *missing*, or cannot be read (``detail``)."""

    reason: Literal["outside", "missing", "unreadable"]
    detail: str = ""


class Folder:
    """The folder that is scanned, and what of it a project may read."""

    def __init__(self, root: str) -> None:
        self._root = os.path.realpath(root or os.curdir)
        self._known: dict[str, Source | Unread] = {}
        self._ignores: dict[str, Ignore | None] = {}
        self._repositories: dict[str, str] = {}

    def read(self, name: str, most: int = MAX_SIZE) -> Source | Unread:
        """The text of a file, read once however often it is named."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._read(name, most)
        return known

    def _read(self, name: str, most: int) -> Source | Unread:
        if "\0" in name or not self._inside(name):
            return Unread("outside")
        try:
            status = os.stat(name)
        except OSError as error:
            missing = isinstance(error, (FileNotFoundError, NotADirectoryError))
            return Unread("missing") if missing else Unread("unreadable", (error.strerror or str(error)).lower())
        if not stat.S_ISREG(status.st_mode):
            return Unread("unreadable", "no regular file")
        if status.st_size > most:
            return Unread("unreadable", f"larger than {most >> 20} MB")
        if len(self._known) >= _MOST_FILES:
            return Unread("unreadable", f"more than {_MOST_FILES} files belong to the project")
        data = contents(name)
        source = decode(name, data) if isinstance(data, bytes) else data
        return Unread("unreadable", source.message) if isinstance(source, Problem) else source

    def _inside(self, name: str) -> bool:
        target = os.path.realpath(name)
        return target == self._root or target.startswith(self._root.rstrip("/") + "/")

    def is_folder(self, name: str) -> bool:
        """Whether a name is that of a folder inside."""
        return "\0" not in name and self._inside(name) and os.path.isdir(name)

    def kept_out(self, name: str) -> bool:
        """Whether a file is kept out of version control: a ``.gitignore`` of its repository, or beside it, names it."""
        path = os.path.abspath(name)
        top = self._repository(os.path.dirname(path))
        folders = [top]
        for part in os.path.dirname(path).removeprefix(top).strip("/").split("/"):
            if part:
                folders.append(f"{folders[-1].rstrip('/')}/{part}")
        ignores = tuple(i for f in folders if (i := self._ignore(f)) is not None)
        if not ignores:
            return False
        return ignored(path, ignores) or any(ignored(f, ignores, folder=True) for f in folders[1:])

    def _repository(self, folder: str) -> str:
        """The top folder of the repository around a folder; the folder itself where there is none."""
        found = self._repositories.get(folder)
        if found is None:
            found, above = folder, folder
            for _ in range(_MOST_ABOVE):
                if os.path.exists(f"{above.rstrip('/')}/.git"):
                    found = above
                    break
                if above == os.path.dirname(above):
                    break
                above = os.path.dirname(above)
            self._repositories[folder] = found
        return found

    def _ignore(self, folder: str) -> Ignore | None:
        if folder not in self._ignores:
            base = folder.rstrip("/") + "/"
            regular = os.path.isfile(f"{base}.gitignore")
            data = contents(f"{base}.gitignore") if regular else b""
            text = data[:MOST_BESIDE].decode("utf-8", "replace") if isinstance(data, bytes) else ""
            self._ignores[folder] = parse(text, base) if text else None
        return self._ignores[folder]
