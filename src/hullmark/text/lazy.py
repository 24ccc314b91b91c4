"""Attributes that are worked out when they are first asked for.

They are those of `functools`, but for Python 3.11, which takes a lock for each of them: objects with such attributes are
made by the ten thousand here, and no two threads share one (https://github.com/python/cpython/issues/87634).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or sys.version_info >= (3, 12):
    from functools import cached_property
else:

    class cached_property:  # noqa: N801 - it stands for that of functools
        """A method whose first answer becomes an attribute of that name."""

        def __init__(self, func: Callable[[Any], Any]) -> None:
            self._func, self.__doc__ = func, func.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            self._name = name

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is None:
                return self
            value = instance.__dict__[self._name] = self._func(instance)
            return value


__all__ = ["cached_property"]
