"""The map as JSON holds the picture, and the graph with the evidence of every edge."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hullmark.cli import main

APP = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, namespace: web}
spec:
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      containers:
        - name: app
          image: shop/app:1
          env: [{name: LLM_URL, value: 'http://chat.models:8000/v1'}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: web}
spec: {podSelector: {}, policyTypes: [Ingress]}
"""


def test_the_whole_graph_is_told_with_its_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "app.yaml").write_text(APP)
    monkeypatch.chdir(tmp_path)
    assert main(["map", "app.yaml", "-o", "map.json", "-q"]) == 0
    plain = json.loads((tmp_path / "map.json").read_text())
    [graph] = plain["graphs"]
    ids = {c["id"] for c in graph["components"]}
    edges = {(e["kind"], e["source"], e["target"]): e for e in graph["edges"]}
    call = edges["calls", "workload/web/Deployment/app", "service/models/Service/chat"]

    assert plain["schema"] == "hullmark.map/v1"
    assert all(e["source"] in ids and e["target"] in ids for e in graph["edges"])
    assert [(e["file"], e["line"]) for e in call["evidence"]] == [("app.yaml", 12)]
    assert ("may-reach", "trust-boundary/cluster", "workload/web/Deployment/app") not in edges
    assert ("may-reach", "workload/web/Deployment/app", "trust-boundary/internet") in edges
