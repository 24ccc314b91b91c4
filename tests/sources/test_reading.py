import os
from pathlib import Path

import pytest

from hullmark.sources import read
from hullmark.sources.kubernetes import PATCH
from hullmark.sources.kustomize import REASON
from hullmark.text.source import MAX_SIZE

POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {}\n"
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(root: Path, name: str, text: str | bytes) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)


def left(*paths: str) -> dict[str, str]:
    return {n.file: n.reason for n in read(paths).not_checked}


def test_files_with_objects_are_counted(tree: Path) -> None:
    put(tree, "a.yaml", POD.format("a") + "---\n" + POD.format("b"))
    put(tree, "b.yaml", POD.format("c"))
    put(tree, "ci.yaml", "jobs: {}\n")
    reading = read(["."])

    assert [r.ref.name for r in reading.resources] == ["a", "b", "c"]
    assert (reading.files, reading.not_checked, reading.problems) == (2, (), ())


def test_progress_is_told(tree: Path) -> None:
    put(tree, "a.yaml", POD.format("a"))
    put(tree, "b.yaml", POD.format("b"))
    told: list[tuple[int, int]] = []
    read(["."], progress=lambda done, total: told.append((done, total)))

    assert told == [(1, 2), (2, 2)]


def test_a_named_file_without_objects_is_told_and_others_are_not(tree: Path) -> None:
    put(tree, "x/notes.yaml", "a: 1\n")
    put(tree, "x/odd.yaml", "apiVersion: 7\n")

    assert left("x") == {}
    assert set(left("x/notes.yaml", "x/odd.yaml").values()) == {"no Kubernetes object in it"}


def test_helm_charts_are_not_read_as_manifests(tree: Path) -> None:
    put(tree, "chart/Chart.yaml", "apiVersion: v2\nname: x\n")
    put(tree, "chart/values.yaml", "apiVersion: v1\nkind: x\n")
    put(tree, "chart/templates/sub/a.yaml", POD.format("{{ .Release.Name }}"))
    put(tree, "chart/templates/plain.yaml", POD.format("plain"))
    put(tree, "templates/b.yaml", POD.format("'{{ x }}'"))
    reading = read(["."])

    assert [r.ref.name for r in reading.resources] == ["plain", "{{ x }}"]
    assert [(n.file, n.line, n.reason) for n in reading.not_checked] == [
        ("chart/values.yaml", 1, "values of a Helm chart"),
        ("chart/templates/sub/a.yaml", 4, "a template of a Helm chart"),
    ]
    assert "helm template chart" in reading.not_checked[0].hint
    assert left("chart/templates/sub/a.yaml")


def test_kustomizations_name_their_patches(tree: Path) -> None:
    put(tree, "base/kustomization.yaml", "resources: [pod.yaml]\n")
    put(tree, "base/pod.yaml", POD.format("a"))
    put(
        tree,
        "over/kustomization.yml",
        "resources: [../base]\npatches:\n- path: p1.yaml\n- patch: |-\n    apiVersion: v1\n- null\n"
        "patchesStrategicMerge: [./p2.yaml, 'a: 1\n\n  b: 2', 7]\ntransformers: [t.yaml]\n",
    )
    for name in ("p1", "p2", "t"):
        put(tree, f"over/{name}.yaml", POD.format(name))
    reading = read(["."])

    assert [r.ref.name for r in reading.resources] == ["a"]
    assert left(".") == {
        "base/kustomization.yaml": REASON,
        "over/kustomization.yml": REASON,
        "over/p1.yaml": PATCH,
        "over/p2.yaml": PATCH,
        "over/t.yaml": PATCH,
    }
    assert "kubectl kustomize over" in next(n.hint for n in reading.not_checked if n.file == "over/p1.yaml")


def test_other_languages_are_named(tree: Path) -> None:
    put(tree, "main.tf", "")
    put(tree, "more.tf.json", "{}")

    assert left(".") == {
        "main.tf": "Terraform is not read yet",
        "more.tf.json": "Terraform is not read yet",
    }


def test_sizes_are_bounded(tree: Path) -> None:
    put(tree, "big.yaml", b"# apiVersion\n")
    os.truncate(tree / "big.yaml", MAX_SIZE + 1)
    (problem,) = read(["."]).problems

    assert "larger than" in problem.message


def test_utf_16_is_read(tree: Path) -> None:
    put(tree, "a.yaml", POD.format("ä").encode("utf-16"))

    assert [r.ref.name for r in read(["."]).resources] == ["ä"]


def test_pipes_are_read_to_their_end() -> None:
    out, into = os.pipe()
    os.write(into, POD.format("piped").encode())
    os.close(into)

    assert [r.ref.name for r in read([f"/dev/fd/{out}"]).resources] == ["piped"]
    os.close(out)


def test_a_change_is_read_without_the_files(tree: Path) -> None:
    put(tree, "a.yaml", POD.format("a"))
    put(tree, "b.yaml", POD.format("b"))
    before = read(["."])
    after = before.changed({"a.yaml": POD.format("x") + "---\n{"})

    assert [r.ref.name for r in after.resources] == ["x", "b"]
    assert after.resources[1] is before.resources[1]
    assert len(after.problems) == 1
    assert before.changed({"a.yaml": POD.format("a")}) is before


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not part of the project")
def test_the_corpus_is_read_whole() -> None:
    reading = read([str(CORPUS)])

    assert reading.files == 437
    assert not reading.problems
    assert not reading.not_checked


def test_charts_of_kustomizations_are_read_without_kustomize(tree: Path) -> None:
    charts = "helmCharts:\n  - {name: qdrant, repo: 'https://qdrant.github.io/qdrant-helm', version: 1.15.4}\n"
    put(tree, "vectors/kustomization.yaml", charts)
    put(tree, "plain/kustomization.yaml", "resources: []\n")
    put(tree, "broken/kustomization.yaml", "helmCharts: [\n")
    reading = read(["."])

    assert [str(r.ref) for r in reading.resources] == ["Kustomization vectors"]
    assert {n.file for n in reading.not_checked} == {
        "vectors/kustomization.yaml", "plain/kustomization.yaml", "broken/kustomization.yaml",
    }  # fmt: skip
