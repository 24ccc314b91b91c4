"""Route from outside without TLS.

Prompts, documents and answers cross the network readable, and so does the key that the client sends along. Whoever sits between can change an
answer, or keep the key.

A host counts as covered when an entry of `tls` names it, or a wildcard of its domain, or names no host at all. Where an annotation says that a cloud
load balancer terminates TLS, the Ingress itself needs no entry.

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

from collections.abc import Iterator

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
    "kubernetes.io/ingress.allow-http",
    "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
    "traefik.ingress.kubernetes.io/router.tls",
)
"""Annotations by which a controller terminates TLS without `spec.tls`: AWS Load Balancer Controller, GKE (twice; ``allow-http`` is there to be
``"false"``), Azure Application Gateway and Traefik, from each controller's annotation reference."""


@check(Resource, severity=Severity.MEDIUM, kinds=("Ingress",))
def plaintext_ingress(ingress: Resource, arch: Architecture) -> Iterator[Finding]:
    if ingress.ref.group not in ("networking.k8s.io", "extensions") or any(
        a in ingress.annotations for a in _TERMINATED
    ):
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


def _covers(pattern: str, host: str) -> bool:
    """A wildcard stands for exactly one label; an entry without hosts covers all."""
    if not pattern or pattern == host:
        return True
    return pattern.startswith("*.") and host.partition(".")[2] == pattern[2:]
