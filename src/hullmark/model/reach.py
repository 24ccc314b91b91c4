"""How far an entry reaches: load balancers, node ports, ingress classes and gateways, internal or public.

A node port, and a load balancer without a word to the contrary, count as public: whether a firewall stands before
the nodes is not written in manifests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

from hullmark.model.resource import Resource, strings
from hullmark.model.terms import Reach
from hullmark.model.truth import string
from hullmark.text.tree import Value, items

_INTERNAL = {
    "service.beta.kubernetes.io/aws-load-balancer-internal": ("true", "0.0.0.0/0"),
    "service.beta.kubernetes.io/aws-load-balancer-scheme": ("internal",),
    "networking.gke.io/load-balancer-type": ("internal",),
    "cloud.google.com/load-balancer-type": ("internal",),
    "service.beta.kubernetes.io/azure-load-balancer-internal": ("true",),
    "service.beta.kubernetes.io/openstack-internal-load-balancer": ("true",),
    "service.beta.kubernetes.io/oci-load-balancer-internal": ("true",),
    "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": ("intranet",),
    "service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type": ("private",),
}
"""Annotations that keep a load balancer inside: those Kubernetes lists for its providers
(https://kubernetes.io/docs/concepts/services-networking/service/#internal-load-balancer)."""

_AWS_TYPE = "service.beta.kubernetes.io/aws-load-balancer-type"
_AWS_SCHEME = "service.beta.kubernetes.io/aws-load-balancer-scheme"
_EVERYONE = frozenset({"0.0.0.0/0", "::/0"})
_INWARD = ("internal", "private", "rilb", "tailscale")
"""Parts of class names that say an entry is for an internal network."""


def inward(name: str) -> bool:
    """Whether the name of a class or selector says that an entry is internal."""
    return any(word in name.lower() for word in _INWARD)


def balancer(annotations: Mapping[str, str], spec: Value) -> tuple[Reach, str]:
    """The reach of a load balancer and how to call it.

    The AWS Load Balancer Controller makes internal ones unless told otherwise; source ranges narrow a public one
    (https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/).
    """
    if annotations and any(annotations.get(key, "").lower() in values for key, values in _INTERNAL.items()):
        return Reach.INTERNAL, "internal load balancer"
    css = string(spec, "loadBalancerClass")
    aws = css == "service.k8s.aws/nlb" or annotations.get(_AWS_TYPE) in ("external", "nlb-ip")
    if inward(css) or (aws and _AWS_SCHEME not in annotations):
        return Reach.INTERNAL, "internal load balancer"
    ranges = items(spec, "loadBalancerSourceRanges")
    if ranges and not any(r in _EVERYONE for r in ranges if isinstance(r, str)):
        return Reach.INTERNAL, "load balancer with source ranges"
    return Reach.PUBLIC, "load balancer"


def service_reach(service: Resource) -> tuple[Reach, str]:
    """The reach a Service gives by its own type, and what gives it."""
    spec = service.spec
    type_ = string(spec, "type")
    if type_ == "LoadBalancer":
        reach, how = balancer(service.annotations, spec)
        private = reach is Reach.PUBLIC and _private(_addresses(service))
        return (Reach.INTERNAL, "load balancer with a private address") if private else (reach, how)
    if type_ == "NodePort":
        return Reach.PUBLIC, "node port"
    if given := items(spec, "externalIPs"):
        return Reach.INTERNAL if _private([str(a) for a in given]) else Reach.PUBLIC, "external IPs"
    if service.annotations.get("tailscale.com/expose") == "true":
        return Reach.INTERNAL, "tailnet"
    return Reach.CLUSTER, "cluster IP"


_ADDRESSES = (
    "metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs", "lbipam.cilium.io/ips",
    "io.cilium/lb-ipam-ips", "kube-vip.io/loadbalancerIPs",
)  # fmt: skip
"""Annotations that choose a load balancer's addresses (https://metallb.io/usage/,
https://docs.cilium.io/en/stable/network/lb-ipam/, https://kube-vip.io/docs/usage/kubernetes-services/)."""

_PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8")))
_PRIVATE_V6 = IPv6Network("fc00::/7")
"""Addresses that nobody outside reaches (RFC 1918, 4193 and 6598)."""


def _addresses(service: Resource) -> list[str]:
    """The addresses that a load balancer is told to have, or has."""
    chosen = [a.strip() for key in _ADDRESSES for a in service.annotations.get(key, "").split(",")]
    held = [string(i, "ip") for i in items(service.node.value, "status", "loadBalancer", "ingress")]
    return [a for a in (string(service.spec, "loadBalancerIP"), *chosen, *held) if a]


def _private(texts: Sequence[str]) -> bool:
    """Whether there are addresses or networks, and all of them are private."""
    return bool(texts) and all(_is_private(text) for text in texts)


def public(text: str) -> bool:
    """Whether an address or a network is, or holds, a public one; of what is neither nobody knows."""
    return _is_private(text) is False


def _is_private(text: str) -> bool | None:
    try:
        found = ip_network(text.strip(), strict=False)
    except ValueError:
        return None
    if isinstance(found, IPv6Network):
        return found.subnet_of(_PRIVATE_V6)
    return any(found.subnet_of(network) for network in _PRIVATE)


_ADMITTED = (
    "nginx.ingress.kubernetes.io/whitelist-source-range", "nginx.ingress.kubernetes.io/allowlist-source-range",
    "haproxy.org/allow-list", "haproxy.org/whitelist", "alb.ingress.kubernetes.io/inbound-cidrs",
)  # fmt: skip
"""Annotations that name who is let in (the controllers' own documentation of annotations)."""


def admitted(ingress: Resource) -> tuple[str, list[str]]:
    """The annotation by which an Ingress lets in some addresses only, and which; empty where it lets in everybody."""
    for key in _ADMITTED:
        ranges = [r.strip() for r in ingress.annotations.get(key, "").split(",") if r.strip()]
        if ranges and not any(r in _EVERYONE for r in ranges):
            return key, ranges
    return "", []


def ingress_reach(ingress: Resource) -> Reach:
    """The reach of an Ingress, by its class and its controller's annotations.

    An ALB is internal unless its scheme says ``internet-facing``; so are ``gce-internal`` and the private address of
    an Application Gateway.
    """
    notes = ingress.annotations
    css = string(ingress.spec, "ingressClassName") or notes.get("kubernetes.io/ingress.class", "")
    if notes.get("tailscale.com/funnel") == "true":
        return Reach.PUBLIC
    scheme = notes.get("alb.ingress.kubernetes.io/scheme")
    if css == "alb" or scheme is not None:
        return Reach.PUBLIC if scheme == "internet-facing" and not admitted(ingress)[0] else Reach.INTERNAL
    if inward(css) or notes.get("appgw.ingress.kubernetes.io/use-private-ip") == "true" or admitted(ingress)[0]:
        return Reach.INTERNAL
    return Reach.PUBLIC


def gateway_reach(gateway: Resource) -> Reach:
    """The reach of a Gateway of the Gateway API: its class, and what it tells its load balancer."""
    notes = {**gateway.annotations, **strings(gateway.node.get("spec", "infrastructure", "annotations"))}
    if inward(string(gateway.spec, "gatewayClassName")) or notes.get("networking.istio.io/service-type") == "ClusterIP":
        return Reach.CLUSTER if notes.get("networking.istio.io/service-type") == "ClusterIP" else Reach.INTERNAL
    reach = balancer(notes, None)[0]
    stated = [string(a, "value") for part in ("spec", "status") for a in items(gateway.node.value, part, "addresses")]
    return Reach.INTERNAL if reach is Reach.PUBLIC and _private(stated) else reach
