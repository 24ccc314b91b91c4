"""Small manifests for the tests of the graph."""

from __future__ import annotations

from collections.abc import Callable

from hullmark.model.architecture import Architecture

Scan = Callable[..., Architecture]


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
