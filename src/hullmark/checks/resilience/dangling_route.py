"""Route leads to a service or port that is not there.

Callers get `503` or `404` from the gateway, while the route, the service and the pods all look healthy. It happens when a service is renamed, when a
port gets a name, or when a model server moves to an InferencePool and its route does not.

A route may lead to a service of another namespace only where a ReferenceGrant of that namespace permits it; without one the gateway answers `500`.

Services of other teams, their grants, and those that operators make, need not be in the scan: an absent service or grant is *unknown*, unless `--complete` says that the scan
holds everything that is deployed. A service that is there without the port is a finding either way. Backends of other kinds are looked up by name alone.

To fix it, name the service and its port as they are declared.

```yaml bad
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: chat
  namespace: ml
spec:
  rules:
    - host: chat.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: chat
                port:
                  number: 8080  # finding: 'chat' leads to port 8080, which service 'chat' does not have
---
apiVersion: v1
kind: Service
metadata:
  name: chat
  namespace: ml
spec:
  selector:
    app: chat
  ports:
    - name: http
      port: 8000
```

```yaml good
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: chat
  namespace: ml
spec:
  parentRefs:
    - name: public
  rules:
    - backendRefs:
        - name: chat
          port: 8000
---
apiVersion: v1
kind: Service
metadata:
  name: chat
  namespace: ml
spec:
  selector:
    app: chat
  ports:
    - name: http
      port: 8000
```

```yaml unknown
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: chat
  namespace: ml
spec:
  parentRefs:
    - name: public
  rules:
    - backendRefs:
        - group: inference.networking.k8s.io
          kind: InferencePool
          name: chat
```

```yaml unknown
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: chat
  namespace: infra
spec:
  parentRefs:
    - name: public
  rules:
    - backendRefs:
        - name: chat
          namespace: ml
          port: 8000
---
apiVersion: v1
kind: Service
metadata:
  name: chat
  namespace: ml
spec:
  selector:
    app: chat
  ports:
    - name: http
      port: 8000
```

See [Ingress](https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource) and Gateway API's
[HTTPRoute](https://gateway-api.sigs.k8s.io/reference/api-types/httproute/#backendrefs-optional) and
[ReferenceGrant](https://gateway-api.sigs.k8s.io/reference/api-types/referencegrant/).
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from hullmark.checks.resilience._made import operators
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.grants import Grants, Referred
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity
from hullmark.model.truth import Undecided, is_placeholder, string
from hullmark.text.source import Place
from hullmark.text.tree import Node, Value, items

ELSEWHERE = "what it leads to is not in the scan and may be elsewhere; --complete says that everything is here"


class _Backend(NamedTuple):
    group: str
    kind: str
    namespace: str
    name: str
    port: str | int | None
    place: Place
    port_place: Place

    @property
    def referred(self) -> Referred:
        """What it is, for whoever may permit references to it."""
        return Referred(self.group, self.kind, self.name, self.namespace)


@check(Resource, severity=Severity.HIGH, kinds=("Ingress", "HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"))
def dangling_route(route: Resource, arch: Architecture) -> Iterator[Finding]:
    absent = ""
    seen: set[tuple[object, ...]] = set()
    for backend in _backends(route):
        key = (backend.group, backend.kind, backend.namespace, backend.name, backend.port)
        if key in seen or not backend.name or is_placeholder(backend.name):
            continue
        seen.add(key)
        consent = _grants(arch).permits(route, backend.referred)
        if consent.given is False and not operators(arch):
            yield Finding(
                f"'{route.ref.name}' leads to {backend.kind} '{backend.name}' of namespace '{backend.namespace}', which "
                "permits no such reference",
                backend.place,
                label="no ReferenceGrant of that namespace permits it",
            )
            continue
        absent = absent or consent.why
        found = arch.find(backend.kind, backend.namespace, backend.name)
        if found is not None:
            if backend.kind == "Service" and not _has(found, backend.port):
                yield Finding(
                    f"'{route.ref.name}' leads to port {backend.port}, which service '{backend.name}' does not have",
                    backend.port_place,
                    label="no such port",
                    related=((found.node.at("spec", "ports"), "the ports that it has"),),
                )
        elif arch.complete and not operators(arch):
            yield Finding(
                f"'{route.ref.name}' leads to {backend.kind} '{backend.name}', which is not there",
                backend.place,
                label="nothing in this complete scan is called so",
            )
        else:
            absent = ELSEWHERE
    if absent:
        raise Undecided(absent)


@lru_cache(maxsize=1)
def _grants(arch: Architecture) -> Grants:
    return Grants(arch.kinds("ReferenceGrant"), complete=arch.complete)


def _backends(route: Resource) -> Iterator[_Backend]:
    spec = route.node.child("spec")
    if spec is None:
        return
    if route.ref.kind != "Ingress":
        for rule in spec.children("rules"):
            for backend in rule.children("backendRefs"):
                kind = string(backend.value, "kind") or "Service"
                space = string(backend.value, "namespace") or route.ref.namespace
                name, port = string(backend.value, "name"), _port(backend.get("port"))
                yield _Backend(
                    string(backend.value, "group"), kind, space, name, port, backend.at("name"), backend.at("port")
                )
        return
    paths = (path for rule in spec.children("rules") for path in rule.children("http", "paths"))
    services = [spec.child("defaultBackend", "service"), *(path.child("backend", "service") for path in paths)]
    yield from (_of_ingress(service, route.ref.namespace) for service in services if service is not None)


def _of_ingress(service: Node, namespace: str) -> _Backend:
    field = "name" if string(service.value, "port", "name") else "number"
    name, port = string(service.value, "name"), _port(service.get("port", field))
    return _Backend("", "Service", namespace, name, port, service.at("name"), service.at("port", field))


def _port(value: Value) -> str | int | None:
    """A port as written; what can be none is left to others to refuse."""
    return value if isinstance(value, (str, int)) and not isinstance(value, bool) else None


def _has(service: Resource, port: str | int | None) -> bool:
    """Whether a service has a port of this number or name; one of another kind, or without ports, may have any."""
    if port is None or service.ref.group or string(service.spec, "type") == "ExternalName":
        return True
    ports = items(service.spec, "ports")
    if not ports or (isinstance(port, str) and is_placeholder(port)):
        return True
    known = [value for p in ports if isinstance(p, dict) for value in (p.get("port"), p.get("name"))]
    return port in known or any(not isinstance(p, dict) or isinstance(p.get("port"), str) for p in ports)
