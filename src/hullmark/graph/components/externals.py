"""Third parties and managed services as components."""

from __future__ import annotations

from hullmark.graph.components.addresses import ip
from hullmark.graph.components.hosts import provider
from hullmark.graph.components.scene import Scene
from hullmark.graph.components.zones import CLOUD, CLUSTER, INTERNAL, INTERNET
from hullmark.model.component import Component, ComponentKind
from hullmark.text.source import Place

_INSIDE = frozenset({
    "internal", "local", "lan", "corp", "intra", "intranet", "home", "private", "localdomain", "test", "invalid", "svc",
    "consul", "vpn",
})  # fmt: skip
"""Last labels of names that no public registry gives out, or that networks use for themselves."""

KUBERNETES = f"{ComponentKind.EXTERNAL.value}/kubernetes-api"
"""The id of the cluster's own API."""


def external(scene: Scene, host: str, place: Place | None) -> str:
    """The component of a host outside the cluster."""
    known = provider(host)
    managed = known is not None and known.managed
    kind = ComponentKind.MANAGED_SERVICE if managed else ComponentKind.EXTERNAL
    made = f"{kind.value}/{host}"
    if made not in scene.draft:
        zone = CLOUD if managed else _zone(host)
        facts = {"host": host}
        if known is not None:
            facts.update({"provider": known.name, "category": known.category, "documented-at": known.source})
        label = host if known is None else f"{known.name} ({host})"
        boundary = scene.zones.basic(zone)
        scene.draft.add(Component(made, kind, label, "", boundary, place, declared=False, facts=facts))
    return made


def _zone(host: str) -> str:
    address = ip(host)
    if address is not None:
        return INTERNET if address.is_global else INTERNAL
    return INTERNAL if host.rpartition(".")[2] in _INSIDE or "." not in host else INTERNET


def kubernetes_api(scene: Scene, place: Place | None) -> str:
    """The component of the cluster's own API."""
    if KUBERNETES not in scene.draft:
        zone = scene.zones.basic(CLUSTER)
        facts = {"provider": "Kubernetes", "category": "cluster API"}
        scene.draft.add(
            Component(
                KUBERNETES, ComponentKind.EXTERNAL, "Kubernetes API", "", zone, place, declared=False, facts=facts
            )
        )
    return KUBERNETES


_WORDS = """
com org net io ai dev co cloud app info biz edu gov mil int eu online site tech xyz me tv cc top shop store pro blog live
news network systems services solutions digital agency world google amazon aws microsoft azure run sh page so software
email zone example
"""
_PUBLIC = frozenset(_WORDS.split())


def public_name(label: str) -> bool:
    """Whether the last label of a host is that of a public name: a country's, or one of the common others.

    The rest of the list (https://data.iana.org/TLD/tlds-alpha-by-domain.txt) is rare, and namespaces have such names.
    """
    return label in _PUBLIC or (len(label) == 2 and label.isalpha()) or label in _INSIDE
