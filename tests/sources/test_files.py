import os
from pathlib import Path

import pytest

from hullmark.model.errors import HullmarkError
from hullmark.model.finding import NotChecked
from hullmark.sources.files import LINK, File, find
from hullmark.text.source import Problem


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(root: Path, *names: str, text: str = "") -> None:
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def names(*paths: str, exclude: tuple[str, ...] = ()) -> list[str]:
    return [f.name for f in find(paths, exclude) if isinstance(f, File)]


def test_a_folder_gives_manifests_in_order_files_first(tree: Path) -> None:
    make(tree, "b.yaml", "a/z.yml", "a/b.json", "c/x.yaml", "a/notes.txt", "Makefile")

    assert names(".") == ["b.yaml", "a/b.json", "a/z.yml", "c/x.yaml"]
    assert names("a") == ["a/b.json", "a/z.yml"]
    assert names("./a/") == ["a/b.json", "a/z.yml"]


def test_named_files_are_read_whatever_they_are_called(tree: Path) -> None:
    make(tree, "manifest.txt")

    assert list(find(["manifest.txt"])) == [File("manifest.txt", explicit=True)]


def test_overlapping_paths_give_a_file_once(tree: Path) -> None:
    make(tree, "a/x.yaml")

    assert names("a/x.yaml", ".", "a", str(tree / "a")) == ["a/x.yaml"]


def test_globs(tree: Path) -> None:
    make(tree, "a/x.yaml", "b/y.yaml", "b/z.txt")

    assert names("*/*.yaml") == ["a/x.yaml", "b/y.yaml"]
    assert names("**/y.yaml") == ["b/y.yaml"]


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize("path", ["missing.yaml", "missing/*.yaml"])
def test_what_does_not_exist_is_an_error_with_a_hint(path: str) -> None:
    with pytest.raises(HullmarkError, match="missing") as caught:
        list(find([path]))

    assert caught.value.hint


@pytest.mark.parametrize("folder", [".git", ".hg", "node_modules", "__pycache__", ".terraform", ".tools"])
def test_foreign_folders_are_not_entered(tree: Path, folder: str) -> None:
    make(tree, f"{folder}/x.yaml", f"deep/{folder}/x.yaml", "y.yaml")

    assert names(".") == ["y.yaml"]


def test_virtual_environments_are_known_by_their_file(tree: Path) -> None:
    make(tree, "env/pyvenv.cfg", "env/lib/x.yaml", "y.yaml")

    assert names(".") == ["y.yaml"]


def test_exclusions_are_relative_to_the_working_directory_or_the_folder(tree: Path) -> None:
    make(tree, "deploy/dev/x.yaml", "deploy/prod/x.yaml", "deploy/values.yaml")

    assert names("deploy", exclude=("/deploy/dev",)) == ["deploy/values.yaml", "deploy/prod/x.yaml"]
    assert names("deploy", exclude=("/dev",)) == ["deploy/values.yaml", "deploy/prod/x.yaml"]
    assert names("deploy", exclude=("values.yaml", "prod/")) == ["deploy/dev/x.yaml"]
    assert names("deploy/values.yaml", exclude=("values.yaml",)) == []


def test_ignore_files_hold_below_their_folder(tree: Path) -> None:
    make(tree, "a/x.yaml", "a/keep.yaml", "b/x.yaml", "b/c/x.yaml")
    (tree / ".hullmarkignore").write_text("a/x.yaml\n")
    (tree / "b" / ".hullmarkignore").write_text("# all but those of c\n*.yaml\n!/c/x.yaml\n")

    assert names(".") == ["a/keep.yaml", "b/c/x.yaml"]


def test_ignore_files_above_the_folder_hold_too(tree: Path) -> None:
    make(tree, "a/b/x.yaml", "a/b/y.yaml")
    (tree / ".hullmarkignore").write_text("x.yaml\n")

    assert names("a/b") == ["a/b/y.yaml"]
    assert names("a/b/x.yaml") == ["a/b/x.yaml"]


def test_links_lead_nowhere_else_and_never_in_circles(tree: Path) -> None:
    make(tree, "root/data/x.yaml", "outside/secret.yaml")
    (tree / "root/inside.yaml").symlink_to("data/x.yaml")
    (tree / "root/loop").symlink_to(".")
    (tree / "root/out").symlink_to("../outside")
    (tree / "root/out.yaml").symlink_to("../outside/secret.yaml")
    (tree / "root/dangling.yaml").symlink_to("nowhere.yaml")
    found = list(find(["root"]))

    assert [f.name for f in found if isinstance(f, File)] == ["root/data/x.yaml"]
    assert [(n.file, n.reason) for n in found if isinstance(n, NotChecked)] == [
        ("root/out", LINK),
        ("root/out.yaml", LINK),
    ]


def test_a_link_that_is_named_is_followed(tree: Path) -> None:
    make(tree, "real/x.yaml")
    (tree / "link").symlink_to("real")

    assert names("link") == ["link/x.yaml"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_folder_is_a_diagnostic(tree: Path) -> None:
    make(tree, "shut/x.yaml", "y.yaml")
    (tree / "shut").chmod(0)
    try:
        found = list(find(["."]))
    finally:
        (tree / "shut").chmod(0o755)

    assert [f.name for f in found if isinstance(f, File)] == ["y.yaml"]
    assert [p.message for p in found if isinstance(p, Problem)] == ["cannot be read: permission denied"]
