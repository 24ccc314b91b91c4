"""Files of values that references to charts name: which are read, and that nothing else is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hullmark.checks.registry import checks
from hullmark.engine.run import verdicts
from hullmark.graph.build import build
from hullmark.model.finding import Verdict
from hullmark.model.terms import Outcome
from hullmark.sources.reading import Reading, read

OPEN = "unauthenticated-vector-store"
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: app, namespace: argocd}}
spec:
  destination: {{namespace: ai}}
  sources:
    - chart: qdrant
      repoURL: https://qdrant.github.io/qdrant-helm
      targetRevision: 1.15.4
      helm: {{valueFiles: ["{entry}"]}}
    - {{repoURL: "https://git.example/x", ref: values}}
"""
KUSTOMIZATION = """\
helmCharts:
  - name: qdrant
    repo: https://qdrant.github.io/qdrant-helm
    version: 1.15.4
    releaseName: vectors
    namespace: ai
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "repository").mkdir()
    monkeypatch.chdir(tmp_path / "repository")
    return tmp_path / "repository"


def put(name: str, text: str) -> None:
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    Path(name).write_text(text)


def judged(reading: Reading) -> Verdict:
    (verdict,) = (v for v in verdicts(build(reading.resources), checks()) if v.check == OPEN)
    return verdict


def told(*paths: str) -> tuple[list[tuple[str, int]], str]:
    """Where the one verdict points, and why it is unknown."""
    verdict = judged(read(paths or ["."]))
    assert verdict.outcome is not Outcome.ERROR
    return [(f.at.source.name, f.at.line) for f in verdict.findings], verdict.reason


def app(entry: str) -> None:
    put("apps/ai/app.yaml", APPLICATION.format(entry=entry))


def test_a_file_is_found_from_any_folder_above() -> None:
    app("$values/envs/a.yaml")
    put("envs/a.yaml", "# own\napiKey: false\n")

    assert told() == ([("envs/a.yaml", 2)], "")


def test_a_file_that_is_not_scanned_is_not_read() -> None:
    app("$values/envs/a.yaml")
    put("envs/a.yaml", "apiKey: false\n")

    assert told("apps") == ([], "values file '$values/envs/a.yaml' is not in the scan")
    assert told("apps", "envs") == ([("envs/a.yaml", 1)], "")


def test_which_of_several_files_is_meant_is_not_guessed() -> None:
    app("$values/a.yaml")
    put("a.yaml", "apiKey: false\n")
    put("apps/a.yaml", "apiKey: true\n")

    assert told() == ([], "values file '$values/a.yaml' may be any of several files")


@pytest.mark.parametrize(
    "entry",
    [
        "$values/../secret.yaml",
        "$values/../../outside/a.yaml",
        "$values//etc/hostname",
        "$other/a.yaml",
        "a.yaml",
        "$values",
        "$values/*.yaml",
    ],
)
def test_nothing_else_is_opened(entry: str) -> None:
    app(entry)
    put("a.yaml", "apiKey: false\n")
    put("../outside/a.yaml", "apiKey: false\n")
    put("apps/secret.yaml", "apiKey: false\n")

    assert told() == ([], f"values file '{entry}' is not in the scan")


def test_links_are_not_followed() -> None:
    app("$values/envs/a.yaml")
    put("../outside/a.yaml", "apiKey: false\n")
    os.makedirs("envs")
    os.symlink("../../outside/a.yaml", "envs/a.yaml")

    assert told() == ([], "values file '$values/envs/a.yaml' is not in the scan")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [1\n", "values file 'a.yaml' is no YAML that can be read"),
        ("{{ if .x }}\n", "values file 'a.yaml' is no YAML that can be read"),
        ("- a\n", "values file '$values/a.yaml' is no mapping"),
        ("a: " + "x" * 1_000_000, "values file 'a.yaml' is too large to be read"),
        ("a: \x00\n", "values file 'a.yaml' is no YAML that can be read"),
    ],
)
def test_what_cannot_be_read_is_unknown(text: str, reason: str) -> None:
    app("$values/a.yaml")
    put("a.yaml", text)

    assert told() == ([], reason)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n"])
def test_an_empty_file_leaves_everything_to_the_chart(text: str) -> None:
    app("$values/a.yaml")
    put("a.yaml", text)

    assert told() == ([("apps/ai/app.yaml", 7)], "")


def test_only_the_first_document_counts() -> None:
    app("$values/a.yaml")
    put("a.yaml", "apiKey: true\n---\napiKey: false\n")

    assert told() == ([], "")


def test_the_files_stay_when_a_text_is_changed() -> None:
    app("$values/a.yaml")
    put("a.yaml", "apiKey: false\n")
    reading = read(["."])
    (text,) = (source.text for source in reading.sources)
    changed = reading.changed({"apps/ai/app.yaml": text.replace("name: app", "name:  app")})

    assert [f.at.source.name for f in judged(changed).findings] == ["a.yaml"]


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ("valuesFile: off.yaml", ("k/off.yaml", 1)),
        ("valuesFile: ./off.yaml\n    valuesInline: {apiKey: true}", None),
        ("valuesFile: on.yaml\n    valuesInline: {apiKey: false}", ("k/kustomization.yaml", 8)),
        ("valuesFile: off.yaml\n    valuesInline: {apiKey: true}\n    valuesMerge: merge", ("k/off.yaml", 1)),
        ("valuesFile: on.yaml\n    valuesInline: {apiKey: false}\n    valuesMerge: merge", None),
        ("valuesFile: off.yaml\n    valuesInline: {apiKey: true}\n    valuesMerge: replace", None),
        ("valuesFile: off.yaml\n    valuesMerge: replace", ("k/off.yaml", 1)),
        ("valuesInline: {apiKey: true}\n    additionalValuesFiles: [on.yaml, off.yaml]", ("k/off.yaml", 1)),
        ("additionalValuesFiles: [off.yaml, on.yaml]", None),
    ],
)
def test_the_order_in_which_kustomize_lays_values(fields: str, at: tuple[str, int] | None) -> None:
    put("k/kustomization.yaml", f"{KUSTOMIZATION}    {fields}\n")
    put("k/off.yaml", "apiKey: false\n")
    put("k/on.yaml", "apiKey: true\n")

    assert told() == ([] if at is None else [at], "")


@pytest.mark.parametrize(
    "entry", ["../off.yaml", "/etc/hostname", "gone.yaml", "link.yaml", ".", "https://values.example/a.yaml"]
)
def test_kustomize_reads_its_own_folder_only(entry: str) -> None:
    put("off.yaml", "apiKey: false\n")
    put("k/kustomization.yaml", f"{KUSTOMIZATION}    valuesFile: {entry}\n")
    os.symlink("../off.yaml", "k/link.yaml")

    assert told("k") == ([], f"values file '{entry}' is not in the scan")


def test_what_a_missing_file_may_change_is_not_told() -> None:
    put(
        "k/kustomization.yaml",
        f"{KUSTOMIZATION}    valuesInline: {{apiKey: false}}\n    additionalValuesFiles: [gone.yaml]\n",
    )

    assert told() == ([], "values file 'gone.yaml' is not in the scan")
