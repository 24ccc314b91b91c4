"""Patterns that are compiled late are right all the same."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from hullmark.text.regex import regex


def test_a_late_pattern_does_what_a_compiled_one_does() -> None:
    pattern = regex(r"(a)(b)?", re.IGNORECASE)
    compiled = re.compile(r"(a)(b)?", re.IGNORECASE)

    assert pattern.sub("x", "xABa") == compiled.sub("x", "xABa") == "xxx"
    assert [m.span() for m in pattern.finditer("abA")] == [(0, 2), (2, 3)]
    assert (pattern.pattern, pattern.flags, pattern.groups) == (compiled.pattern, compiled.flags, 2)
    with pytest.raises(AttributeError):
        _ = pattern.no_such_thing  # type: ignore[attr-defined]


COMPILE_ALL = """
import gc, pkgutil
from importlib import import_module
import hullmark
from hullmark.text.regex import _Regex
for module in pkgutil.walk_packages(hullmark.__path__, "hullmark."):
    if not module.name.endswith("__main__"):
        import_module(module.name)
found = [one for one in gc.get_objects() if type(one) is _Regex]
print(sum(one.pattern == one._text for one in found))
"""


def test_every_pattern_of_the_project_compiles() -> None:
    ran = subprocess.run([sys.executable, "-c", COMPILE_ALL], capture_output=True, text=True, check=False)

    assert ran.stderr == ""
    assert int(ran.stdout) > 150


def test_a_mistake_in_a_pattern_is_raised_when_it_is_used() -> None:
    pattern = regex("(")
    with pytest.raises(re.error):
        pattern.search("")
