"""Wildcards of one segment of a path as regular expressions, for the dialects of git and of Go."""

from __future__ import annotations

import re


def segment(glob: str, token: re.Pattern[str], special: str) -> str:
    """A segment as an expression; what follows a star is sought lazily and for good, so that no name takes more than linear time.

    ``token`` has a group each for stars, a question mark, what inverts a set of characters, its members, and a plain
    character; ``special`` are the characters that mean something in Python's sets, and nothing in the dialect's.
    """
    parts = [""]
    for star, one, inverted, members, plain in token.findall(glob):
        if star:
            parts.append("")
        elif one:
            parts[-1] += "[^/]"
        elif members:
            parts[-1] += _members("^" if inverted else "", re.sub(f"([{re.escape(special)}])", r"\\\1", members))
        else:
            parts[-1] += re.escape(plain)
    if len(parts) == 1:
        return parts[0]
    return parts[0] + "".join(f"(?>[^/]*?{part})" for part in parts[1:-1]) + "[^/]*" + parts[-1]


def _members(inverted: str, members: str) -> str:
    """A set of characters; one that makes no sense (``[z-a]``) matches nothing, as in git and Go."""
    found = f"(?!/)[{inverted}{members}]"
    try:
        re.compile(found)
    except re.error:
        return "(?!)"
    return found
