"""Ray's control plane is published outside the cluster.

The dashboard is not a read-only page: it takes jobs, and so do the client port and the GCS. Published, they let the
outside world run code on every node of the cluster.

KubeRay publishes the head when `serviceType` is `NodePort` or `LoadBalancer`: the ports that its container declares, or
Ray's usual ones where it declares none. `enableIngress` publishes the dashboard. Routes and Services that lead to ports
of the control plane are reported too, whatever they call them; the serving port, 8000, is fine. Where the entry or Ray
itself authenticates, where TLS is passed through to Ray, and where the entry stays inside, it is a step lower: everyone
who may look may also run code.

To fix it, delete the route or keep the Service a ClusterIP, and use `kubectl port-forward`.

```yaml bad
apiVersion: ray.io/v1
kind: RayCluster
metadata:
  name: trainers
spec:
  rayVersion: "2.52.0"
  headGroupSpec:
    serviceType: LoadBalancer  # finding: the head of 'trainers' is published with ray's GCS, dashboard, client
    rayStartParams: {}
    template:
      spec:
        containers:
          - name: ray-head
            image: rayproject/ray:2.52.0
```

```yaml bad
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: trainers
spec:
  rules:
    - host: ray.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: trainers-head-svc
                port: {number: 8265}  # finding: 'trainers' publishes ray's dashboard
```

```yaml good
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: trainers
spec:
  rules:
    - host: ray.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: trainers-head-svc
                port: {number: 8000}
```

See Ray's [security guide](https://docs.ray.io/en/latest/ray-security/index.html) and MITRE ATLAS [AML.CS0023,
ShadowRay](https://atlas.mitre.org/studies/AML.CS0023).
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from hullmark.checks.security._ray import PORTS, cluster, declares_token, demands_token
from hullmark.model.architecture import Architecture, Route
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Confidence, Reach, Severity
from hullmark.model.truth import Undecided, flag, string
from hullmark.model.workload import PodSet, Workload
from hullmark.text.source import Place
from hullmark.text.tree import Node, Value, dig, items

_ROUTES = ("Ingress", "HTTPRoute", "TCPRoute", "GRPCRoute", "VirtualService")
_OPEN = ("NodePort", "LoadBalancer")
_SIGN_IN = ("/auth-url", "/auth-type", "/auth-tls-secret", "/auth-signin", "ssl-passthrough")
_INTERNAL = ("internal", "private")
_USUAL = ("GCS", "dashboard", "client")
"""What KubeRay publishes of a head whose container declares no ports."""


@check(Resource, severity=Severity.CRITICAL, kinds=("RayCluster", "RayService", "RayJob", "Service", *_ROUTES))
def exposed_ray_control_plane(resource: Resource, arch: Architecture) -> Iterator[Finding]:
    if path := cluster(resource):
        yield from _head(resource, path, arch)
    elif resource.ref.kind == "Service" and not resource.ref.group:
        yield from _service(resource, arch)
    elif resource.ref.kind in _ROUTES:
        for name, port, place in _backends(resource):
            for named in _behind(name, port, resource, arch):
                yield _found(
                    resource, f"'{resource.ref.name}' publishes ray's {named}", place, lower=_of_route(resource, arch)
                )


def _head(resource: Resource, path: tuple[str, ...], arch: Architecture) -> Iterator[Finding]:
    node, keys = resource.node, (*path, "headGroupSpec")
    workload = arch.workload(resource)
    asks = _asks(node, path, workload)
    published = _published(workload)
    message = f"the head of '{resource.ref.name}' is published with ray's {', '.join(published)}"
    for option in ((*keys, "serviceType"), (*keys, "headService", "spec", "type")):
        if string(node.value, *option) in _OPEN:
            notes = node.get(*keys, "headService", "metadata", "annotations")
            if published:
                yield _found(resource, message, node.at(*option), lower=asks, notes=notes)
            return
    if flag(node.value, *keys, "enableIngress") is True:
        notes = node.get(*path, "headGroupSpec", "ingressOptions", "annotations") or node.get("metadata", "annotations")
        message = f"the dashboard of '{resource.ref.name}' is published"
        yield _found(resource, message, node.at(*keys, "enableIngress"), lower=asks, notes=notes)


def _published(workload: Workload | None) -> tuple[str, ...]:
    """The parts of the control plane among the ports of the head, each once."""
    heads = [p for p in workload.podsets if p.name == "head"] if workload is not None else []
    ports = [p.value for c in (heads[0].containers[:1] if heads else ()) for p in c.node.children("ports")]
    named = [PORTS.get(str(dig(p, "containerPort"))) or PORTS.get(string(p, "name")) for p in ports]
    return tuple(dict.fromkeys(n for n in named if n)) if ports else _USUAL


def _asks(node: Node, path: tuple[str, ...], workload: Workload | None) -> bool:
    """Whether Ray itself asks for a token, as far as is known."""
    try:
        return declares_token(node, path) or (workload is not None and demands_token(workload.podsets))
    except Undecided:
        return False


def _service(service: Resource, arch: Architecture) -> Iterator[Finding]:
    if string(service.spec, "type") not in _OPEN:
        return
    podsets = [p for p in arch.selected(service).podsets if _runs_ray(p)]
    if podsets or "ray.io/cluster" in str(service.spec.get("selector")):
        for port in service.node.children("spec", "ports"):
            if named := _target(port.value, podsets):
                asks = any(_token(p) for p in podsets)
                yield _found(service, f"'{service.ref.name}' publishes ray's {named}", port.at("port"), lower=asks)


def _token(podset: PodSet) -> bool:
    try:
        return demands_token((podset,))
    except Undecided:
        return False


def _target(port: Value, podsets: list[PodSet]) -> str:
    """The part of the control plane that a port of a Service leads to; empty for any other port."""
    target = dig(port, "targetPort")
    if isinstance(target, str) and not target.isdigit():
        declared = [p.value for s in podsets for c in s.containers for p in c.node.children("ports")]
        number = next((dig(p, "containerPort") for p in declared if string(p, "name") == target), target)
        return PORTS.get(str(number), "")
    return PORTS.get(str(dig(port, "port") if target is None else target), "")


def _backends(resource: Resource) -> Iterator[tuple[str, str, Place]]:
    """The backends of a route: Service, port and place."""
    node = resource.node
    if resource.ref.kind == "Ingress":
        paths = [p for rule in node.children("spec", "rules") for p in rule.children("http", "paths")]
        for backend in (node.child("spec", "defaultBackend"), *(p.child("backend") for p in paths)):
            if backend is not None:
                yield from _of_ingress(backend)
    elif resource.ref.kind == "VirtualService":
        for protocol in ("http", "tcp", "tls"):
            for rule in node.children("spec", protocol):
                for route in rule.children("route"):
                    host = string(route.value, "destination", "host").partition(".")[0]
                    port = dig(route.value, "destination", "port", "number")
                    yield host, str(port), route.at("destination", "port", "number")
    else:
        for rule in node.children("spec", "rules"):
            for backend in rule.children("backendRefs"):
                yield string(backend.value, "name"), str(backend.get("port")), backend.at("port")


def _of_ingress(backend: Node) -> Iterator[tuple[str, str, Place]]:
    service = backend.child("service")
    if service is None:
        yield string(backend.value, "serviceName"), str(backend.get("servicePort")), backend.at("servicePort")
    else:
        key = "number" if service.get("port", "number") is not None else "name"
        yield string(service.value, "name"), str(service.get("port", key)), service.at("port", key)


def _behind(name: str, port: str, near: Resource, arch: Architecture) -> Iterator[str]:
    """The parts of the control plane behind a port, written as number or name, of a Service."""
    service = arch.find("Service", near.ref.namespace, name)
    if service is None:
        if name.endswith("-head-svc") and port in PORTS:
            yield PORTS[port]
        return
    podsets = [p for p in arch.selected(service).podsets if _runs_ray(p)]
    for entry in items(service.spec, "ports") if podsets else ():
        if port in (str(dig(entry, "port")), string(entry, "name")) and (named := _target(entry, podsets)):
            yield named


def _runs_ray(podset: PodSet) -> bool:
    return podset.workload.ref.group == "ray.io" or any(c.engine in ("ray", "ray-serve") for c in podset.containers)


def _of_route(resource: Resource, arch: Architecture) -> bool | None:
    """Whether a route authenticates or stays inside, by what is attached to it; None where that is not known."""
    found = _routes(arch).get(resource)
    if found is None:
        return False
    return True if found.reach < Reach.PUBLIC else None if found.authenticated is None else bool(found.authenticated)


@lru_cache(maxsize=1)
def _routes(arch: Architecture) -> Mapping[Resource, Route]:
    """The routes that lead to pods, by the object that declares them; of several of one object the first."""
    found: dict[Resource, Route] = {}
    for links in arch.links.values():
        for route in links.routes:
            found.setdefault(route.resource, route)
    return found


def _found(resource: Resource, message: str, place: Place, *, lower: bool | None, notes: object = None) -> Finding:
    """A finding, a step lower where the entry authenticates or stays inside, also by its annotations or class."""
    kept = notes if isinstance(notes, dict) else resource.annotations
    said = " ".join([*(f"{k}={v}" for k, v in kept.items()), string(resource.spec, "ingressClassName")]).lower()
    signs = any(sign in said for sign in (*_SIGN_IN, *_INTERNAL))
    return Finding(
        message,
        place,
        severity=Severity.HIGH if lower or signs else None,
        confidence=Confidence.MEDIUM if lower is None else None,
        advice="keep the control plane inside and forward the port when needed",
    )
