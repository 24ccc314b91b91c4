"""Whole reports for people, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

import hullmark
from hullmark.report import terminal
from hullmark.text.source import Place, Source, Span

PRIVILEGED = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  namespace: prod
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: server
          image: vllm/vllm-openai:v0.8.3
          securityContext:
            privileged: true  # for the old driver
"""


def report(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, *checks: str, color: bool = False) -> str:
    (folder / "app.yaml").write_text(text)
    monkeypatch.chdir(folder)
    return terminal.render(hullmark.scan("app.yaml", only=checks), color=color, width=90)


def test_one_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        report(tmp_path, monkeypatch, PRIVILEGED, "privileged-container")
        == """\
── Deployment prod/chat · 1 finding ──────────────────────────────────────────────────────

error[privileged-container]: container 'server' is privileged
   --> app.yaml:17:25
    |
 17 |             privileged: true  # for the old driver
    |                         ^^^^ gives the whole node to this container
    |
    = note: critical · online-inference · impact low · exposure cluster · confidence high
    = fix: set privileged to false (safe):
           hullmark fix --check privileged-container app.yaml

1 finding in 1 resource of 1 file: 1 critical · 1 can be fixed, all of them safely · everything checked
"""
    )


def test_a_clean_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = PRIVILEGED.replace("true  # for the old driver", "false")

    assert report(tmp_path, monkeypatch, text, "privileged-container") == (
        "no findings in 1 resource of 1 file · everything checked\n"
    )


def test_an_unknown_outcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = PRIVILEGED.replace("true  # for the old driver", "${PRIVILEGED}")

    assert (
        report(tmp_path, monkeypatch, text, "privileged-container")
        == """\
unknown: 1 outcome could not be decided
    1  'privileged' is a placeholder that is filled in elsewhere
       privileged-container on Deployment chat (server)

no findings in 1 resource of 1 file · 1 unknown · everything checked
"""
    )


def test_color_changes_nothing_but_the_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import re

    plain = report(tmp_path, monkeypatch, PRIVILEGED, "privileged-container")
    colored = report(tmp_path, monkeypatch, PRIVILEGED, "privileged-container", color=True)

    assert re.sub("\x1b\\[[0-9;]*m", "", colored) == plain
    assert "\x1b[1;31merror[privileged-container]\x1b[0m" in colored


def test_a_user_error_is_shown_like_a_finding() -> None:
    source = Source("hullmark.yaml", "profile: prod\n")
    place = Place(source, Span(9, 13))

    assert (
        terminal.diagnostic("there is no profile 'prod'", place, "did you mean 'production'?")
        == """\
error: there is no profile 'prod'
  --> hullmark.yaml:1:10
   |
 1 | profile: prod
   |          ^^^^
   |
   = help: did you mean 'production'?
"""
    )


def test_a_user_error_without_a_place() -> None:
    assert (
        terminal.diagnostic("nothing to scan", hint="name a folder")
        == "error: nothing to scan\n  help: name a folder\n"
    )


def test_absences_of_a_theme_are_one_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = PRIVILEGED.replace("privileged: true  # for the old driver", "runAsNonRoot: true")
    checks = ("undropped-capabilities", "unset-seccomp-profile", "writable-root-filesystem")

    shown = report(tmp_path, monkeypatch, text, *checks)

    assert shown.count(" --> ") == 1
    assert "note[hardening]: 'chat' lacks 3 hardening settings" in shown
    assert "    - low  :16  container 'server' sets no seccomp profile [unset-seccomp-profile]" in shown
    assert "\n           hullmark fix --check undropped-capabilities --check unset-seccomp-profile app.yaml\n" in shown
