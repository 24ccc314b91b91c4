"""Packed charts: read and written in memory. Nothing of one is ever unpacked to disk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from posixpath import normpath
from typing import Any

Files = Mapping[str, bytes]
"""Contents by path below the chart (with ``/``)."""

MAX_CHART = 100 * 1024 * 1024
"""How large a chart may be unpacked, in bytes; helm's own bound
(https://github.com/helm/helm/blob/main/pkg/chart/loader/archive/archive.go)."""

MAX_FILES = 10_000
"""How many files a chart may have."""

_LONGEST_NAME = 100
_DRIVE = re.compile(r"[A-Za-z]:/")


class Refused(Exception):  # noqa: N818 - what is wrong with an archive, not with us
    """Raised for a chart that is not read; the argument says why."""


def unpack(data: bytes, limit: int = MAX_CHART) -> dict[str, bytes]:
    """The regular files of a gzipped tar archive, without the folder that holds them all; helm finds nothing in other kinds.

    Raises:
        Refused: it is no such archive, is too large, or has files that lie outside of that folder, as helm refuses them too.
    """
    import tarfile
    import zlib
    from gzip import GzipFile

    files: dict[str, bytes] = {}
    try:
        bounded: Any = _Bounded(GzipFile(fileobj=BytesIO(data)), limit)
        with tarfile.open(fileobj=bounded, mode="r|") as tar:
            for count, member in enumerate(tar):
                if count >= MAX_FILES:
                    raise Refused(f"it has more than {MAX_FILES:,} files")
                if member.isreg() and (content := tar.extractfile(member)) is not None:
                    files[_inside(member.name)] = content.read()
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError) as error:
        raise Refused(f"it is no gzipped tar archive: {str(error).lower() or 'it ends too early'}") from None
    return files


def pack(files: Files) -> bytes:
    """An archive of these files, as helm reads them; the same files make the same bytes."""
    import tarfile

    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1, format=tarfile.PAX_FORMAT) as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(f"chart/{name}")
            member.size = len(data)
            tar.addfile(member, BytesIO(data))
    return buffer.getvalue()


def _inside(name: str) -> str:
    """A member's path below the folder at the top of the archive."""
    path = normpath(name.replace("\\", "/").partition("/")[2] or ".")
    if path.startswith(("/", "..")) or path == "." or _DRIVE.match(path):
        raise Refused(f"'{name[:_LONGEST_NAME]}' in it lies outside of it")
    return path


class _Bounded:
    """A file that refuses to give more than a number of bytes."""

    def __init__(self, file: Any, limit: int) -> None:
        self._file, self._left = file, limit

    def read(self, size: int) -> bytes:
        data: bytes = self._file.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise Refused(f"it is larger than {MAX_CHART >> 20} MB unpacked")
        return data
