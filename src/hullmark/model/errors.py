"""The one class of user errors."""

from __future__ import annotations

from collections.abc import Iterable

from hullmark.text.source import Place


class HullmarkError(Exception):
    """Something the user can put right: a message, what to do about it, and where (law 7). Shown like a finding, with exit code 2."""

    def __init__(self, message: str, hint: str = "", place: Place | None = None) -> None:
        super().__init__(message)
        self.message, self.hint, self.place = message, hint, place


def nearest(word: str, words: Iterable[str]) -> str:
    """A hint that names the most similar of these words; empty when none is similar. Dashes before them do not count."""
    from difflib import get_close_matches

    known = {each.lstrip("-"): each for each in sorted(words)}
    found = get_close_matches(word.lstrip("-"), known, 1)
    return f"did you mean '{known[found[0]]}'?" if found else ""


def suggestion(word: str, words: Iterable[str]) -> str:
    """A hint that names the most similar of these words, or else all of them."""
    known = tuple(words)
    return nearest(word, known) or f"known are {', '.join(known)}"
