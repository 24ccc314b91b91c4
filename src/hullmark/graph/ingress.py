"""Ways in through Ingresses, OpenShift Routes and Traefik's IngressRoutes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hullmark.graph.authentication import Fronts, strongest
from hullmark.graph.ways import Way
from hullmark.model.architecture import Route
from hullmark.model.reach import ingress_reach
from hullmark.model.resource import Resource
from hullmark.model.terms import Reach
from hullmark.model.truth import string
from hullmark.text.tree import Node, Value, dig, items


def ingress_ways(by_kind: Mapping[str, Sequence[Resource]], fronts: Fronts) -> Iterator[Way]:
    """Every way through these kinds."""
    for ingress in by_kind.get("Ingress", ()):
        if ingress.ref.group in ("networking.k8s.io", "extensions"):
            yield from _ingress(ingress, fronts)
    for route in by_kind.get("Route", ()):
        if route.ref.group == "route.openshift.io":
            yield from _openshift(route)
    for route in by_kind.get("IngressRoute", ()):
        yield from _traefik(route, fronts)


def _ingress(ingress: Resource, fronts: Fronts) -> Iterator[Way]:
    """``networking.k8s.io/v1`` and the older shapes with ``serviceName``; a default backend serves every host."""
    authenticated, reach = fronts.annotated(ingress), ingress_reach(ingress)
    secured = _secured(ingress)

    def way(backend: Node, host: str, path: str) -> Iterator[Way]:
        name = string(backend.value, "service", "name") or string(backend.value, "serviceName")
        port = dig(backend.value, "service", "port")
        number = dig(port, "number") or dig(port, "name") or dig(backend.value, "servicePort") or ""
        if name:
            tls = None in secured or host in secured or f"*.{host.partition('.')[2]}" in secured
            route = Route(ingress, host, path, name, str(number), tls, authenticated, reach, backend.at())
            yield Way(route, "Service", ingress.ref.namespace)

    for default in ("defaultBackend", "backend"):
        if (node := ingress.node.child("spec", default)) is not None:
            yield from way(node, "", "/")
    for rule in ingress.node.children("spec", "rules"):
        host = string(rule.value, "host")
        for path in rule.children("http", "paths"):
            if (node := path.child("backend")) is not None:
                yield from way(node, host, string(path.value, "path") or "/")


def _secured(ingress: Resource) -> set[str | None]:
    """The hosts with TLS; None stands for all: an entry without hosts, or a certificate kept at the load balancer."""
    found: set[str | None] = set()
    for entry in items(ingress.spec, "tls"):
        hosts = [h for h in items(entry, "hosts") if isinstance(h, str)]
        found.update(hosts or [None])
    notes = ingress.annotations
    if "alb.ingress.kubernetes.io/certificate-arn" in notes or "networking.gke.io/managed-certificates" in notes:
        found.add(None)
    return found


def _openshift(route: Resource) -> Iterator[Way]:
    spec = route.spec
    tls = dig(spec, "tls") is not None
    for target in (dig(spec, "to"), *items(spec, "alternateBackends")):
        if (name := string(target, "name")) and string(target, "kind") in ("", "Service"):
            made = Route(
                route, string(spec, "host"), string(spec, "path") or "/", name, _port(spec), tls, "", Reach.PUBLIC,
                route.node.at("spec", "to"),
            )  # fmt: skip
            yield Way(made, "Service", route.ref.namespace)


def _port(spec: Value) -> str:
    return str(dig(spec, "port", "targetPort") or "")


def _traefik(route: Resource, fronts: Fronts) -> Iterator[Way]:
    tls = dig(route.spec, "tls") is not None
    options = dig(route.spec, "tls", "options")
    named = string(options, "name")
    certificates = fronts.tls_options(named, string(options, "namespace"), route) if named else ""
    for rule in route.node.children("spec", "routes"):
        used = [certificates]
        used += [
            fronts.middleware(string(m, "name"), string(m, "namespace"), route)
            for m in items(rule.value, "middlewares")
        ]
        for service in rule.children("services"):
            if string(service.value, "kind") in ("", "Service") and string(service.value, "name"):
                made = Route(
                    route, string(rule.value, "match"), "", string(service.value, "name"),
                    str(service.get("port") or ""), tls, strongest(used), Reach.PUBLIC, service.at(),
                )  # fmt: skip
                yield Way(made, "Service", string(service.value, "namespace") or route.ref.namespace)
