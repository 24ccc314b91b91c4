"""Ways in that a kind's own operator opens, because its object says so or by default."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from hullmark.graph.ways import Way
from hullmark.model.architecture import Route
from hullmark.model.reach import balancer
from hullmark.model.resource import Resource, strings
from hullmark.model.terms import Reach
from hullmark.model.truth import string
from hullmark.model.workload import PodSet, Workload
from hullmark.text.source import Key, Place
from hullmark.text.tree import dig

_VISIBILITY = ("networking.kserve.io/visibility", "networking.knative.dev/visibility", "serving.knative.dev/visibility")
"""Labels (or annotations) that keep a KServe or Knative service inside with the value ``cluster-local``."""

_KAITO_BALANCER = "kaito.sh/enablelb"

Found = Iterator[tuple[Reach, str, Place, tuple[PodSet, ...]]]


def operator_ways(workloads: Sequence[Workload]) -> Iterator[Way]:
    """Every way that operators open to the pods they make."""
    for workload in workloads:
        ref = workload.ref
        if workload.template or ref.group in ("", "apps", "batch"):
            continue
        opened = _KINDS.get((ref.group, ref.kind), _generic)
        for reach, how, place, podsets in opened(workload):
            authenticated = _gatekeeper(workload.resource)
            made = Route(workload.resource, "", "/", ref.name, "", None, authenticated, reach, place)
            yield Way(made, how, ref.namespace, podsets)


def _gatekeeper(resource: Resource) -> str:
    """Open Data Hub puts a proxy in front of a model server or notebook that asks for it."""
    notes = resource.annotations
    asked = (
        "security.opendatahub.io/enable-auth",
        "notebooks.opendatahub.io/inject-oauth",
        "notebooks.opendatahub.io/inject-auth",
    )
    return "Open Data Hub's proxy" if any(notes.get(a) == "true" for a in asked) else ""


def _visible(workload: Workload) -> Found:
    """KServe and Knative publish through their ingress gateway unless told to stay inside."""
    resource = workload.resource
    carried = {
        **resource.annotations,
        **resource.labels,
        **strings(resource.node.get("spec", "template", "metadata", "labels")),
    }
    if not any(carried.get(key) == "cluster-local" for key in _VISIBILITY):
        yield Reach.PUBLIC, "the ingress gateway", resource.place, workload.podsets


def _routed(workload: Workload) -> Found:
    """An LLMInferenceService is routed where it has a router with a route."""
    if workload.resource.node.get("spec", "router", "route") is not None and not any(
        workload.resource.labels.get(key) == "cluster-local" for key in _VISIBILITY
    ):
        yield Reach.PUBLIC, "its gateway route", workload.at("spec", "router", "route"), workload.podsets


_RAY: Mapping[str, tuple[str, ...]] = {
    "RayCluster": ("spec",),
    "RayService": ("spec", "rayClusterConfig"),
    "RayJob": ("spec", "rayClusterSpec"),
}


def _ray(workload: Workload) -> Found:
    """The head's Service and Ingress (dashboard and jobs API), and a RayService's serving Service."""
    head = tuple(p for p in workload.podsets if p.name == "head") or workload.podsets[:1]
    path = (*_RAY[workload.ref.kind], "headGroupSpec")
    yield from _typed(workload, (*path, "serviceType"), (*path, "headService", "metadata", "annotations"), head)
    yield from _typed(
        workload, (*path, "headService", "spec", "type"), (*path, "headService", "metadata", "annotations"), head
    )
    if workload.resource.node.get(*path, "enableIngress") is True:
        yield Reach.PUBLIC, "the operator's Ingress", workload.at(*path, "enableIngress"), head
    yield from _typed(
        workload,
        ("spec", "serveService", "spec", "type"),
        ("spec", "serveService", "metadata", "annotations"),
        workload.podsets,
    )


def _kaito(workload: Workload) -> Found:
    """A load balancer that an annotation asks for (https://github.com/kaito-project/kaito ``ensureService``)."""
    resource = workload.resource
    if resource.annotations.get(_KAITO_BALANCER) == "True":
        reach, how = balancer({}, None)
        yield reach, how, resource.node.at("metadata", "annotations", _KAITO_BALANCER), workload.podsets


def _milvus(workload: Workload) -> Found:
    """The Service and Ingress of the proxy, or of the one pod (https://github.com/zilliztech/milvus-operator ``ServiceComponent``)."""
    for part in ("proxy", "standalone"):
        path = ("spec", "components", part)
        yield from _typed(workload, (*path, "serviceType"), (*path, "serviceAnnotations"), workload.podsets)
        if workload.resource.node.get(*path, "ingress") is not None:
            yield Reach.PUBLIC, "the operator's Ingress", workload.at(*path, "ingress"), workload.podsets
    yield from _generic(workload)


_TYPES: tuple[tuple[str, ...], ...] = (
    ("spec", "expose", "service"),
    ("spec", "service"),
)
_SWITCHES: tuple[tuple[str, ...], ...] = (
    ("spec", "expose", "ingress", "enabled"),
    ("spec", "ingress", "enabled"),
)
_PUBLISHING = frozenset({"expose", "service", "serviceType", "ingress"})
"""The fields of ``spec`` under which all of these are."""


def _generic(workload: Workload) -> Found:
    """The fields that most operators use to publish what they make (NIM, Qdrant…)."""
    if _PUBLISHING.isdisjoint(workload.resource.spec):
        return
    for path in _TYPES:
        for key in ("type", "serviceType"):
            yield from _typed(workload, (*path, key), (*path, "annotations"), workload.podsets)
    yield from _typed(workload, ("spec", "serviceType"), (), workload.podsets)
    for path in _SWITCHES:
        if workload.resource.node.get(*path) is True:
            yield Reach.PUBLIC, "the operator's Ingress", workload.at(*path), workload.podsets
    router = dig(workload.resource.node.value, "spec", "expose", "router")
    routed = any(dig(router, "gateway", f"{kind}RoutesEnabled") is True for kind in ("http", "grpc"))
    if dig(router, "hostDomainName") is not None or dig(router, "ingress") is not None or routed:
        yield Reach.PUBLIC, "the operator's Ingress", workload.at("spec", "expose", "router"), workload.podsets


def _typed(workload: Workload, path: tuple[Key, ...], notes: tuple[Key, ...], podsets: tuple[PodSet, ...]) -> Found:
    type_ = string(workload.resource.node.value, *path)
    if type_ == "LoadBalancer":
        annotations = strings(workload.resource.node.get(*notes)) if notes else {}
        reach, how = balancer(annotations, None)
        yield reach, how, workload.at(*path), podsets
    elif type_ == "NodePort":
        yield Reach.PUBLIC, "node port", workload.at(*path), podsets


_KINDS: Mapping[tuple[str, str], Callable[[Workload], Found]] = {
    ("serving.kserve.io", "InferenceService"): _visible,
    ("serving.kserve.io", "InferenceGraph"): _visible,
    ("serving.kserve.io", "LLMInferenceService"): _routed,
    ("serving.knative.dev", "Service"): _visible,
    ("milvus.io", "Milvus"): _milvus,
    ("milvus.io", "MilvusCluster"): _milvus,
    ("kaito.sh", "Workspace"): _kaito,
    ("kaito.sh", "RAGEngine"): _kaito,
    ("ray.io", "RayCluster"): _ray,
    ("ray.io", "RayService"): _ray,
    ("ray.io", "RayJob"): _ray,
}
