"""What a folder holds: charts, kustomizations and loose manifests, each file in one unit."""

from __future__ import annotations

from pathlib import Path

import pytest

from hullmark.sources.discovery import Layout, lay_out
from hullmark.sources.files import File, find

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: c, image: a}]}\n"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(root: Path, **files: str) -> None:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def laid(*paths: str, kustomize: bool = True) -> Layout:
    return lay_out(list(find(paths or (".",))), kustomize=kustomize)


def rest(layout: Layout) -> list[str]:
    return [item.name for item in layout.rest if isinstance(item, File)]


CHART = {"Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "values.yaml": "a: 1\n", "templates/pod.yaml": POD}


def chart(at: str) -> dict[str, str]:
    return {f"{at}/{name}": text for name, text in CHART.items()}


def test_everything_of_a_mixed_repository_has_its_place(tree: Path) -> None:
    put(
        tree,
        **chart("deploy/chart"),
        **{
            "base/kustomization.yaml": "resources: [pod.yaml]\n",
            "base/pod.yaml": POD,
            "over/dev/kustomization.yaml": "resources: [../../base]\npatches: [{path: p.yaml}]\n",
            "over/dev/p.yaml": POD,
            "over/prod/kustomization.yaml": "resources: [../../base]\n",
            "loose/pod.yaml": POD,
        },
    )
    layout = laid()

    assert layout.charts == ("deploy/chart",)
    assert layout.kustomizations == ("over/dev", "over/prod")
    assert rest(layout) == ["loose/pod.yaml"]


def test_a_chart_owns_what_helm_reads_and_nothing_else(tree: Path) -> None:
    put(
        tree,
        **chart("c"),
        **chart("c/charts/sub"),
        **{
            "c/values-prod.yaml": "",
            "c/crds/x.yaml": POD,
            "c/ci/x.yaml": "",
            "c/example/pod.yaml": POD,
            "c/notes.yaml": POD,
        },
    )
    layout = laid()

    assert layout.charts == ("c",)
    assert rest(layout) == ["c/notes.yaml", "c/example/pod.yaml"]


def test_a_chart_at_the_top_leaves_the_rest_of_the_repository(tree: Path) -> None:
    put(tree, **CHART, **{"deploy/pod.yaml": POD})
    layout = laid()

    assert layout.charts == (".",)
    assert rest(layout) == ["deploy/pod.yaml"]


def test_the_folder_that_is_named_may_be_the_unit(tree: Path) -> None:
    put(tree, **chart("a/c"), **{"k/kustomization.yaml": "resources: [pod.yaml]\n", "k/pod.yaml": POD})

    assert laid("a/c").charts == ("a/c",)
    assert laid("k").kustomizations == ("k",)
    assert laid("k/kustomization.yaml").kustomizations == ("k",)


def test_packaged_charts_are_charts(tree: Path) -> None:
    put(tree, **chart("c"), **{"c/charts/sub-1.0.0.tgz": "", "vendor/other-1.0.0.tgz": ""})

    assert laid().charts == ("c", "vendor/other-1.0.0.tgz")


def test_without_a_tool_kustomizations_are_left_to_be_read_as_they_stand(tree: Path) -> None:
    put(tree, **{"k/kustomization.yaml": "resources: [pod.yaml]\n", "k/pod.yaml": POD})
    layout = laid(kustomize=False)

    assert layout.kustomizations == ()
    assert rest(layout) == ["k/kustomization.yaml", "k/pod.yaml"]


def test_templates_beside_no_chart_are_loose(tree: Path) -> None:
    put(tree, **{"templates/pod.yaml": POD, "values.yaml": "a: 1\n"})

    assert rest(laid()) == ["values.yaml", "templates/pod.yaml"]
