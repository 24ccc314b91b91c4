"""Which kustomizations are built, what belongs to them, and what is never fetched or run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from kustomizing import DATA, put

from hullmark.sources.kustomize import tree as module
from hullmark.sources.kustomize.build import build
from hullmark.sources.kustomize.remote import is_remote, is_remote_file
from hullmark.sources.kustomize.roots import UNUSED, roots
from hullmark.sources.kustomize.tree import CHART, PLUGIN, REMOTE, load
from hullmark.sources.tools import Tools

K = "kustomization.yaml"
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: pod}\nspec: {}\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder: Path) -> list[str]:
    return sorted(str(f.relative_to(folder)) for f in folder.rglob("*ustomization*"))


def test_bases_and_components_are_no_roots(here: Path) -> None:
    put(here, {f"base/{K}": "resources: [pod.yaml]\n", "base/pod.yaml": POD})
    put(
        here,
        {
            f"parts/tls/{K}": COMPONENT,
            f"parts/alone/{K}": COMPONENT + "resources: [x.yaml]\n",
            "parts/alone/x.yaml": POD,
        },
    )
    put(here, {"middle/kustomization.yml": "bases: [../base]\n", "dev/Kustomization": "resources: [../middle]\n"})
    put(
        here,
        {
            f"prod/{K}": "resources: [../middle/]\ncomponents: [../parts/tls]\npatches: [{path: p.yaml}]\n",
            "prod/p.yaml": POD,
        },
    )
    layout = roots(files(here))

    assert layout.roots == ("dev", "prod")
    assert {os.path.relpath(path): users for path, users in layout.owners.items()} == {
        "base/kustomization.yaml": ("dev", "prod"),
        "base/pod.yaml": ("dev", "prod"),
        "middle/kustomization.yml": ("dev", "prod"),
        "dev/Kustomization": ("dev",),
        "prod/kustomization.yaml": ("prod",),
        "prod/p.yaml": ("prod",),
        "parts/tls/kustomization.yaml": ("prod",),
        "parts/alone/kustomization.yaml": ("parts/alone",),
        "parts/alone/x.yaml": ("parts/alone",),
    }
    assert [(n.file, n.line, n.reason) for n in layout.not_checked] == [(f"parts/alone/{K}", 2, UNUSED)]


def test_everything_that_is_used_belongs_to_the_root(here: Path) -> None:
    put(
        here,
        {
            K: "resources: [r.yaml]\npatchesStrategicMerge: [a.yaml, |-\n  kind: Pod\n]\n".replace(
                ", |-\n  kind: Pod\n", ""
            )
            + "patchesJson6902: [{path: b.yaml}]\npatches: [{path: c.yaml}, {patch: 'x: y'}]\nreplacements: [{path: d.yaml}]\n"
            + "configMapGenerator: [{name: m, files: [e.txt, k=f.txt], envs: [g.env], env: h.env}]\n"
            + "secretGenerator: [{name: s, files: [i.txt]}]\ncrds: [j.json]\nconfigurations: [l.yaml]\n"
            + "openapi: {path: m.json}\ngenerators: [n.yaml]\ntransformers: [o.yaml]\nvalidators: [p.yaml]\n"
            + "helmCharts: [{name: c, valuesFile: q.yaml, additionalValuesFiles: [t.yaml]}]\n"
        },
    )
    names = "r.yaml a.yaml b.yaml c.yaml d.yaml e.txt f.txt g.env h.env i.txt j.json l.yaml m.json n.yaml o.yaml p.yaml q.yaml t.yaml"
    put(here, dict.fromkeys(names.split(), "x: 1\n"))
    layout = roots([K])

    assert layout.roots == (".",)
    assert {os.path.relpath(path) for path in layout.owners} == {K, *names.split()}


def test_bases_outside_the_scan_are_followed(here: Path) -> None:
    put(
        here,
        {
            f"scan/a/{K}": "resources: [../../out]\n",
            f"out/{K}": "resources: [../scan/b]\n",
            f"scan/b/{K}": "resources: []\n",
        },
    )
    layout = roots([f"scan/a/{K}", f"scan/b/{K}"])

    assert layout.roots == ("scan/a",)
    assert os.path.join(here, "out", K) in layout.owners


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        ({"a": "../b", "b": "../a"}, ("a",)),
        ({"a": "../a"}, ("a",)),
        ({"a": "../b", "b": "../c", "c": "../b"}, ("a",)),
        ({"b": "../c", "c": "../d", "d": "../b", "e": "../e"}, ("b", "e")),
    ],
)
def test_circles_have_one_root(here: Path, files: dict[str, str], chosen: tuple[str, ...], tools: Tools) -> None:
    put(here, {f"{name}/{K}": f"resources: [{base}]\n" for name, base in files.items()})

    assert roots([f"{name}/{K}" for name in files]).roots == chosen
    (problem,) = build(chosen[0], tools).reading.problems
    assert problem.message.startswith("kustomize cannot build it: cycle detected")
    last = sorted(name for name in files if name in "abcd")[-1]
    assert (problem.place.source.name, problem.place.line) == (f"{last}/{K}", 1)
    assert problem.place.source.text[problem.place.span.start :].startswith(files[last])


def test_objects_of_flux_are_no_kustomizations(here: Path) -> None:
    flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nspec: {path: ./x}\n"
    put(here, {f"flux/{K}": flux, f"plain/{K}": "kind: Kustomization\nresources: []\n"})
    layout = roots(files(here))

    assert layout.roots == ("plain",)
    assert [os.path.relpath(path) for path in layout.owners] == [f"plain/{K}"]


def test_a_kustomization_that_cannot_be_read_is_a_root(here: Path, tools: Tools) -> None:
    put(here, {f"a/{K}": "resources: [\n", f"b/{K}": "\n"})

    assert roots(files(here)).roots == ("a", "b")
    (malformed,), (empty,) = (build(folder, tools).reading.problems for folder in "ab")
    assert (malformed.place.source.name, empty.place.source.name) == (f"a/{K}", f"b/{K}")
    assert empty.message == "is empty"


def test_a_folder_is_one_root_however_it_is_called(here: Path) -> None:
    put(here, {f"a/{K}": "resources: [pod.yaml]\n", "a/pod.yaml": POD})
    (here / "link").symlink_to("a")

    assert roots([f"a/{K}", f"link/{K}", f"./a/{K}"]).roots == ("a",)


REMOTES = [
    "https://github.com/kubernetes-sigs/kustomize//examples/multibases/dev/?timeout=120&ref=v3.3.1",
    "https://github.com/kubernetes-sigs/kustomize",
    "HTTPS://example.org/org/repo.git//path",
    "http://github.com/org/repo",
    "ssh://git@ssh.github.com:443/org/repo.git/path",
    "git@github.com:org/repo.git/path?ref=main",
    "git@gitlab.example.org/org/repo",
    "user@host.example:path/to/repo.git",
    "git::https://gitlab.example.org/org/repo.git",
    "git::http://git.example.com/org/repo.git",
    "gh:org/repo",
    "github.com/org/repo",
    "github.com/org/repo/deploy/base?ref=v1",
    "GitHub.com/org/repo//base",
    "github.com:org/repo",
    "file:///srv/repo//base",
    "oci://ghcr.io/org/manifests:1.0",
    "oci-layout:///srv/layout",
    "dev.azure.com/org/project/_git/repo/path",
    "https://dev.azure.com/org/project/_git/repo",
]

LOCALS = ["base", "../base", "./github.com/org/repo", "/abs/base", "../../a.git/b", "github.com", "github.com/", "github.com/org",
          "a@b/c", "mail@example", "x:y", "bitbucket.org/org/repo", "deploy_git/x", "a.yaml", "..", "https", "~/base"]  # fmt: skip


@pytest.mark.parametrize("entry", REMOTES)
def test_remote_entries(entry: str) -> None:
    assert is_remote(entry)
    assert is_remote_file(entry) == entry.lower().startswith("http")


@pytest.mark.parametrize("entry", LOCALS)
def test_local_entries(entry: str) -> None:
    assert not is_remote(entry)
    assert not is_remote_file(entry)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("resources:\n  - a.yaml\n  - https://example.org/a.yaml\n", 3),
        ("components: [github.com/org/repo]\n", 1),
        ("bases:\n- git@github.com:org/repo\n", 2),
        ("patches:\n  - path: https://example.org/p.yaml\n", 2),
        ("configMapGenerator:\n- name: x\n  files: [a=https://example.org/x]\n", 3),
        ("openapi:\n  path: http://example.org/schema.json\n", 2),
        ("transformers: ['https://github.com/org/repo']\n", 1),
    ],
)
def test_nothing_remote_is_built(here: Path, monkeypatch: pytest.MonkeyPatch, text: str, line: int) -> None:
    monkeypatch.setattr("hullmark.sources.kustomize.build.run", None)
    put(here, {K: "resources: [base]\n", f"base/{K}": text, "base/a.yaml": POD})
    reading = build(".", Tools(kustomize=("kustomize", "build"))).reading

    assert [(n.file, n.line, n.reason) for n in reading.not_checked] == [(f"base/{K}", line, REMOTE)]
    assert reading.not_checked[0].hint == "build it yourself: kustomize build . | hullmark scan -"
    assert (reading.resources, reading.problems) == ((), ())


def test_a_file_is_no_repository(here: Path, tools: Tools) -> None:
    put(here, {K: "resources: [github.com/org/repo.yaml]\n", "github.com/org/repo.yaml": POD})

    assert len(build(".", tools).reading.resources) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("helmCharts: [{name: x}]\n", CHART),
        ("helmChartInflationGenerator: [{chartName: x}]\n", CHART),
        ("generators: [g.yaml]\n", CHART),
        ("generators:\n- |-\n  apiVersion: builtin\n  kind: HelmChartInflationGenerator\n", CHART),
        ("transformers: [t.yaml]\n", PLUGIN),
        ("validators: [folder]\n", PLUGIN),
        ("generators:\n- |-\n  apiVersion: example.org/v1\n  kind: Generator\n", PLUGIN),
    ],
)
def test_charts_and_plugins_are_never_run(here: Path, monkeypatch: pytest.MonkeyPatch, text: str, reason: str) -> None:
    monkeypatch.setattr("hullmark.sources.kustomize.build.run", None)
    put(here, {K: "resources: [base]\n", f"base/{K}": text})
    put(here, {"base/g.yaml": "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: x}\n"})
    put(here, {"base/t.yaml": "apiVersion: someteam.example.com/v1\nkind: Transformer\nmetadata: {name: x}\n"})
    put(
        here,
        {
            f"base/folder/{K}": "resources: [../t.yaml]\n".replace("../", ""),
            "base/folder/t.yaml": "kind: Transformer\n",
        },
    )
    reading = build(".", Tools(kustomize=("kustomize", "build"))).reading

    assert {n.reason for n in reading.not_checked} == {reason}
    assert {r.ref.kind for r in reading.resources} <= {"Kustomization"}


def test_transformers_that_are_built_in_are_run(here: Path, tools: Tools) -> None:
    put(here, {K: "resources: [pod.yaml]\ntransformers: [t.yaml, folder]\n", "pod.yaml": POD})
    put(
        here,
        {
            "t.yaml": "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: x}\nprefix: a-\nfieldSpecs: [{path: metadata/name}]\n"
        },
    )
    put(
        here,
        {
            f"folder/{K}": "resources: [s.yaml]\n",
            "folder/s.yaml": "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: y}\npath: p.yaml\ntarget: {kind: Pod}\n",
        },
    )
    put(here, {"p.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: pod}\nspec: {hostPID: true}\n"})
    (resource,) = build(".", tools).reading.resources

    assert resource.ref.name == "a-pod"
    assert resource.spec == {"hostPID": True}
    assert os.path.join(here, "p.yaml") in load(".").files


def test_limits(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(here, {K: "resources: [a.yaml, b.yaml, c.yaml]\n", **{f"{n}.yaml": POD for n in "abc"}})
    assert load(".").problems == []
    for name, value in (("MAX_FILES", 2), ("MAX_TOTAL", 100), ("MAX_SIZE", 30)):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, value)
            (problem,) = load(".").problems
            assert problem.message.startswith("builds on more than ")
    put(here, {f"{n}/{K}": f"resources: [../{n + 1}]\n" for n in range(200)})
    (problem,) = load("0").problems
    assert problem.message == "builds on others over more than 100 levels"


def test_the_cases_of_the_data(monkeypatch: pytest.MonkeyPatch, tools: Tools) -> None:
    monkeypatch.chdir(DATA)
    left = [n for folder in ("remote", "charts", "plugins") for n in build(folder, tools).reading.not_checked]

    assert [(n.file, n.line, n.reason) for n in left] == [
        ("remote/base/kustomization.yaml", 2, REMOTE),
        ("charts/kustomization.yaml", 2, CHART),
        ("plugins/kustomization.yaml", 3, PLUGIN),
    ]


def test_charts_are_there_with_the_values_they_are_given(monkeypatch: pytest.MonkeyPatch, tools: Tools) -> None:
    monkeypatch.chdir(DATA)
    (release,) = build("charts", tools).reading.resources

    assert (release.ref.kind, release.ref.name, release.ref.namespace) == ("Kustomization", "charts", "charts")
    assert release.node.at("helmCharts", 0, "name").line == 3
