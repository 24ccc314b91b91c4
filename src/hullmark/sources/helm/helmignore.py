"""Which files of a chart's folder helm leaves out: ``.helmignore``.

The syntax looks like gitignore's and is another: there is no ``**``, the first pattern that matches decides, and ``!`` leaves
out whatever does *not* match (https://github.com/helm/helm/blob/main/pkg/ignore/rules.go).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from hullmark.sources.globs import segment

NAME = ".helmignore"
"""The name of the file; only the one at the top of a chart is read."""

_DEFAULT = "templates/.?*"


class _Rule(NamedTuple):
    """One pattern: what it matches, what of the path it looks at, and whether it is turned round or for folders only."""

    regex: re.Pattern[str]
    whole: bool
    negated: bool
    folders: bool


def parse(text: str) -> Callable[[str, bool], bool]:
    """Whether helm leaves out a path below the chart (with ``/``), given whether it is a folder."""
    rules = [rule for line in (*text.removeprefix("\ufeff").splitlines(), _DEFAULT) if (rule := _rule(line.strip()))]

    def ignored(path: str, folder: bool) -> bool:  # noqa: FBT001 - a pair of facts about one path
        for rule in rules:
            matches = rule.regex.fullmatch(path if rule.whole else path.rpartition("/")[2]) is not None
            unlike = rule.folders and not folder
            if rule.negated and (unlike or not matches):
                return True
            if not rule.negated and not unlike and matches:
                return True
        return False

    return ignored


def _rule(line: str) -> _Rule | None:
    if not line or line.startswith("#") or "**" in line:
        return None
    negated = line.startswith("!")
    line = line.removeprefix("!")
    folders = line.endswith("/")
    line = line.removesuffix("/")
    return _Rule(re.compile(_regex(line.removeprefix("/")), re.DOTALL), "/" in line, negated, folders)


_TOKEN = re.compile(r"(\*+)|(\?)|\[(\^?)((?:\\.|[^\]\\])+)\]|\\?(.)", re.DOTALL)


def _regex(glob: str) -> str:
    """A pattern of Go's ``filepath.Match`` as a regular expression."""
    return segment(glob, _TOKEN, "[&~|")
