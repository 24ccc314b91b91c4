"""The example systems: what their pages show is what is printed, flaws are found, and the corrected twins are clean."""

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hullmark.cli import main

ROOT = Path(__file__).parent.parent
_SCRIPT = runpy.run_path(str(ROOT / "scripts" / "update_examples.py"))
refreshed: Callable[[str], str] = _SCRIPT["refreshed"]
printed: Callable[..., str] = _SCRIPT["printed"]
PAGES = [ROOT / "README.md", *sorted((ROOT / "examples").glob("**/README.md"))]

STORIES = {
    "rag-assistant": {
        "cluster-admin-binding", "plaintext-secret-in-env", "plaintext-secret-in-config-map", "plaintext-ingress",
        "short-startup-budget", "missing-shared-memory", "cpu-scaled-accelerator", "download-at-start",
    },
    "fine-tuning-pipeline": {
        "privileged-container", "host-path-shared-memory", "mismatched-process-count", "ephemeral-checkpoint",
        "unganged-training", "ignored-configuration", "root-user", "plaintext-secret-in-env",
    },
    "warehouse-vision": {
        "privileged-container", "runtime-socket-mount", "sensitive-host-path", "host-network", "plaintext-secret-in-env",
    },
    "batch-scoring": {
        "plaintext-secret-in-config-map", "wildcard-rbac-rule", "secrets-access", "unset-resource-requests",
    },
    "model-server-chart": {
        "privileged-container", "floating-image-tag", "trusted-remote-code", "unpinned-model", "plaintext-secret-in-env",
        "unauthenticated-public-inference", "plaintext-ingress", "accelerator-rollout-deadlock",
    },
    "document-agent-overlays": {
        "cluster-admin-binding", "overpowered-agent-identity", "package-install-at-start", "unauthenticated-mcp-server",
        "plaintext-secret-in-env", "host-network", "host-path-volume", "plaintext-ingress",
    },
    "team-assistant-compose": {
        "unauthenticated-public-inference", "privileged-container", "trusted-remote-code", "plaintext-secret-in-env",
        "unauthenticated-vector-store", "ephemeral-vector-store", "runtime-socket-mount", "missing-shared-memory",
    },
    "compose-rag": {
        "unauthenticated-notebook", "unauthenticated-public-inference", "unauthenticated-vector-store", "runtime-socket-mount",
        "plaintext-secret-in-config-map", "host-ipc", "root-user", "unconfined-seccomp", "package-install-at-start",
    },
}  # fmt: skip
"""What each story is about, as the checks that must tell it."""

_WITHOUT_PODS = ("ClusterQueue", "LocalQueue", "ResourceFlavor", "EdgeApplication")
"""Kinds of the corrected twins that may stay unchecked."""


def scanned(path: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(ROOT)
    report: dict[str, Any] = json.loads(printed("scan", path, "--format", "json"))
    return report


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_show_what_is_printed(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert refreshed(text) == text, "run scripts/update_examples.py"


@pytest.mark.parametrize("system", STORIES)
def test_pages_have_blocks_for_inventory_and_checks(system: str) -> None:
    text = (ROOT / "examples" / system / "README.md").read_text(encoding="utf-8")
    assert f"<!-- output: hullmark inventory examples/{system}/flawed -->" in text
    assert f"<!-- checks: examples/{system}/flawed -->" in text
    assert f"<!-- output: hullmark scan examples/{system}/corrected -->" in text


@pytest.mark.parametrize(("system", "story"), STORIES.items())
def test_flaws_are_found(system: str, story: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    found = {finding["check"] for finding in scanned(f"examples/{system}/flawed", monkeypatch)["findings"]}
    assert story <= found
    assert len(found) >= 8


@pytest.mark.parametrize("system", STORIES)
def test_corrected_twins_are_clean(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    report = scanned(f"examples/{system}/corrected", monkeypatch)
    assert report["findings"] == []
    assert report["diagnostics"] == []
    assert report["summary"]["unknown"] == 0
    assert all(any(kind in entry["reason"] for kind in _WITHOUT_PODS) for entry in report["not_checked"])


@pytest.mark.parametrize("system", STORIES)
def test_exit_codes_tell_the_twins_apart(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    config = tmp_path / "hullmark.yaml"
    config.write_text("gate-samples: true\n", encoding="utf-8")  # a folder named examples does not count otherwise
    codes = {
        twin: main(["scan", f"examples/{system}/{twin}", "--config", str(config), "--fail-on", "info"])
        for twin in ("flawed", "corrected")
    }
    capsys.readouterr()
    assert codes == {"flawed": 1, "corrected": 0}


def test_twins_share_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for system in STORIES:
        flawed, corrected = (
            {(w["ref"]["kind"], w["ref"]["namespace"], w["ref"]["name"]) for w in report["workloads"]}
            for report in (scanned(f"examples/{system}/{twin}", monkeypatch) for twin in ("flawed", "corrected"))
        )
        assert flawed
        assert corrected
        assert not flawed & corrected
