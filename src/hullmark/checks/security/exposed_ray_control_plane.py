"""Ray's control plane is published outside the cluster.

The dashboard is not a read-only page: it takes jobs, and so do the client port and the GCS. Published, they let the
outside world run code on every node of the cluster.

KubeRay publishes the head when `serviceType` is `NodePort` or `LoadBalancer`, or with `enableIngress`. Routes to the
ports of the control plane are reported too; routing the serving port, 8000, is fine. Where the entry authenticates,
it is a step lower: everyone who may look may also run code.

To fix it, delete the route or keep the Service a ClusterIP, and use `kubectl port-forward`.

```yaml bad
apiVersion: ray.io/v1
kind: RayCluster
metadata:
  name: trainers
spec:
  rayVersion: "2.52.0"
  headGroupSpec:
    serviceType: LoadBalancer  # finding: the head of 'trainers' is published, its dashboard and client port included
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

from collections.abc import Iterator

from hullmark.checks.security._ray import PORTS, cluster
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity
from hullmark.model.truth import string
from hullmark.model.workload import PodSet
from hullmark.text.source import Place
from hullmark.text.tree import Node, dig

_KINDS = ("RayCluster", "RayService", "RayJob", "Ingress", "HTTPRoute", "VirtualService", "Service")
_OPEN = ("NodePort", "LoadBalancer")
_SIGN_IN = ("/auth-url", "/auth-type", "/auth-tls-secret", "/auth-signin")
_INTERNAL = ("internal", "private")


@check(Resource, severity=Severity.CRITICAL, kinds=_KINDS)
def exposed_ray_control_plane(resource: Resource, arch: Architecture) -> Iterator[Finding]:
    if path := cluster(resource):
        yield from _head(resource, path)
    elif resource.ref.kind == "Service" and not resource.ref.group:
        yield from _service(resource, arch)
    elif resource.ref.kind in ("Ingress", "HTTPRoute", "VirtualService"):
        for name, port, place in _backends(resource):
            if port in PORTS and _is_ray(name, resource, arch):
                yield _found(resource, f"'{resource.ref.name}' publishes ray's {PORTS[port]}", place)


def _head(resource: Resource, path: tuple[str, ...]) -> Iterator[Finding]:
    node, keys = resource.node, (*path, "headGroupSpec")
    message = f"the head of '{resource.ref.name}' is published, its dashboard and client port included"
    for option in ((*keys, "serviceType"), (*keys, "headService", "spec", "type")):
        if string(node.value, *option) in _OPEN:
            yield _found(
                resource, message, node.at(*option), notes=node.get(*keys, "headService", "metadata", "annotations")
            )
            return
    if node.get(*keys, "enableIngress") is True:
        notes = node.get(*path, "headGroupSpec", "ingressOptions", "annotations") or node.get("metadata", "annotations")
        yield _found(resource, message, node.at(*keys, "enableIngress"), notes=notes)


def _service(service: Resource, arch: Architecture) -> Iterator[Finding]:
    if string(service.spec, "type") not in _OPEN:
        return
    rays = any(_runs_ray(p) for p in arch.selected(service).podsets) or "ray.io/cluster" in str(
        service.spec.get("selector")
    )
    for port in service.node.children("spec", "ports"):
        named = PORTS.get(str(port.get("port"))) or PORTS.get(str(port.get("targetPort")))
        if rays and named:
            yield _found(service, f"'{service.ref.name}' publishes ray's {named}", port.at("port"))


def _backends(resource: Resource) -> Iterator[tuple[str, str, Place]]:
    """The backends of a route: Service, port and place."""
    node = resource.node
    if resource.ref.kind == "Ingress":
        for rule in node.children("spec", "rules"):
            for path in rule.children("http", "paths"):
                yield from _of_ingress(path)
    elif resource.ref.kind == "HTTPRoute":
        for rule in node.children("spec", "rules"):
            for backend in rule.children("backendRefs"):
                yield string(backend.value, "name"), str(backend.get("port")), backend.at("port")
    else:
        for http in [*node.children("spec", "http"), *node.children("spec", "tcp")]:
            for backend in http.children("route"):
                host, port = (
                    string(backend.value, "destination", "host"),
                    dig(backend.value, "destination", "port", "number"),
                )
                yield host.partition(".")[0], str(port), backend.at("destination", "port", "number")


def _of_ingress(path: Node) -> Iterator[tuple[str, str, Place]]:
    service = path.child("backend", "service")
    if service is None:
        port = path.get("backend", "servicePort")
        yield string(path.value, "backend", "serviceName"), str(port), path.at("backend", "servicePort")
    else:
        key = "number" if service.get("port", "number") is not None else "name"
        yield string(service.value, "name"), str(service.get("port", key)), service.at("port", key)


def _is_ray(name: str, near: Resource, arch: Architecture) -> bool:
    if name.endswith("-head-svc"):
        return True
    service = arch.find("Service", near.ref.namespace, name)
    return service is not None and any(_runs_ray(p) for p in arch.selected(service).podsets)


def _runs_ray(podset: PodSet) -> bool:
    return podset.workload.ref.group == "ray.io" or any(c.engine in ("ray", "ray-serve") for c in podset.containers)


def _found(resource: Resource, message: str, place: Place, notes: object = None) -> Finding:
    """A finding, a step lower where annotations or the class say that the entry authenticates or stays inside."""
    kept = notes if isinstance(notes, dict) else resource.annotations
    said = " ".join([*(f"{k}={v}" for k, v in kept.items()), string(resource.spec, "ingressClassName")]).lower()
    lower = any(sign in said for sign in (*_SIGN_IN, *_INTERNAL))
    severity = Severity.HIGH if lower else None
    return Finding(
        message, place, severity=severity, advice="keep the control plane inside and forward the port when needed"
    )
