"""Finds the files to read and reads them: paths, folders, globs and standard input.

Folders are walked in the order of their names, files before subfolders. A symbolic link inside a folder is never
followed: what it leads to is read in its own place if that is inside the folder too, and is reported if it is not; so
there is no way out and no cycle.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hullmark.model.errors import HullmarkError
from hullmark.model.finding import NotChecked
from hullmark.sources.ignore import NAME as IGNORE_FILE
from hullmark.sources.ignore import Ignore, compiled, ignored, parse
from hullmark.text.source import MAX_SIZE, Place, Problem, Source, Span

STDIN = "-"
"""The path that stands for standard input."""

SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".terraform", ".tools", ".tox", ".venv"})
"""Folders never entered: they hold what others wrote. So do virtual environments, which have a ``pyvenv.cfg``."""

SUFFIXES = (".yaml", ".yml", ".json", ".tf", ".tgz")
"""The files of a folder that are looked at; files named by themselves are read whatever they are called."""

LINK = "a symbolic link that leads out of the folder"
"""Reason for a link that is not followed."""

KUSTOMIZATIONS = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
"""The names kustomize looks for."""

Found = Iterator["File | NotChecked | Problem"]


class File(NamedTuple):
    """A file to read. ``name`` is what the user calls it; ``explicit`` is true when it was named by itself."""

    name: str
    explicit: bool = False


def find(paths: Sequence[str], exclude: Sequence[str] = ()) -> Found:
    """The files these paths mean, each once, and what of them could not be looked at.

    Raises:
        HullmarkError: a path does not exist.
    """
    excluded = compiled(exclude)
    seen: set[str] = set()
    for path in _expanded(paths):
        for item in _below(path, excluded):
            if isinstance(item, File):
                key = item.name if item.name == STDIN else os.path.abspath(item.name)
                if key in seen:
                    continue
                seen.add(key)
            yield item


def _below(path: str, excluded: Ignore) -> Found:
    name = os.path.normpath(path)
    if path != STDIN and os.path.isdir(path):
        yield from _Walk(name, excluded).files()
    elif not ignored(name, (excluded,)):
        yield File(name, explicit=True)


def _expanded(paths: Sequence[str]) -> Iterator[str]:
    for path in paths:
        if path == STDIN or os.path.exists(path):
            yield path
            continue
        pattern = not frozenset("*?[").isdisjoint(path)
        matches: list[str] = []
        if pattern:
            from glob import glob

            matches = sorted(glob(path, recursive=True))
        if not matches:
            what = "nothing matches" if pattern else "there is no file or folder"
            raise HullmarkError(f"{what} '{path}'", "give files, folders or globs, or '-' for standard input")
        yield from matches


class _Folder(NamedTuple):
    """A folder still to be walked: the prefix of the names in it, and the ignore files that hold in it."""

    path: str
    prefix: str
    ignores: tuple[Ignore, ...]


class _Walk:
    """The walk of one folder."""

    def __init__(self, root: str, excluded: Ignore) -> None:
        prefix = "" if root == os.curdir else root.rstrip("/") + "/"
        self._root = _Folder(root, prefix, tuple(_above(prefix)))
        self._real = os.path.realpath(root)
        # An exclusion may be written as names are shown or relative to the folder.
        self._excluded = (excluded, Ignore(prefix, excluded.patterns)) if prefix else (excluded,)

    def files(self) -> Found:
        """What is in it."""
        pending = [self._root]
        while pending:
            folder = pending.pop()
            try:
                with os.scandir(folder.path) as listing:
                    entries = sorted(listing, key=_name)
            except OSError as error:
                yield unreadable(folder.path, error)
                continue
            names = {e.name for e in entries}
            if "pyvenv.cfg" not in names:
                if IGNORE_FILE in names:
                    folder = folder._replace(ignores=(*folder.ignores, *_ignore_file(folder.prefix)))
                subfolders: list[_Folder] = []
                yield from self._listed(folder, entries, subfolders)
                pending.extend(reversed(subfolders))

    def _listed(self, folder: _Folder, entries: list[os.DirEntry[str]], subfolders: list[_Folder]) -> Found:
        """The files of one folder; its subfolders are put into `subfolders`."""
        ignores = (*folder.ignores, *self._excluded)
        for entry in entries:
            name = folder.prefix + entry.name
            wanted = entry.name.endswith(SUFFIXES) or entry.name in KUSTOMIZATIONS
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in SKIPPED and not ignored(name, ignores, folder=True):
                    subfolders.append(_Folder(entry.path, name + "/", folder.ignores))
            elif entry.is_symlink():
                if (wanted or entry.is_dir()) and self._outside(entry.path) and not ignored(name, ignores):
                    yield NotChecked(name, 1, LINK, "name its target as a path too")
            elif wanted and entry.is_file() and not ignored(name, ignores):
                yield File(name)

    def _outside(self, link: str) -> bool:
        target = os.path.realpath(link)
        return target != self._real and not target.startswith(self._real.rstrip("/") + "/")


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _above(prefix: str) -> Iterator[Ignore]:
    """The ignore files between the working directory and a folder below it."""
    parts = prefix.split("/")[:-1]
    if os.path.isabs(prefix) or os.pardir in parts:
        return
    for depth in range(len(parts)):
        base = "".join(part + "/" for part in parts[:depth])
        if os.path.exists(base + IGNORE_FILE):
            yield from _ignore_file(base)


def _ignore_file(prefix: str) -> Iterator[Ignore]:
    content = contents(prefix + IGNORE_FILE)
    if isinstance(content, bytes):
        yield parse(content.decode("utf-8", "replace"), prefix)


def contents(name: str) -> bytes | Problem:
    """The bytes of a file or of standard input, at most one more than `MAX_SIZE`, or why it cannot be read."""
    try:
        if name == STDIN:
            return _drained(0)
        descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return _drained(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        return unreadable(name, error)


def _drained(descriptor: int) -> bytes:
    """All that comes, in one read where that is enough (a regular file gives what is asked for)."""
    data = os.read(descriptor, _CHUNK)
    if len(data) == 0:
        return data
    parts, size = [data], len(data)
    while size <= MAX_SIZE and (data := os.read(descriptor, _CHUNK)):
        parts.append(data)
        size += len(data)
    return b"".join(parts)


_CHUNK = 1 << 16


def inside(path: str, folder: str) -> bool:
    """Whether a path lies below a folder, symbolic links followed."""
    return os.path.realpath(path).startswith(os.path.realpath(folder).rstrip(os.sep) + os.sep)


def unreadable(name: str, error: OSError) -> Problem:
    """The diagnostic for a file or folder that cannot be read."""
    reason = (error.strerror or str(error)).lower()
    start = Place(Source(name, ""), Span(0, 0))
    folder = isinstance(error, IsADirectoryError)
    hint = "name a file in it" if folder else "check that it exists and that you may read it"
    return Problem(f"cannot be read: {reason}", start, hint)
