"""An objective that is declared in the settings asks as much as one in an annotation."""

from __future__ import annotations

from hullmark.checks.resilience.single_point_of_failure import single_point_of_failure
from hullmark.engine.config import settings
from hullmark.engine.run import verdicts
from hullmark.graph.build import build
from hullmark.model.resource import Resource
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat}
spec:
  selector: {matchLabels: {app: chat}}
  template:
    metadata: {labels: {app: chat}}
    spec:
      containers:
        - name: litellm
          image: ghcr.io/berriai/litellm:v1.83.7-stable
          env: [{name: OPENAI_API_BASE, value: 'http://llm:8000/v1'}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm}
spec:
  selector: {matchLabels: {app: llm}}
  template:
    metadata: {labels: {app: llm}}
    spec: {containers: [{name: vllm, image: 'vllm/vllm-openai:v0.18.0'}]}
---
apiVersion: v1
kind: Service
metadata: {name: llm}
spec: {selector: {app: llm}, ports: [{port: 8000}]}
"""


def found(configuration: str) -> list[str]:
    objects = [r for r in resources(Source("a.yaml", MANIFEST)) if isinstance(r, Resource)]
    arch = build(objects, declared=settings(Source("hullmark.yaml", configuration), {}).declarations)
    return [f.message for v in verdicts(arch, [single_point_of_failure]) for f in v.findings]


def test_the_settings_may_declare_the_objective() -> None:
    declared = "declarations: [{name: chat, slo: 99.5}]"

    assert found("") == []
    assert found(declared) == ["'llm' is a single pod, and 'chat', which has an objective, fails with it"]
