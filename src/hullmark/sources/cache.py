"""Keeps what was rendered between runs: a folder of small files that may be deleted at any time.

What cannot be kept is rendered again: no method raises for anything the disk does. Entries are written under another name
and then renamed, so concurrent runs see whole entries or none; one that was damaged all the same is taken for absent.
Rendered manifests may hold secrets, so the folder and its files are the user's alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple

from hullmark.version import __version__

MAX_TOTAL = 256 * 1024 * 1024
"""How many bytes of disk the entries may take together before those unused for longest are removed."""

_KEPT = 0.75
"""How much of `MAX_TOTAL` is left after that, so that it is rarely done."""

_BLOCK = 4096
"""What the smallest file takes on disk, in bytes."""

_ABANDONED = 3600
"""The age in seconds at which a file that was never renamed belongs to a run that died."""

_ENTRY = re.compile(r"[0-9a-f]{64}(\.[0-9a-z_-]+\.new)?")
_DIGEST = 32


class _File(NamedTuple):
    path: str
    used: float
    size: int


class Cache:
    """Bytes by key, in a folder."""

    def __init__(self, folder: str = "", limit: int = MAX_TOTAL) -> None:
        self.folder = folder or default_folder()
        self.limit = limit
        self._total: int | None = None

    @staticmethod
    def key(*parts: bytes | str) -> str:
        """The key for what follows from these parts (and from this version of the program)."""
        digest = blake2b(digest_size=32)
        for part in (__version__, *parts):
            data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
            digest.update(len(data).to_bytes(8, "big"))
            digest.update(data)
        return digest.hexdigest()

    def get(self, key: str) -> bytes | None:
        """What was put under this key, unless it is gone or damaged."""
        path = os.path.join(self.folder, key)
        try:
            with open(path, "rb") as file:
                data = file.read(self.limit + _DIGEST + 1)
            os.utime(path)
        except OSError:
            return None
        content = data[_DIGEST:]
        return content if data[:_DIGEST] == _checksum(key, content) else None

    def put(self, key: str, data: bytes) -> None:
        """Keep this under this key, if that is possible."""
        if len(data) > self.limit:
            return
        try:
            size = self._write(key, data)
            if self._total is None:
                self._total = sum(_on_disk(file.size) for file in self._files())
            else:
                self._total += _on_disk(size)
            if self._total > self.limit:
                self._prune()
        except OSError:  # a full or unwritable disk, or a folder that has just been deleted
            return

    def _write(self, key: str, data: bytes) -> int:
        from tempfile import NamedTemporaryFile

        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        with NamedTemporaryFile(dir=self.folder, prefix=key + ".", suffix=".new", delete=False) as file:
            try:
                file.write(_checksum(key, data))
                file.write(data)
                file.close()
                os.replace(file.name, os.path.join(self.folder, key))
            except BaseException:
                _remove(file.name)
                raise
        return len(data) + _DIGEST

    def _files(self) -> Iterator[_File]:
        """What of the folder is ours."""
        with os.scandir(self.folder) as listing:
            for entry in listing:
                if _ENTRY.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    try:
                        status = entry.stat(follow_symlinks=False)
                    except OSError:  # another run has just removed it
                        continue
                    yield _File(entry.path, status.st_mtime, status.st_size)

    def _prune(self) -> None:
        from time import time

        files = sorted(self._files(), key=lambda file: file.used)
        total = sum(_on_disk(file.size) for file in files)
        for file in files:
            unfinished = file.path.endswith(".new")
            old = file.used < time() - _ABANDONED
            if old if unfinished else total > self.limit * _KEPT:
                _remove(file.path)
                total -= _on_disk(file.size)
        self._total = total


def default_folder() -> str:
    """``hullmark`` in the user's cache folder (https://specifications.freedesktop.org/basedir-spec/latest/)."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    return os.path.join(named if os.path.isabs(named) else os.path.expanduser("~/.cache"), "hullmark")


def _checksum(key: str, data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST, key=key.encode("ascii")).digest()


def _on_disk(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        return
