"""Route from outside without TLS.

Prompts, documents and answers cross the network readable, and so does the key that the client sends along. Whoever sits between can change an
answer, or keep the key.

A host counts as covered when an entry of `tls` names it, or a wildcard of its domain, or names no host at all. Where an annotation says that a cloud
load balancer terminates TLS, or that TLS is passed through to the program, the Ingress itself needs no entry.

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

See [Ingress: TLS](https://kubernetes.io/docs/concepts/services-networking/ingress/#tls).
"""

from collections.abc import Iterator, Mapping

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity
from hullmark.model.truth import string
from hullmark.text.tree import items

_TERMINATED = (
    "alb.ingress.kubernetes.io/certificate-arn",
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "networking.gke.io/managed-certificates",
    "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
)
"""Annotations by which a controller terminates TLS without `spec.tls`: AWS Load Balancer Controller, GKE (twice) and Azure Application Gateway, from
each controller's annotation reference."""

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


@check(Resource, severity=Severity.MEDIUM, kinds=("Ingress",))
def plaintext_ingress(ingress: Resource, arch: Architecture) -> Iterator[Finding]:
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
