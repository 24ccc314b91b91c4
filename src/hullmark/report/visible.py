"""Foreign text made fit to be shown: nothing in it can move the cursor, hide, or pretend to be something else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hullmark.text.regex import regex

_UNSAFE = regex(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


_NARROW = regex("[\x20-\x7e\xa0-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e]*")
"""Latin letters and punctuation, each of which takes one column."""


_UNIT = regex(r"(?:%|s|min|h|d|[KMGT]i?B)(?!\w)")
"""Units that are not parted from their numbers at the end of a line."""


def visible(text: str) -> str:
    """The text with control characters, direction marks and undecodable bytes replaced by visible signs, one for one.

    Escape sequences lose their escape, so they cannot colour, erase or link anything; line ends become signs too.
    """
    return text if text.isprintable() else _UNSAFE.sub(_sign, text)


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"


def cells(text: str) -> int:
    """How many columns of a terminal a visible text takes: wide characters two, combining ones none."""
    if text.isascii() or _NARROW.fullmatch(text):
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def fit(text: str, room: int) -> str:
    """The text padded with blanks to this many columns; longer text stays whole."""
    return text + " " * (room - cells(text))


def wrap(text: str, room: int) -> Iterator[str]:
    """The text broken at blanks into lines of at most this many columns (longer words stay whole)."""
    whole = " ".join(text.split())
    if cells(whole) <= room:
        yield from (whole,) if whole else ()
        return
    line = ""
    for word in _words(whole):
        longer = f"{line} {word}" if line else word
        if line and cells(longer) > room:
            yield line
            longer = word
        line = longer
    yield line


def _words(text: str) -> Iterator[str]:
    """The words of a text; a number and its unit are one."""
    kept = ""
    for word in text.split():
        if kept and kept[-1].isdigit() and _UNIT.match(word):
            kept = f"{kept} {word}"
            continue
        if kept:
            yield kept
        kept = word
    if kept:
        yield kept


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun in the right form: ``1 file``, ``3 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"
