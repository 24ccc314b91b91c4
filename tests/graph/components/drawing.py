"""Draws graphs of small manifests, and says of an edge what the tests ask."""

from __future__ import annotations

from hullmark.graph.build import build
from hullmark.model.component import Component, Edge, Graph
from hullmark.model.resource import Resource
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source


def draw(*texts: str, **files: str) -> Graph:
    """The graph of these manifests: of one file, or of files by name (``__`` for a slash)."""
    named = {"a.yaml": "\n---\n".join(texts)} if texts else {k.replace("__", "/"): t for k, t in files.items()}
    found = [r for name, text in named.items() for r in resources(Source(name, text.lstrip("\n")))]
    assert all(isinstance(r, Resource) for r in found), [r for r in found if not isinstance(r, Resource)]
    graph = build([r for r in found if isinstance(r, Resource)]).graph
    ids = {c.id for c in graph.components}
    assert len(ids) == len(graph.components)
    assert all(e.source in ids and e.target in ids for e in graph.edges)
    return graph


def edges(graph: Graph, kind: str) -> dict[tuple[str, str], Edge]:
    """The edges of a kind by source and target."""
    return {(e.source, e.target): e for e in graph.edges if e.kind.value == kind}


def pairs(graph: Graph, kind: str) -> set[tuple[str, str]]:
    """Sources and targets of the edges of a kind, without the kinds of components and namespaces they start with."""
    return {(short(s), short(t)) for s, t in edges(graph, kind)}


def short(component: str) -> str:
    """The last part of an id that says something."""
    return component.partition("/-/")[2] or component


def lines(edge: Edge) -> list[str]:
    """Where the evidence of an edge stands, and the very text that is there."""
    return [f"{v.place.line}:{text(v.place)}" if v.place is not None else "" for v in edge.evidence]


def text(place: object) -> str:
    from hullmark.text.source import Place

    assert isinstance(place, Place)
    return place.source.text[place.span.start : place.span.end]


def one(graph: Graph, ending: str) -> Component:
    """The only component whose id ends so."""
    [found] = [c for c in graph.components if c.id.endswith(ending)]
    return found


def deployment(name: str, more: str = "", image: str = "x:1", spec: str = "", labels: str = "") -> str:
    """A Deployment in which ``more`` are fields of the container, and ``spec`` of the pod."""
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}{labels}}}}}
    spec:
      {spec}
      containers:
        - name: main
          image: {image}
          {more}
"""


def service(name: str, port: int = 80, target: object = "", more: str = "", app: str = "") -> str:
    """A Service for the Deployment of its name."""
    to = f", targetPort: {target}" if target else ""
    return f"""
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec:
  selector: {{app: {app or name}}}
  ports: [{{name: http, port: {port}{to}}}]
  {more}
"""
