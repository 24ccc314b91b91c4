"""Builds that fail, and what hostile kustomizations try."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from kustomizing import DATA, put

from hullmark.sources import process
from hullmark.sources.cache import Cache
from hullmark.sources.kustomize import build as module
from hullmark.sources.kustomize import copy, marks
from hullmark.sources.kustomize.build import build
from hullmark.sources.kustomize.kustomization import documents
from hullmark.sources.kustomize.tree import load
from hullmark.sources.process import run
from hullmark.sources.tools import Tools
from hullmark.text.source import Problem, Source

K = "kustomization.yaml"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: pod}\nspec: {hostPID: true}\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def failure(folder: str, tools: Tools) -> Problem:
    unit = build(folder, tools)
    assert (unit.reading.resources, unit.reading.not_checked) == ((), ())
    (problem,) = unit.reading.problems
    return problem


@pytest.mark.parametrize(
    ("case", "file", "line", "message"),
    [
        (
            "missing",
            K,
            3,
            "evalsymlink failure on 'failing/missing/absent.yaml' : lstat failing/missing/absent.yaml: no such file",
        ),
        ("broken", "pod.yaml", 4, "MalformedYAMLError: yaml: line 4: did not find expected key in File: pod.yaml"),
        ("unmatched", "patch.yaml", 4, 'no resource matches strategic merge patch "Pod.v1.[noGrp]/other.[noNs]"'),
        ("pointer", K, 6, "replace operation does not apply: doc is missing path: /spec/nothing/here: missing value"),
        ("field", K, 2, 'invalid Kustomization: json: unknown field "namespaces"'),
        ("twice", "b.yaml", 4, "may not add resource with an already registered id: Pod.v1.[noGrp]/pod.[noNs]"),
        (
            "circle",
            "other/" + K,
            2,
            "cycle detected: candidate root 'failing/circle' contains visited root 'failing/circle/other'",
        ),
        ("itself", K, 3, "cycle detected: candidate root 'failing/itself' contains visited root 'failing/itself'"),
        ("outside", K, 2, "security; file 'failing/missing/present.yaml' is not in or below 'failing/outside'"),
    ],
)
def test_a_failed_build_says_what_kustomize_says_and_where(
    monkeypatch: pytest.MonkeyPatch, tools: Tools, case: str, file: str, line: int, message: str
) -> None:
    monkeypatch.chdir(DATA)
    problem = failure(f"failing/{case}", tools)

    assert (problem.place.source.name, problem.place.line) == (f"failing/{case}/{file}", line)
    assert problem.message.startswith("kustomize cannot build it: ")
    assert message in problem.message
    assert problem.hint == f"see that it builds: kustomize build failing/{case}"


@pytest.mark.parametrize(
    ("files", "file", "line"),
    [
        ({K: "resources: [base]\n", f"base/{K}": "resources: [pod.yaml, none.yaml]\n", "base/pod.yaml": POD}, f"base/{K}", 1),
        ({K: "resources:\n- pod.yaml\nconfigMapGenerator:\n- name: x\n  files: [none.txt]\n", "pod.yaml": POD}, K, 5),
        ({K: "resources: [pod.yaml]\npatches:\n- path: none.yaml\n", "pod.yaml": POD}, K, 3),
        ({K: "resources: [pod.yaml]\nreplacements:\n- source: {kind: Pod, fieldPath: metadata.name}\n  targets:\n"
             "  - select: {kind: Pod}\n    fieldPaths:\n    - spec.none\n", "pod.yaml": POD}, K, 7),
        ({K: "resources: [pod.yaml]\npatches:\n- patch: |-\n    kind: Pod\n    apiVersion: v1\n    metadata:\n"
             "      name: else\n", "pod.yaml": POD}, K, 7),
        ({K: "resources: [sub]\n", "sub/x.yaml": POD}, K, 1),
        ({K: "components: [sub]\n", f"sub/{K}": "resources: []\n"}, K, 1),
        ({K: "", "kustomization.yml": "resources: []\n"}, K, 1),
    ],
)  # fmt: skip
def test_places_of_failures(here: Path, tools: Tools, files: dict[str, str], file: str, line: int) -> None:
    put(here, files)
    problem = failure(".", tools)

    assert (problem.place.source.name, problem.place.line) == (file, line), problem.message


def test_a_message_that_is_logged(here: Path, tmp_path: Path) -> None:
    put(here, {K: "resources: [pod.yaml]\nnamespaces: x\n", "pod.yaml": POD})
    said = 'E1124 15:21:34.3 10289 run.go:72] "command failed" err="invalid Kustomization: json: unknown field \\"namespaces\\""'
    problem = failure(".", Tools(kustomize=tool(tmp_path, f"sys.stderr.write({said!r}); sys.exit(1)")))

    assert problem.message == 'kustomize cannot build it: invalid Kustomization: json: unknown field "namespaces"'
    assert problem.place.line == 2


def test_long_messages_are_shortened(here: Path, tools: Tools) -> None:
    patch = "".join(f"    k{n}: value\n" for n in range(300))
    put(here, {K: f"resources: [pod.yaml]\npatches:\n- patch: |-\n    - a\n{patch}", "pod.yaml": POD})

    assert len(failure(".", tools).message) < 340


@pytest.mark.usefixtures("here")
def test_a_folder_without_kustomization(tools: Tools) -> None:
    assert failure(".", tools).message == "there is no kustomization here"
    assert failure("none", tools).place.source.name == "none"


# What hostile ones try


def tool(folder: Path, code: str) -> tuple[str, ...]:
    """A program to use in place of kustomize."""
    program = folder / "kustomize"
    program.write_text(f"#!{sys.executable} -S\nimport os, sys, time\n{code}\n")
    program.chmod(0o755)
    return (str(program), "build")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("while True: sys.stdout.write('a: b\\n' * 10000)", "kustomize printed more than 32 MB"),
        ("while True: sys.stderr.write('a: b\\n' * 10000)", "kustomize printed more than 32 MB"),
        ("time.sleep(60)", "kustomize took longer than 1 s"),
        ("os.fork(); time.sleep(60)", "kustomize took longer than 1 s"),
        ("sys.exit(7)", "kustomize cannot build it: it ended with exit code 7"),
        ("os.kill(os.getpid(), 9)", "kustomize cannot build it: it ended with exit code -9"),
    ],
)
def test_a_tool_that_does_not_behave(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, message: str
) -> None:
    monkeypatch.setattr(module, "run", partial(run, timeout=1.0) if "sleep" in code else run)
    put(here, {K: "resources: [pod.yaml]\n", "pod.yaml": POD})
    started = time.monotonic()
    problem = failure(".", Tools(kustomize=tool(tmp_path, code)))

    assert problem.message == message
    assert problem.place.source.name == K
    assert time.monotonic() - started < 10


def test_what_a_tool_prints_is_read_like_any_file(here: Path, tmp_path: Path) -> None:
    put(here, {K: "resources: [pod.yaml]\n", "pod.yaml": POD})
    printed = f"{POD}---\n{{: bad\n---\nkind: [\n"
    reading = build(".", Tools(kustomize=tool(tmp_path, f"print({printed!r})"))).reading

    assert len(reading.resources) == 1
    assert {p.place.source.name for p in reading.problems} == {K}


def test_files_outside_are_not_read(here: Path, tools: Tools) -> None:
    secret = here / "secret.yaml"
    put(here, {"secret.yaml": POD.replace("pod", "stolen"), f"in/{K}": "resources: [link.yaml]\n"})
    (here / "in" / "link.yaml").symlink_to(secret)
    assert "security; file" in failure("in", tools).message

    put(here, {f"in/{K}": "resources: [../secret.yaml]\n"})
    assert "security; file" in failure("in", tools).message
    put(here, {f"in/{K}": f"resources: [{secret}]\n"})
    assert "security; file" in failure("in", tools).message
    put(here, {f"in/{K}": "configMapGenerator: [{name: x, files: [../../../../../../../etc/passwd]}]\n"})
    assert "security; file" in failure("in", tools).message
    (here / "in" / K).unlink()
    put(here, {"real.yaml": "resources: []\n"})
    (here / "in" / K).symlink_to(here / "real.yaml")
    assert failure("in", tools).message == "there is no kustomization here"


def test_links_to_folders_are_followed_as_kustomize_does(here: Path, tools: Tools) -> None:
    put(
        here, {f"elsewhere/{K}": "resources: [pod.yaml]\n", "elsewhere/pod.yaml": POD, f"in/{K}": "resources: [link]\n"}
    )
    (here / "in" / "link").symlink_to(here / "elsewhere")
    (resource,) = build("in", tools).reading.resources

    assert resource.file == "in/link/pod.yaml"


def test_what_is_no_file_is_refused_without_a_run(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "run", None)
    put(here, {K: "resources:\n- pipe\n"})
    os.mkfifo(here / "pipe")
    problem = failure(".", Tools(kustomize=("kustomize", "build")))

    assert (problem.message, problem.place.line) == ("'pipe' is neither a file nor a folder", 2)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{c}: &{c} [{', '.join([f'*{p}'] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "files",
    [
        {K: "resources: [bomb.yaml]\n", "bomb.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n" + BOMB},
        {K: "resources: []\n" + BOMB},
        {K: "resources: [deep.yaml]\n", "deep.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: " + "[" * 5000 + "]" * 5000},
        {K: "resources: ['a\\0b', '" + "x/" * 5000 + "']\n"},
        {K: "resources: 7\npatches: {a: b}\nimages: [1]\nconfigMapGenerator: [x, {literals: 3}]\nlabels: [{pairs: 1}]\n"},
        {K: "- a\n- b\n"},
        {K: "patches: [{patch: '[1, {op: add, path: 3, value: x}]', target: {kind: Pod}}]\nresources: [pod.yaml]\n",
         "pod.yaml": POD},
    ],
    ids=["alias bomb", "alias bomb in the kustomization", "deep", "odd names", "wrong types", "list", "odd patch"],
)  # fmt: skip
def test_odd_and_hostile_files_are_told(
    here: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]
) -> None:
    monkeypatch.setattr(process, "MAX_MEMORY", 1 << 30)
    put(here, files)
    started = time.monotonic()
    reading = build(".", tools).reading

    assert reading.problems or reading.resources
    assert time.monotonic() - started < 20


def test_names_that_are_no_unicode(here: Path, tools: Tools) -> None:
    put(here, {K: "configMapGenerator: [{name: x, files: [data.bin]}]\n"})
    (here / "data.bin").write_bytes(bytes(range(256)))
    (resource,) = build(".", tools).reading.resources

    assert set(resource.node.value["binaryData"]) == {"data.bin"}


def test_thousands_of_files(here: Path, tools: Tools) -> None:
    names = [f"f{number}.txt" for number in range(3000)]
    put(here, dict.fromkeys(names, "text\n"))
    put(here, {K: "configMapGenerator:\n- name: x\n  files:\n" + "".join(f"  - {name}\n" for name in names)})
    started = time.monotonic()
    (resource,) = build(".", tools).reading.resources

    assert resource.node.at("data", "f2999.txt").source.name == "f2999.txt"
    assert time.monotonic() - started < 30


def test_too_much_to_mark_is_built_without_marks(here: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    put(here, {K: "resources: [pod.yaml]\n", "pod.yaml": POD})
    monkeypatch.setattr(marks, "MAX_MARKS", 2)
    (resource,) = build(".", tools).reading.resources
    place = resource.node.at("spec", "hostPID")

    assert (place.source.name, place.line, place.exact) == ("pod.yaml", 3, False)


def test_nothing_is_written_but_the_cache(here: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = here / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    put(here, {f"in/{K}": "resources: [pod.yaml]\n", "in/pod.yaml": POD})
    before = sorted(here.rglob("*"))
    build("in", tools._replace(cache=Cache(str(here / "cache"))))

    assert sorted(p for p in here.rglob("*") if "cache" not in p.parts) == before


# Between runs


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How often a tool has been run."""
    runs: list[object] = []

    def counted(argv: tuple[str, ...]) -> object:
        runs.append(argv)
        return run(argv)

    monkeypatch.setattr(module, "run", counted)
    return lambda: len(runs)


def test_a_second_build_runs_nothing(here: Path, tools: Tools, count: Callable[[], int]) -> None:
    put(here, {K: "resources: [base]\n", f"base/{K}": "resources: [pod.yaml]\nimages: [{name: x, newTag: v1}]\n"})
    put(here, {"base/pod.yaml": POD})
    cached = tools._replace(cache=Cache(str(here / "cache")))
    first = build(".", cached)
    assert count() == 2
    second = build(".", cached)

    assert count() == 2
    assert [r.node.value for r in first.reading.resources] == [r.node.value for r in second.reading.resources]
    place = second.reading.resources[0].node.at("spec", "hostPID")
    assert (place.source.name, place.line, place.exact) == ("base/pod.yaml", 4, True)
    put(here, {"base/pod.yaml": POD.replace("true", "false")})
    assert build(".", cached).reading.resources[0].spec == {"hostPID": False}
    assert count() == 4


def test_failures_are_kept_too_until_something_changes(here: Path, tools: Tools, count: Callable[[], int]) -> None:
    put(here, {K: "resources: [pod.yaml]\n"})
    cached = tools._replace(cache=Cache(str(here / "cache")))
    messages = {failure(".", cached).message for _ in range(2)}
    assert (count(), len(messages)) == (1, 1)
    put(here, {"pod.yaml": POD})

    assert len(build(".", cached).reading.resources) == 1


def test_what_was_stopped_is_tried_again(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(here, {K: "resources: [pod.yaml]\n", "pod.yaml": POD})
    code = f"if not os.path.exists('once'):\n    open('once', 'w')\n    time.sleep(60)\nprint({POD!r})"
    cached = Tools(kustomize=tool(tmp_path, code), cache=Cache(str(here / "cache")))
    monkeypatch.setattr(module, "run", partial(run, timeout=1.0))

    assert failure(".", cached).message == "kustomize took longer than 1 s"
    assert len(build(".", cached).reading.resources) == 1


def test_another_tool_builds_again(here: Path, tmp_path: Path, count: Callable[[], int]) -> None:
    put(here, {K: "resources: [pod.yaml]\n", "pod.yaml": POD})
    cached = Tools(kustomize=tool(tmp_path, f"print({POD!r})"), cache=Cache(str(here / "cache")))
    build(".", cached)
    build(".", cached)
    assert count() == 2
    os.utime(cached.kustomize[0], (1, 1))
    build(".", cached)

    assert count() == 4


def test_a_damaged_or_unwritable_cache_is_no_obstacle(here: Path, tools: Tools) -> None:
    put(here, {K: "resources: [pod.yaml]\n", "pod.yaml": POD})
    build(".", tools._replace(cache=Cache(str(here / "cache"))))
    for entry in (here / "cache").iterdir():
        entry.write_bytes(b"x" * stat.S_IRWXU)
    for cache in (Cache(str(here / "cache")), Cache("/dev/null/none")):
        assert len(build(".", tools._replace(cache=cache)).reading.resources) == 1


def test_the_marks_are_the_same_for_the_same_files(here: Path) -> None:
    put(here, {K: "resources: [pod.yaml]\ncommonLabels: {a: b}\n", "pod.yaml": POD})
    one, two = (copy.marked(copy_of) for copy_of in (module.load("."), module.load(".")))

    assert one is not None
    assert two is not None
    assert one.files == two.files


ODD = (None, True, 7, "x", "a\0b", [], {}, [1], [[]], {"a": 1}, "- op: 1", "{a: [")


def variants(value: Any) -> Iterator[Any]:
    """A document with something odd in place of each of its values in turn."""
    yield from ODD
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from ({**value, key: other} for other in variants(inner))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from ([*value[:index], other, *value[index + 1 :]] for other in variants(inner))


@pytest.mark.parametrize(
    "case", ["merge/staging", "json/overlay", "images/overlay", "generators/overlay", "nested/top"]
)
def test_no_kustomization_is_too_odd_to_be_copied(tmp_path: Path, case: str) -> None:
    shutil.copytree(DATA / case.partition("/")[0], tmp_path / "case")
    folder = tmp_path / "case" / case.partition("/")[2]
    (file,) = folder.glob("kustomization.y*ml")
    (document,) = documents(Source("", file.read_text()))
    copied = 0
    for variant in variants(document.root):
        file.write_text(json.dumps(variant))
        tree = load(str(folder))
        copied += tree.root in tree.layers and copy.marked(tree) is not None

    assert copied > 50
