"""Which files are left out: patterns of ``.hullmarkignore`` and ``--exclude``.

The syntax is gitignore's (https://git-scm.com/docs/gitignore#_pattern_format): one pattern a line, ``#`` starts a
comment, ``!`` takes a match back, a trailing ``/`` matches folders only, a ``/`` elsewhere anchors the pattern at the
folder of its file, ``*``, ``?`` and ``[a-z]`` stop at ``/``, ``**`` does not, a backslash takes the meaning of the
character after it. The last pattern that matches decides. As in git, a file cannot be taken back when a folder above it
is left out, because such folders are never entered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hullmark.sources.globs import segment

NAME = ".hullmarkignore"
"""The name of the files that hold patterns; those of subfolders come after those above."""


class Pattern(NamedTuple):
    """One compiled pattern: what it matches, whether it takes back, and whether it is about folders only."""

    regex: re.Pattern[str]
    negated: bool
    folders: bool


class Ignore(NamedTuple):
    """The patterns of one file; ``base`` is the folder they are relative to, empty or ending in ``/``."""

    base: str
    patterns: tuple[Pattern, ...]

    def verdict(self, path: str, *, folder: bool) -> bool | None:
        """Whether a path (with ``/``, below or outside `base`) is left out; None when no pattern speaks of it."""
        if not path.startswith(self.base):
            return None
        inner = path[len(self.base) :]
        for pattern in reversed(self.patterns):
            if (folder or not pattern.folders) and pattern.regex.fullmatch(inner):
                return not pattern.negated
        return None


def ignored(path: str, ignores: Sequence[Ignore], *, folder: bool = False) -> bool:
    """Whether a path is left out by the last of these that speaks of it; give the innermost last."""
    for ignore in reversed(ignores):
        if (verdict := ignore.verdict(path, folder=folder)) is not None:
            return verdict
    return False


def parse(text: str, base: str = "") -> Ignore:
    """The patterns of a ``.hullmarkignore`` file in the folder `base`."""
    return compiled(text.removeprefix("\ufeff").splitlines(), base)


def compiled(lines: Iterable[str], base: str = "") -> Ignore:
    """These lines as patterns, without the comments and blanks among them."""
    found = (_pattern(line.rstrip()) for line in lines)
    return Ignore(base, tuple(p for p in found if p is not None))


def _pattern(line: str) -> Pattern | None:
    if not line or line.startswith("#"):
        return None
    negated = line.startswith("!")
    line = line.removeprefix("!")
    folders = line.endswith("/")
    anchored = "/" in line.rstrip("/")
    line = line.strip("/")
    if not line:
        return None
    regex = _regex(line.split("/") if anchored else ["**", line])
    return Pattern(re.compile(regex, re.DOTALL), negated, folders)


def _regex(segments: list[str]) -> str:
    """A pattern's segments as a regular expression for whole paths."""
    found, slash = "", ""
    for one in segments[:-1]:
        found += slash + ("(?:.*/)?" if one == "**" else _segment(one))
        slash = "" if one == "**" else "/"
    return found + slash + (".+" if segments[-1] == "**" else _segment(segments[-1]))


_TOKEN = re.compile(r"(\*+)|(\?)|\[(!?)(\]?[^\]]*)\]|\\?(.)", re.DOTALL)


def _segment(glob: str) -> str:
    return segment(glob, _TOKEN, "\\[]^&~|")
