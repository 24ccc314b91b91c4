"""``hullmark explain workload/NAME``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shell import hullmark

APP = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  namespace: ml
  annotations:
    hullmark.dev/ai-act-class: high-risk
    hullmark.dev/purpose: "internal: <img src=x onerror=alert(1)>\\e[31m](x)"
spec:
  replicas: 2
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
          args: [--model, org/model]
          resources:
            limits: {nvidia.com/gpu: 1}
---
apiVersion: v1
kind: Service
metadata:
  name: chat
  namespace: ml
spec:
  type: LoadBalancer
  selector: {app: chat}
  ports: [{port: 8000}]
---
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: a
spec:
  containers: [{name: web, image: "nginx:1.27.0"}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
  namespace: b
spec:
  replicas: ${N}
  template:
    spec:
      containers: [{name: web, image: "nginx:1.27.0"}]
"""

CONFIGURATION = """\
declarations:
  - {namespace: ml, owner: team-ml, slo: 99.5}
  - {name: nobody, owner: x}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.yaml").write_text(APP)
    (tmp_path / "hullmark.yaml").write_text(CONFIGURATION)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["workload/chat", "workload/ml/chat", "Deployment/chat", "deployment/ml/chat", "deployments/chat"]
)
def test_all_that_is_known_of_a_workload(folder: Path, name: str) -> None:
    done = hullmark(folder, "explain", name, "app.yaml", "--profile", "production")
    lines = [line.strip() for line in done.stdout.splitlines()]

    assert done.returncode == 0, done.stderr
    assert lines[0] == "Deployment ml/chat"
    assert "impact high" in lines
    assert "high: declared AI Act class high-risk (app.yaml:7:32)" in lines
    assert "moderate: declared objective 99.5 % (hullmark.yaml:2:42)" in lines
    assert "exposure public, no authentication seen" in lines
    assert "owner team-ml (hullmark.yaml:2:28)" in lines
    assert "profile production: at impact high, findings gate from severity medium and confidence medium" in lines
    assert "other profiles: baseline from high, regulated from low, edge from medium" in lines
    assert "[unauthenticated-public-inference]" in done.stdout
    assert "exposed-internal-workload" in done.stdout
    assert "gates because of the impact" in done.stdout
    assert "\x1b" not in done.stdout


def test_the_same_for_programs(folder: Path) -> None:
    done = hullmark(folder, "explain", "workload/chat", "--format", "json", "--profile", "production")
    told = json.loads(done.stdout)

    assert told["schema"] == "hullmark.workload/v1"
    assert told["workload"]["declared"]["slo"] == {
        "value": 99.5, "origin": "configuration", "file": "hullmark.yaml", "line": 2,
    }  # fmt: skip
    assert told["workload"]["because"][0] == {
        "impact": "high", "text": "declared AI Act class high-risk", "file": "app.yaml", "line": 7,
    }  # fmt: skip
    assert told["scrutiny"]["gates_from"] == {
        "baseline": "high", "production": "medium", "regulated": "low", "edge": "medium",
    }  # fmt: skip
    priorities = [f["priority"] for f in told["findings"]]
    assert priorities == sorted(priorities, reverse=True)
    by_impact = [f for f in told["findings"] if f["gates_by_impact"]]
    assert told["scrutiny"]["gating_by_impact"] == len(by_impact) > 0
    assert {f["severity"] for f in by_impact} == {"medium"}
    assert {f["check"] for f in told["findings"]} >= {"unauthenticated-public-inference", "exposed-internal-workload"}


def test_what_is_not_known_is_said(folder: Path) -> None:
    done = hullmark(folder, "explain", "statefulset/web")

    assert "how many replicas run" in done.stdout.partition("not known\n")[2]
    assert "no reason was seen for more" in done.stdout


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("workload/web",), "'workload/web' are 2 workloads", "choose one of Pod/a/web, StatefulSet/b/web"),
        (("workload/caht",), "there is no workload 'workload/caht'", "did you mean 'Deployment/ml/chat'?"),
        (("pod/chat",), "there is no workload 'pod/chat'", "did you mean 'Deployment/ml/chat'?"),
        (("workload/x/chat",), "there is no workload 'workload/x/chat'", "did you mean 'Deployment/ml/chat'?"),
        (("workload/zzzzzzzz",), "there is no workload 'workload/zzzzzzzz'", "`hullmark inventory --all` lists them"),
        (("workload/",), "'workload/' names no workload", "write workload/NAME"),
        (("/chat",), "'/chat' names no workload", "write workload/NAME"),
        (("a/b/c/d",), "'a/b/c/d' names no workload", "write workload/NAME"),
        (("workload/chat", "missing"), "'missing'", ""),
        (("host-pid", "app.yaml"), "one CHECK is enough, 2 were given", "workload/NAME"),
        (("host-pid", "--format", "json"), "a check's page is text", "`hullmark checks --format json`"),
    ],
)
def test_what_cannot_be_explained(folder: Path, words: tuple[str, ...], message: str, hint: str) -> None:
    done = hullmark(folder, "explain", *words)

    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr
    assert hint in done.stderr


def test_declarations_are_shown_everywhere(folder: Path) -> None:
    table = hullmark(folder, "inventory", ".", "--evidence").stdout
    assert table.splitlines()[0].split()[-1] == "declared"
    assert "team-ml, high-risk, 99.5 %" in table
    assert "    declared: owner team-ml (hullmark.yaml:2:28)" in table
    assert "    impact: 2 accelerators (app.yaml:22:38)" in table
    picture = json.loads(hullmark(folder, "map", ".", "--format", "json").stdout)
    assert "team-ml (hullmark.yaml:2:28)" in json.dumps(picture)
    assert hullmark(folder, "report", ".", "-o", "r.html", "--quiet").returncode in (0, 1)
    page = (folder / "r.html").read_text()
    assert "owner team-ml" in page
    assert "<img src=x" not in page
    assert "\x1b" not in page


def test_a_declaration_about_nothing_is_said(folder: Path) -> None:
    told = json.loads(hullmark(folder, "scan", ".", "--format", "json").stdout)

    (note,) = (d for d in told["diagnostics"] if d["about"] == "unused-declaration")
    assert (note["file"], note["line"]) == ("hullmark.yaml", 3)
    assert note["message"] == "the declaration is about nothing that was read"


def test_a_finding_that_gates_for_its_impact_says_so(folder: Path) -> None:
    strict = " ".join(hullmark(folder, "scan", "app.yaml", "--profile", "production").stdout.split())
    lax = " ".join(hullmark(folder, "scan", "app.yaml").stdout.split())

    assert "gates because of the impact" in strict
    assert "gates because of the impact" not in lax


def test_what_has_no_workload_gates_at_its_impact(folder: Path) -> None:
    role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\n"
    (folder / "role.yaml").write_text(role + "rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]\n")
    told = json.loads(hullmark(folder, "scan", "role.yaml", "--profile", "production", "--format", "json").stdout)
    shown = " ".join(hullmark(folder, "scan", "role.yaml", "--profile", "production").stdout.split())

    medium = [f for f in told["findings"] if f["severity"] == "medium"]
    assert medium
    assert all(f["gates_by_impact"] for f in medium)
    assert "gates at impact moderate" in shown
