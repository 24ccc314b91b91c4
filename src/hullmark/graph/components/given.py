"""What operators give to the pods they make, and what makes Secrets and claims: as fields of custom objects say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hullmark.graph.components.addresses import urls
from hullmark.graph.components.draft import Why
from hullmark.graph.components.references import part_of
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.settings import texts
from hullmark.graph.components.store_table import BUCKETS
from hullmark.graph.components.volumes import bucket, claim_store, use_claim
from hullmark.graph.components.workloads import parted
from hullmark.graph.selection import BUILT_IN
from hullmark.model.component import ComponentKind, EdgeKind
from hullmark.model.resource import Resource
from hullmark.model.truth import is_placeholder, string
from hullmark.model.workload import Workload
from hullmark.recognise.embedded import whole
from hullmark.text.regex import regex
from hullmark.text.tree import Node


def given(scene: Scene) -> None:
    """Secrets, ConfigMaps, claims and accounts that custom objects name outside their pods, and makers of Secrets."""
    for workload in scene.arch.workloads:
        spec = workload.resource.node.child("spec")
        if spec is not None and not workload.template and workload.ref.group not in BUILT_IN:
            _given(scene, workload, spec)
    for resource in scene.arch.resources:
        ref = resource.ref
        if ref.kind in SECRET_MAKERS and ref.group.endswith(SECRET_MAKERS[ref.kind][1]):
            _makes_secret(scene, resource)
        elif ref.kind == "Dataset" and ref.group == "data.fluid.io":
            _fluid(scene, resource)
        elif ref.group not in BUILT_IN and scene.arch.workload(resource) is None:
            _operated(scene, resource)


_SECRET = regex(r"(?!client|app|consumer|shared|webhook|signing)(?:.*)[sS]ecrets?(?:Name|Ref|KeyRef)?")
_CONFIG = regex(r"(?:.*C|c)onfigMap(?:Name|Ref|KeyRef)?")
_CLAIM = regex(r".*PVC|pvc|(?:.*P|p)ersistentVolumeClaim")
_ACCOUNTS = frozenset({"serviceAccount", "serviceAccountName"})
_OBJECT = regex(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_MOST_INSIDE = 10_000
"""Longest text that is read as a configuration of its own, in characters."""


def _given(scene: Scene, workload: Workload, spec: Node) -> None:
    """What an operator gives to the pods it makes, because a field says so."""
    near = workload.resource
    for name, node, _ in texts(spec):
        if not _OBJECT.fullmatch(node.value):
            continue
        user, place = part_of(scene, workload, node.path), node.at()
        field = _field_of(name, node)
        if _SECRET.fullmatch(field):
            _uses_secret(scene, user, field, node, near)
        elif _CONFIG.fullmatch(field):
            made = scene.mentioned(ComponentKind.CONFIG, "ConfigMap", node.value, near.ref.namespace, near, place)
            scene.draft.edge(EdgeKind.READS, user, made, Why(f"field '{field}'", place))
        elif _CLAIM.fullmatch(field) and name in ("name", "claimName"):
            store = claim_store(scene, node.value, near.ref.namespace, near, place)
            use_claim(scene, user, store, Why(f"field '{field}'", place))
        elif (
            name in _ACCOUNTS
            and not parted(workload)
            and all(p.service_account != node.value for p in workload.podsets)
        ):
            made = scene.mentioned(
                ComponentKind.IDENTITY, "ServiceAccount", node.value, near.ref.namespace, near, place
            )
            scene.draft.edge(EdgeKind.RUNS_AS, user, made, Why(f"field '{name}'", place, certain=False))


def _fluid(scene: Scene, dataset: Resource) -> None:
    """Fluid makes a claim of a Dataset's name for what it mounts, https://fluid-cloudnative.github.io/."""
    store = claim_store(scene, dataset.ref.name, dataset.ref.namespace, dataset, dataset.place)
    scene.tell(store, made_by=f"Dataset '{dataset.ref.name}'")
    spec = dataset.node.child("spec")
    if spec is None:
        return
    secrets(scene, store, spec, dataset)
    for mount in spec.children("mounts"):
        for address in urls(string(mount.value, "mountPoint")):
            if address.scheme in BUCKETS and not address.open:
                place = mount.at("mountPoint")
                made = bucket(scene, BUCKETS[address.scheme], address.host, place)
                scene.draft.edge(EdgeKind.DEPENDS_ON, store, made, Why(f"mounts '{address.shown}'", place))


def _operated(scene: Scene, resource: Resource) -> None:
    """An object of another group that is no known workload, but for whose pods it names an account."""
    name = string(resource.spec, "serviceAccountName")
    if name and not is_placeholder(name):
        place, space = resource.node.at("spec", "serviceAccountName"), resource.ref.namespace
        zone = scene.zones.namespace(space)
        made = scene.draft.object(ComponentKind.WORKLOAD, resource, zone, {"role": "generic", "inferred": "yes"})
        account = scene.mentioned(ComponentKind.IDENTITY, "ServiceAccount", name, space, resource, place)
        scene.draft.edge(EdgeKind.RUNS_AS, made, account, Why(f"runs as '{name}'", place))


def _field_of(name: str, node: Node) -> str:
    """The field that a name belongs to: ``x: name``, ``x: {name: name}``, ``x: [{name: name}]``."""
    keys = [k for k in node.path if isinstance(k, str)]
    return keys[-2] if name in ("name", "claimName") and len(keys) > 1 else name


def _uses_secret(scene: Scene, user: str, field: str, node: Node, near: Resource) -> None:
    made = scene.mentioned(ComponentKind.SECRET, "Secret", node.value, near.ref.namespace, near, node.at())
    scene.draft.edge(EdgeKind.READS, user, made, Why(f"field '{field}'", node.at()))


def secrets(scene: Scene, owner: str, root: Node, near: Resource) -> None:
    """The Secrets that fields below a node name: ``authSecret: x``, ``passwordSecret: {name: x}``, ``pullSecrets: [x]``."""
    for name, node, _ in texts(root):
        field = _field_of(name, node)
        if _SECRET.fullmatch(field) and _OBJECT.fullmatch(node.value):
            _uses_secret(scene, owner, field, node, near)
        elif "\n" in node.value and "ecret" in node.value and len(node.value) <= _MOST_INSIDE:
            for inner in whole(node):
                secrets(scene, owner, inner.node, near)


SECRET_MAKERS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "ExternalSecret": (("spec", "target", "name"), "external-secrets.io"),
    "SealedSecret": (("spec", "template", "metadata", "name"), "bitnami.com"),
    "Certificate": (("spec", "secretName"), "cert-manager.io"),
    "VaultStaticSecret": (("spec", "destination", "name"), "secrets.hashicorp.com"),
    "VaultDynamicSecret": (("spec", "destination", "name"), "secrets.hashicorp.com"),
    "OnePasswordItem": (("metadata", "name"), "onepassword.com"),
    "InfisicalSecret": (("spec", "managedSecretReference", "secretName"), "infisical.com"),
}
"""Kinds whose operators make Secrets: where they name it (else it has their name), and their API group."""


def _makes_secret(scene: Scene, maker: Resource) -> None:
    path, _ = SECRET_MAKERS[maker.ref.kind]
    name = string(maker.node.value, *path) or maker.ref.name
    place = maker.node.at(*path) if string(maker.node.value, *path) else maker.place
    secret = scene.mentioned(ComponentKind.SECRET, "Secret", name, maker.ref.namespace, maker, place)
    known = scene.draft.get(secret)
    if not known.declared:
        scene.draft.replace(replace(known, declared=True, place=place))
    scene.tell(secret, made_by=f"{maker.ref.kind} '{maker.ref.name}'")
    keeper = string(maker.spec, "secretStoreRef", "name") or string(maker.spec, "issuerRef", "name")
    if keeper:
        field = "secretStoreRef" if string(maker.spec, "secretStoreRef", "name") else "issuerRef"
        at = maker.node.at("spec", field, "name")
        kind = string(maker.spec, field, "kind") or ("SecretStore" if field == "secretStoreRef" else "Issuer")
        target = scene.mentioned(ComponentKind.MANAGED_SERVICE, kind, keeper, maker.ref.namespace, maker, at)
        scene.draft.edge(EdgeKind.DEPENDS_ON, secret, target, Why(f"{maker.ref.kind} takes it from there", at))
