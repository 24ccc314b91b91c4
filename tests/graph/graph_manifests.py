"""Small manifests for the tests of the graph."""

from __future__ import annotations

from collections.abc import Callable

from hullmark.model.architecture import Architecture

Scan = Callable[..., Architecture]

CHAT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat, namespace: ml}
spec:
  selector: {matchLabels: {app: chat}}
  template:
    metadata: {labels: {app: chat}}
    spec: {containers: [{name: vllm, image: 'vllm/vllm-openai:v0.11.0'}]}
---
apiVersion: v1
kind: Service
metadata: {name: chat, namespace: ml}
spec: {selector: {app: chat}, ports: [{port: 80, targetPort: 8000}]}
---
"""
"""A model server behind a Service."""


def deployment(name: str, namespace: str = "", labels: str = "", spec: str = "", metadata: str = "") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return f"""---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}{where}{metadata}}}
spec:
  selector: {{matchLabels: {{{labels or "app: " + name}}}}}
  template:
    metadata: {{labels: {{{labels or "app: " + name}}}}}
    spec:
      {spec}
      containers:
        - {{name: main, image: registry.example/{name}:1}}
"""
