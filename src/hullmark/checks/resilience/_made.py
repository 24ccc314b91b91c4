"""Objects that other objects in the scan make: a Secret need not be written down to be there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from hullmark.model.architecture import Architecture
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.text.tree import items

_BOTH = ("Secret", "ConfigMap")

_NAMED: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ExternalSecret": (("Secret", "ConfigMap"), ("spec", "target", "name")),
    "SealedSecret": (("Secret",), ("spec", "template", "metadata", "name")),
    "Certificate": (("Secret",), ("spec", "secretName")),
    "VaultStaticSecret": (("Secret",), ("spec", "destination", "name")),
    "VaultDynamicSecret": (("Secret",), ("spec", "destination", "name")),
    "VaultPKISecret": (("Secret",), ("spec", "destination", "name")),
    "OnePasswordItem": (("Secret",), ()),
    "InfisicalSecret": (("Secret",), ("spec", "managedSecretReference", "secretName")),
    "ObjectBucketClaim": (_BOTH, ()),
    "KafkaUser": (("Secret",), ()),
    "Bundle": (_BOTH, ()),
}
"""What a kind makes, and the field that names it (its own name where there is none or it is empty).

https://external-secrets.io/latest/api/externalsecret/, https://github.com/bitnami-labs/sealed-secrets,
https://cert-manager.io/docs/usage/certificate/, https://developer.hashicorp.com/vault/docs/deploy/kubernetes/vso,
https://github.com/1Password/onepassword-operator, https://infisical.com/docs/integrations/platforms/kubernetes,
https://rook.io/docs/rook/latest/Storage-Configuration/Object-Storage-RGW/ceph-object-bucket-claim/,
https://strimzi.io/docs/operators/latest/deploying, https://cert-manager.io/docs/trust/trust-manager/
"""

_MANY = frozenset({"ClusterExternalSecret", "PushSecret", "Replicator"})
"""Kinds that make objects whose names or namespaces their own object does not tell."""

GIVEN = frozenset({("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")})
"""What every namespace has (https://kubernetes.io/docs/concepts/configuration/configmap/ and
https://kubernetes.io/docs/concepts/security/service-accounts/#default-service-accounts)."""


def maker(arch: Architecture, kind: str, namespace: str, name: str) -> Resource | None:
    """The object in the scan that makes the one that is meant."""
    made = _makers(arch)
    return made.get((kind, namespace, name)) or made.get((kind, "", name))


def operators(arch: Architecture) -> bool:
    """Whether something in the scan makes objects whose names it does not tell."""
    return any(kind in arch.by_kind for kind in _MANY)


@lru_cache(maxsize=1)
def _makers(arch: Architecture) -> Mapping[tuple[str, str, str], Resource]:
    return {(kind, r.ref.namespace, name): r for r in arch.resources for kind, name in _made(r)}


def _made(resource: Resource) -> Iterator[tuple[str, str]]:
    if resource.ref.kind in _NAMED:
        kinds, field = _NAMED[resource.ref.kind]
        name = (string(resource.node.value, *field) if field else "") or resource.ref.name
        yield from ((kind, name) for kind in kinds)
    elif resource.ref.kind == "SecretProviderClass":
        for item in items(resource.spec, "secretObjects"):
            yield "Secret", string(item, "secretName")
