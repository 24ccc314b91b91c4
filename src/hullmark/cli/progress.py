"""A progress bar for long runs, on terminals only."""

from __future__ import annotations

import sys
import time

_PATIENCE, _PAUSE = 0.7, 0.1
"""Seconds until a run counts as long, and between two looks of the bar."""

_CELLS = 30


class Progress:
    """Draws how far reading has got on standard error; call `clear` when it is over."""

    def __init__(self, *, enabled: bool) -> None:
        self._enabled = enabled and sys.stderr.isatty()
        self._next = time.monotonic() + _PATIENCE
        self._drawn = False
        self.of = "files"
        """What is counted."""

    def __call__(self, done: int, total: int) -> None:
        """Note that so many of so many have been dealt with."""
        if self._enabled and time.monotonic() >= self._next:
            self._next = time.monotonic() + _PAUSE
            full = _CELLS * done // max(total, 1)
            sys.stderr.write(f"\r  [{'#' * full}{' ' * (_CELLS - full)}] {done} of {total} {self.of}")
            sys.stderr.flush()
            self._drawn = True

    def clear(self) -> None:
        """Take the bar away."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = False
