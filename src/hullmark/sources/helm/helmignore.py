"""Which files of a chart's folder helm leaves out: ``.helmignore``.

The syntax looks like gitignore's and is another: there is no ``**``, the first pattern that matches decides, and ``!`` leaves
out whatever does *not* match (https://github.com/helm/helm/blob/main/pkg/ignore/rules.go).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

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
    """A pattern of Go's ``filepath.Match`` as a regular expression; no star is tried twice, so it takes linear time."""
    parts = [""]
    for star, one, inverted, members, plain in _TOKEN.findall(glob):
        if star:
            parts.append("")
        elif one:
            parts[-1] += "[^/]"
        elif members:
            parts[-1] += _members(inverted, members)
        else:
            parts[-1] += re.escape(plain)
    if len(parts) == 1:
        return parts[0]
    return parts[0] + "".join(f"(?>[^/]*?{part})" for part in parts[1:-1]) + "[^/]*" + parts[-1]


def _members(inverted: str, members: str) -> str:
    """A set of characters; one that makes no sense matches nothing."""
    inner = re.sub(r"([\[&~|])", r"\\\1", members)
    found = f"(?!/)[{inverted}{inner}]"
    try:
        re.compile(found)
    except re.error:
        return "(?!)"
    return found
