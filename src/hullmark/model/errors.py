"""The one class of user errors."""

from __future__ import annotations

from hullmark.text.source import Place


class HullmarkError(Exception):
    """Something the user can put right: a message, what to do about it, and where (law 7). Shown like a finding, with exit code 2."""

    def __init__(self, message: str, hint: str = "", place: Place | None = None) -> None:
        super().__init__(message)
        self.message, self.hint, self.place = message, hint, place
