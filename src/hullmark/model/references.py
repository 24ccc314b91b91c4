"""ConfigMaps and Secrets that pods refer to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.model.workload import PodSet
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import Node, Value, dig, items


class Reference(NamedTuple):
    """One mention of a ConfigMap or Secret.

    ``found`` is None when it is not in the scan, which says nothing about the cluster. ``key``
    is the single key that is meant, or empty for all of them, and ``key_place`` where it is named.
    """

    kind: str
    name: str
    key: str
    optional: bool
    place: Place
    found: Resource | None
    key_place: Place | None = None


def references(arch: Architecture, podset: PodSet) -> Iterator[Reference]:
    """Every ConfigMap and Secret a pod set mentions in variables, volumes and image pull secrets."""
    for container in podset.containers:
        for entry in container.node.children("envFrom"):
            yield from _mentions(arch, podset, entry, (("configMapRef", "ConfigMap"), ("secretRef", "Secret")))
        for index, entry in enumerate(items(container.node.value, "env")):
            if dig(entry, "valueFrom") is not None and (source := container.node.child("env", index, "valueFrom")):
                yield from _mentions(
                    arch, podset, source, (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret"))
                )
    for volume in podset.volumes.values():
        yield from _mentions(arch, podset, volume, (("configMap", "ConfigMap"), ("secret", "Secret")))
        for source in volume.children("projected", "sources"):
            yield from _mentions(arch, podset, source, (("configMap", "ConfigMap"), ("secret", "Secret")))
    for entry in podset.node.children("imagePullSecrets"):
        if name := string(entry.value, "name"):
            yield _reference(arch, podset, "Secret", name, entry.value, entry.at("name"))


def _mentions(
    arch: Architecture, podset: PodSet, node: Node, kinds: tuple[tuple[str, str], ...]
) -> Iterator[Reference]:
    for key, kind in kinds:
        value = node.get(key)
        named = "secretName" if key == "secret" and string(value, "secretName") else "name"
        if name := string(value, named):
            found = _reference(arch, podset, kind, name, value, node.at(key, named))
            yield found._replace(key_place=node.at(key, "key")) if found.key else found
            for item in node.children(key, "items"):  # of a volume: without one of them the pod does not start
                if wanted := string(item.value, "key"):
                    yield found._replace(key=wanted, key_place=item.at("key"))


def _reference(arch: Architecture, podset: PodSet, kind: str, name: str, value: Value, place: Place) -> Reference:
    found = arch.find(kind, podset.workload.namespace, name)
    return Reference(kind, name, string(value, "key"), dig(value, "optional") is True, place, found)


_HUB_ID = regex(r"\w[\w.-]*/[\w.-]+")


def hub_id(text: str) -> bool:
    """Whether a text names a repository of a model hub (``organisation/name``) and no path or placeholder."""
    return _HUB_ID.fullmatch(text) is not None
