"""Regular expressions that are compiled when they are first used.

Hullmark knows hundreds of them and a scan of one file uses some forty: compiling the others took a sixth of its time.
"""

from __future__ import annotations

import re
from typing import Any, cast

_METHODS = ("search", "match", "fullmatch", "findall", "finditer", "split", "sub", "subn")


class _Regex:
    """Stands for a compiled pattern; its methods become those of the real one on the first use of any attribute."""

    __slots__ = ("_flags", "_text", *_METHODS)

    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        """What is not there yet, or not worth a slot."""
        compiled = re.compile(self._text, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def regex(text: str, flags: int = 0) -> re.Pattern[str]:
    """The pattern of a text, compiled when it is first used.

    It has all methods of a compiled one, but is not to be handed to functions of `re`. A mistake in the text is raised
    then, as ``re.error``; a test compiles all there are.
    """
    return cast("re.Pattern[str]", _Regex(text, flags))
