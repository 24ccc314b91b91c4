from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from hullmark.model.errors import HullmarkError
from hullmark.sources.cache import Cache
from hullmark.sources.tools import Tools, find_tools, identity

PROJECT = Path(__file__).parents[2]


def program(path: Path, mode: int = 0o755) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return str(path)


def test_the_first_of_each_is_found(tmp_path: Path) -> None:
    program(tmp_path / "a" / "kubectl")
    program(tmp_path / "a" / "helm", 0o644)
    (tmp_path / "a" / "kustomize").mkdir()
    helm = program(tmp_path / "b" / "helm")
    path = os.pathsep.join(str(tmp_path / name) for name in "ab")
    cache = Cache(str(tmp_path))

    assert find_tools(path=path, cache=cache) == Tools(helm, (str(tmp_path / "a" / "kubectl"), "kustomize"), cache)
    kustomize = program(tmp_path / "b" / "kustomize")
    assert find_tools(path=path) == Tools(helm, (kustomize, "build"), None)
    assert find_tools(path=str(tmp_path)) == Tools()


def test_relative_folders_are_not_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "helm")
    program(tmp_path / "bin" / "kubectl")
    monkeypatch.chdir(tmp_path)

    assert find_tools(path=os.pathsep.join(("", ".", "bin"))) == Tools()


def test_the_variable_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helm = program(tmp_path / "helm")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_tools().helm == helm


def test_a_helm_that_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, other = program(tmp_path / "helm"), program(tmp_path / "helm-3")
    monkeypatch.chdir(tmp_path)

    assert find_tools("./helm-3", path=str(tmp_path)).helm == other
    assert find_tools("helm-3", path=str(tmp_path)).helm == other
    assert find_tools("helm", path=str(tmp_path)).helm == first
    for name in ("./none", "none", str(tmp_path)):
        with pytest.raises(HullmarkError, match=f"there is no program '{name}'"):
            find_tools(name, path=str(tmp_path))


def test_identity_follows_the_program(tmp_path: Path) -> None:
    path = program(tmp_path / "helm-4")
    link = tmp_path / "helm"
    link.symlink_to(path)
    before = identity(str(link))

    assert before == identity(path) != ""
    os.utime(path, (1, 1))
    assert identity(path) != before
    assert identity(str(tmp_path / "none")) == ""


def test_another_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PROJECT / "scripts"))
    installer = __import__("tools")
    sys.modules.pop("tools")

    with pytest.raises(ValueError, match="is not what it was"):
        installer.unpack(b"something else", tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert not installer.installed(tmp_path)


def test_the_tools_of_the_tests(tools: Tools) -> None:
    folder = str(PROJECT / ".tools" / "bin")

    assert tools.helm == f"{folder}/helm"
    assert tools.kustomize == (f"{folder}/kubectl", "kustomize")
