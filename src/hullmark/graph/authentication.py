"""What authenticates a request before it reaches a program (AUTHFRONT), at its entry and on its way.

Answers are three-valued: a name for what authenticates, empty for nothing, None where it cannot be known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hullmark.graph.index import Chains, Names
from hullmark.model.resource import Resource
from hullmark.model.selectors import any_of, label_selector
from hullmark.model.truth import string
from hullmark.text.regex import regex
from hullmark.text.tree import dig, items

Auth = str | None
"""What authenticates: a name, empty for nothing, None where it cannot be known."""


def strongest(answers: Sequence[Auth]) -> Auth:
    """The first name; else None if one is not known; else empty."""
    return next((a for a in answers if a), None if None in answers else "")


_POLICIES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "ClientTrafficPolicy": ("gateway.envoyproxy.io", ()),
    "SecurityPolicy": ("gateway.envoyproxy.io", ("jwt", "oidc", "apiKeyAuth", "basicAuth", "extAuth")),
    "TrafficPolicy": (
        "gateway.kgateway.dev",
        ("extAuth", "jwt", "jwtAuth", "apiKeyAuth", "apiKeyAuthentication", "basicAuth"),
    ),
    "AuthPolicy": ("kuadrant.io", ("rules", "defaults", "overrides", "authScheme")),
    "GCPBackendPolicy": ("networking.gke.io", ()),
}
"""Policies that attach to routes, gateways and Services, with the fields that mean authentication: Envoy Gateway
(https://gateway.envoyproxy.io/docs/api/extension_types/), kgateway, Kuadrant, and GKE's, where it is IAP."""

_KONG = frozenset({
    "key-auth", "key-auth-enc", "jwt", "jwt-signer", "openid-connect", "basic-auth", "hmac-auth", "ldap-auth",
    "ldap-auth-advanced", "oauth2", "oauth2-introspection", "mtls-auth", "saml", "header-cert-auth",
})  # fmt: skip
"""Kong's authentication plugins, https://developer.konghq.com/plugins/?category=authentication."""

_TRAEFIK = ("basicAuth", "digestAuth", "forwardAuth")
"""Traefik middlewares that authenticate, https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/overview/."""

_ANNOTATIONS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "nginx.ingress.kubernetes.io/auth-url": ((), "auth-url"),
    "nginx.ingress.kubernetes.io/auth-type": ((), "basic authentication"),
    "haproxy.org/auth-type": ((), "basic authentication"),
    "haproxy-ingress.github.io/auth-url": ((), "auth-url"),
    "haproxy-ingress.github.io/auth-secret": ((), "basic authentication"),
    "haproxy-ingress.github.io/oauth": ((), "OAuth"),
    "alb.ingress.kubernetes.io/auth-type": (("none",), "the load balancer's sign-in"),
    "nginx.org/basic-auth-secret": ((), "basic authentication"),
    "nginx.org/jwt-key": ((), "JWT"),
    "k8s.apisix.apache.org/auth-type": ((), "APISIX"),
}
"""Annotations of ingress controllers that switch authentication on, the values that do not, and what to call it."""

_MTLS = ("nginx.ingress.kubernetes.io/auth-tls-", "haproxy-ingress.github.io/auth-tls-")
"""Annotations of client certificates begin so: with a ``secret`` of the authority, and whether to ``verify-client``."""

_ALB_MTLS = regex(r"\"mode\"\s*:\s*\"verify\"")
"""The AWS Load Balancer Controller's ``mutual-authentication``; its ``passthrough`` leaves it to the program."""

_CERTIFICATES = "client certificates"
_TRAEFIK_MTLS = "RequireAndVerifyClientCert"
"""The one of Traefik's types that accepts nobody without a certificate of the authority
(https://doc.traefik.io/traefik/reference/routing-configuration/http/tls/tls-options/#client-authentication-mtls)."""


class Fronts:
    """The objects of a scan that authenticate, by what they are attached to."""

    def __init__(self, by_kind: Mapping[str, Sequence[Resource]], chains: Chains) -> None:
        def named(kind: str, group: str) -> Names:
            return Names(chains, (r for r in by_kind.get(kind, ()) if r.ref.group.endswith(group)))

        self._middlewares = named("Middleware", "traefik.io")
        self._middlewares_old = named("Middleware", "traefik.containo.us")
        self._options = named("TLSOption", "traefik.io")
        self._plugins = named("KongPlugin", "konghq.com")
        self._configs = named("BackendConfig", "cloud.google.com")
        self._attached: dict[str, Names] = {}
        for policy in _attaching(by_kind):
            for kind, name in _targets(policy):
                self._attached.setdefault(kind, Names(chains, ())).add(name, policy)
        self._selecting = [r for r in _attaching(by_kind) if dig(r.spec, "targetSelectors") is not None]

    def attached(self, kind: str, name: str, namespace: str, near: Resource) -> Auth:
        """What a policy attached to an object of this kind and name authenticates with."""
        names = self._attached.get(kind)
        if names is None:
            return ""
        return strongest([_by_policy(p) for p in names.all(name, namespace, near)])

    def selected(self, kind: str, resource: Resource) -> Auth:
        """What a policy that picks objects by label authenticates with."""
        for policy in self._selecting:
            for target in items(policy.spec, "targetSelectors"):
                selector = label_selector(target)
                same = policy.ref.namespace == resource.ref.namespace
                if same and string(target, "kind") == kind and selector and selector.matches(resource.labels):
                    return _by_policy(policy)
        return ""

    def annotated(self, resource: Resource) -> Auth:
        """What the annotations of an Ingress, route or Service switch on."""
        notes = resource.annotations
        if not notes:
            return ""
        for key, (off, name) in _ANNOTATIONS.items():
            if notes.get(key) and notes[key].lower() not in off:
                return name
        if any(notes.get(f"{m}secret") and notes.get(f"{m}verify-client", "on") == "on" for m in _MTLS):
            return _CERTIFICATES
        if _ALB_MTLS.search(notes.get("alb.ingress.kubernetes.io/mutual-authentication", "")):
            return _CERTIFICATES
        return strongest([self._kong(resource), self._traefik(resource), self._tls(resource), self._iap(resource)])

    def _tls(self, resource: Resource) -> Auth:
        """Traefik's TLS options of an Ingress: ``namespace-name@kubernetescrd``."""
        name, _, provider = resource.annotations.get("traefik.ingress.kubernetes.io/router.tls.options", "").partition(
            "@"
        )
        if not name:
            return ""
        space = resource.ref.namespace or "default"
        return self.tls_options(name.removeprefix(f"{space}-"), "", resource) if provider == "kubernetescrd" else None

    def tls_options(self, name: str, namespace: str, near: Resource) -> Auth:
        """Whether Traefik's TLS options demand client certificates; not known when they are not in the scan."""
        options = self._options.find(name, namespace or near.ref.namespace, near)
        if options is None:
            return None
        return _CERTIFICATES if string(options.spec, "clientAuth", "clientAuthType") == _TRAEFIK_MTLS else ""

    def _kong(self, resource: Resource) -> Auth:
        listed = resource.annotations.get("konghq.com/plugins") or resource.annotations.get("plugins.konghq.com") or ""
        return strongest([self._plugin(n.strip(), resource) for n in listed.split(",") if n.strip()])

    def _plugin(self, name: str, near: Resource) -> Auth:
        plugin = self._plugins.find(name, near.ref.namespace, near)
        if plugin is None:
            return None
        kind = string(plugin.node.value, "plugin")
        return f"Kong {kind}" if kind in _KONG and plugin.node.get("disabled") is not True else ""

    def _traefik(self, resource: Resource) -> Auth:
        listed = resource.annotations.get("traefik.ingress.kubernetes.io/router.middlewares", "")
        found: list[Auth] = []
        for reference in listed.split(","):
            name, _, provider = reference.strip().partition("@")
            if name:
                space = resource.ref.namespace or "default"
                known = self.middleware(name.removeprefix(f"{space}-"), "", resource)
                found.append(known if provider == "kubernetescrd" else None)
        return strongest(found)

    def middleware(self, name: str, namespace: str, near: Resource) -> Auth:
        """What a Traefik middleware authenticates with; not known when it is not in the scan."""
        space = namespace or near.ref.namespace
        middleware = self._middlewares.find(name, space, near) or self._middlewares_old.find(name, space, near)
        if middleware is None:
            return None
        for field in _TRAEFIK:
            if dig(middleware.spec, field) is not None:
                return f"Traefik {field}"
        chained = [string(m, "name") for m in items(middleware.spec, "chain", "middlewares")]
        return None if chained or any_of(middleware.spec, "plugin") else ""

    def _iap(self, resource: Resource) -> Auth:
        notes = resource.annotations
        text = notes.get("cloud.google.com/backend-config") or notes.get("beta.cloud.google.com/backend-config") or ""
        found: list[Auth] = []
        for name in text.replace('"', " ").replace("}", " ").split():
            config = self._configs.find(name, resource.ref.namespace, resource)
            if config is not None:
                found.append("IAP" if dig(config.spec, "iap", "enabled") is True else "")
        return strongest(found) if found or not text else None


def _attaching(by_kind: Mapping[str, Sequence[Resource]]) -> Iterator[Resource]:
    for kind, (group, _) in _POLICIES.items():
        yield from (r for r in by_kind.get(kind, ()) if r.ref.group == group)


def _targets(policy: Resource) -> Iterator[tuple[str, str]]:
    for target in (dig(policy.spec, "targetRef"), *items(policy.spec, "targetRefs")):
        if string(target, "name"):
            yield string(target, "kind"), string(target, "name")


def _by_policy(policy: Resource) -> Auth:
    kind = policy.ref.kind
    if kind == "GCPBackendPolicy":
        return "IAP" if dig(policy.spec, "default", "iap", "enabled") is True else ""
    if kind == "ClientTrafficPolicy":
        asked = dig(policy.spec, "tls", "clientValidation")
        return _CERTIFICATES if asked is not None and dig(asked, "optional") is not True else ""
    field = next((f for f in _POLICIES[kind][1] if dig(policy.spec, f) is not None), "")
    if field:
        return f"{kind} '{policy.ref.name}'"
    return None if kind == "SecurityPolicy" and _admits_few(policy) else ""


def _admits_few(policy: Resource) -> bool:
    """Whether Envoy Gateway's ``authorization`` admits some addresses or headers only; who has those is not known.

    https://gateway.envoyproxy.io/docs/api/extension_types/#authorization: what no rule matches is denied by default.
    """
    if dig(policy.spec, "authorization") is None or string(policy.spec, "authorization", "defaultAction") == "Allow":
        return False
    allowed = [r for r in items(policy.spec, "authorization", "rules") if string(r, "action") == "Allow"]
    return not any(
        dig(rule, "principal") is None or any(str(c).endswith("/0") for c in items(rule, "principal", "clientCIDRs"))
        for rule in allowed
    )
