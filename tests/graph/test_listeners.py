"""Whom the Gateway API asks for consent: listeners for routes, namespaces for references to what is in them."""

from __future__ import annotations

import pytest
from graph_manifests import CHAT

from hullmark.graph.build import build
from hullmark.model.architecture import Architecture
from hullmark.model.component import Edge
from hullmark.model.resource import Resource
from hullmark.model.terms import Reach
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: infra}
spec: {gatewayClassName: eg, listeners: [LISTENERS]}
---
"""
ROUTE = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: chat, namespace: SPACE}
spec:
  parentRefs: [{name: edge, namespace: infra MORE}]
  hostnames: [chat.example.com]
  rules: [{backendRefs: [BACKEND]}]
---
"""
GRANT = """
apiVersion: gateway.networking.k8s.io/VERSION
kind: ReferenceGrant
metadata: {name: g, namespace: ml}
spec:
  from: [{group: gateway.networking.k8s.io, kind: KIND, namespace: infra}]
  to: [{group: '', kind: Service TO}]
"""
OPEN = "{name: web, port: 80, protocol: HTTP}"
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: ml, labels: {LABELS}}\n---\n"


def built(*texts: str, complete: bool = False) -> Architecture:
    found = list(resources(Source("a.yaml", "".join(texts).rstrip("-\n") + "\n")))
    assert all(isinstance(r, Resource) for r in found), found
    return build([r for r in found if isinstance(r, Resource)], complete=complete)


def grant(version: str = "v1beta1", kind: str = "HTTPRoute", to: str = "") -> str:
    return GRANT.replace("VERSION", version).replace("KIND", kind).replace("TO", to)


def crossing(
    *more: str, complete: bool = False, backend: str = "{name: chat, namespace: ml, port: 80}"
) -> Architecture:
    """A gateway and a route in one namespace, and what the route leads to in another."""
    route = ROUTE.replace("SPACE", "infra").replace("MORE", "").replace("BACKEND", backend)
    return built(CHAT, GATEWAY.replace("LISTENERS", OPEN), route, *more, complete=complete)


def attached(listener: str, *more: str, reference: str = "", space: str = "ml") -> Architecture:
    """A gateway in one namespace, and a route with what it leads to in another."""
    route = ROUTE.replace("SPACE", space).replace("MORE", reference).replace("BACKEND", "{name: chat, port: 80}")
    return built(CHAT, *more, GATEWAY.replace("LISTENERS", listener), route)


def leads(arch: Architecture) -> Edge | None:
    return next((e for e in arch.graph.edges if "HTTPRoute" in e.source and e.target.endswith("Service/chat")), None)


def enters(arch: Architecture) -> Edge | None:
    return next((e for e in arch.graph.edges if e.source.endswith("Gateway/edge") and "HTTPRoute" in e.target), None)


@pytest.mark.parametrize("version", ["v1beta1", "v1alpha2", "v1"])
@pytest.mark.parametrize("to", ["", ", name: chat"])
def test_a_reference_that_is_permitted(version: str, to: str) -> None:
    arch = crossing(grant(version, to=to))
    exposure, edge = arch.exposure(arch.workloads[0]), leads(arch)

    assert (exposure.reach, exposure.least, exposure.unknown, exposure.word) == (
        Reach.PUBLIC,
        Reach.PUBLIC,
        "",
        "public",
    )
    assert edge is not None
    assert edge.certain


@pytest.mark.parametrize(
    "given",
    ["", grant(kind="GRPCRoute"), grant(to=", name: other"), grant().replace("namespace: infra", "namespace: x")],
)
def test_a_reference_that_nothing_in_the_scan_permits(given: str) -> None:
    why = "whether a ReferenceGrant of namespace 'ml' permits it is not in the scan"
    arch = crossing(given)
    exposure, edge = arch.exposure(arch.workloads[0]), leads(arch)

    assert (exposure.reach, exposure.least, exposure.unknown) == (Reach.PUBLIC, Reach.CLUSTER, why)
    assert exposure.word == "cluster, perhaps public"
    assert "perhaps public" in arch.impact(arch.workloads[0]).reasons
    assert edge is not None
    assert (edge.certain, edge.unknown) == (False, why)


def test_a_reference_that_nothing_in_a_complete_scan_permits() -> None:
    arch = crossing(complete=True)
    [route] = [c for c in arch.graph.components if c.id == "route/infra/HTTPRoute/chat"]

    assert arch.exposure(arch.workloads[0]).reach is Reach.CLUSTER
    assert leads(arch) is None
    assert route.facts["refused"] == "it does not lead to 'chat': no ReferenceGrant of namespace 'ml' permits it"
    permitted = crossing(grant(), complete=True)
    assert permitted.exposure(permitted.workloads[0]).least is Reach.PUBLIC


@pytest.mark.parametrize("backend", ["{name: chat, port: 80}", "{name: chat, namespace: infra, port: 80}"])
def test_a_reference_in_its_own_namespace_needs_no_grant(backend: str) -> None:
    edge = leads(crossing(backend=backend))

    assert edge is not None
    assert (edge.certain, edge.target) == (True, "service/infra/Service/chat")


def test_a_namespace_that_is_left_out_may_be_the_same() -> None:
    texts = [t.replace(", namespace: infra", "") for t in (GATEWAY.replace("LISTENERS", OPEN), ROUTE)]
    route = (
        texts[1]
        .replace(", namespace: SPACE", "")
        .replace(" MORE", "")
        .replace("BACKEND", "{name: chat, namespace: ml}")
    )
    edge = leads(built(CHAT, texts[0], route))

    assert edge is not None
    assert edge.certain


def test_a_certain_way_that_is_as_wide_comes_first() -> None:
    balancer = CHAT.replace("ports: [{port: 80", "type: LoadBalancer, ports: [{port: 80")
    route = ROUTE.replace("SPACE", "infra").replace("MORE", "").replace("BACKEND", "{name: chat, namespace: ml}")
    arch = built(balancer, route)

    assert (arch.exposure(arch.workloads[0]).sure, arch.exposure(arch.workloads[0]).unknown) == (None, "")


def where(rule: str) -> str:
    return OPEN.replace("}", f", allowedRoutes: {{{rule}}}}}")


SAME, ALL = where("namespaces: {from: Same}"), where("namespaces: {from: All}")
PICKED = where("namespaces: {from: Selector, selector: {matchLabels: {team: ai}}}")
NAMED = where("namespaces: {from: Selector, selector: {matchLabels: {kubernetes.io/metadata.name: ml}}}")
OTHER = where(
    "namespaces: {from: Selector, selector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [x]}]}}"
)


@pytest.mark.parametrize(
    ("listener", "more", "given"),
    [
        (OPEN, "", False),
        (SAME, "", False),
        (ALL, "", True),
        (f"{SAME}, {ALL.replace('web', 'other')}", "", True),
        (PICKED, "", None),
        (PICKED, NAMESPACE.replace("LABELS", "team: ai"), True),
        (PICKED, NAMESPACE.replace("LABELS", "team: web"), False),
        (NAMED, "", True),
        (OTHER, "", False),
        (where("namespaces: {from: Later}"), "", None),
        (where("kinds: [{kind: GRPCRoute}], namespaces: {from: All}"), "", False),
        (where("kinds: [{kind: HTTPRoute}], namespaces: {from: All}"), "", True),
        (f"{SAME}, {PICKED.replace('web', 'other')}", "", None),
    ],
)
def test_whom_a_listener_admits(listener: str, more: str, given: bool | None) -> None:
    arch = attached(listener, more)
    exposure, edge = arch.exposure(next(w for w in arch.workloads if w.name == "chat")), enters(arch)

    assert (edge is not None, exposure.reach) == (given is not False, Reach.CLUSTER if given is False else Reach.PUBLIC)
    assert (exposure.least is Reach.PUBLIC, not exposure.unknown) == (given is True, given is not None)
    if edge is not None:
        assert edge.certain == (given is True)
        assert ("admits routes of namespace 'ml' is not known" in edge.unknown) == (given is None)
    else:
        [route] = [c for c in arch.graph.components if c.id == "route/ml/HTTPRoute/chat"]
        assert route.facts["refused"].startswith("it is not attached to Gateway 'edge': listener 'web' admits no ")


@pytest.mark.parametrize(
    ("reference", "given"),
    [
        (", sectionName: web", True),
        (", sectionName: secure", False),
        (", port: 80", True),
        (", port: 443", False),
        (", port: '{{ .port }}'", True),
        (", sectionName: '{{ .name }}'", True),
    ],
)
def test_the_listener_that_a_route_means(reference: str, given: bool) -> None:
    arch = attached(ALL, reference=reference)

    assert (enters(arch) is not None) == given
    assert (arch.exposure(arch.workloads[0]).reach is Reach.PUBLIC) == given


def test_a_gateway_without_listeners_and_one_that_is_not_in_the_scan_are_taken_to_admit() -> None:
    assert enters(attached("")) is not None
    route = ROUTE.replace("SPACE", "ml").replace("MORE", "").replace("BACKEND", "{name: chat}")
    arch = built(CHAT, route)
    assert arch.exposure(arch.workloads[0]).least is Reach.PUBLIC


def test_a_certificate_of_another_namespace() -> None:
    listener = "{name: s, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c, namespace: certs}]}}"
    gateway = GATEWAY.replace("LISTENERS", listener)
    route = ROUTE.replace("SPACE", "infra").replace("MORE", "").replace("BACKEND", "{name: chat}")
    permitted = grant(kind="Gateway").replace("namespace: ml", "namespace: certs").replace("Service", "Secret")

    def read(*more: str, complete: bool = False) -> list[tuple[bool, str]]:
        graph = built(CHAT, gateway, route, *more, complete=complete).graph
        return [(e.certain, e.unknown) for e in graph.edges if e.target == "secret/certs/Secret/c"]

    assert read(permitted) == [(True, "")]
    [(certain, unknown)] = read()
    assert not certain
    assert "ReferenceGrant of namespace 'certs'" in unknown
    assert read(complete=True) == []
