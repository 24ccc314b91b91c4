"""Finds checks: every module in a pillar's folder holds one, named after the file."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import Any

from hullmark.model.check import Check
from hullmark.model.terms import Pillar

AnyCheck = Check[Any]


@cache
def checks() -> tuple[AnyCheck, ...]:
    """All checks, by pillar and id.

    Raises:
        TypeError: a module does not hold a check of its own name, or has lost its page
            (``python -OO`` strips docstrings).
    """
    return tuple(_load(pillar.value, name) for pillar in Pillar for name in _modules(pillar.value))


def _modules(pillar: str) -> list[str]:
    folder = os.path.join(os.path.dirname(__file__), pillar)
    return sorted(n[:-3] for n in os.listdir(folder) if n.endswith(".py") and not n.startswith("_"))


def _load(pillar: str, name: str) -> AnyCheck:
    module = import_module(f"hullmark.checks.{pillar}.{name}")
    found = getattr(module, name, None)
    if not isinstance(found, Check):
        raise TypeError(f"{module.__name__} does not define a check named '{name}'")
    if not module.__doc__:
        raise TypeError(f"{module.__name__} has no page: checks need their docstrings (python -OO strips them)")
    return found
