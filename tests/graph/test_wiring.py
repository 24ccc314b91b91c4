"""The graph is drawn in two steps: what hangs together, and then whom network policies let reach whom."""

from __future__ import annotations

from hullmark.graph.build import build
from hullmark.model.architecture import Architecture, side_by_side
from hullmark.model.component import EdgeKind, Graph
from hullmark.model.resource import Resource
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

CLOSED = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: caller, namespace: x}
spec:
  selector: {matchLabels: {app: caller}}
  template:
    metadata: {labels: {app: caller}}
    spec: {containers: [{name: c, image: r.example/c:1, env: [{name: API_URL, value: 'http://api:80'}]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: x}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: c, image: r.example/a:1, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: x}
spec: {selector: {app: api}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: x}
spec: {podSelector: {}, policyTypes: [Ingress]}
"""


def closed() -> Architecture:
    return build([r for r in resources(Source("closed.yaml", CLOSED)) if isinstance(r, Resource)])


def network(graph: Graph) -> list[str]:
    return [e.facts.get("network", "") for e in graph.edges if e.kind is EdgeKind.CALLS]


def told(graph: Graph) -> list[tuple[object, ...]]:
    return [(e.kind, e.source, e.target, tuple(p.text for p in e.evidence), dict(e.facts)) for e in graph.edges]


def test_wiring_knows_calls_but_not_whether_policies_let_them_through() -> None:
    arch = closed()

    assert network(arch.wiring) == [""]
    assert network(arch.graph) == ["no"]


def test_what_was_drawn_first_stays_as_it_was() -> None:
    arch = closed()
    before = told(arch.wiring)
    assert arch.graph.edges

    assert told(arch.wiring) == before


def test_the_whole_is_the_same_whichever_is_asked_first() -> None:
    first, second = closed(), closed()
    assert first.wiring.edges

    assert told(first.graph) == told(second.graph)


def test_wiring_is_the_whole_once_that_is_drawn() -> None:
    arch = closed()
    whole = arch.graph

    assert arch.wiring is whole


def test_several_side_by_side() -> None:
    both = side_by_side([closed(), closed()])

    assert network(both.wiring) == [""]
    assert network(both.graph) == ["no"]
