"""Route from outside without TLS.

Prompts, documents and answers cross the network readable, and so does the key that the client sends along. Whoever sits between can change an
answer, or keep the key.

A host counts as covered when an entry of `tls` names it, or a wildcard of its domain, or names no host at all. Where an annotation says that a cloud
load balancer terminates TLS, or that TLS is passed through to the program, the Ingress itself needs no entry.

A Gateway's HTTP listener may only send clients on: routes with a `RequestRedirect` to `https`. A route that names no listener (`sectionName`) is attached to all of
them, to the one without TLS too. Gateways that only the cluster reaches are left out, and where no route of a listener is in the scan beside one with TLS, the outcome is
unknown. An OpenShift Route needs `tls`, and must not allow plain HTTP beside it. Istio's own Gateways and Traefik's IngressRoutes are not judged.

To fix it, add `spec.tls` with the host and a certificate Secret (cert-manager can issue it), and redirect plain HTTP.

```yaml bad
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: chat
spec:
  rules:
    - host: chat.example.com  # finding: 'chat' serves host 'chat.example.com' without TLS
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: chat, port: {number: 80}}}
```

```yaml good
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: chat
spec:
  tls:
    - hosts: [chat.example.com]
      secretName: chat-tls
  rules:
    - host: chat.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: chat, port: {number: 80}}}
```

```yaml bad
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: front
spec:
  gatewayClassName: envoy
  listeners:
    - name: http
      port: 80
      protocol: HTTP  # finding: listener 'http' of 'front' serves route 'chat' without TLS
    - name: https
      port: 443
      protocol: HTTPS
      tls:
        certificateRefs:
          - name: front
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: chat
spec:
  parentRefs:
    - name: front
  rules:
    - backendRefs:
        - name: chat
          port: 80
```

See [Gateway API: HTTP redirects](https://gateway-api.sigs.k8s.io/guides/user-guides/http-redirect-rewrite/), [OpenShift: secured
routes](https://docs.okd.io/4.16/networking/routes/secured-routes.html) and [Ingress: TLS](https://kubernetes.io/docs/concepts/services-networking/ingress/#tls).
"""

from collections.abc import Iterator, Mapping

from hullmark.checks.security._listeners import attached, forwards, secured
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.reach import gateway_reach
from hullmark.model.resource import Resource, strings
from hullmark.model.terms import Reach, Severity
from hullmark.model.truth import Undecided, string
from hullmark.text.tree import items

_TERMINATED = (
    "alb.ingress.kubernetes.io/certificate-arn",
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "networking.gke.io/managed-certificates",
    "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
    "service.beta.kubernetes.io/aws-load-balancer-ssl-cert",
)
"""Annotations by which a controller terminates TLS without `spec.tls`: AWS Load Balancer Controller, GKE (twice) and Azure Application Gateway, from
each controller's annotation reference; the last one is for the load balancer of a Gateway."""

_SAYING = {
    "kubernetes.io/ingress.allow-http": "false",
    "traefik.ingress.kubernetes.io/router.tls": "true",
    "nginx.ingress.kubernetes.io/ssl-passthrough": "true",
    "haproxy.org/ssl-passthrough": "true",
    "haproxy-ingress.github.io/ssl-passthrough": "true",
}
"""Annotations that mean TLS with one value: GKE's and Traefik's, and those that pass TLS through."""

_LISTENS = "alb.ingress.kubernetes.io/listen-ports"
"""Where the AWS Load Balancer Controller listens; without a certificate's name it looks one up by host."""


@check(Resource, severity=Severity.MEDIUM, kinds=("Ingress", "Gateway", "Route"))
def plaintext_ingress(entry: Resource, arch: Architecture) -> Iterator[Finding]:
    kind = (entry.ref.group, entry.ref.kind)
    if kind == ("gateway.networking.k8s.io", "Gateway"):
        yield from _gateway(entry, arch)
    elif kind == ("route.openshift.io", "Route"):
        yield from _openshift(entry)
    elif entry.ref.kind == "Ingress":
        yield from _ingress(entry)


def _gateway(gateway: Resource, arch: Architecture) -> Iterator[Finding]:
    """Listeners without TLS that let more in than what is sent on to HTTPS."""
    notes = {**gateway.annotations, **strings(gateway.node.get("spec", "infrastructure", "annotations"))}
    if gateway_reach(gateway) <= Reach.CLUSTER or any(a in notes for a in _TERMINATED):
        return
    listeners = list(gateway.node.children("spec", "listeners"))
    unknown = ""
    for listener in listeners:
        name = string(listener.value, "name")
        if string(listener.value, "protocol").upper() != "HTTP":
            continue
        routes = list(attached(gateway, listener, arch))
        plain = [route for route in routes if forwards(route)]
        if plain or (not routes and not any(secured(ls) for ls in listeners)):
            what = f"route '{plain[0].ref.name}'" if plain else "its routes"
            yield Finding(
                f"listener '{name}' of '{gateway.ref.name}' serves {what} without TLS",
                listener.at("protocol"),
                related=tuple((route.place, "attached to it") for route in plain[:3]),
                advice="attach the route to an HTTPS listener by sectionName, and let this one only redirect",
            )
        elif not routes:
            unknown = f"which routes are attached to listener '{name}' is not in the scan"
    if unknown:
        raise Undecided(unknown)


def _openshift(route: Resource) -> Iterator[Finding]:
    host = string(route.spec, "host")
    what = f"host '{host}'" if host else "its host"
    tls = route.node.child("spec", "tls")
    if tls is None:
        yield Finding(
            f"'{route.ref.name}' serves {what} without TLS", route.node.at("spec", "host"), advice="add spec.tls"
        )
    elif string(tls.value, "insecureEdgeTerminationPolicy") == "Allow":
        yield Finding(
            f"'{route.ref.name}' serves {what} without TLS as well",
            tls.at("insecureEdgeTerminationPolicy"),
            advice="set insecureEdgeTerminationPolicy to Redirect",
        )


def _ingress(ingress: Resource) -> Iterator[Finding]:
    if ingress.ref.group not in ("networking.k8s.io", "extensions") or _elsewhere(ingress.annotations):
        return
    covered = [h for entry in items(ingress.spec, "tls") for h in (items(entry, "hosts") or [""]) if isinstance(h, str)]
    name = ingress.ref.name
    rules = list(ingress.node.children("spec", "rules"))
    for rule in rules:
        host = string(rule.value, "host")
        if not any(_covers(pattern, host) for pattern in covered):
            what = f"host '{host}'" if host else "every host"
            yield Finding(
                f"'{name}' serves {what} without TLS",
                rule.at("host"),
                advice="add spec.tls with the host and a certificate",
            )
    if not rules and not covered:
        yield Finding(
            f"'{name}' serves every host without TLS", ingress.place, advice="add spec.tls with a certificate"
        )


def _elsewhere(notes: Mapping[str, str]) -> bool:
    """Whether something other than the Ingress sees to TLS."""
    said = any(notes.get(key, "").lower() == value for key, value in _SAYING.items())
    listens = notes.get(_LISTENS, "").upper()
    return said or any(a in notes for a in _TERMINATED) or ("HTTPS" in listens and '"HTTP"' not in listens)


def _covers(pattern: str, host: str) -> bool:
    """A wildcard stands for exactly one label; an entry without hosts covers all."""
    if not pattern or pattern == host:
        return True
    return pattern.startswith("*.") and host.partition(".")[2] == pattern[2:]
